"""The sequential store: clients take turns, and one store process serves their requests."""

from __future__ import annotations

from enum import Enum

from raftnb.language import (
    Domain,
    Globals,
    Map,
    Process,
    Record,
    Seq,
    cycle,
    each,
    either,
    history,
    when,
)
from raftnb.spec import Spec


class Key(Domain, number="keys"):
    """A key of the store."""


class Value(Domain, number="values"):
    """A value that can be written."""


class Op(Enum):
    """What a client may ask for."""

    READ = "read"
    WRITE = "write"


class Request(Record):
    """A client asks to read a key, or to write a value to it."""

    client: Client
    op: Op
    key: Key
    value: Value | None


class Response(Record):
    """The store's answer: the value read, or the value written."""

    client: Client
    op: Op
    key: Key
    value: Value | None


class Shared(Globals):
    """What clients and store share: a mutex, and the queues between them."""

    mutex: Client | None = None
    requests: Seq[Request] = ()
    responses: Map[Client, Seq[Response]] = each(())
    log: Seq[Request | Response] = history(())


class Client(Process, number="clients"):
    """A client: takes the mutex, sends one request, waits for the response, releases."""

    def take_mutex(self) -> None:
        """Wait until no client has the mutex, and take it."""
        when(Shared.mutex is None)
        Shared.mutex = self

    def request(self, key: Key, value: Value) -> None:
        """Ask to read a key, or to write a value to it."""
        op = either(Op.READ, Op.WRITE)
        request = Request(self, op, key, value if op == Op.WRITE else None)
        Shared.requests += (request,)
        Shared.log += (request,)

    def receive(self) -> None:
        """Wait for the response and take it off the queue."""
        when(Shared.responses[self] != ())
        Shared.log += (Shared.responses[self][0],)
        Shared.responses |= {self: Shared.responses[self][1:]}

    def release(self) -> None:
        """Let another client have its turn."""
        Shared.mutex = None

    order = cycle(take_mutex, request, receive, release)


class Store(Process):
    """The store: serves one request after the other from its dictionary."""

    request: Request | None = None
    response: Response | None = None
    dictionary: Map[Key, Value | None] = each(None)

    def take_request(self) -> None:
        """Wait for a request and take it off the queue."""
        when(Shared.requests != ())
        self.request = Shared.requests[0]
        Shared.requests = Shared.requests[1:]

    def serve(self) -> None:
        """Do what the request says, and prepare the response."""
        when(self.request is not None)
        r = self.request
        if r.op == Op.WRITE:
            self.dictionary |= {r.key: r.value}
        self.response = Response(r.client, r.op, r.key, self.dictionary[r.key])

    def respond(self) -> None:
        """Put the response on the client's queue."""
        when(self.response is not None)
        r = self.response
        Shared.responses |= {r.client: Shared.responses[r.client] + (r,)}

    def rest(self) -> None:
        """Go back to waiting."""

    order = cycle(take_request, serve, respond, rest)
