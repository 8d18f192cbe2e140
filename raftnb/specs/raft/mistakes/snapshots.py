"""Mistakes about snapshots: what is thrown away with a log's beginning, and what is kept."""

from __future__ import annotations

from typing import Any

from raftnb.language import Seq, either, when
from raftnb.specs.raft.claims import (
    committed_entries_are_on_a_majority,
    committed_log_is_append_only,
    leader_completeness,
    log_terms_do_not_decrease,
    matchIndex_is_true,
)
from raftnb.specs.raft.mistakes.mutant import TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.scenes import commit, elect, find, receive, replicate, request, send_entries
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    RequestVote,
    Role,
    Server,
    last_term,
)
from raftnb.specs.raft.snapshots import (
    CATCHING_UP,
    RAFT_SNAPSHOTS,
    InstallSnapshot,
    OneRequestServer,
    SnapshotServer,
    commands,
    everybody_catches_up,
    snapshots_are_committed,
    snapshots_are_of_the_log,
)


def compact(world: Any, server: str, last: int) -> None:
    """A server compacts its log up to an index."""
    world[server].take_snapshot(choose=(last,))


def install(world: Any, leader: str, follower: str) -> None:
    """A follower receives the leader's snapshot."""
    message = find(world, InstallSnapshot, leader, follower)
    if message.term > world[follower].currentTerm:
        world[follower].update_term(message)
    world[follower].handle_install_snapshot(message)


class DropsWhatFollows(SnapshotServer):
    """A snapshot takes the place of the whole log, newer entries included."""

    def installed_log(self, m: InstallSnapshot) -> Seq[Entry]:
        """The log after a snapshot: what it covers."""
        return m.entries


def snapshot_comes_late(world: Any) -> None:
    """s3 has two entries, both committed, when a snapshot of the first one comes."""
    elect(world, "s1", "s2")
    request(world, "s1")
    request(world, "s1")
    both = send_entries(world, "s1", "s3")
    replicate(world, "s1", "s2", last=1)
    commit(world, "s1", 1)
    compact(world, "s1", 1)
    world["s1"].send_snapshot(world["s3"])
    receive(world, both)
    receive(world, find(world, AppendEntriesResponse, "s3", "s1"))
    commit(world, "s1", 2)
    install(world, "s1", "s3")


ROW_51 = Mutant(
    row=51,
    server=DropsWhatFollows,
    breaks=committed_entries_are_on_a_majority,
    servers=3,
    terms=1,
    entries=2,
    how="script",
    scene=snapshot_comes_late,
    why="What follows the snapshot's last entry was acknowledged, and may be committed.",
    seen_in=("camunda #6092",),
    base=RAFT_SNAPSHOTS,
)


class KeepsWhatConflicts(SnapshotServer):
    """What follows in the log is kept, though the log has another entry where a snapshot ends."""

    def installed_log(self, m: InstallSnapshot) -> Seq[Entry]:
        """The log after a snapshot: what it covers, and whatever stood behind that."""
        return m.entries + self.log[len(m.entries) :]


def snapshot_meets_conflict(world: Any) -> None:
    """s3 has two entries of term 1 that nobody else has; in term 2 it is sent a snapshot."""
    elect(world, "s3", "s2")
    request(world, "s3")
    request(world, "s3")
    elect(world, "s1", "s2", term=2)
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    compact(world, "s1", 1)
    world["s1"].send_snapshot(world["s3"])
    install(world, "s1", "s3")


ROW_52 = Mutant(
    row=52,
    server=KeepsWhatConflicts,
    breaks=log_terms_do_not_decrease,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=snapshot_meets_conflict,
    why="Behind an entry of another term nothing is the leader's.",
    seen_in=("hashicorp/raft #697", "nats-server PR #7095"),
    base=RAFT_SNAPSHOTS,
)


class ForgetsWhatIsCommitted(SnapshotServer):
    """A restart takes commitIndex back to 0, though there is a snapshot."""

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost."""
        super().restart()
        self.commitIndex = 0


ROW_53 = Mutant(
    row=53,
    server=ForgetsWhatIsCommitted,
    breaks=snapshots_are_committed,
    servers=2,
    terms=1,
    entries=1,
    restarts=1,
    network=TWO_IN_FLIGHT,
    why="The state machine begins with the snapshot, and would apply its entries once more.",
    base=RAFT_SNAPSHOTS,
)


class TakesCompactedForConflict(SnapshotServer):
    """Entries that begin before the snapshot's end conflict with the log, since it has them not."""

    def conflicts(self, m: AppendEntries) -> bool:
        """Whether something in the log is not as in the message, or is not there."""
        return m.prevLogIndex < self.base or super().conflicts(m)


