"""Mistakes about how a leader finds the place from which a follower has to be served."""

from __future__ import annotations

from raftnb.language import Delivery, discard, macro, reply, send, when
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.mistakes.mutant import TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.quiet import is_quiet
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Faults,
    Index,
    Role,
    Server,
    Value,
    term_at,
)


class FlooredServer(Server):
    """A leader never goes back to what it knows a follower to have.

    It is correct; the next mistake is made on its ground.
    """

    def further_back(self, peer: Server) -> Index:
        """Where to try next when a follower has rejected."""
        return max(self.nextIndex[peer] - 1, self.matchIndex[peer] + 1)

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader learns how far a follower's log agrees, or tries further back."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.LEADER:
            if m.success:
                self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
                self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}
            else:
                self.nextIndex |= {m.source: self.further_back(m.source)}
        discard(m)


def nextIndex_is_beyond_matchIndex(s: Server, peer: Server) -> bool:
    """A leader sends nothing that it knows a follower to have."""
    return s.role != Role.LEADER or s.nextIndex[peer] > s.matchIndex[peer]


class GoesBackTooFar(FlooredServer):
    """A rejection that comes late takes nextIndex back to what is known to match."""

    def further_back(self, peer: Server) -> Index:
        """One entry earlier, whatever is known."""
        return max(self.nextIndex[peer] - 1, 1)


ROW_98 = Mutant(
    row=98,
    server=GoesBackTooFar,
    breaks=nextIndex_is_beyond_matchIndex,
    servers=2,
    terms=2,
    entries=1,
    restarts=1,
    network={**TWO_IN_FLIGHT, "max_copies": 2},
    why="Figure 2 does so, too, and it does no harm, as long as nobody relies on it.",
    seen_in=("etcd-io/raft #148", "raft-rs #555"),
    base=RAFT.variant(
        "floored-raft",
        FlooredServer,
        invariants=(*RAFT.invariants, nextIndex_is_beyond_matchIndex),
    ),
)


class StartingOverServer(Server):
    """A leader that is rejected starts over with the first entry, and sends one at a time.

    Nobody acts while a message is under way. There are two terms and one restart at most, and
    a log has no more than two entries. It is correct; the next mistake is made on its ground.
    """

    def restart(self) -> None:
        """Fail and come back, once in all."""
        when(is_quiet() and Faults.restarts == 0)
        super().restart()

    def time_out(self) -> None:
        """Start one of two elections."""
        when(is_quiet() and self.currentTerm < 2)
        super().time_out()

    def client_request(self, value: Value) -> None:
        """Append one of two entries."""
        when(is_quiet() and len(self.log) < 2)
        super().client_request(value)

    def append_entries(self, peer: Server) -> None:
        """Send a follower the next entry, if there is one."""
        when(self.role == Role.LEADER)
        when(peer != self and is_quiet())
        prev = self.nextIndex[peer] - 1
        send(
            AppendEntries(
                term=self.currentTerm,
                prevLogIndex=prev,
                prevLogTerm=term_at(self.log, prev),
                entries=self.log[prev : prev + 1],
                leaderCommit=self.commitIndex,
            ),
            to=peer,
        )

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader goes on behind what the follower has taken over, or starts over."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.LEADER:
            if m.success:
                self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
                self.nextIndex |= {m.source: m.matchIndex + 1}
            else:
                self.nextIndex |= {m.source: 1}
        discard(m)


def everybody_has_the_log() -> bool:
    """Whoever leads knows that all have its log."""
    return all(
        s.role != Role.LEADER or peer == s or s.matchIndex[peer] == len(s.log)
        for s in Server
        for peer in Server
    )


class AnswersForNewsOnly(StartingOverServer):
    """A follower that has the entries already answers for what comes before them."""

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over, and answer true, for them if they are new."""
        isNews = self.merged_log(m) != self.log
        self.log = self.merged_log(m)
        self.commitIndex = max(self.commitIndex, self.committed_by(m))
        matchIndex = self.last_new(m) if isNews else m.prevLogIndex
        self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
        reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))


ROW_99 = Mutant(
    row=99,
    server=AnswersForNewsOnly,
    breaks=everybody_has_the_log,
    servers=2,
    terms=2,
    entries=2,
    restarts=1,
    network=TWO_IN_FLIGHT,
    why="The leader sends it the same entry for ever, and never the one that it lacks.",
    seen_in=("yugabyte #32876",),
    base=RAFT.variant(
        "starting-over-raft",
        StartingOverServer,
        delivery=Delivery(duplicates=False),
        possible=(everybody_has_the_log,),
    ),
)
