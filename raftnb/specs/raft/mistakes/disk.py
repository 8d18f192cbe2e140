"""Mistakes about disks: what a restart loses, and what is promised before it is written."""

from __future__ import annotations

from typing import Any

from raftnb.language import Set, macro, when
from raftnb.specs.raft.claims import election_safety, leader_completeness
from raftnb.specs.raft.mistakes.mutant import TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.scenes import (
    commit,
    elect,
    entry_committed,
    replicate,
    request,
    take_entries,
)
from raftnb.specs.raft.server import AppendEntries, Index, Server


class ForgetsItsVote(Server):
    """votedFor is not persistent."""

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost, and votedFor too."""
        super().restart()
        self.votedFor = None


def s2_votes_restarts_and_votes(world: Any) -> None:
    """s2 votes for s1, restarts, and votes for s3 in the same term."""
    elect(world, "s1", "s2")
    world["s2"].restart()
    elect(world, "s3", "s2")


ROW_7 = Mutant(
    row=7,
    server=ForgetsItsVote,
    breaks=election_safety,
    servers=3,
    terms=1,
    entries=0,
    restarts=1,
    scene=s2_votes_restarts_and_votes,
    why="A restart gives a server a second vote in the same term.",
    seen_in=("PySyncObj #84", "hashicorp/raft #661", "sofa-jraft #96"),
)


class ForgetsItsTerm(Server):
    """currentTerm is not persistent."""

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost, and currentTerm too."""
        super().restart()
        self.currentTerm = 0


ROW_8 = Mutant(
    row=8,
    server=ForgetsItsTerm,
    breaks=election_safety,
    servers=3,
    terms=1,
    entries=1,
    restarts=1,
    scene=s2_votes_restarts_and_votes,
    why="A restart takes a server back to before its vote, and it lives the term again.",
    seen_in=("raft.tla PR #5", "PySyncObj #202", "wenweihu86/raft-java #57"),
)


class ForgetsItsLog(Server):
    """The log is not persistent."""

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost, and the log too."""
        super().restart()
        self.log = ()


def s2_restarts_and_s3_takes_over(world: Any) -> None:
    """An entry is committed on s1 and s2; s2 restarts, then s3 is elected by s2."""
    entry_committed(world)
    world["s2"].restart()
    elect(world, "s3", "s2", term=2)


ROW_9 = Mutant(
    row=9,
    server=ForgetsItsLog,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    restarts=1,
    network=TWO_IN_FLIGHT,
    scene=s2_restarts_and_s3_takes_over,
    why="A restart undoes an acknowledgment on which a commit rests.",
)


class DiskServer(Server):
    """Raft on a disk that is written in steps of its own.

    It is correct; the next two mistakes are made on its ground. A follower writes its log before
    it acknowledges; a leader writes its own when it comes to it, and counts itself only as far as
    it has. Entries that are not written are lost by a restart.
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
    """A follower acknowledges entries that are not yet on its disk."""

    def written(self, m: AppendEntries) -> Index:
        """How much of the log is on the disk when the message is acknowledged: the old part."""
        return min(self.synced, m.prevLogIndex)


def acknowledged_entry_is_lost(world: Any) -> None:
    """s2 acknowledges an entry and restarts before it is on its disk."""
    elect(world, "s1", "s2")
    request(world, "s1")
    world["s1"].sync()
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s2"].restart()
    elect(world, "s3", "s2", term=2)


ROW_10 = Mutant(
    row=10,
    server=AcknowledgesBeforeSync,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    restarts=1,
    network=TWO_IN_FLIGHT,
    scene=acknowledged_entry_is_lost,
    why="The acknowledgment promises what a restart can still undo.",
    seen_in=("Vanlightly, RaftFsync",),
)


class LeaderCountsBeforeSync(DiskServer):
    """A leader counts itself for entries that are not yet on its disk."""

    def replicated_on(self, index: Index) -> Set[Server]:
        """This leader, and the servers known to have the log up to an index on their disks."""
        return frozenset({s for s in Server if s == self or self.matchIndex[s] >= index})


def leader_loses_its_entry(world: Any) -> None:
    """s1 commits an entry that only s2 has on disk, restarts, and votes for s3."""
    entry_committed(world)
    take_entries(world, "s1", "s2")
    world["s1"].restart()
    elect(world, "s3", "s1", term=2)


ROW_11 = Mutant(
    row=11,
    server=LeaderCountsBeforeSync,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    restarts=1,
    network=TWO_IN_FLIGHT,
    scene=leader_loses_its_entry,
    why="The leader is one of the majority, and its copy is not on disk.",
    seen_in=("Vanlightly, RaftFsync",),
)
