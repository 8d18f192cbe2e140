"""A token ring: who has the token may enter, and afterwards hands it to the next one."""

from raftnb import Globals, Process, Spec, always_eventually, first, weak, when
from raftnb.prove import Lemma, Proof


class Ring(Globals):
    """Who has the token."""

    token: "Node" = first()


class Node(Process, number="nodes"):
    """A member of the ring."""

    inside: bool = False

    def enter(self) -> None:
        """Only with the token."""
        when(Ring.token == self)
        self.inside = True

    def leave(self, to: "Node") -> None:
        """Hand the token on, to the next in the ring."""
        when(self.inside and self.is_before(to))
        self.inside = False
        Ring.token = to

    def is_before(self, other: "Node") -> bool:
        """Whether the other one is next in the ring."""
        return other.index == (self.index + 1) % len(Node)


class Careless(Node):
    """Hands the token on and stays inside."""

    def leave(self, to: Node) -> None:
        """Forgets to leave."""
        when(self.inside and self.is_before(to))
        Ring.token = to


class Generous(Node):
    """Hands the token to anybody."""

    def is_before(self, other: Node) -> bool:
        """Anybody is next."""
        return True


def one_inside(a: Node, b: Node) -> bool:
    """Mutual exclusion."""
    return a == b or not (a.inside and b.inside)


def with_the_token(a: Node) -> bool:
    """Who is inside has the token."""
    return not a.inside or Ring.token == a


def is_inside(a: Node) -> bool:
    """It has its turn."""
    return a.inside


RING = Spec(
    "token-ring",
    processes=(Node,),
    shared=(Ring,),
    constants={"nodes": 3},
    invariants=(one_inside, with_the_token),
    fairness=(weak(Node),),
    liveness=(always_eventually(is_inside),),
)
# Where the token goes is no matter for safety: the proof is of a ring in which it goes anywhere.
ANYWHERE = RING.variant("token-anywhere", Generous)
PROOF = Proof(
    ANYWHERE,
    invariant=(Lemma(with_the_token),),
    goals=(Lemma(one_inside, uses=(with_the_token,)),),
)
