"""Raft with one mistake at a time: every row changes one small operator or action of `Server`.

The numbers are those of the rows of `raftnb.specs.raft.mutants.MUTANTS`, which says of each what it
breaks, in which configuration, and where in the world it was made.
"""

from __future__ import annotations

from raftnb.language import Message, Seq, Set, discard, macro, reply, when
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    Index,
    RequestVote,
    RequestVoteResponse,
    Role,
    Server,
    last_term,
    term_at,
)


class CommitsOldTerms(Server):
    """1: an entry of an earlier term is committed by counting replicas (Figure 8)."""

    def may_commit(self, index: Index) -> bool:
        """Any entry on a majority may be committed."""
        return True


class VotesForAnyLog(Server):
    """2: the voter does not compare logs."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Any log will do."""
        return True


class ComparesIndexOnly(Server):
    """3: up to date means long enough."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is at least as long."""
        return m.lastLogIndex >= len(self.log)


class ComparesTermOnly(Server):
    """4: up to date means of a late enough term."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's last entry is of a term at least as late."""
        return m.lastLogTerm >= last_term(self.log)


class ComparesWithCommitted(Server):
    """5: the candidate's log is compared with what the voter knows to be committed."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is at least as up to date as the committed part."""
        term = term_at(self.log, self.commitIndex)
        return m.lastLogTerm > term or (
            m.lastLogTerm == term and m.lastLogIndex >= self.commitIndex
        )


class WantsALongerLog(Server):
    """6: the candidate's log must be longer than the voter's."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is more up to date than this server's."""
        return m.lastLogTerm > last_term(self.log) or (
            m.lastLogTerm == last_term(self.log) and m.lastLogIndex > len(self.log)
        )


class ForgetsItsVote(Server):
    """7: votedFor is not persistent."""

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost, and votedFor too."""
        super().restart()
        self.votedFor = None


class ForgetsItsTerm(Server):
    """8: currentTerm is not persistent."""

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost, and currentTerm too."""
        super().restart()
        self.currentTerm = 0


class ForgetsItsLog(Server):
    """9: the log is not persistent."""

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost, and the log too."""
        super().restart()
        self.log = ()


class DiskServer(Server):
    """Raft on a disk that is written in steps of its own: correct, the ground of rows 10 and 11.

    A follower writes its log before it acknowledges; a leader writes its own when it comes to it,
    and counts itself only as far as it has. Entries that are not written are lost by a restart.
    """

    synced: Index = 0

    def sync(self) -> None:
        """Write the log to the disk (fsync)."""
        when(self.synced < len(self.log))
        self.synced = len(self.log)

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost, and what was not yet written."""
        super().restart()
        self.log = self.log[: self.synced]

    def written(self, m: AppendEntries) -> Index:
        """How much of the log is on the disk when the message is acknowledged: all of it."""
        return len(self.log)

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over, write them, and answer true."""
        super().accept(m)
        self.synced = self.written(m)

    def replicated_on(self, index: Index) -> Set[Server]:
        """The servers known to have the log up to an index on their disks."""
        return frozenset(
            {
                s
                for s in Server
                if (s == self and self.synced >= index) or self.matchIndex[s] >= index
            }
        )


class AcknowledgesBeforeSync(DiskServer):
    """10: a follower acknowledges entries that are not yet on its disk."""

    def written(self, m: AppendEntries) -> Index:
        """How much of the log is on the disk when the message is acknowledged: the old part."""
        return min(self.synced, m.prevLogIndex)


class LeaderCountsBeforeSync(DiskServer):
    """11: a leader counts itself for entries that are not yet on its disk."""

    def replicated_on(self, index: Index) -> Set[Server]:
        """This leader, and the servers known to have the log up to an index on their disks."""
        return frozenset({s for s in Server if s == self or self.matchIndex[s] >= index})


class AlwaysTruncates(Server):
    """12: every AppendEntries cuts the log off after its entries."""

    def merged_log(self, m: AppendEntries) -> Seq[Entry]:
        """The log up to prevLogIndex, and the message's entries."""
        return self.log[: m.prevLogIndex] + m.entries


class KeepsConflicts(Server):
    """13: entries that conflict with the leader's are kept."""

    def merged_log(self, m: AppendEntries) -> Seq[Entry]:
        """The log, and those of the message's entries that are beyond its end."""
        return self.log + m.entries[max(len(self.log) - m.prevLogIndex, 0) :]


class CommitsUpToItsLogsEnd(Server):
    """14: leaderCommit is believed for entries that the message does not vouch for."""

    def committed_by(self, m: AppendEntries) -> Index:
        """The leader's commit index, as far as the log goes."""
        return min(m.leaderCommit, len(self.log))


class HeartbeatsCommit(Server):
    """15: a heartbeat commits without the check of prevLogIndex and prevLogTerm."""

    def log_matches(self, m: AppendEntries) -> bool:
        """Whether the log has the previous entry; a heartbeat is not checked."""
        return m.entries == () or super().log_matches(m)

    def committed_by(self, m: AppendEntries) -> Index:
        """The commit index that the message justifies; a heartbeat justifies any."""
        if m.entries == ():
            return min(m.leaderCommit, len(self.log))
        return super().committed_by(m)


