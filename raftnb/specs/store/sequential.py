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
from raftnb.language.spec import Spec
from raftnb.language.temporal import always_eventually, strong, weak


class Key(Domain, number="keys"):
    """A key of the store."""


class Value(Domain, number="values"):
    """A value that can be written."""


class Op(Enum):
    """What a client may ask for."""

    READ = "read"
    WRITE = "write"


class Request(Record):
    """A client asks to read a key (then the value is None), or to write a value to it."""

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
    """What clients and store share: a mutex, the queues between them, and a log of it all."""

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
        r = self.request
        if r.op == Op.WRITE:
            self.dictionary |= {r.key: r.value}
        self.response = Response(r.client, r.op, r.key, self.dictionary[r.key])

    def respond(self) -> None:
        """Put the response on the client's queue."""
        client = self.response.client
        Shared.responses |= {client: Shared.responses[client] + (self.response,)}

    def rest(self) -> None:
        """Go back to waiting."""

    order = cycle(take_request, serve, respond, rest)


def last_written(log: Seq[Request | Response], key: Key) -> Value | None:
    """The value of the last write to a key that the log shows answered; None before the first."""
    writes = tuple(
        entry.value
        for entry in log
        if isinstance(entry, Response) and entry.op == Op.WRITE and entry.key == key
    )
    return writes[-1] if writes else None


def reads_return_the_last_write() -> bool:
    """Every answered read in the log has the last value written to its key before it."""
    return all(
        entry.value == last_written(Shared.log[:i], entry.key)
        for i, entry in enumerate(Shared.log)
        if isinstance(entry, Response) and entry.op == Op.READ
    )


def one_client_at_a_time(a: Client, b: Client) -> bool:
    """At most one client is between taking the mutex and releasing it, and it has the mutex."""
    at_work = a.pc != "take_mutex"
    return (Shared.mutex == a) == at_work and (a == b or not at_work or b.pc == "take_mutex")


def one_request_at_a_time() -> bool:
    """At most one request or response is under way."""
    return len(Shared.requests) + sum(len(q) for q in Shared.responses.values()) <= 1


def a_written_value_is_read() -> bool:
    """A client is answered a value that was written before."""
    return any(
        response.op == Op.READ and response.value is not None
        for queue in Shared.responses.values()
        for response in queue
    )


def client_runs(c: Client) -> bool:
    """A client has the mutex, and is about to send its request."""
    return c.pc == "request"


def log_is_short(max_log: int) -> bool:
    """The log has at most max_log requests and responses."""
    return len(Shared.log) <= max_log


SEQUENTIAL_STORE = Spec(
    name="sequential-store",
    summary="clients take turns at one store process: chapter 2",
    processes=(Client, Store),
    shared=(Shared,),
    domains=(Key, Value),
    constants={"clients": 2, "keys": 1, "values": 1, "max_log": 8},
    invariants=(reads_return_the_last_write, one_client_at_a_time, one_request_at_a_time),
    sometimes=(a_written_value_is_read,),
    constraints=(log_is_short,),
    fairness=(weak(Client), weak(Store)),
    liveness=(always_eventually(client_runs, name="all_clients_eventually_run"),),
    symmetric=(Client, Key, Value),
)

FAIR_STORE = SEQUENTIAL_STORE.variant(
    "fair-store",
    summary="the sequential store with a fair mutex, so that nobody starves: chapter 2",
    fairness=(*SEQUENTIAL_STORE.fairness, strong(Client.take_mutex)),
)
