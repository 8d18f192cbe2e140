"""Mistakes about logs: which entries are taken over, and from where they are sent."""

from __future__ import annotations

from typing import Any

from raftnb.language import Seq, discard, when
from raftnb.specs.raft.claims import (
    committed_log_is_append_only,
    log_matching,
    nextIndex_is_in_range,
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
from raftnb.specs.raft.server import AppendEntries, AppendEntriesResponse, Entry, Role, Server


class AlwaysTruncates(Server):
    """Every AppendEntries cuts the log off after its entries."""

    def merged_log(self, m: AppendEntries) -> Seq[Entry]:
        """The log up to prevLogIndex, and the message's entries."""
        return self.log[: m.prevLogIndex] + m.entries


def old_heartbeat_truncates(world: Any) -> None:
    """s2 knows an entry to be committed when an older heartbeat arrives."""
    elect(world, "s1", "s2")
    request(world, "s1")
    heartbeat = send_entries(world, "s1", "s2", last=0)
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    take_entries(world, "s1", "s2")
    receive(world, heartbeat)


ROW_12 = Mutant(
    row=12,
    server=AlwaysTruncates,
    breaks=committed_log_is_append_only,
    servers=2,
    terms=1,
    entries=2,
    network=TWO_IN_FLIGHT,
    scene=old_heartbeat_truncates,
    why="A delayed message vouches for less than the log already has.",
    seen_in=("hashicorp/raft #113", "akka-raft #66", "CCF #5991"),
)


class KeepsConflicts(Server):
    """Entries that conflict with the leader's are kept."""

    def merged_log(self, m: AppendEntries) -> Seq[Entry]:
        """The log, and those of the message's entries that are beyond its end."""
        return self.log + m.entries[max(len(self.log) - m.prevLogIndex, 0) :]


def conflict_is_sent_the_entry(world: Any) -> None:
    """s1 has another entry there, and is sent the committed one."""
    conflict_meets_commit(world)
    take_entries(world, "s2", "s1")


ROW_13 = Mutant(
    row=13,
    server=KeepsConflicts,
    breaks=state_machine_safety,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=conflict_is_sent_the_entry,
    why="The follower commits its own entry where the leader's should be.",
)


class IgnoresPrevLogTerm(Server):
    """The previous entry is only asked to exist."""

    def log_matches(self, m: AppendEntries) -> bool:
        """Whether the log has an entry at prevLogIndex."""
        return m.prevLogIndex <= len(self.log)


def previous_term_differs(world: Any) -> None:
    """s2 adds an entry in term 3, and s1 takes it over behind another previous one."""
    two_entries_at_one_index(world)
    world["s2"].restart()
    elect(world, "s2", "s3", term=3)
    request(world, "s2")
    take_entries(world, "s2", "s1")


ROW_23 = Mutant(
    row=23,
    server=IgnoresPrevLogTerm,
    breaks=log_matching,
    servers=3,
    terms=3,
    entries=2,
    restarts=1,
    network=TWO_IN_FLIGHT,
    how="walk",
    scene=previous_term_differs,
    why="An entry is put behind another than the one it followed.",
    seen_in=("nats-server PR #5957",),
    differs="known at (3,2,2), where a leader sends from any index; here, from nextIndex",
)


class StepsBelowOne(Server):
    """nextIndex is lowered without a floor."""

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


def rejection_is_repeated(world: Any) -> None:
    """s1 is elected with an entry that s2 lacks, asks twice, and is rejected twice."""
    elect(world, "s1", "s2")
    request(world, "s1")
    world["s1"].restart()
    elect(world, "s1", "s2")
    rejections = [take_entries(world, "s1", "s2"), take_entries(world, "s1", "s2")]
    for rejection in rejections:
        receive(world, rejection)


ROW_31 = Mutant(
    row=31,
    server=StepsBelowOne,
    breaks=nextIndex_is_in_range,
    servers=2,
    terms=2,
    entries=1,
    restarts=1,
    network={**TWO_IN_FLIGHT, "max_copies": 2},
    scene=rejection_is_repeated,
    why="The network repeats a rejection, and prevLogIndex becomes -1.",
    differs="believed to be at (2,2,1); the leader gets a second term by a restart",
)
