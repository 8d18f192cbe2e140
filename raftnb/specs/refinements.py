"""Which specification refines which, and how it is to be seen: the refinement mappings."""

from __future__ import annotations

from typing import Any

from raftnb.data.trace import State
from raftnb.data.values import Map
from raftnb.language.refinement import ClaimedRefinement, Mapping
from raftnb.language.spec import Model
from raftnb.specs.raft.clients import RAFT_STORE
from raftnb.specs.store import sequential
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE, QUEUE_STORE, STALE_STORE
from raftnb.specs.store.memory import INTERNAL_MEMORY, WRITE_THROUGH_CACHE, after_queue
from raftnb.specs.store.sequential import FAIR_STORE, SEQUENTIAL_STORE


def as_internal_memory(abstract: Model) -> Mapping:
    """The cache seen as the memory: queued writes have been done, who waits is busy."""
    owners = [owner for owner, variable in abstract.layout.index if variable == "ctl"]

    def seen(state: State) -> State:
        def control(owner: str) -> Any:
            return "busy" if state[owner, "ctl"] == "waiting" else state[owner, "ctl"]

        def memory() -> Any:
            return after_queue(state["MainMemory", "wmem"], state["MainMemory", "memQ"])

        given: dict[tuple[str, str], Any] = {
            (owner, "ctl"): lambda owner=owner: control(owner) for owner in owners
        }
        return state.seen_as(abstract.layout, {**given, ("Memory", "mem"): memory})

    return seen


def without_mutex(abstract: Model) -> Mapping:
    """The store as it is, but the mutex is free."""
    return lambda state: state.seen_as(abstract.layout, {("Shared", "mutex"): None})


def as_it_is(abstract: Model) -> Mapping:
    """The variables of the same names."""
    return lambda state: state.seen_as(abstract.layout, {})


class AsLinearizableStore:
    """Raft with clients seen as the store: a command is served when a server first applies it.

    Needs the history variables. A client that waits for an answer is at `receive`, any other before
    its next call; the store has just served the command that was done last.
    """

    def __init__(self, abstract: Model) -> None:
        world = abstract.start()
        self.layout = abstract.layout
        self.clients = world[sequential.Client]
        self.keys, self.values = world[sequential.Key], world[sequential.Value]

    def __call__(self, state: State) -> State:
        asked = {client.index: state[str(client), "command"] for client in self.clients}
        waiting = {client: command for client, command in asked.items() if command is not None}
        done = state["Machine", "given"]
        responses = {
            client: (self.response(state, waiting[client.index]),)
            if waiting.get(client.index) in done
            else ()
            for client in self.clients
        }
        last = state["Machine", "last"]
        seen: dict[tuple[str, str], Any] = {
            (str(client), "pc"): "receive" if client.index in waiting else "take_mutex"
            for client in self.clients
        }
        seen |= {
            ("Shared", "mutex"): None,
            ("Shared", "requests"): tuple(self.request(state, c) for c in state["Calls", "open"]),
            ("Shared", "responses"): Map(responses),
            ("Shared", "log"): (),
            ("store", "pc"): "take_request",
            ("store", "request"): None if last is None else self.request(state, last),
            ("store", "response"): None if last is None else self.response(state, last),
            ("store", "dictionary"): self.dictionary(state),
        }
        return State(self.layout, tuple(seen[key] for key in self.layout.index))

    def value(self, command: Any) -> Any:
        """The abstract value that a command writes."""
        return None if command is None else self.values[command.index]

    def request(self, state: State, command: Any) -> sequential.Request:
        """What a command asks, as the abstract store has it."""
        call = state["Calls", "of"][command]
        op = sequential.Op[call.op.name]
        value = self.value(command) if op == sequential.Op.WRITE else None
        return sequential.Request(
            self.clients[call.client.index], op, self.keys[call.key.index], value
        )

    def response(self, state: State, command: Any) -> sequential.Response:
        """The answer to a command that was done."""
        asked = self.request(state, command)
        value = self.value(state["Machine", "given"][command])
        return sequential.Response(asked.client, asked.op, asked.key, value)

    def dictionary(self, state: State) -> Map[Any, Any]:
        """The dictionary of the server that is furthest."""
        states = state["Machine", "states"]
        known = states[-1].dictionary if states else {}
        written = {key.index: self.value(value) for key, value in known.items()}
        return Map({key: written.get(key.index) for key in self.keys})


CLAIMS = (
    ClaimedRefinement(WRITE_THROUGH_CACHE, INTERNAL_MEMORY, as_internal_memory),
    ClaimedRefinement(SEQUENTIAL_STORE, LINEARIZABLE_STORE, without_mutex),
    ClaimedRefinement(FAIR_STORE, LINEARIZABLE_STORE, without_mutex),
    ClaimedRefinement(QUEUE_STORE, LINEARIZABLE_STORE, as_it_is),
    ClaimedRefinement(STALE_STORE, LINEARIZABLE_STORE, as_it_is),
    ClaimedRefinement(RAFT_STORE, LINEARIZABLE_STORE, AsLinearizableStore, at_once=4, history=True),
)
REFINEMENTS: dict[str, ClaimedRefinement] = {claim.concrete.name: claim for claim in CLAIMS}

__all__ = [
    "REFINEMENTS",
    "AsLinearizableStore",
    "as_internal_memory",
    "as_it_is",
    "without_mutex",
]
