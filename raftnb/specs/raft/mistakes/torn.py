"""Mistakes about disks that are written while a server goes on, and about torn ones."""

from __future__ import annotations

from typing import Any

from raftnb.language import Seq
from raftnb.specs.raft.claims import leader_completeness, log_matching
from raftnb.specs.raft.disks import (
    RAFT_DISKS,
    RAFT_TORN_DISKS,
    DiskServer,
    TornDiskServer,
    Write,
    what_is_believed_is_stored,
)
from raftnb.specs.raft.mistakes.mutant import Mutant
from raftnb.specs.raft.scenes import (
    commit,
    elect,
    receive,
    replicate,
    request,
    send_entries,
    take_entries,
)
from raftnb.specs.raft.server import AppendEntries, Entry, Index


def store(world: Any, server: str) -> None:
    """The disk does all that it was given."""
    while world[server].writing:
        world[server].flush()


def replicate_stored(world: Any, leader: str, follower: str) -> None:
    """The follower takes the leader's entries, stores them, and answers for them."""
    replicate(world, leader, follower)
    store(world, follower)
    replicate(world, leader, follower)


class BelievesEveryFlush(DiskServer):
    """What a flush has written counts as stored, though it is to be overwritten."""

    def stored_after(self, w: Write) -> Index:
        """Up to where the log is stored after a write: as far as it went."""
        return w.prev + len(w.entries)


def flush_is_overtaken(world: Any) -> None:
    """s2 gives its disk an entry, then another one in its place; the first one is written."""
    elect(world, "s1", "s2")
    request(world, "s1")
    take_entries(world, "s1", "s2")
    world["s1"].restart()
    elect(world, "s3", "s1", term=2)
    request(world, "s3")
    take_entries(world, "s3", "s2")
    world["s2"].flush()


ROW_66 = Mutant(
    row=66,
    server=BelievesEveryFlush,
    breaks=what_is_believed_is_stored,
    servers=3,
    terms=2,
    entries=1,
    restarts=1,
    how="script",
    scene=flush_is_overtaken,
    why="The entry that is on the disk is not the one that is in the log.",
    base=RAFT_DISKS,
)


class AnswersAtOnce(DiskServer):
    """A follower answers for entries that are on their way to the disk."""

    def answered(self, m: AppendEntries) -> Index:
        """Up to where a follower answers for its log: what was checked."""
        return self.last_new(m)


def s2_forgets(world: Any) -> None:
    """s1 and s2 commit an entry; s2 restarts before it is stored."""
    elect(world, "s1", "s2")
    request(world, "s1")
    store(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s2"].restart()


def answer_outlives_the_entry(world: Any) -> None:
    """s2 answers for an entry, and restarts before it is stored; s3 is elected by it."""
    s2_forgets(world)
    elect(world, "s3", "s2", term=2)


ROW_67 = Mutant(
    row=67,
    server=AnswersAtOnce,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    restarts=1,
    how="script",
    scene=answer_outlives_the_entry,
    why="A restart forgets what was promised.",
    seen_in=("Vanlightly, RaftFsync", "yugabyte #32875"),
    base=RAFT_DISKS,
)


class VotesTorn(TornDiskServer):
    """A server votes though its disk has lost something."""

    def may_elect(self) -> bool:
        """Whether this server may take part in elections: always."""
        return True


def torn_disk_elects(world: Any) -> None:
    """s2's disk loses an entry that is committed; s3 is elected by it."""
    elect(world, "s1", "s2")
    request(world, "s1")
    store(world, "s1")
    replicate_stored(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s2"].lose_tail(choose=(0,))
    elect(world, "s3", "s2", term=2)


ROW_68 = Mutant(
    row=68,
    server=VotesTorn,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    restarts=1,
    how="script",
    scene=torn_disk_elects,
    why="Its log does not tell any more what it has promised.",
    seen_in=("nats-server PR #7587", "nats-server PR #7038", "NuRaft #185"),
    base=RAFT_TORN_DISKS,
)


class TrustsItsOldLeader(TornDiskServer):
    """What was lost counts as made good by a leader of the very term of the loss."""

    def is_made_good(self, m: AppendEntries) -> bool:
        """Whether a leader, be it the old one, has said all that it knows to be committed."""
        return self.tornIn is not None and m.leaderCommit <= self.answered(m)


def old_answer_comes_late(world: Any) -> None:
    """s2 loses an entry for which its answer is under way, and hears what is committed so far."""
    elect(world, "s1", "s2")
    request(world, "s1")
    request(world, "s1")
    store(world, "s1")
    replicate(world, "s1", "s2", last=1)
    store(world, "s2")
    replicate(world, "s1", "s2", last=1)
    replicate(world, "s1", "s3", last=1)
    store(world, "s3")
    commit(world, "s1", 1)
    take_entries(world, "s1", "s2")
    store(world, "s2")
    answer = take_entries(world, "s1", "s2")
    heartbeat = send_entries(world, "s1", "s2", last=1)
    world["s2"].lose_tail(choose=(1,))
    receive(world, heartbeat)
    receive(world, answer)
    commit(world, "s1", 2)
    elect(world, "s3", "s2", term=2)


ROW_69 = Mutant(
    row=69,
    server=TrustsItsOldLeader,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=2,
    restarts=1,
    how="script",
    scene=old_answer_comes_late,
    why="That leader may still commit by an answer of before the loss.",
    base=RAFT_TORN_DISKS,
)


class KeepsWhatItCommitted(DiskServer):
    """Followers answer at once, and nobody ever looks again at what it knows to be committed."""

    def answered(self, m: AppendEntries) -> Index:
        """Up to where a follower answers for its log: what was checked."""
        return self.last_new(m)

    def merged_log(self, m: AppendEntries) -> Seq[Entry]:
        """The log up to what is known to be committed, and the new entries behind it."""
        if self.conflicts(m) or self.last_new(m) > len(self.log):
            kept = max(m.prevLogIndex, self.commitIndex)
            return self.log[:kept] + m.entries[kept - m.prevLogIndex :]
        return self.log


def majority_forgets(world: Any) -> None:
    """s1 and s2 commit an entry that s2 loses; s2 leads, and s1 takes over what comes after it."""
    s2_forgets(world)
    elect(world, "s2", "s3", term=2)
    request(world, "s2")
    request(world, "s2")
    take_entries(world, "s2", "s1")


ROW_107 = Mutant(
    row=107,
    server=KeepsWhatItCommitted,
    breaks=log_matching,
    servers=3,
    terms=2,
    entries=2,
    restarts=1,
    how="script",
    scene=majority_forgets,
    why="A majority may have lost it, and what follows was not written behind it.",
    seen_in=("yugabyte #23453",),
    base=RAFT_DISKS,
)
