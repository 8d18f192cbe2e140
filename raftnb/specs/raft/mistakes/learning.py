"""Mistakes about servers that come and go: learners, names used again, forgetful snapshots."""

from __future__ import annotations

from typing import Any

from raftnb.language import Set
from raftnb.specs.raft.claims import election_safety, leader_completeness
from raftnb.specs.raft.compacting_members import RAFT_JOINT_SNAPSHOTS, CompactingMember
from raftnb.specs.raft.learners import (
    RAFT_LEARNERS,
    LearnerServer,
    learners,
    somebody_who_counts_can_win,
    who_joins_has_caught_up,
)
from raftnb.specs.raft.membership import is_quorum
from raftnb.specs.raft.mistakes.membership import shrinks_to_one
from raftnb.specs.raft.mistakes.mutant import Mutant
from raftnb.specs.raft.scenes import commit, count_vote, elect, replicate, request, stand, vote
from raftnb.specs.raft.server import Server


def settle(world: Any, leader: str, index: int, *followers: str) -> None:
    """The followers take the leader's log, and the leader commits it up to the index."""
    for follower in followers:
        replicate(world, leader, follower)
    commit(world, leader, index)


def leave_and_learn(world: Any, leader: str, server: str, *others: str) -> None:
    """The leader commits an entry with the others, takes a server out, and has it learn anew."""
    request(world, leader)
    settle(world, leader, 1, *others)
    world[leader].remove(world["v2"], world[server])
    settle(world, leader, 2, *others)
    world[leader].add_learner(world["v3"], world[server])


class ComesBackBlank(LearnerServer):
    """A server that was removed and set up anew comes back by its old name."""

    def takes_part(self) -> bool:
        """Whether this server takes part: always."""
        return True


def name_is_used_again(world: Any) -> None:
    """s3 elects s1, is removed, set up anew and taken in again, and elects s5 in the same term."""
    elect(world, "s1", "s2", "s3")
    stand(world, "s5")
    vote(world, "s4", "s5")
    count_vote(world, "s5", "s4")
    request(world, "s1")
    settle(world, "s1", 1, "s2", "s4")
    world["s1"].remove(world["v2"], world["s3"])
    settle(world, "s1", 2, "s2", "s4")
    world["s3"].wipe()
    world["s1"].add_learner(world["v3"], world["s3"])
    vote(world, "s3", "s5")
    count_vote(world, "s5", "s3")
    world["s5"].become_leader()


ROW_35 = Mutant(
    row=35,
    server=ComesBackBlank,
    breaks=election_safety,
    servers=5,
    terms=1,
    entries=3,
    restarts=1,
    how="script",
    scene=name_is_used_again,
    why="Who has not heard of the removal counts a second vote of the one name.",
    base=RAFT_LEARNERS,
    network={"values": 3},
)


class LearnersRefuse(LearnerServer):
    """A learner votes for nobody."""

    def may_vote(self) -> bool:
        """Whether this server counts in its own log."""
        return self not in learners(self.log)


def learner_is_needed(world: Any) -> None:
    """s2 is to count again, and has not heard of it."""
    elect(world, "s1", "s2")
    leave_and_learn(world, "s1", "s2", "s2")
    settle(world, "s1", 3, "s2")
    world["s1"].add(world["v4"], world["s2"])


ROW_70 = Mutant(
    row=70,
    server=LearnersRefuse,
    breaks=somebody_who_counts_can_win,
    servers=2,
    terms=1,
    entries=4,
    how="script",
    scene=learner_is_needed,
    why="It counts already, by an entry that it has not seen.",
    base=RAFT_LEARNERS,
)


class AddsAtOnce(LearnerServer):
    """A server counts as soon as it is named."""

    def has_caught_up(self, server: Server) -> bool:
        """Whether a server may count: always."""
        return True


def learner_counts_with_nothing(world: Any) -> None:
    """s3 has heard nothing since it was removed, and is to count."""
    elect(world, "s1", "s2")
    leave_and_learn(world, "s1", "s3", "s2")
    settle(world, "s1", 3, "s2")
    world["s1"].add(world["v4"], world["s3"])


ROW_71 = Mutant(
    row=71,
    server=AddsAtOnce,
    breaks=who_joins_has_caught_up,
    servers=3,
    terms=1,
    entries=4,
    how="script",
    scene=learner_counts_with_nothing,
    why="Nothing is committed without it, until it has caught up.",
    seen_in=("EastGuard PR #150",),
    base=RAFT_LEARNERS,
)


class LearnsAtAnyTime(LearnerServer):
    """A learner is taken in while the cluster changes."""

    def may_teach(self) -> bool:
        """Whether a leader may take in a learner: always."""
        return True


def leader_makes_itself_a_learner(world: Any) -> None:
    """s1 takes itself out, and in again as a learner, before s2 has heard anything."""
    elect(world, "s1", "s2")
    request(world, "s1")
    settle(world, "s1", 1, "s2")
    world["s1"].remove(world["v2"], world["s1"])
    world["s1"].add_learner(world["v3"], world["s1"])


ROW_72 = Mutant(
    row=72,
    server=LearnsAtAnyTime,
    breaks=somebody_who_counts_can_win,
    servers=2,
    terms=1,
    entries=3,
    how="script",
    scene=leader_makes_itself_a_learner,
    why="The longest log is with a server that may not stand.",
    base=RAFT_LEARNERS,
)


class SnapshotForgetsTheCluster(CompactingMember):
    """A snapshot does not keep who the cluster is."""

    def is_quorum(self, servers: Set[Server]) -> bool:
        """Whether these servers are a quorum by the entries that are still in the log."""
        return is_quorum(servers, self.log[self.base :])


def forgotten_by_a_snapshot(world: Any) -> None:
    """s1 decides alone; s2 has heard of that, compacts its log, and is elected by s3."""
    shrinks_to_one(world)
    replicate(world, "s1", "s2")
    request(world, "s1", "v3")
    commit(world, "s1", 3)
    world["s2"].take_snapshot(choose=(2,))
    elect(world, "s2", "s3", term=2)


ROW_73 = Mutant(
    row=73,
    server=SnapshotForgetsTheCluster,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=3,
    how="script",
    scene=forgotten_by_a_snapshot,
    why="Where all of the log is compacted, a server goes by the first cluster again.",
    base=RAFT_JOINT_SNAPSHOTS,
    network={"values": 3},
)


class AppliesChangesLate(LearnerServer):
    """A server goes by a configuration as soon as it knows it to be committed, and no sooner."""

    def is_quorum(self, servers: Set[Server]) -> bool:
        """Whether these servers are a quorum of the configuration that is committed."""
        return is_quorum(servers, self.log[: self.commitIndex])


def leader_is_gone_too_soon(world: Any) -> None:
    """s1 takes itself out, knows it to be committed, and is set up anew; s2 has not heard of it."""
    elect(world, "s1", "s2")
    request(world, "s1")
    settle(world, "s1", 1, "s2")
    world["s1"].remove(world["v2"], world["s1"])
    settle(world, "s1", 2, "s2")
    world["s1"].wipe()


ROW_102 = Mutant(
    row=102,
    server=AppliesChangesLate,
    breaks=somebody_who_counts_can_win,
    servers=2,
    terms=1,
    entries=2,
    restarts=1,
    how="script",
    scene=leader_is_gone_too_soon,
    why="Whoever has not heard of the commit needs the vote of a server that is gone.",
    seen_in=("etcd #12359", "etcd #10563", "tikv #10595", "tikv #8678"),
    base=RAFT_LEARNERS,
)
