"""A leader is elected on a ring: the largest number wins (Chang and Roberts, 1979)."""

from raftnb import Delivery, Globals, Message, Nat, Process, Spec, in_flight, send, when
from raftnb.prove import Lemma, Proof


class Ring(Globals):
    """Whether everybody has a place on it."""

    closed: bool = False


class Claim(Message):
    """The node with this number claims to be the leader."""

    uid: Nat


class Node(Process, number="nodes"):
    """It sends its number round, and passes on those that are larger."""

    joined: bool = False
    place: Nat = 0
    uid: Nat = 0
    leads: bool = False

    def join(self, place: Nat, uid: Nat) -> None:
        """Take a place, and a number, that nobody has."""
        when(not Ring.closed and not self.joined and is_free(place, uid))
        self.joined = True
        self.place = place
        self.uid = uid

    def close(self) -> None:
        """The ring is complete."""
        when(all(n.joined for n in Node))
        Ring.closed = True

    def stand(self, to: "Node") -> None:
        """Claim to be the leader."""
        when(Ring.closed and is_next(self, to))
        send(Claim(uid=self.uid), to=to)

    def hear(self, m: Claim, to: "Node") -> None:
        """Pass a larger number on, and lead if it is one's own."""
        when(is_next(self, to))
        if self.passes_on(m.uid):
            send(Claim(uid=m.uid), to=to)
        elif m.uid == self.uid:
            self.leads = True

    def passes_on(self, uid: Nat) -> bool:
        """Whether a claim goes on to the next."""
        return uid > self.uid


class Generous(Node):
    """A mistake: it passes on every number but its own."""

    def passes_on(self, uid: Nat) -> bool:
        """Whether a claim goes on to the next."""
        return uid != self.uid


def is_free(place: Nat, uid: Nat) -> bool:
    """Whether nobody has the place or the number."""
    return all(not n.joined or (n.place != place and n.uid != uid) for n in Node)


def any_number(place: Nat, uid: Nat) -> bool:
    """Whether nobody has the place."""
    return all(not n.joined or n.place != place for n in Node)


class Careless(Node):
    """A mistake: it takes a number that another one may have."""

    def join(self, place: Nat, uid: Nat) -> None:
        """Take a place that nobody has."""
        when(not Ring.closed and not self.joined and any_number(place, uid))
        self.joined = True
        self.place = place
        self.uid = uid


def between(a: Node, b: Node, c: Node) -> bool:
    """Whether one meets b on the way from a to c."""
    return a.place < b.place < c.place or b.place < c.place < a.place or c.place < a.place < b.place


def is_next(a: Node, b: Node) -> bool:
    """Whether b comes after a on the ring."""
    return all(not between(a, n, b) for n in Node) and (a != b or all(n == a for n in Node))


def one_leader(a: Node, b: Node) -> bool:
    """No two nodes lead."""
    return not (a.leads and b.leads) or a == b


def small_numbers(n: Node, largest: int) -> bool:
    """A bound for exploration."""
    return n.place <= largest and n.uid <= largest


RING_ELECTION = Spec(
    "ring-election",
    processes=(Node,),
    shared=(Ring,),
    constants={"nodes": 2, "largest": 1},
    delivery=Delivery(),
    constraints=(small_numbers,),
    invariants=(one_leader,),
)


def places_and_numbers_differ(a: Node, b: Node) -> bool:
    """No two nodes have one place, or one number."""
    same = a.place == b.place or a.uid == b.uid
    return not (a.joined and b.joined and same) or a == b


def a_closed_ring_is_complete(a: Node) -> bool:
    """Everybody is on it."""
    return not Ring.closed or a.joined


def claims_need_a_closed_ring() -> bool:
    """Nobody claims anything before."""
    return all(Ring.closed for _ in in_flight(Claim))


def who_was_passed_is_smaller(a: Node, b: Node) -> bool:
    """A claim has gone by smaller numbers alone."""
    return all(
        m.uid != a.uid or not between(a, b, m.dest) or b.uid < a.uid for m in in_flight(Claim)
    )


def who_hears_its_own_claim_is_largest(a: Node, b: Node) -> bool:
    """A claim that has come round is of the largest number."""
    return all(m.uid != a.uid or m.dest != a or b.uid <= a.uid for m in in_flight(Claim))


def the_leader_is_largest(a: Node, b: Node) -> bool:
    """Who leads has the largest number."""
    return not a.leads or (Ring.closed and b.uid <= a.uid)


INVARIANT = (
    places_and_numbers_differ,
    a_closed_ring_is_complete,
    claims_need_a_closed_ring,
    who_was_passed_is_smaller,
    who_hears_its_own_claim_is_largest,
    the_leader_is_largest,
)

PROOF = Proof(
    RING_ELECTION,
    invariant=tuple(map(Lemma, INVARIANT)),
    goals=(Lemma(one_leader),),
)
