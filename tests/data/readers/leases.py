"""A lock that is leased: whoever has it has it until a moment, and need not give it back."""

from raftnb import (
    Delivery,
    Globals,
    Message,
    Nat,
    Process,
    Spec,
    discard,
    in_flight,
    reply,
    send,
    when,
)
from raftnb.prove import Lemma, Proof


class Clock(Globals):
    """One clock, which everybody sees."""

    now: Nat = 0


class Ask(Message):
    """A client wants the lock."""


class Grant(Message):
    """It has the lock until then."""

    until: Nat


class Server(Process):
    """Grants the lock when nobody has it, or the lease has run out."""

    until: Nat = 0
    holder: "Client | None" = None

    def grant(self, m: Ask, term: int) -> None:
        when(self.is_free())
        self.holder = m.source
        self.until = Clock.now + term
        reply(m, Grant(until=self.until))

    def is_free(self) -> bool:
        return self.holder is None or self.until <= Clock.now


class Early(Server):
    """Grants the lock again one tick too early."""

    def is_free(self) -> bool:
        return self.holder is None or self.until <= Clock.now + 1


class Client(Process, number="clients"):
    """Asks, and holds the lock as long as the lease lasts."""

    until: Nat = 0
    asked: bool = False

    def ask(self) -> None:
        when(not self.asked)
        self.asked = True
        for s in Server:
            send(Ask(), to=s)

    def hear(self, m: Grant) -> None:
        self.until = max(self.until, m.until)
        self.asked = False
        discard(m)

    def holds(self) -> bool:
        return Clock.now < self.until


class Ticker(Process):
    """Lets time pass."""

    def tick(self) -> None:
        Clock.now += 1


def one_holds(a: Client, b: Client) -> bool:
    return a == b or not (a.holds() and b.holds())


def soon(horizon: int) -> bool:
    return Clock.now <= horizon


def the_server_knows(c: Client, s: Server) -> bool:
    return not c.holds() or (s.holder == c and c.until <= s.until)


def grants_are_the_server_s(s: Server) -> bool:
    return all(
        m.until <= Clock.now or (s.holder == m.dest and m.until <= s.until)
        for m in in_flight(Grant)
    )


LEASES = Spec(
    "leases",
    processes=(Server, Client, Ticker),
    shared=(Clock,),
    constants={"clients": 2, "term": 2, "horizon": 4, "copies": 2},
    delivery=Delivery(loses=True, duplicates=False),
    copies="copies",
    invariants=(one_holds,),
    constraints=(soon,),
)
PROOF = Proof(LEASES, tuple(map(Lemma, (one_holds, the_server_knows, grants_are_the_server_s))))
