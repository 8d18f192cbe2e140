"""Mistakes about who makes up the cluster: two majorities that do not meet."""

from __future__ import annotations

from typing import Any

from raftnb.language import Set, when
from raftnb.specs.raft.claims import election_safety, leader_completeness
from raftnb.specs.raft.membership import (
    RAFT_JOINT,
    RAFT_ONE_BY_ONE,
    JointServer,
    OneByOneServer,
    is_majority,
    is_quorum,
    new_members,
    old_members,
    somebody_can_win,
)
from raftnb.specs.raft.mistakes.mutant import TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.scenes import commit, elect, replicate, request
from raftnb.specs.raft.server import Role, Server, Value


def change(world: Any, leader: str, value: str, *members: str) -> None:
    """The leader begins to change the cluster to these members."""
    world[leader].change(world[value], frozenset(world[name] for name in members))


class UnionDecides(JointServer):
    """While the cluster changes, a majority of all who are in the old or the new one decides."""

    def is_quorum(self, servers: Set[Server]) -> bool:
        """Whether these servers are a majority of both clusters taken together."""
        both = old_members(self.log) | new_members(self.log)
        return is_majority(servers, both)


def shrinks_to_one(world: Any) -> None:
    """The cluster shrinks to s1 by way of a joint configuration, of which s2 has heard."""
    elect(world, "s1", "s2")
    change(world, "s1", "v1", "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s1"].finish_change(world["v2"])
    commit(world, "s1", 2)


def union_elects(world: Any) -> None:
    """s1 has left the others behind; these elect s2."""
    shrinks_to_one(world)
    elect(world, "s2", "s3", term=2)


ROW_60 = Mutant(
    row=60,
    server=UnionDecides,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=union_elects,
    why="A majority of the union need not have a majority of either cluster.",
    seen_in=("CCF #3948", "async-raft #62"),
    base=RAFT_JOINT,
)


class JumpsAtOnce(JointServer):
    """The cluster changes to any other one at once."""

    def change(self, value: Value, members: Set[Server]) -> None:
        """From here on only the new cluster decides."""
        when(members != frozenset() and self.is_settled())
        self.propose(value, members, members)


def one_decides_alone(world: Any) -> None:
    """s1 makes itself the cluster, and commits that alone; the others elect s2."""
    elect(world, "s1", "s2")
    change(world, "s1", "v1", "s1")
    commit(world, "s1", 1)
    elect(world, "s2", "s3", term=2)


ROW_61 = Mutant(
    row=61,
    server=JumpsAtOnce,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    how="script",
    scene=one_decides_alone,
    why="A majority of the old cluster and one of the new need have no server in common.",
    seen_in=("etcd-io/raft #372",),
    base=RAFT_JOINT,
)


class WaitsForTheCommit(JointServer):
    """A server goes by the last configuration that it knows to be committed."""

    def is_quorum(self, servers: Set[Server]) -> bool:
        """Whether these servers are a quorum of the configuration that is committed."""
        return is_quorum(servers, self.log[: self.commitIndex])


def configuration_is_forgotten(world: Any) -> None:
    """s1 commits alone, rightly; s2 has the configuration, restarts, and goes by the first one."""
    elect(world, "s1", "s2")
    change(world, "s1", "v1", "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s1"].finish_change(world["v2"])
    replicate(world, "s1", "s2")
    commit(world, "s1", 2)
    request(world, "s1", "v3")
    commit(world, "s1", 3)
    world["s2"].restart()
    elect(world, "s2", "s3", term=2)


ROW_62 = Mutant(
    row=62,
    server=WaitsForTheCommit,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=3,
    restarts=1,
    how="script",
    scene=configuration_is_forgotten,
    why="What is known to be committed is less than what is, and nothing after a restart.",
    seen_in=("etcd-io/raft #456", "etcd #11284", "NuRaft PR #67", "jraft #1"),
    base=RAFT_JOINT,
    network={"values": 3},
)


class HurriesOn(JointServer):
    """A leader goes on to the new cluster before the joint configuration is committed."""

    def is_settled(self) -> bool:
        """Whether a leader may change the configuration: always."""
        return True


def joint_configuration_is_skipped(world: Any) -> None:
    """s1 goes through the joint configuration by itself; the others elect s2."""
    elect(world, "s1", "s2")
    change(world, "s1", "v1", "s1")
    world["s1"].finish_change(world["v2"])
    commit(world, "s1", 2)
    elect(world, "s2", "s3", term=2)


ROW_63 = Mutant(
    row=63,
    server=HurriesOn,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=joint_configuration_is_skipped,
    why="Nobody else has heard that the old cluster does not decide any more.",
    base=RAFT_JOINT,
)


