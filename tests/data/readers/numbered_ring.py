"""A token goes round a ring as a message, over a network that does its worst.

The token is numbered: an old one that comes again is not taken. In a circle or not, at most one
node works.
"""

from raftnb import Delivery, Message, Nat, Process, Spec, anything, in_flight, send, when
from raftnb.prove import Lemma, Proof


class Token(Message):
    """Whose turn it is; the one with the largest number counts."""

    n: Nat


class Node(Process, number="nodes"):
    """Works while it has the token, and passes it on."""

    has: bool = anything()
    working: bool = False
    seen: Nat = 0
    next: "Node" = anything()

    def start_work(self) -> None:
        when(self.has)
        self.working = True

    def stop_work(self) -> None:
        when(self.working)
        self.working = False

    def pass_on(self) -> None:
        when(self.has and not self.working)
        self.has = False
        send(Token(n=self.seen + 1), to=self.next)

    def take(self, t: Token) -> None:
        when(self.is_new(t))
        self.seen = t.n
        self.has = True

    def is_new(self, t: Token) -> bool:
        return t.n > self.seen


class Forgetful(Node):
    """Takes a token a second time."""

    def is_new(self, t: Token) -> bool:
        return t.n >= self.seen


def one_token() -> bool:
    return sum(n.has for n in Node) == 1


def one_before(a: Node, b: Node) -> bool:
    return a == b or a.next != b.next


def few(n: Node, most: int) -> bool:
    return n.seen <= most


def one_works(a: Node, b: Node) -> bool:
    return a == b or not (a.working and b.working)


def who_works_has_it(n: Node) -> bool:
    return not n.working or n.has


def one_has_it(a: Node, b: Node) -> bool:
    return a == b or not (a.has and b.has)


def has_the_newest(a: Node, b: Node) -> bool:
    return not a.has or b.seen <= a.seen


def none_is_newer(a: Node) -> bool:
    return not a.has or all(t.n <= a.seen for t in in_flight(Token))


def is_live(t: Token) -> bool:
    return all(t.n > a.seen for a in Node)


def one_is_live() -> bool:
    return all(
        t == u for t in in_flight(Token) for u in in_flight(Token) if is_live(t) and is_live(u)
    )


def old_ones_were_taken() -> bool:
    return all(t.n <= t.dest.seen or is_live(t) for t in in_flight(Token))


RING = Spec(
    "numbered ring",
    processes=(Node,),
    constants={"nodes": 3, "most": 5},
    delivery=Delivery(),
    assuming=(one_before,),
    initially=(one_token,),
    constraints=(few,),
    invariants=(one_works,),
)
CONJUNCTS = (
    one_works,
    who_works_has_it,
    one_has_it,
    has_the_newest,
    none_is_newer,
    one_is_live,
    old_ones_were_taken,
)
PROOF = Proof(RING, invariant=tuple(map(Lemma, CONJUNCTS)))
