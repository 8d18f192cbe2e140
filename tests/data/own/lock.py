"""A server lends a lock, by numbered grants, over a network that loses, repeats and reorders."""

from __future__ import annotations

from raftnb import Delivery, Message, Nat, Process, Spec, discard, in_flight, reply, send, when


class Ask(Message):
    """Lend it to me."""


class Grant(Message):
    turn: Nat


class Release(Message):
    turn: Nat


class Client(Process, number="clients"):
    holds: bool = False
    turn: Nat = 0

    def ask(self):
        when(not self.holds)
        for s in Server:
            send(Ask(), to=s)

    def get(self, m: Grant):
        when(self.is_new(m))
        self.holds = True
        self.turn = m.turn
        discard(m)

    def release(self):
        when(self.holds)
        self.holds = False
        for s in Server:
            send(Release(turn=self.turn), to=s)

    def is_new(self, m: Grant) -> bool:
        return m.turn > self.turn


class Server(Process):
    owner: Client | None = None
    turn: Nat = 0

    def grant(self, m: Ask):
        when(self.owner is None)
        self.owner = m.source
        self.turn += 1
        reply(m, Grant(turn=self.turn))

    def take_back(self, m: Release):
        when(m.turn == self.turn)
        self.owner = None
        discard(m)


class Trusting(Client):
    """Takes any grant, one that comes again as well."""

    def is_new(self, m: Grant) -> bool:
        return not self.holds


def one_holds(a: Client, b: Client) -> bool:
    return a == b or not (a.holds and b.holds)


def somebody_holds() -> bool:
    return any(c.holds for c in Client)


def who_holds_it_is_the_owner(a: Client, s: Server) -> bool:
    return not a.holds or (s.owner == a and s.turn == a.turn)


def turns_are_the_servers(a: Client, s: Server) -> bool:
    return a.turn <= s.turn


def grants_are_the_servers(s: Server) -> bool:
    return all(m.turn <= s.turn for m in in_flight(Grant))


def new_grants_are_the_owners(s: Server) -> bool:
    return all(
        m.dest.turn >= m.turn or (m.turn == s.turn and s.owner == m.dest)
        for m in in_flight(Grant)
    )


def who_released_has_it_no_more(s: Server) -> bool:
    return all(
        m.turn <= s.turn
        and m.source.turn >= m.turn
        and (m.turn < s.turn or (not m.source.holds and s.owner in (None, m.source)))
        for m in in_flight(Release)
    )


def few(s: Server, turns: int) -> bool:
    return s.turn <= turns


LOCK = Spec(
    name="lock",
    processes=(Client, Server),
    constants={"clients": 2, "turns": 3},
    invariants=(
        one_holds,
        who_holds_it_is_the_owner,
        turns_are_the_servers,
        grants_are_the_servers,
        new_grants_are_the_owners,
        who_released_has_it_no_more,
    ),
    sometimes=(somebody_holds,),
    constraints=(few,),
    delivery=Delivery(),
)