class CountsOldVotes(Server):
    """16: a vote of an earlier term is counted in this one."""

    def counts_vote(self, m: RequestVoteResponse) -> bool:
        """Whether a response grants a vote to this candidate."""
        return self.role == Role.CANDIDATE and m.voteGranted


class VotesTwice(Server):
    """17: a server votes as often as it is asked."""

    def may_vote_for(self, candidate: Server) -> bool:
        """The vote is always free."""
        return True


class FollowingFreesTheVote(Server):
    """18: an AppendEntries of its own term makes a server forget its vote."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation; the vote is free again."""
        super().handle_append_entries(m)
        if m.term == self.currentTerm:
            self.votedFor = None


class SteppingDownFreesTheVote(Server):
    """19: a candidate that finds a leader in its term takes its vote back."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation; a candidate's vote is free again."""
        if m.term == self.currentTerm and self.role == Role.CANDIDATE:
            self.votedFor = None
        super().handle_append_entries(m)


class HalfIsEnough(Server):
    """20: half of the servers, rounded down, elect a leader."""

    def has_won(self) -> bool:
        """Whether N/2 servers have voted for this one."""
        return len(self.votesGranted) >= len(Server) // 2


class CommitsOneShort(Server):
    """21: one server fewer than a majority suffices to commit."""

    def is_replicated(self, index: Index) -> bool:
        """Whether a majority less one has the log up to an index."""
        return len(self.replicated_on(index)) >= len(Server) // 2


class LeaderCountsTwice(Server):
    """22: the leader counts itself, and then the servers, itself among them."""

    def is_replicated(self, index: Index) -> bool:
        """Whether the servers that have the log up to an index, and this one, are a majority."""
        return 2 * (len(self.replicated_on(index)) + 1) > len(Server)


class IgnoresPrevLogTerm(Server):
    """23: the previous entry is only asked to exist."""

    def log_matches(self, m: AppendEntries) -> bool:
        """Whether the log has an entry at prevLogIndex."""
        return m.prevLogIndex <= len(self.log)


class FollowsOldLeaders(Server):
    """24: an AppendEntries of an earlier term is accepted."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation, without step 1."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.CANDIDATE:
            self.role = Role.FOLLOWER
        if not self.log_matches(m):
            self.reject(m)
        else:
            self.accept(m)


class StaysInOffice(Server):
    """25: a server that learns of a newer term adopts it, but not the role of a follower."""

    def update_term(self, m: Message) -> None:
        """Any RPC with a newer term: adopt it."""
        when(m.term > self.currentTerm)
        self.currentTerm = m.term
        self.votedFor = None


class AcknowledgesItsWholeLog(Server):
    """26: the acknowledgment carries the log's length, not the last entry verified."""

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over, and answer true."""
        self.log = self.merged_log(m)
        self.commitIndex = max(self.commitIndex, self.committed_by(m))
        matchIndex = len(self.log)
        self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
        reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))


class HintServer(Server):
    """Raft with a hint in each rejection, where to try next: correct, the ground of row 27."""

    @macro
    def reject(self, m: AppendEntries) -> None:
        """Answer false, and how long the log is."""
        hint = len(self.log)
        reply(m, AppendEntriesResponse(term=self.currentTerm, success=False, matchIndex=hint))

    @macro
    def try_further_back(self, m: AppendEntriesResponse) -> None:
        """The follower rejected: try one entry earlier, and not beyond its log's end."""
        back = min(self.nextIndex[m.source] - 1, m.matchIndex + 1)
        self.nextIndex |= {m.source: max(back, 1)}

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader learns how far a follower's log agrees, or tries further back."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.LEADER:
            if m.success:
                self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
                self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}
            else:
                self.try_further_back(m)
        discard(m)


class BelievesHints(HintServer):
    """27: the hint of a rejection is taken for a matchIndex."""

    @macro
    def try_further_back(self, m: AppendEntriesResponse) -> None:
        """The follower rejected: its log ends at the hint, so go on from there."""
        self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
        self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}


class CountsOldAcknowledgments(Server):
    """28: an acknowledgment of an earlier term is counted in this one."""

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader learns how far a follower's log agrees, or tries further back."""
        when(m.term <= self.currentTerm)
        if self.role == Role.LEADER:
            if m.success:
                self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
                self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}
            else:
                self.nextIndex |= {m.source: max(self.nextIndex[m.source] - 1, 1)}
        discard(m)


class TakesCommitsBack(Server):
    """29: commitIndex is set to what the message says, even if that is less."""

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over, and answer true."""
        self.log = self.merged_log(m)
        self.commitIndex = self.committed_by(m)
        matchIndex = self.last_new(m)
        self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
        reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))


class TakesMatchesBack(Server):
    """30: matchIndex is set to what the message says, even if that is less."""

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader learns how far a follower's log agrees, or tries further back."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.LEADER:
            if m.success:
                self.matchIndex |= {m.source: m.matchIndex}
                self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}
            else:
                self.nextIndex |= {m.source: max(self.nextIndex[m.source] - 1, 1)}
        discard(m)


class StepsBelowOne(Server):
    """31: nextIndex is lowered without a floor."""

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader learns how far a follower's log agrees, or tries further back."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.LEADER:
            if m.success:
                self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
                self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}
            else:
                self.nextIndex |= {m.source: self.nextIndex[m.source] - 1}
        discard(m)
