"""A lock service with fencing: the server grants the lock with a number that only grows.

A client may believe that it has the lock long after it was given to another one. The store takes
a write only with a number that is not smaller than all it has seen (Kleppmann, "How to do
distributed locking", 2016).
"""

from raftnb import Delivery, Message, Nat, Process, Spec, after, in_flight, send, when
from raftnb.prove import Lemma, Proof


class Acquire(Message):
    """A client wants the lock."""

    source: "Client"
    dest: "LockServer"


class Granted(Message):
    """It has the lock, with this number."""

    source: "LockServer"
    dest: "Client"
    fence: Nat


class Write(Message):
    """A write under the lock with this number."""

    source: "Client"
    dest: "Store"
    fence: Nat


class LockServer(Process):
    """Gives the lock away; a lease may expire without the client's knowing."""

    holder: "Client | None" = None
    fence: Nat = 0

    def grant(self, m: Acquire) -> None:
        """The lock is free."""
        when(self.holder is None)
        self.fence += 1
        self.holder = m.source
        send(Granted(fence=self.fence), to=m.source)

    def expire(self) -> None:
        """Take the lock back, whatever its holder believes."""
        when(self.holder is not None)
        self.holder = None


class Client(Process, number="clients"):
    """Wants to write under the lock."""

    fence: Nat = 0

    def ask(self, server: LockServer) -> None:
        """Ask for the lock."""
        send(Acquire(), to=server)

    def get(self, m: Granted) -> None:
        """The lock is granted: an older answer is of no use."""
        when(m.fence > self.fence)
        self.fence = m.fence

    def write(self, store: "Store") -> None:
        """Write, in the belief to have the lock."""
        when(self.fence > 0)
        send(Write(fence=self.fence), to=store)


class Store(Process):
    """Takes writes in the order of their numbers."""

    fence: Nat = 0
    writer: Client | None = None

    def take(self, m: Write) -> None:
        """Refuse a write of an earlier holder."""
        when(m.fence >= self.fence)
        self.fence = m.fence
        self.writer = m.source


class Trusting(Store):
    """Takes every write."""

    def take(self, m: Write) -> None:
        """Does not look at the number."""
        self.fence = m.fence
        self.writer = m.source


def locks_differ(a: Client, b: Client) -> bool:
    """No two clients have the lock with the same number."""
    return a == b or a.fence == 0 or a.fence != b.fence


def never_ahead(store: Store, server: LockServer) -> bool:
    """No write has a number that was never given."""
    return store.fence <= server.fence


def writes_are_in_order(store: Store) -> bool:
    """The store does not go back to an earlier holder."""
    return after(store).fence >= store.fence


def few_locks(server: LockServer, locks: int) -> bool:
    """A bound for exploration."""
    return server.fence <= locks


def clients_are_not_ahead(a: Client, server: LockServer) -> bool:
    """No client has a number that was never given."""
    return a.fence <= server.fence


def grants_are_not_ahead() -> bool:
    """No answer has a number that was never given."""
    return all(m.fence <= m.source.fence for m in in_flight(Granted))


def grants_differ() -> bool:
    """No two answers give the same number to two clients."""
    return all(
        m.dest == n.dest or m.fence != n.fence
        for m in in_flight(Granted)
        for n in in_flight(Granted)
    )


def grants_are_to_one(a: Client) -> bool:
    """What a client has, no answer gives to another one."""
    return a.fence == 0 or all(m.dest == a or m.fence != a.fence for m in in_flight(Granted))


def grants_are_numbered() -> bool:
    """Numbers begin with one."""
    return all(m.fence > 0 for m in in_flight(Granted))


def writes_are_granted(server: LockServer) -> bool:
    """No write has a number that was never given."""
    return all(m.fence <= server.fence for m in in_flight(Write))


SUPPORT = (
    clients_are_not_ahead,
    grants_are_not_ahead,
    grants_differ,
    grants_are_to_one,
    grants_are_numbered,
    writes_are_granted,
)
LOCKS = Spec(
    "lock-service",
    processes=(LockServer, Client, Store),
    constants={"clients": 2, "locks": 2},
    invariants=(locks_differ, never_ahead),
    transitions=(writes_are_in_order,),
    constraints=(few_locks,),
    delivery=Delivery(),
)
PROOF = Proof(
    LOCKS,
    invariant=tuple(Lemma(c, uses=SUPPORT) for c in (*SUPPORT, *LOCKS.invariants)),
    goals=(Lemma(writes_are_in_order),),
)
