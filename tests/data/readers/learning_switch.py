"""Learning switches: where packets came from says where to send them, and nothing goes in circles.

After the example of Ivy (Padon, McMillan, Panda, Sagiv, Shoham, 2016).
"""

from raftnb import Delivery, Map, Message, Nat, Process, Set, Spec, anything, in_flight
from raftnb import send, when
from raftnb.prove import Lemma, Proof


class Packet(Message):
    """A packet on its way from one node to another, after so many hops."""

    sender: "Node"
    receiver: "Node"
    hops: Nat


class Node(Process, number="nodes"):
    """A switch, with a host behind it."""

    neighbors: Set["Node"] = anything()
    table: Map["Node", "Node"] = Map()
    hops: Map["Node", Nat] = Map()

    def emit(self, receiver: "Node", to: "Node") -> None:
        """Send a packet of one's own."""
        when(receiver != self and to in self.neighbors and to != self)
        send(Packet(sender=self, receiver=receiver, hops=0), to=to)

    def forward(self, m: Packet) -> None:
        """Learn where the sender is, and send the packet where the receiver is, or everywhere."""
        when(m.sender != self)
        if self.learns(m):
            self.table |= {m.sender: m.source}
            self.hops |= {m.sender: m.hops + 1}
        if m.receiver != self:
            hops = self.hops[m.sender]
            if m.receiver in self.table:
                to = self.table[m.receiver]
                send(Packet(sender=m.sender, receiver=m.receiver, hops=hops), to=to)
            else:
                for to in self.neighbors:
                    if to != m.source and to != self:
                        send(Packet(sender=m.sender, receiver=m.receiver, hops=hops), to=to)

    def learns(self, m: Packet) -> bool:
        """Whether it does not know yet where the sender is."""
        return m.sender not in self.table


class Fickle(Node):
    """A mistake: it believes the last packet."""

    def learns(self, m: Packet) -> bool:
        """Always."""
        return True


class Mirrored(Node):
    """A mistake: it takes the sender's place for the receiver's."""

    def forward(self, m: Packet) -> None:
        """Learn where the receiver is."""
        when(m.receiver != self and m.source != self)
        if m.receiver not in self.table:
            self.table |= {m.receiver: m.source}
            self.hops |= {m.receiver: m.hops + 1}
        for to in self.neighbors:
            if to != m.source and to != self:
                send(Packet(sender=m.sender, receiver=m.receiver, hops=m.hops + 1), to=to)


def no_circle_of_two(a: Node, to: Node) -> bool:
    """No two switches send the packets for a node to each other."""
    return to not in a.table or to not in a.table[to].table or a.table[to].table[to] != a


def no_circle_of_three(a: Node, b: Node, c: Node, to: Node) -> bool:
    """Nor do three switches."""
    return not (
        to in a.table
        and to in b.table
        and to in c.table
        and a.table[to] == b
        and b.table[to] == c
        and c.table[to] == a
    )


def few_hops(n: Node, longest: int) -> bool:
    """A bound for exploration."""
    return all(h <= longest for h in n.hops.values())


LEARNING_SWITCH = Spec(
    "learning-switch",
    processes=(Node,),
    constants={"nodes": 2, "longest": 2},
    delivery=Delivery(),
    constraints=(few_hops,),
    invariants=(no_circle_of_two, no_circle_of_three),
)


def tables_come_with_hops(a: Node, to: Node) -> bool:
    """For what a switch has learned, it is known how far it is."""
    return (to in a.table) == (to in a.hops)


def nobody_learns_of_itself(a: Node) -> bool:
    """A switch has no entry for its own host."""
    return a not in a.table


def packets_tell_the_distance() -> bool:
    """A packet has come as far as its last switch is from the sender."""
    return all(
        m.hops == 0
        if m.source == m.sender
        else m.sender in m.source.hops and m.source.hops[m.sender] == m.hops
        for m in in_flight(Packet)
    )


def each_hop_is_nearer(a: Node, to: Node) -> bool:
    """The next switch is the one that is looked for, or nearer to it."""
    return (
        to not in a.table
        or to not in a.hops
        or a.table[to] == to
        or (to in a.table[to].hops and a.table[to].hops[to] < a.hops[to])
    )


INVARIANT = (
    tables_come_with_hops,
    nobody_learns_of_itself,
    packets_tell_the_distance,
    each_hop_is_nearer,
)

PROOF = Proof(
    LEARNING_SWITCH,
    invariant=tuple(map(Lemma, INVARIANT)),
    goals=tuple(map(Lemma, LEARNING_SWITCH.invariants)),
    defined=INVARIANT,
)
