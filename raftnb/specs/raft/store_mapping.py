"""Raft with clients, seen as the store of chapter 4: the refinement mapping.

A command is a request of the store until the furthest state machine does it: there it takes effect.
From then on the store has its answer ready, until the client has heard of it. So a call is the
store's request, the step by which the furthest machine does a command is the store's service of it,
and the answer that a client waits for is the store's response. All else, elections, replication,
state machines that follow, requests sent once more, changes nothing that the store shows.
"""

from __future__ import annotations

from typing import Literal

from raftnb.language import Map, Seq
from raftnb.language.mapping import Becomes, Takes, seen_by
from raftnb.language.refinement import ClaimedRefinement
from raftnb.specs.raft.clients import (
    RAFT_STORE,
    Calls,
    Client,
    ClientResponse,
    Machine,
    StoreServer,
)
from raftnb.specs.raft.server import Value
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE
from raftnb.specs.store.sequential import Key, Op, Request, Response


def label_of_a_client(c: Client) -> Literal["receive", "take_mutex"]:
    """A client that waits for an answer is at `receive`, any other before its next call."""
    return "receive" if c.command is not None else "take_mutex"


def nobody() -> Client | None:
    """Nobody has the mutex, which clients do not need."""
    return None


def request_of(command: Value) -> Request:
    """What a command asks."""
    call = Calls.of[command]
    written = command if call.op == Op.WRITE else None
    return Request(call.client, call.op, call.key, written)


def response_to(command: Value) -> Response:
    """The answer to a command that has taken effect."""
    call = Calls.of[command]
    return Response(call.client, call.op, call.key, Machine.given[command])


def requests() -> Seq[Request]:
    """The commands that have taken no effect yet."""
    return tuple(request_of(command) for command in Calls.open)


def responses() -> Map[Client, Seq[Response]]:
    """The answers to commands that have, and whose clients wait."""
    return Map(
        {
            c: (response_to(c.command),)
            if c.command is not None and c.command in Machine.given
            else ()
            for c in Client
        }
    )


def label_of_the_store() -> Literal["take_request"]:
    """The store is at rest before and after each step."""
    return "take_request"


def last_request() -> Request | None:
    """The command that took effect last."""
    return None if Machine.last is None else request_of(Machine.last)


def last_response() -> Response | None:
    """The answer to it."""
    return None if Machine.last is None else response_to(Machine.last)


def dictionary() -> Map[Key, Value | None]:
    """That of the furthest state machine."""
    return Map(
        {k: Machine.states[-1].dictionary[k] if len(Machine.states) > 0 else None for k in Key}
    )


AS_STORE = {
    "Client.pc": label_of_a_client,
    "Shared.mutex": nobody,
    "Shared.requests": requests,
    "Shared.responses": responses,
    "Store.pc": label_of_the_store,
    "Store.request": last_request,
    "Store.response": last_response,
    "Store.dictionary": dictionary,
}


# Which steps are steps of the store.


def the_command(command: Value) -> Value:
    """What a call would write."""
    return command


def is_awaited(self: Client, m: ClientResponse) -> bool:
    """The answer is to the command that the client waits for."""
    return m.command == self.command


def takes_effect(self: StoreServer) -> bool:
    """This server is the first to apply the entry, and its command was not done before."""
    first = self.lastApplied == len(Machine.states)
    return first and self.is_new(self.log[self.lastApplied].value)


def what_takes_effect(self: StoreServer) -> Request:
    """The request that the store serves."""
    return request_of(self.log[self.lastApplied].value)


CALL = (Takes("Client.take_mutex"), Takes("Client.request", {"value": the_command}))
SERVE = (
    Takes("Store.take_request", picks=(what_takes_effect,)),
    Takes("Store.serve"),
    Takes("Store.respond"),
    Takes("Store.rest"),
)
RECEIVE = (Takes("Client.receive"), Takes("Client.release"))

STEPS = {
    "Client.call": Becomes(CALL),
    "Server.apply": Becomes(SERVE, when=takes_effect),
    "Client.receive": Becomes(RECEIVE, when=is_awaited),
}

RAFT_AS_STORE = ClaimedRefinement(
    RAFT_STORE,
    LINEARIZABLE_STORE,
    seen_by(AS_STORE),
    at_once=4,
    history=True,
    sizes={"values": 2, "max_log": 2, "duplicates": 0, "max_messages": 1},
)

__all__ = ["AS_STORE", "RAFT_AS_STORE", "STEPS"]
