"""Mistakes about commitment: what is taken for replicated, and what for committed."""

from __future__ import annotations

from typing import Any

from raftnb.language import discard, macro, reply, when
from raftnb.specs.raft.claims import (
    commitIndex_is_monotone,
    leader_completeness,
    matchIndex_is_monotone,
    state_machine_safety,
)
from raftnb.specs.raft.mistakes.mutant import TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.scenes import (
    commit,
    conflict_meets_commit,
    elect,
    receive,
    replicate,
    request,
    send_entries,
    take_entries,
    two_entries_at_one_index,
)
from raftnb.specs.raft.server import AppendEntries, AppendEntriesResponse, Index, Role, Server


class CommitsOldTerms(Server):
    """An entry of an earlier term is committed by counting replicas (Figure 8)."""

    def may_commit(self, index: Index) -> bool:
        """Any entry on a majority may be committed."""
        return True


def old_entry_is_counted(world: Any) -> None:
    """s1 comes back, commits its old entry by counting, and s2's newer entry wins."""
    two_entries_at_one_index(world)
    elect(world, "s1", "s3", term=3)
    replicate(world, "s1", "s3")
    commit(world, "s1", 1)
    elect(world, "s2", "s3", term=4)


ROW_1 = Mutant(
    row=1,
    server=CommitsOldTerms,
    breaks=leader_completeness,
    servers=3,
    terms=4,
    entries=1,
    how="script",
    scene=old_entry_is_counted,
    why="An old entry on a majority can still lose an election to a newer one elsewhere.",
    seen_in=("logcabin #44", "CCF #4485"),
)


class CommitsUpToItsLogsEnd(Server):
    """leaderCommit is believed for entries that the message does not vouch for."""

    def committed_by(self, m: AppendEntries) -> Index:
        """The leader's commit index, as far as the log goes."""
        return min(m.leaderCommit, len(self.log))


def conflict_is_sent_a_heartbeat(world: Any) -> None:
    """s1 has another entry there, and is sent a heartbeat."""
    conflict_meets_commit(world)
    take_entries(world, "s2", "s1", last=0)


ROW_14 = Mutant(
    row=14,
    server=CommitsUpToItsLogsEnd,
    breaks=state_machine_safety,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=conflict_is_sent_a_heartbeat,
    why="The log's end was never compared with the leader's log.",
    seen_in=("CCF #8172", "copycat #265", "scylla #9965"),
)


class HeartbeatsCommit(Server):
    """A heartbeat commits without the check of prevLogIndex and prevLogTerm."""

    def log_matches(self, m: AppendEntries) -> bool:
        """Whether the log has the previous entry; a heartbeat is not checked."""
        return m.entries == () or super().log_matches(m)

    def committed_by(self, m: AppendEntries) -> Index:
        """The commit index that the message justifies; a heartbeat justifies any."""
        if m.entries == ():
            return min(m.leaderCommit, len(self.log))
        return super().committed_by(m)


ROW_15 = Mutant(
    row=15,
    server=HeartbeatsCommit,
    breaks=state_machine_safety,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=conflict_is_sent_a_heartbeat,
    why="A heartbeat says how much is committed, not what.",
)


class CommitsOneShort(Server):
    """One server fewer than a majority suffices to commit."""

    def is_replicated(self, index: Index) -> bool:
        """Whether a majority less one has the log up to an index."""
        return len(self.replicated_on(index)) >= len(Server) // 2


def leader_commits_alone(world: Any) -> None:
    """s1 commits an entry that no other server has; s2 and s3 elect s2."""
    elect(world, "s1", "s2")
    request(world, "s1")
    commit(world, "s1", 1)
    elect(world, "s2", "s3", term=2)


ROW_21 = Mutant(
    row=21,
    server=CommitsOneShort,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=leader_commits_alone,
    why="A majority without the entry elects the next leader.",
)


class LeaderCountsTwice(Server):
    """The leader counts itself, and then the servers, itself among them."""

    def is_replicated(self, index: Index) -> bool:
        """Whether the servers that have the log up to an index, and this one, are a majority."""
        return 2 * (len(self.replicated_on(index)) + 1) > len(Server)


