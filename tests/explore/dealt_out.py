"""A specification with something of everything that a check may find."""

from __future__ import annotations

from raftnb import (
    Delivery,
    Message,
    Nat,
    Process,
    Spec,
    after,
    either,
    in_flight,
    reply,
    send,
    when,
)


class Ping(Message):
    n: Nat


class Node(Process, number="nodes"):
    x: Nat = 0
    stopped: bool = False

    def count(self) -> None:
        when(not self.stopped)
        self.x = self.x + either(1, 2)

    def ask(self, peer: Node) -> None:
        when(peer != self and not self.stopped)
        send(Ping(n=self.x % 3), to=peer)

    def hear(self, m: Ping) -> None:
        reply(m, Ping(n=(m.n + 1) % 3))

    def stop(self) -> None:
        when(self.x == 3 and not self.stopped)
        self.stopped = True


class Counter(Node):
    def count(self) -> None:
        when(self.x < 3)
        self.x = self.x + 1

    def ask(self, peer: Node) -> None:
        when(False)


def small(limit: Nat) -> bool:
    return all(node.x <= limit for node in Node)


def within_seven() -> bool:
    return all(node.x < 7 for node in Node)


def below_five() -> bool:
    return all(node.x < 5 for node in Node)


def never_three() -> bool:
    return all(node.x != 3 or not node.stopped for node in Node)


def beyond_the_limit() -> bool:
    return any(node.x > 4 for node in Node)


def two_hear() -> bool:
    return len(in_flight(Ping)) == 2


def never_true() -> bool:
    return any(node.x == 1 and node.stopped for node in Node)


def all_stopped() -> bool:
    return all(node.stopped for node in Node)


def by_one(node: Node) -> bool:
    return after(node).x != 4 or node.x == 3


def never_back(node: Node) -> bool:
    return after(node).x >= node.x


SOME = Spec(
    "some of everything",
    (Node,),
    constants={"nodes": 2, "limit": 4, "most": 2, "times": 1},
    invariants=(within_seven,),
    transitions=(never_back,),
    sometimes=(two_hear,),
    constraints=(small,),
    delivery=Delivery(loses=True),
    distinct_messages="most",
    copies="times",
    final=all_stopped,
)
COUNTERS = Spec(
    "counters",
    (Counter,),
    constants={"nodes": 2},
    sometimes=(never_true,),
    delivery=Delivery(),
    final=all_stopped,
)
