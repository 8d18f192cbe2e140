"""Mistakes about what takes two steps: in between, something else has happened."""

from __future__ import annotations

from typing import Any

from raftnb.language import Message, Record, Seq, macro, when
from raftnb.specs.raft.claims import election_safety, leader_completeness, log_matching
from raftnb.specs.raft.mistakes.mutant import THREE_IN_FLIGHT, Mutant
from raftnb.specs.raft.mistakes.snapshots import compact, install
from raftnb.specs.raft.scenes import (
    commit,
    elect,
    replicate,
    request,
    stand,
    step_down,
    take_entries,
)
from raftnb.specs.raft.server import (
    Entry,
    Index,
    RequestVote,
    Role,
    Server,
    Term,
    Value,
    is_quorum,
    last_term,
)
from raftnb.specs.raft.snapshots import (
    RAFT_SNAPSHOTS,
    InstallSnapshot,
    SnapshotServer,
    commands,
)


class LogId(Record):
    """Where a log ends: the last entry's term, and its index."""

    term: Term
    index: Index


class LookingServer(Server):
    """A server that looks up where its log ends in one step, and votes in another.

    It is correct, since it looks again where the log has changed; the next mistake is made on its
    ground.
    """

    seen: LogId = LogId(0, 0)

    def look(self) -> None:
        """Look up where the log ends."""
        self.seen = LogId(last_term(self.log), len(self.log))

    def is_fresh(self) -> bool:
        """Whether the log still ends where it was seen to end."""
        return self.seen == LogId(last_term(self.log), len(self.log))

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is at least as up to date as what was seen of this one."""
        return m.lastLogTerm > self.seen.term or (
            m.lastLogTerm == self.seen.term and m.lastLogIndex >= self.seen.index
        )

    def handle_request_vote(self, m: RequestVote) -> None:
        """RequestVote, receiver implementation, where what was seen is still so."""
        when(self.is_fresh())
        super().handle_request_vote(m)


class VotesByWhatItSaw(LookingServer):
    """A voter goes by where its log ended when it last looked."""

    def is_fresh(self) -> bool:
        """Whether a look is recent enough: always."""
        return True


def entry_comes_between(world: Any) -> None:
    """s2 looks at its empty log; an entry is committed with it, and it votes for s3."""
    elect(world, "s1", "s2")
    stand(world, "s3", term=2)
    world["s2"].look()
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    elect(world, "s3", "s2", term=3)


ROW_90 = Mutant(
    row=90,
    server=VotesByWhatItSaw,
    breaks=leader_completeness,
    servers=3,
    terms=3,
    entries=1,
    how="script",
    scene=entry_comes_between,
    why="Since then it has acknowledged an entry that the candidate does not have.",
    seen_in=("sofa-jraft #882",),
)


class TransitionServer(Server):
    """A server that finds that it has won in one step, and takes office in another.

    It is correct; the next mistake is made on its ground.
    """

    wonTerm: Term = 0

    def win(self) -> None:
        """A majority has voted for this server: begin to become leader."""
        when(self.role == Role.CANDIDATE and is_quorum(self.votesGranted))
        self.wonTerm = self.currentTerm

    def has_won(self) -> bool:
        """Whether the election that was won is that of the present term."""
        return self.wonTerm == self.currentTerm


class TakesOfficeLate(TransitionServer):
    """A server that has won an election takes office in whatever term it is by then."""

    def has_won(self) -> bool:
        """Whether an election was won."""
        return self.wonTerm > 0


ROW_92 = Mutant(
    row=92,
    server=TakesOfficeLate,
    breaks=election_safety,
    servers=3,
    terms=2,
    entries=0,
    network=THREE_IN_FLIGHT,
    why="It stands again before it takes office, and leads a term in which nobody elected it.",
    seen_in=("camunda #1068",),
)


class AppendsAfterwards(Server):
    """A leader that is deposed appends what it has been asked for, in the term of its successor."""

    hasLed: bool = False

    def update_term(self, m: Message) -> None:
        """Any RPC with a newer term: adopt it, and become a follower that still has requests."""
        led = self.role == Role.LEADER
        super().update_term(m)
        self.hasLed = led

    def client_request(self, value: Value) -> None:
        """A leader, or who was one until now, appends an entry of its term."""
        when(self.role == Role.LEADER or self.hasLed)
        self.log += (Entry(self.currentTerm, value),)


def request_is_appended_late(world: Any) -> None:
    """s1 is deposed by s3, and appends; s3 has another entry of that term and index."""
    elect(world, "s1", "s2")
    elect(world, "s3", "s2", term=2)
    step_down(world, "s1")
    request(world, "s1", "v1")
    request(world, "s3", "v2")


ROW_97 = Mutant(
    row=97,
    server=AppendsAfterwards,
    breaks=log_matching,
    servers=3,
    terms=2,
    entries=1,
    how="script",
    scene=request_is_appended_late,
    network={"values": 2},
    why="Only the leader of a term writes entries of that term.",
    seen_in=("camunda #5360",),
)


class ApplyingServer(SnapshotServer):
    """A server that takes a committed entry in one step, and applies it in another.

    It is correct, since it applies only what comes next; the next mistake is made on its ground.
    """

    machine: Seq[Value] = ()
    lastApplied: Index = 0
    taken: Index = 0

    def restart(self) -> None:
        """Fail and come back: the state machine begins with the snapshot."""
        super().restart()
        self.machine = self.snapshot
        self.lastApplied = self.base
        self.taken = 0

    def take(self) -> None:
        """Take the next committed entry, to apply it."""
        when(self.lastApplied < self.commitIndex)
        self.taken = self.lastApplied + 1

    def comes_next(self) -> bool:
        """Whether the entry that was taken is the next one."""
        return self.taken == self.lastApplied + 1

    def apply(self) -> None:
        """Apply the entry that was taken."""
        when(self.taken > 0 and self.comes_next())
        self.machine += (self.log[self.taken - 1].value,)
        self.lastApplied = self.taken
        self.taken = 0

    @macro
    def install(self, m: InstallSnapshot) -> None:
        """Put a snapshot in place of one's own, and its state in place of the state machine's."""
        super().install(m)
        if len(m.entries) > self.lastApplied:
            self.machine = m.state
            self.lastApplied = len(m.entries)


def state_machines_are_of_the_log(s: ApplyingServer) -> bool:
    """A state machine has done what the entries ask for that it has applied, and nothing else."""
    return s.machine == commands(s.log[: s.lastApplied])


class AppliesWhatItTook(ApplyingServer):
    """A server goes on to apply the entry that it took, though a snapshot has come in between."""

    def comes_next(self) -> bool:
        """Whether the entry that was taken may be applied: always."""
        return True


def snapshot_comes_between(world: Any) -> None:
    """s3 takes its first entry; a snapshot of it and another one is installed; s3 applies it."""
    elect(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    take_entries(world, "s1", "s3")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 2)
    compact(world, "s1", 2)
    world["s3"].take()
    world["s1"].send_snapshot(world["s3"])
    install(world, "s1", "s3")
    world["s3"].apply()


ROW_104 = Mutant(
    row=104,
    server=AppliesWhatItTook,
    breaks=state_machines_are_of_the_log,
    servers=3,
    terms=1,
    entries=2,
    how="script",
    scene=snapshot_comes_between,
    why="The snapshot's state has it already, and its index is not the next one any more.",
    seen_in=("NuRaft PR #407",),
    base=RAFT_SNAPSHOTS.variant(
        "raft-snapshots-applied",
        ApplyingServer,
        invariants=(*RAFT_SNAPSHOTS.invariants, state_machines_are_of_the_log),
    ),
)
