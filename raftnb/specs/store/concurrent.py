"""Stores with concurrent clients: the sequential store with a line less, and what it is worth.

`LINEARIZABLE_STORE` is the specification of the story: clients do not wait for each other, and the
store takes any of the requests under way. `QUEUE_STORE` takes them in the order of their arrival;
`STALE_STORE` answers reads from a copy that catches up later, and is not linearizable.
"""

from __future__ import annotations

from raftnb.language import Map, each, either, when
from raftnb.language.temporal import leads_to, weak
from raftnb.specs.store.sequential import (
    SEQUENTIAL_STORE,
    Client,
    Key,
    Op,
    Response,
    Shared,
    Store,
    Value,
)


class ConcurrentClient(Client):
    """A client that does not wait for the others: the mutex stays free."""

    def take_mutex(self) -> None:
        """Go ahead; nobody needs to wait."""


class ChoosingStore(Store):
    """A store that serves the requests under way in any order."""

    def take_request(self) -> None:
        """Take any of the requests."""
        when(Shared.requests != ())
        chosen = either(*Shared.requests)
        self.request = chosen
        Shared.requests = tuple(r for r in Shared.requests if r != chosen)


class StaleStore(ChoosingStore):
    """A store that answers reads from a copy; the copy catches up now and then."""

    copy: Map[Key, Value | None] = each(None)

    def serve(self) -> None:
        """Write to the dictionary, but read from the copy."""
        r = self.request
        if r.op == Op.WRITE:
            self.dictionary |= {r.key: r.value}
            self.response = Response(r.client, r.op, r.key, r.value)
        else:
            self.response = Response(r.client, r.op, r.key, self.copy[r.key])

    def catch_up(self) -> None:
        """The copy takes over what the dictionary has."""
        self.copy = self.dictionary


def one_request_for_each_client(c: Client) -> bool:
    """At most one request or response of a client is under way."""
    asked = sum(1 for r in Shared.requests if r.client == c)
    return asked + len(Shared.responses[c]) <= 1


def two_requests_are_under_way() -> bool:
    """Two clients wait at the same time."""
    return len(Shared.requests) >= 2


def somebody_waits() -> bool:
    """One of the clients has sent a request, and waits for the response."""
    return any(c.pc == "receive" for c in Client)


def somebody_is_answered() -> bool:
    """One of the clients has its response."""
    return any(c.pc == "release" for c in Client)


def waits(c: Client) -> bool:
    """A client has sent a request, and waits for the response."""
    return c.pc == "receive"


def is_answered(c: Client) -> bool:
    """A client has its response."""
    return c.pc == "release"


QUEUE_STORE = SEQUENTIAL_STORE.variant(
    "queue-store",
    ConcurrentClient,
    summary="clients do not take turns; the store serves them in order of arrival: chapter 4",
    invariants=(one_request_for_each_client,),
    sometimes=(two_requests_are_under_way,),
    fairness=(weak(Client.receive, Client.release), weak(Store)),
    liveness=(leads_to(waits, is_answered),),
)

LINEARIZABLE_STORE = QUEUE_STORE.variant(
    "linearizable-store",
    ChoosingStore,
    summary="clients do not take turns, and are served in any order: chapter 4",
    liveness=(leads_to(somebody_waits, somebody_is_answered),),
)

STALE_STORE = LINEARIZABLE_STORE.variant(
    "stale-store",
    StaleStore,
    summary="reads are answered from a copy that may be old (not linearizable): chapter 4",
)

__all__ = [
    "LINEARIZABLE_STORE",
    "QUEUE_STORE",
    "STALE_STORE",
    "ChoosingStore",
    "ConcurrentClient",
    "StaleStore",
]
