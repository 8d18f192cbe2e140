"""A token goes round a ring of nodes, over a network that loses, repeats and reorders."""

from __future__ import annotations

from raftnb import (
    Delivery,
    Globals,
    Message,
    Nat,
    Process,
    Spec,
    anything,
    history,
    in_flight,
    send,
    when,
)


class Token(Message):
    turn: Nat


class Ring(Globals):
    last: Nat = history(0)


class Node(Process, number="nodes"):
    turn: Nat = 0
    has_it: bool = anything()
    inside: bool = False

    def enter(self):
        when(self.has_it)
        self.inside = True

    def leave(self):
        when(self.inside)
        self.inside = False

    def pass_on(self, to: Node):
        when(self.has_it and not self.inside)
        when(self.is_next(to))
        self.has_it = False
        Ring.last = self.turn + 1
        send(Token(turn=self.turn + 1), to=to)

    def receive(self, m: Token):
        when(m.turn > self.turn)
        self.turn = m.turn
        self.has_it = True

    def is_next(self, to: Node) -> bool:
        return to.index == (self.index + 1) % len(Node)


class Anywhere(Node):
    """Passes the token to any other node: what is proved of it holds in a ring of any size."""

    def is_next(self, to: Node) -> bool:
        return to != self


class Trusting(Node):
    """Takes any token for a new one, an old one that comes again as well."""

    def receive(self, m: Token):
        self.turn = m.turn
        self.has_it = True


def one_begins() -> bool:
    return sum(n.has_it for n in Node) == 1


def few(n: Node, turns: int) -> bool:
    return n.turn < turns


def somebody_gets_in() -> bool:
    return any(n.inside for n in Node)


def one_inside(a: Node, b: Node) -> bool:
    return a == b or not (a.inside and b.inside)


def who_is_inside_has_it(a: Node) -> bool:
    return a.has_it or not a.inside


def one_has_it(a: Node, b: Node) -> bool:
    return a == b or not (a.has_it and b.has_it)


def the_last_turn_has_it(a: Node) -> bool:
    return a.turn <= Ring.last and (a.turn == Ring.last or not a.has_it)


def tokens_are_of_turns_that_were() -> bool:
    return all(m.turn <= Ring.last for m in in_flight(Token))


def a_new_token_is_the_only_one(a: Node) -> bool:
    return all(
        m.turn <= m.dest.turn or (m.turn == Ring.last and not a.has_it) for m in in_flight(Token)
    )


def a_turn_is_of_one_node() -> bool:
    return all(
        m.turn != k.turn or m.dest == k.dest for m in in_flight(Token) for k in in_flight(Token)
    )


RING = Spec(
    name="ring",
    processes=(Node,),
    shared=(Ring,),
    constants={"nodes": 3, "turns": 5},
    invariants=(
        one_inside,
        who_is_inside_has_it,
        one_has_it,
        the_last_turn_has_it,
        tokens_are_of_turns_that_were,
        a_new_token_is_the_only_one,
        a_turn_is_of_one_node,
    ),
    sometimes=(somebody_gets_in,),
    initially=(one_begins,),
    constraints=(few,),
    delivery=Delivery(),
)