ROW_22 = Mutant(
    row=22,
    server=LeaderCountsTwice,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=leader_commits_alone,
    why="As before: the majority is one short.",
    seen_in=("RavenDB #14231",),
)


class AcknowledgesItsWholeLog(Server):
    """The acknowledgment carries the log's length, not the last entry verified."""

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over, and answer true."""
        self.log = self.merged_log(m)
        self.commitIndex = max(self.commitIndex, self.committed_by(m))
        matchIndex = len(self.log)
        self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
        reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))


def stale_entry_is_acknowledged(world: Any) -> None:
    """A heartbeat makes s1 acknowledge its own entry, which s2 takes for its new one."""
    two_entries_at_one_index(world)
    receive(world, take_entries(world, "s2", "s1", last=0))
    commit(world, "s2", 1)
    elect(world, "s1", "s3", term=3)


ROW_26 = Mutant(
    row=26,
    server=AcknowledgesItsWholeLog,
    breaks=leader_completeness,
    servers=3,
    terms=3,
    entries=1,
    network=TWO_IN_FLIGHT,
    how="walk",
    seed=3,
    scene=stale_entry_is_acknowledged,
    why="The log's end was never compared with the leader's log.",
    seen_in=("CCF #6001",),
)


class HintServer(Server):
    """Raft with a hint in each rejection, where to try next.

    It is correct; the next mistake is made on its ground.
    """

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
    """The hint of a rejection is taken for a matchIndex."""

    @macro
    def try_further_back(self, m: AppendEntriesResponse) -> None:
        """The follower rejected: its log ends at the hint, so go on from there."""
        self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
        self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}


def rejection_is_counted(world: Any) -> None:
    """s1 rejects s2's entry at index 2, and says that its own log has two entries."""
    elect(world, "s1", "s2")
    request(world, "s1")
    request(world, "s1")
    elect(world, "s2", "s3", term=2)
    request(world, "s2")
    world["s2"].restart()
    elect(world, "s2", "s3", term=3)
    request(world, "s2")
    receive(world, take_entries(world, "s2", "s1"))
    commit(world, "s2", 2)
    elect(world, "s1", "s3", term=4)


ROW_27 = Mutant(
    row=27,
    server=BelievesHints,
    breaks=leader_completeness,
    servers=3,
    terms=4,
    entries=2,
    restarts=1,
    how="script",
    scene=rejection_is_counted,
    why="A rejection says where to look, not what was found.",
    seen_in=("CCF #5325",),
    differs="known at (3,3,1), where a leader sends from any index; here, from nextIndex",
)


class TakesCommitsBack(Server):
    """commitIndex is set to what the message says, even if that is less."""

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over, and answer true."""
        self.log = self.merged_log(m)
        self.commitIndex = self.committed_by(m)
        matchIndex = self.last_new(m)
        self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
        reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))


def older_commit_arrives(world: Any) -> None:
    """s2 has heard of a commit when an older heartbeat arrives."""
    elect(world, "s1", "s2")
    heartbeat = send_entries(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    take_entries(world, "s1", "s2")
    receive(world, heartbeat)


ROW_29 = Mutant(
    row=29,
    server=TakesCommitsBack,
    breaks=commitIndex_is_monotone,
    servers=2,
    terms=1,
    entries=1,
    scene=older_commit_arrives,
    why="Messages overtake each other; an older one knows of fewer commits.",
    seen_in=("raft.tla #19", "CCF #5172"),
)


class TakesMatchesBack(Server):
    """matchIndex is set to what the message says, even if that is less."""

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


def older_acknowledgment_arrives(world: Any) -> None:
    """s2's answer to a heartbeat arrives after that to the entry."""
    elect(world, "s1", "s2")
    heartbeat = take_entries(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    receive(world, heartbeat)


ROW_30 = Mutant(
    row=30,
    server=TakesMatchesBack,
    breaks=matchIndex_is_monotone,
    servers=2,
    terms=1,
    entries=1,
    scene=older_acknowledgment_arrives,
    why="Messages overtake each other; an older one acknowledges less.",
    seen_in=("raft.tla #18", "CCF #5324"),
)
