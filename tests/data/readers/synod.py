"""Single-decree Paxos: no two values are chosen (Lamport, The Part-Time Parliament, 1998).

One leader for each round; the proof follows Padon, Losa, Sagiv, Shoham, Paxos Made EPR (2017).
"""

from raftnb import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Set,
    Spec,
    history,
    in_flight,
)
from raftnb import send, when
from raftnb.prove import Lemma, Proof


class Value(Domain, number="values"):
    """What can be chosen."""


class Prepare(Message):
    """A leader begins a round: 1a."""

    round: Nat


class Promise(Message):
    """An acceptor takes part, and says what it voted for last: 1b."""

    round: Nat
    voted: Nat
    value: Value | None


class Accept(Message):
    """A leader proposes a value: 2a."""

    round: Nat
    value: Value


class Past(Globals):
    """What was voted and proposed in each round."""

    proposed: Map[Nat, Value] = history(Map())
    votes: Map[Nat, Set["Acceptor"]] = history(Map())


class Acceptor(Process, number="acceptors"):
    """It votes, at most once a round, and in no round before one that it has joined."""

    joined: Nat = 0
    voted: Nat = 0
    value: Value | None = None

    def promise(self, m: Prepare) -> None:
        """Join a round, and leave all before it."""
        when(m.round > self.joined)
        self.joined = m.round
        send(Promise(round=m.round, voted=self.voted, value=self.value), to=m.source)

    def accept(self, m: Accept) -> None:
        """Vote."""
        when(m.round >= self.joined)
        self.joined = m.round
        self.voted = m.round
        self.value = m.value
        Past.votes |= {m.round: Past.votes.get(m.round, frozenset()) | {self}}


class Leader(Process, number="leaders"):
    """It leads one round after the other."""

    round: Nat = 0
    joined: Set[Acceptor] = frozenset()
    voted: Nat = 0
    value: Value | None = None
    done: bool = False

    def begin(self, round: Nat) -> None:
        """Begin a round that nobody has."""
        when(round > self.round and all(m.round != round for m in in_flight(Prepare)))
        self.round = round
        self.joined = frozenset()
        self.voted = 0
        self.value = None
        self.done = False
        for a in Acceptor:
            send(Prepare(round=round), to=a)

    def hear(self, m: Promise) -> None:
        """Note who has joined, and the vote of the latest round."""
        when(m.round == self.round)
        self.joined |= {m.source}
        if m.voted > self.voted:
            self.voted = m.voted
            self.value = m.value

    def propose(self, value: Value) -> None:
        """What was voted for last by a quorum; any value, if nothing was."""
        when(self.round > 0 and not self.done and is_quorum(self.joined))
        when(self.may_propose(value))
        self.done = True
        Past.proposed |= {self.round: value}
        for a in Acceptor:
            send(Accept(round=self.round, value=value), to=a)

    def may_propose(self, value: Value) -> bool:
        """Whether nothing else can have been chosen."""
        return self.value is None or self.value == value


def is_quorum(acceptors: Set[Acceptor]) -> bool:
    """More than a half."""
    return 2 * len(acceptors) > len(Acceptor)


def quorums_meet(a: Set[Acceptor], b: Set[Acceptor]) -> bool:
    """Any two majorities have a member in common."""
    return not (is_quorum(a) and is_quorum(b)) or any(x in a and x in b for x in Acceptor)


class Willful(Leader):
    """A mistake: it proposes what it likes."""

    def may_propose(self, value: Value) -> bool:
        """Anything."""
        return True


class Faithless(Acceptor):
    """A mistake: it votes in rounds that it has left."""

    def accept(self, m: Accept) -> None:
        """Vote."""
        self.joined = m.round
        self.voted = m.round
        self.value = m.value
        Past.votes |= {m.round: Past.votes.get(m.round, frozenset()) | {self}}


def was_chosen(r: Nat) -> bool:
    """A quorum has voted in a round."""
    return r in Past.votes and is_quorum(Past.votes[r])


def one_value_is_chosen(r: Nat, s: Nat) -> bool:
    """Two rounds with a chosen value have the same."""
    return not (was_chosen(r) and was_chosen(s)) or Past.proposed.get(r) == Past.proposed.get(s)


def few_rounds(p: Leader, rounds: int) -> bool:
    """A bound for exploration."""
    return p.round <= rounds


SYNOD = Spec(
    "synod",
    processes=(Acceptor, Leader),
    shared=(Past,),
    domains=(Value,),
    constants={"acceptors": 2, "leaders": 2, "values": 2, "rounds": 2},
    constraints=(few_rounds,),
    delivery=Delivery(),
    invariants=(one_value_is_chosen,),
    symmetric=(Acceptor, Value),
)