class ChangesBeforeItsCommit(OneByOneServer):
    """A leader changes the cluster before it has committed an entry of its own term."""

    def has_committed(self) -> bool:
        """Whether this leader may change the configuration: always."""
        return True


def two_changes_meet(world: Any) -> None:
    """s1 takes s4 out, and nobody hears; s2 takes s1 out, with s4; s1 is elected by s3."""
    elect(world, "s1", "s2", "s3")
    world["s1"].remove(world["v1"], world["s4"])
    elect(world, "s2", "s3", "s4", term=2)
    world["s2"].remove(world["v2"], world["s1"])
    replicate(world, "s2", "s4")
    commit(world, "s2", 1)
    elect(world, "s1", "s3", term=3)


ROW_64 = Mutant(
    row=64,
    server=ChangesBeforeItsCommit,
    breaks=leader_completeness,
    servers=4,
    terms=3,
    entries=1,
    how="script",
    scene=two_changes_meet,
    why="Each change is of one server, but away from the first cluster in two directions.",
    seen_in=("raft-dev 2015", "openraft #2051"),
    base=RAFT_ONE_BY_ONE,
)


class MembersOnlyStand(OneByOneServer):
    """A server that is no member in its own log does not stand for election."""

    def may_stand(self) -> bool:
        """Whether this server is a member."""
        return self in new_members(self.log)


ROW_65 = Mutant(
    row=65,
    server=MembersOnlyStand,
    breaks=somebody_can_win,
    servers=2,
    terms=1,
    entries=2,
    network={**TWO_IN_FLIGHT, "values": 2},
    why="Who is to be removed has the longest log: it must not stand, and nobody else can win.",
    seen_in=("braft PR #432", "cowsql/raft #150", "openraft PR #2098"),
    base=RAFT_ONE_BY_ONE,
)


class RestartsAlone(OneByOneServer):
    """A server that comes back goes through its log anew, and begins with a cluster of its own."""

    isAlone: bool = False

    def restart(self) -> None:
        """Fail and come back: who the others are has to be read from the log."""
        super().restart()
        self.isAlone = self.log != ()

    def is_quorum(self, servers: Set[Server]) -> bool:
        """Whether these servers are a quorum, be it of this server alone."""
        return self in servers if self.isAlone else super().is_quorum(servers)


def each_comes_back_alone(world: Any) -> None:
    """s1 takes s3 out and in again, as s2 knows; s1 and s2 come back, and elect themselves."""
    elect(world, "s1", "s2")
    request(world, "s1", "v1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s1"].remove(world["v2"], world["s3"])
    replicate(world, "s1", "s2")
    commit(world, "s1", 2)
    world["s1"].add(world["v3"], world["s3"])
    replicate(world, "s1", "s2")
    world["s1"].restart()
    world["s2"].restart()
    elect(world, "s1", term=2)
    elect(world, "s2", term=2)


ROW_101 = Mutant(
    row=101,
    server=RestartsAlone,
    breaks=election_safety,
    servers=3,
    terms=2,
    entries=3,
    restarts=2,
    how="script",
    scene=each_comes_back_alone,
    why="What is read first is not all there is to be read.",
    seen_in=("nats-server PR #7850",),
    base=RAFT_ONE_BY_ONE,
    network={"values": 3},
)


class ChangesUnwritten(OneByOneServer):
    """A leader changes the cluster by itself, without an entry in the log."""

    gone: Set[Server] = frozenset()

    def remove(self, value: Value, server: Server) -> None:
        """Take a server out of the cluster, for this leader."""
        when(self.role == Role.LEADER and server != self)
        self.gone |= {server}

    def is_quorum(self, servers: Set[Server]) -> bool:
        """Whether these servers are a majority of those that this server has not taken out."""
        return is_majority(servers, new_members(self.log) - self.gone)


def change_is_not_told(world: Any) -> None:
    """s1 takes s2 and s3 out, and commits alone; they elect s2."""
    elect(world, "s1", "s2")
    world["s1"].remove(world["v1"], world["s2"])
    world["s1"].remove(world["v1"], world["s3"])
    request(world, "s1", "v1")
    commit(world, "s1", 1)
    elect(world, "s2", "s3", term=2)


ROW_103 = Mutant(
    row=103,
    server=ChangesUnwritten,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    how="script",
    scene=change_is_not_told,
    why="Nobody else hears of it, nor waits for the one change before the next.",
    seen_in=("adsharma/raft #15",),
    base=RAFT_ONE_BY_ONE,
)
