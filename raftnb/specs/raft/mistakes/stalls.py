"""Mistakes by which elections come to nothing, though all servers are up and reach each other."""

from __future__ import annotations

from raftnb.language import Delivery, Message, Set, in_flight, when
from raftnb.language.temporal import always_eventually, weak
from raftnb.specs.raft.claims import RAFT, a_leader_is_elected
from raftnb.specs.raft.mistakes.mutant import Mutant
from raftnb.specs.raft.server import (
    RequestVote,
    RequestVoteResponse,
    Role,
    Server,
    Value,
    is_quorum,
)


class PatientServer(Server):
    """A server of a cluster in which an election that fails is followed by one that need not.

    Nothing fails. In the first term anybody may stand, all at once if it is to be; if nobody wins,
    there is a second term, in which one server at least does not stand, and so decides it. Who
    leads has nothing to send. It is correct; the next mistakes are made on its ground.
    """

    def restart(self) -> None:
        """Servers do not fail."""
        when(False)
        super().restart()

    def client_request(self, value: Value) -> None:
        """Nobody asks for anything."""
        when(False)
        super().client_request(value)

    def append_entries(self, peer: Server) -> None:
        """There is nothing to send."""
        when(False)
        super().append_entries(peer)

    def nobody_wins(self) -> bool:
        """Whether an election is over without a leader, and is not followed by one that has one."""
        over = in_flight(Message) == () or any(s.currentTerm > self.currentTerm for s in Server)
        return over and all(s.role == Role.FOLLOWER or s.is_losing() for s in Server)

    def is_losing(self) -> bool:
        """Whether this server stands, and has not been elected."""
        return self.role == Role.CANDIDATE and not self.has_won()

    def somebody_decides(self) -> bool:
        """Whether another server has not stood in the second term."""
        return any(s != self and (s.currentTerm < 2 or s.votedFor != s) for s in Server)

    def time_out(self) -> None:
        """Start the first election, or the second one."""
        first = self.currentTerm == 0
        second = self.currentTerm == 1 and self.nobody_wins() and self.somebody_decides()
        when(first or second)
        super().time_out()


class GivingUpServer(PatientServer):
    """A candidate that is refused by too many to win gives up at once.

    It is correct; the next mistake but one is made on its ground.
    """

    refusedBy: Set[Server] = frozenset()

    def time_out(self) -> None:
        """Start an election, in which nobody has refused yet."""
        super().time_out()
        self.refusedBy = frozenset()

    def handle_request_vote_response(self, m: RequestVoteResponse) -> None:
        """Count a vote of this term, or a refusal."""
        super().handle_request_vote_response(m)
        if m.term == self.currentTerm and not m.voteGranted:
            self.refusedBy |= {m.source}

    def has_lost(self) -> bool:
        """Whether those who have not refused are no majority."""
        return not is_quorum(frozenset({s for s in Server if s not in self.refusedBy}))

    def give_up(self) -> None:
        """The election is lost: wait for another one."""
        when(self.role == Role.CANDIDATE and self.has_lost())
        self.role = Role.FOLLOWER


PATIENT = RAFT.variant(
    "patient-raft",
    PatientServer,
    delivery=Delivery(loses=False, duplicates=False),
    symmetric=(),
    fairness=tuple(
        weak(action) for name, action in PatientServer.actions.items() if name != "restart"
    ),
    liveness=(always_eventually(a_leader_is_elected, "again and again there is a leader"),),
)
GIVING_UP = PATIENT.variant(
    "giving-up-raft",
    GivingUpServer,
    fairness=tuple(
        weak(action) for name, action in GivingUpServer.actions.items() if name != "restart"
    ),
)


class StepsDownForAnybody(PatientServer):
    """A candidate that hears of another one steps down before it asks whether it may vote."""

    def handle_request_vote(self, m: RequestVote) -> None:
        """Whoever asks in this term: become a follower, and refuse, as the vote is given."""
        if m.term == self.currentTerm and self.role == Role.CANDIDATE:
            self.role = Role.FOLLOWER
        super().handle_request_vote(m)


ROW_93 = Mutant(
    row=93,
    server=StepsDownForAnybody,
    breaks=a_leader_is_elected,
    servers=3,
    terms=2,
    entries=0,
    how="lasso",
    why="Two candidates put an end to each other, and whoever votes for them votes in vain.",
    seen_in=("d-engine #30",),
    base=PATIENT,
)


class SeesASplitTooSoon(GivingUpServer):
    """A candidate gives up when the votes still to come would be a quorum exactly."""

    def has_lost(self) -> bool:
        """Whether those who have not refused are no more than the smallest majority."""
        left = len(frozenset({s for s in Server if s not in self.refusedBy}))
        return 2 * left <= len(Server) + 1


ROW_94 = Mutant(
    row=94,
    server=SeesASplitTooSoon,
    breaks=a_leader_is_elected,
    servers=3,
    terms=2,
    entries=0,
    how="lasso",
    why="It takes a vote that it is about to win for a split one.",
    seen_in=("tarantool #8698",),
    base=GIVING_UP,
)


class KeepsItsVote(PatientServer):
    """A server takes a newer term over, and its vote of the older one into it."""

    def update_term(self, m: Message) -> None:
        """Any RPC with a newer term: adopt it, and become a follower that has voted."""
        kept = self.votedFor
        super().update_term(m)
        self.votedFor = kept


ROW_95 = Mutant(
    row=95,
    server=KeepsItsVote,
    breaks=a_leader_is_elected,
    servers=2,
    terms=2,
    entries=0,
    how="lasso",
    why="Once all have voted for themselves, nobody ever votes for another one.",
    seen_in=("nats-server #3943",),
    base=PATIENT,
)
