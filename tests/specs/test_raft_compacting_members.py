"""Snapshots and membership together."""

from __future__ import annotations

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.specs.raft.compacting_members import (
    RAFT_JOINT_SNAPSHOTS,
    a_joint_configuration_is_sent_as_a_snapshot,
)
from raftnb.specs.raft.membership import new_members, old_members
from raftnb.specs.raft.mistakes.membership import change
from raftnb.specs.raft.scenes import commit, elect, find, replicate
from raftnb.specs.raft.server import AppendEntriesResponse
from raftnb.specs.raft.snapshots import InstallSnapshot

WIDE = {"servers": 3, "values": 6, "max_term": 9, "max_log": 9, "max_messages": 9}


def test_a_joint_configuration_comes_with_the_snapshot_and_counts_at_once() -> None:
    model = RAFT_JOINT_SNAPSHOTS(**WIDE)
    world = model.start()
    elect(world, "s1", "s2")
    change(world, "s1", "v1", "s1", "s2")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s1"].take_snapshot(choose=(1,))
    world["s1"].send_snapshot(world["s3"])
    assert model.holds(a_joint_configuration_is_sent_as_a_snapshot, world.state)
    snapshot = find(world, InstallSnapshot, "s1", "s3")
    world["s3"].update_term(snapshot)
    world["s3"].handle_install_snapshot(snapshot)
    world["s1"].handle_append_entries_response(find(world, AppendEntriesResponse, "s3", "s1"))
    with world:
        assert {s.name for s in old_members(world["s3"].log)} == {"s1", "s2", "s3"}
        assert {s.name for s in new_members(world["s3"].log)} == {"s1", "s2"}
    world["s1"].finish_change(world["v2"])
    replicate(world, "s1", "s3")
    assert world["s3"].log[-1].value == world["v2"]


def test_all_claims_hold_where_a_term_is_explored_to_the_end() -> None:
    found = check(RAFT_JOINT_SNAPSHOTS(history=True, max_messages=1))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 5_814)
