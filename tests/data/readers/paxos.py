"""Single-decree Paxos (Lamport, "Paxos made simple", 2001): at most one value is chosen."""

from raftnb import Delivery, Domain, Message, Nat, Process, Set, Spec, in_flight, send, when
from raftnb.prove import Lemma, Proof


class Value(Domain, number="values"):
    """What may be chosen."""


class Prepare(Message):
    """Phase 1a."""

    source: "Proposer"
    dest: "Acceptor"
    ballot: Nat


class Promise(Message):
    """Phase 1b, with the last vote (ballot 0 where there was none)."""

    source: "Acceptor"
    dest: "Proposer"
    ballot: Nat
    voted: Nat
    value: Value | None


class Accept(Message):
    """Phase 2a."""

    source: "Proposer"
    dest: "Acceptor"
    ballot: Nat
    value: Value


class Accepted(Message):
    """Phase 2b: a vote."""

    source: "Acceptor"
    dest: "Proposer"
    ballot: Nat
    value: Value


class Acceptor(Process, number="acceptors"):
    """Votes."""

    promised: Nat = 0
    voted: Nat = 0
    value: Value | None = None

    def promise(self, m: Prepare) -> None:
        """Take part in no earlier ballot any more."""
        when(m.ballot > self.promised)
        self.promised = m.ballot
        send(Promise(ballot=m.ballot, voted=self.voted, value=self.value), to=m.source)

    def accept(self, m: Accept) -> None:
        """Vote, unless a later ballot was promised."""
        when(m.ballot >= self.promised)
        self.promised = m.ballot
        self.voted = m.ballot
        self.value = m.value
        send(Accepted(ballot=m.ballot, value=m.value), to=m.source)


class Proposer(Process, number="proposers"):
    """Leads ballots; no two lead the same one."""

    ballot: Nat = 0
    promises: Set["Acceptor"] = frozenset()
    voted: Nat = 0
    value: Value | None = None
    proposed: bool = False

    def begin(self, ballot: Nat) -> None:
        """Begin a ballot of one's own that is later."""
        when(ballot > self.ballot and ballot % len(Proposer) == self.index)
        self.ballot = ballot
        self.promises = frozenset()
        self.voted = 0
        self.value = None
        self.proposed = False
        for a in Acceptor:
            send(Prepare(ballot=ballot), to=a)

    def hear(self, m: Promise) -> None:
        """Keep the vote of the latest ballot."""
        when(m.ballot == self.ballot and not self.proposed)
        self.promises |= {m.source}
        if m.voted > self.voted:
            self.voted = m.voted
            self.value = m.value

    def propose(self, value: Value) -> None:
        """With a quorum of promises: the value of the latest vote, or any."""
        when(self.ballot > 0 and not self.proposed and is_quorum(self.promises))
        when(self.may_propose(value))
        self.proposed = True
        for a in Acceptor:
            send(Accept(ballot=self.ballot, value=value), to=a)

    def may_propose(self, value: Value) -> bool:
        """Whether a value is free to be proposed."""
        return self.value is None or self.value == value


class Forgetful(Proposer):
    """Proposes what it likes."""

    def may_propose(self, value: Value) -> bool:
        """Does not look at the votes."""
        return True


def is_quorum(acceptors: Set[Acceptor]) -> bool:
    """More than a half."""
    return 2 * len(acceptors) > len(Acceptor)


def is_chosen(ballot: Nat, value: Value) -> bool:
    """Whether a quorum has voted for a value in a ballot."""
    return is_quorum(
        frozenset(
            a
            for a in Acceptor
            if any(
                m.source == a and m.ballot == ballot and m.value == value
                for m in in_flight(Accepted)
            )
        )
    )


def one_value_is_chosen(i: Nat, v: Value, j: Nat, w: Value) -> bool:
    """Agreement."""
    return v == w or not (is_chosen(i, v) and is_chosen(j, w))


def one_value_a_ballot() -> bool:
    """No two proposals of one ballot differ."""
    return all(
        m.ballot != n.ballot or m.value == n.value
        for m in in_flight(Accept)
        for n in in_flight(Accept)
    )


def votes_are_for_proposals() -> bool:
    """Nobody votes for what was not proposed."""
    return all(
        any(n.ballot == m.ballot and n.value == m.value for n in in_flight(Accept))
        for m in in_flight(Accepted)
    )


def few_ballots(p: Proposer, ballots: int) -> bool:
    """A bound for exploration."""
    return p.ballot <= ballots


PAXOS = Spec(
    "paxos",
    processes=(Acceptor, Proposer),
    domains=(Value,),
    constants={"acceptors": 2, "proposers": 2, "values": 2, "ballots": 2},
    invariants=(one_value_is_chosen, one_value_a_ballot, votes_are_for_proposals),
    constraints=(few_ballots,),
    delivery=Delivery(),
    symmetric=(Acceptor, Value),
)
