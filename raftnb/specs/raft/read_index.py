"""Reads without the log: ReadIndex (Ongaro's dissertation, section 6.4).

A leader that has committed an entry of its own term notes its commitIndex when a read arrives,
makes sure with a round of heartbeats that nobody has taken its place, waits until it has applied
that far, and answers. Each round has a number: an answer to an earlier one says nothing of this
read.
"""

from __future__ import annotations

from raftnb.language import Message, Nat, Set, discard, history, reply, send, when
from raftnb.specs.raft.log import RAFT_LOG, Log, LogServer
from raftnb.specs.raft.server import Index, Role, Server, Term, is_quorum, term_at


class Heartbeat(Message):
    """A leader asks whether it still leads; `round` tells its rounds apart."""

    term: Term
    round: Nat


class HeartbeatResponse(Message):
    """The answer to a Heartbeat of this term and round."""

    term: Term
    round: Nat


class ReadIndexServer(LogServer):
    """A server that answers reads from its state machine, one at a time."""

    # Volatile state on all servers: how much of the log has been applied.
    lastApplied: Index = 0
    # Volatile state on leaders: the read that waits, if there is one, and who has confirmed it.
    readIndex: Index | None = None
    round: Nat = 0
    confirmedBy: Set[Server] = frozenset()
    # History: how much was chosen when the read began, and who had gone beyond the term by then.
    chosenBefore: Index = history(0)
    beyond: Set[Server] = history(frozenset())

    def restart(self) -> None:
        """Fail and come back: the read that waits is lost, and the state machine starts anew."""
        super().restart()
        self.readIndex = None
        self.confirmedBy = frozenset()
        self.lastApplied = 0

    def update_term(self, m: Message) -> None:
        """A newer term: who led drops the read that waits."""
        super().update_term(m)
        self.readIndex = None
        self.confirmedBy = frozenset()

    def apply(self) -> None:
        """Apply the next committed entry to the state machine."""
        when(self.lastApplied < self.commitIndex)
        self.lastApplied += 1

    def may_read(self) -> bool:
        """Whether the leader knows of a committed entry of its own term, and so of all before."""
        return term_at(self.log, self.commitIndex) == self.currentTerm

    def begin_read(self) -> None:
        """A read arrives at a leader: note commitIndex, and start a round of heartbeats."""
        when(self.role == Role.LEADER)
        when(self.readIndex is None)
        when(self.may_read())
        self.readIndex = self.commitIndex
        self.round += 1
        self.confirmedBy = frozenset({self})
        self.chosenBefore = len(Log.chosen)
        self.beyond = frozenset({s for s in Server if s.currentTerm > self.currentTerm})
        for peer in Server:
            if peer != self:
                send(Heartbeat(term=self.currentTerm, round=self.round), to=peer)

    def handle_heartbeat(self, m: Heartbeat) -> None:
        """Confirm a leader of this term; one of an older term gets no answer."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm:
            reply(m, HeartbeatResponse(term=m.term, round=m.round))
        else:
            discard(m)

    def confirms(self, m: HeartbeatResponse) -> bool:
        """Whether an answer belongs to the round of the read that waits."""
        return m.term == self.currentTerm and m.round == self.round

    def handle_heartbeat_response(self, m: HeartbeatResponse) -> None:
        """One server more has not gone beyond this leader's term since the read began."""
        when(m.term <= self.currentTerm)
        if self.role == Role.LEADER and self.readIndex is not None and self.confirms(m):
            self.confirmedBy |= {m.source}
        discard(m)

    def still_leads(self) -> bool:
        """Whether a majority has confirmed the read that waits."""
        return is_quorum(self.confirmedBy)

    def has_applied(self) -> bool:
        """Whether the state machine has got as far as the read needs."""
        return self.readIndex is not None and self.lastApplied >= self.readIndex

    def answer_read(self) -> None:
        """Answer from the state machine."""
        when(self.role == Role.LEADER)
        when(self.has_applied())
        when(self.still_leads())
        self.readIndex = None
        self.confirmedBy = frozenset()


def reads_see_all_that_was_chosen(s: ReadIndexServer) -> bool:
    """A read that can be answered is answered from all that was chosen before it began."""
    answers = s.role == Role.LEADER and s.has_applied() and s.still_leads()
    return not answers or s.lastApplied >= s.chosenBefore


def applied_is_committed(s: ReadIndexServer) -> bool:
    """What was applied is committed."""
    return s.lastApplied <= s.commitIndex


def a_read_is_answered(max_reads: int) -> bool:
    """A read of something can be answered."""
    return max_reads == 0 or any(
        s.has_applied() and s.still_leads() and s.lastApplied > 0 for s in ReadIndexServer
    )


def reads_are_bounded(s: ReadIndexServer, max_reads: int) -> bool:
    """Each server begins up to max_reads reads."""
    return s.round <= max_reads


RAFT_READ_INDEX = RAFT_LOG.variant(
    "raft-read-index",
    ReadIndexServer,
    summary="Raft that answers reads without the log (ReadIndex)",
    constants={**RAFT_LOG.constants, "max_reads": 1},
    invariants=(*RAFT_LOG.invariants, reads_see_all_that_was_chosen, applied_is_committed),
    sometimes=(*RAFT_LOG.sometimes, a_read_is_answered),
    constraints=(*RAFT_LOG.constraints, reads_are_bounded),
)