def votes_are_of_who_joined(a: Acceptor, r: Nat) -> bool:
    """Nobody votes in a round after the one that it has joined."""
    return r not in Past.votes or a not in Past.votes[r] or r <= a.joined


def votes_had_a_proposal(r: Nat) -> bool:
    """A round with votes has a proposal."""
    return r not in Past.votes or r in Past.proposed


def what_is_said_was_proposed() -> bool:
    """A round has one proposal."""
    return all(
        m.round > 0 and m.round in Past.proposed and Past.proposed[m.round] == m.value
        for m in in_flight(Accept)
    )


def last_votes_are_true(a: Acceptor) -> bool:
    """An acceptor knows its last vote."""
    return a.voted <= a.joined and (
        a.value is None
        if a.voted == 0
        else a.voted in Past.votes
        and a in Past.votes[a.voted]
        and a.value is not None
        and a.voted in Past.proposed
        and a.value == Past.proposed[a.voted]
    )


def no_votes_since(a: Acceptor, r: Nat) -> bool:
    """An acceptor has not voted after its last vote."""
    return r <= a.voted or r not in Past.votes or a not in Past.votes[r]


def promises_are_true() -> bool:
    """A promise tells the last vote before its round."""
    return all(
        m.voted < m.round <= m.source.joined
        and (m.value is None) == (m.voted == 0)
        and (
            m.voted == 0
            or (
                m.voted in Past.votes
                and m.source in Past.votes[m.voted]
                and m.voted in Past.proposed
                and m.value == Past.proposed[m.voted]
            )
        )
        for m in in_flight(Promise)
    )


def promises_are_kept(r: Nat) -> bool:
    """Who has promised votes no more between its last vote and the round."""
    return all(
        r not in Past.votes or m.source not in Past.votes[r] or r <= m.voted or r >= m.round
        for m in in_flight(Promise)
    )


def rounds_were_begun(p: Leader) -> bool:
    """A leader's round is one that it began."""
    return p.round == 0 or any(m.round == p.round and m.source == p for m in in_flight(Prepare))


def one_leader_a_round() -> bool:
    """No two leaders begin one round."""
    return all(
        m.round > 0 and (m.round != n.round or m.source == n.source)
        for m in in_flight(Prepare)
        for n in in_flight(Prepare)
    )


def proposals_are_of_rounds_begun(r: Nat) -> bool:
    """What was proposed was so in a round that was begun."""
    return r not in Past.proposed or any(
        m.round == r and (m.source.done or m.source.round > r) and m.source.round >= r
        for m in in_flight(Prepare)
    )


def leaders_know_the_last_vote(p: Leader) -> bool:
    """A leader knows a vote of a round before its own."""
    return p.voted <= p.round and (
        p.value is None
        if p.voted == 0
        else p.voted < p.round
        and p.voted in Past.proposed
        and p.value is not None
        and p.value == Past.proposed[p.voted]
    )


def leaders_know_of_no_later_vote(p: Leader, a: Acceptor, r: Nat) -> bool:
    """Who has joined has not voted between the last vote that its leader knows, and its round."""
    return (
        a.joined >= p.round
        and (r <= p.voted or r >= p.round or r not in Past.votes or a not in Past.votes[r])
    ) or a not in p.joined


def nothing_else_can_be_chosen(r: Nat, s: Nat, q: Set[Acceptor]) -> bool:
    """If a later proposal differs, somebody of each quorum has left the round without a vote."""
    return (
        r >= s
        or s not in Past.proposed
        or not is_quorum(q)
        or (r in Past.proposed and Past.proposed[r] == Past.proposed[s])
        or any(
            a in q and a.joined > r and (r not in Past.votes or a not in Past.votes[r])
            for a in Acceptor
        )
    )


INVARIANT = (
    votes_are_of_who_joined,
    votes_had_a_proposal,
    what_is_said_was_proposed,
    last_votes_are_true,
    no_votes_since,
    promises_are_true,
    promises_are_kept,
    rounds_were_begun,
    one_leader_a_round,
    proposals_are_of_rounds_begun,
    leaders_know_the_last_vote,
    leaders_know_of_no_later_vote,
    nothing_else_can_be_chosen,
)

PROOF = Proof(
    SYNOD,
    invariant=tuple(map(Lemma, INVARIANT)),
    goals=(Lemma(one_value_is_chosen),),
    axioms=(Lemma(quorums_meet),),
    opaque=(is_quorum,),
    defined=INVARIANT,
)