ROW_54 = Mutant(
    row=54,
    server=TakesCompactedForConflict,
    breaks=committed_log_is_append_only,
    servers=2,
    terms=1,
    entries=2,
    network=TWO_IN_FLIGHT,
    why="An old message cuts off what came after it, committed or not.",
    base=RAFT_SNAPSHOTS,
)


class SendsNoSnapshots(OneRequestServer):
    """A leader has only its log to send."""

    def send_snapshot(self, peer: Server) -> None:
        """What has been compacted is not sent."""
        when(False)
        super().send_snapshot(peer)


ROW_55 = Mutant(
    row=55,
    server=SendsNoSnapshots,
    breaks=everybody_catches_up,
    servers=3,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    why="A follower that needs what its leader has compacted is never served.",
    seen_in=("camunda PR #4451",),
    base=CATCHING_UP,
)


class ForgetsTheLastTerm(SnapshotServer):
    """The last term is taken for 0 where all of the log is in the snapshot."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is as up to date as what is in this server's log."""
        mine = last_term(self.log) if self.base < len(self.log) else 0
        longer = m.lastLogTerm == mine and m.lastLogIndex >= len(self.log)
        return m.lastLogTerm > mine or longer


def older_entry_wins(world: Any) -> None:
    """s2 has compacted an entry of term 2; it votes for s3, whose entry is of term 1."""
    elect(world, "s3", "s2")
    request(world, "s3")
    elect(world, "s1", "s2", term=2)
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    replicate(world, "s1", "s2")
    compact(world, "s2", 1)
    elect(world, "s3", "s2", term=3)


ROW_56 = Mutant(
    row=56,
    server=ForgetsTheLastTerm,
    breaks=leader_completeness,
    servers=3,
    terms=3,
    entries=1,
    how="script",
    scene=older_entry_wins,
    why="The snapshot's last term tells how up to date its server is.",
    seen_in=("RedisLabs/raft PR #1",),
    base=RAFT_SNAPSHOTS,
)


class LabelsItTooOld(SnapshotServer):
    """A snapshot is said to end before the last entry that it holds."""

    def take_snapshot(self) -> None:
        """Write down the state as it is by now, under an index of before."""
        last = either(*range(self.base, self.commitIndex))
        self.snapshot += commands(self.log[self.base : self.commitIndex])
        self.base = last


ROW_57 = Mutant(
    row=57,
    server=LabelsItTooOld,
    breaks=snapshots_are_of_the_log,
    servers=2,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    why="The entries between are applied to a state that has them already.",
    seen_in=("d-engine #418",),
    base=RAFT_SNAPSHOTS,
)


class CreditsWhatItSends(SnapshotServer):
    """A leader takes a snapshot for installed as soon as it is sent."""

    def send_snapshot(self, peer: Server) -> None:
        """Send a follower the snapshot, and believe that it has it."""
        super().send_snapshot(peer)
        self.matchIndex |= {peer: self.base}


ROW_58 = Mutant(
    row=58,
    server=CreditsWhatItSends,
    breaks=matchIndex_is_true,
    servers=3,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    why="The snapshot may be lost, and the follower has nothing.",
    seen_in=("TemporalStore PR #260",),
    base=RAFT_SNAPSHOTS,
)


class CompactsTooMuch(SnapshotServer):
    """A server compacts all of its log, committed or not."""

    def take_snapshot(self) -> None:
        """Replace any entries by the state that they would lead to."""
        last = either(*range(self.base + 1, len(self.log) + 1))
        self.snapshot += commands(self.log[self.base : last])
        self.base = last


ROW_59 = Mutant(
    row=59,
    server=CompactsTooMuch,
    breaks=snapshots_are_committed,
    servers=2,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    why="What is not committed may have to be given up, and a state cannot be undone.",
    base=RAFT_SNAPSHOTS,
)


class FollowersCompactServer(OneRequestServer):
    """Only followers compact their logs, so that a leader may have no snapshot to send.

    It is correct; the next mistake is made on its ground.
    """

    def take_snapshot(self) -> None:
        """Replace entries by the state that they lead to, as a follower."""
        when(self.role == Role.FOLLOWER)
        super().take_snapshot()


class RejectsBelowItsSnapshot(FollowersCompactServer):
    """A follower rejects entries that begin below its snapshot, since it cannot compare there."""

    def log_matches(self, m: AppendEntries) -> bool:
        """Whether the log matches before the entries, and still has an entry there."""
        return m.prevLogIndex >= self.base and super().log_matches(m)


ROW_100 = Mutant(
    row=100,
    server=RejectsBelowItsSnapshot,
    breaks=everybody_catches_up,
    servers=3,
    terms=1,
    entries=1,
    network=TWO_IN_FLIGHT,
    why="The leader goes further back, and comes no nearer to where that log begins.",
    seen_in=("ClickHouse/NuRaft PR #105", "ClickHouse/NuRaft PR #102"),
    base=CATCHING_UP,
)
