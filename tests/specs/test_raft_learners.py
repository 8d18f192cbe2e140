"""Learners, servers that are removed, and servers that are set up anew."""

from __future__ import annotations

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.experiments.mutation import first_violation, play
from raftnb.explore import check
from raftnb.language import World
from raftnb.specs.raft.learners import RAFT_LEARNERS
from raftnb.specs.raft.mistakes.learning import leave_and_learn, settle
from raftnb.specs.raft.scenes import elect, replicate, request, stand, vote
from raftnb.specs.raft.server import Role

WIDE = {"servers": 3, "values": 6, "max_term": 9, "max_log": 9, "max_messages": 9}


def members(world: World, server: str) -> list[str]:
    new = world.state["Configurations", "new"]
    return sorted(s.name for s in new[world[server].log[-1].value])


def test_a_removed_server_learns_before_it_counts_again() -> None:
    world = RAFT_LEARNERS(**WIDE).start()
    elect(world, "s1", "s2")
    leave_and_learn(world, "s1", "s3", "s2")
    assert members(world, "s1") == ["s1", "s2"]
    settle(world, "s1", 3, "s2")
    with pytest.raises(NotEnabled):
        world["s1"].add(world["v4"], world["s3"])
    replicate(world, "s1", "s3")
    with pytest.raises(NotEnabled):
        world["s3"].time_out()
    world["s1"].add(world["v4"], world["s3"])
    assert members(world, "s1") == ["s1", "s2", "s3"]
    settle(world, "s1", 4, "s3")


def test_a_leader_that_takes_itself_out_commits_without_counting_itself_and_leaves() -> None:
    world = RAFT_LEARNERS(**WIDE).start()
    elect(world, "s1", "s2")
    request(world, "s1")
    settle(world, "s1", 1, "s2")
    world["s1"].remove(world["v2"], world["s1"])
    with pytest.raises(NotEnabled):
        settle(world, "s1", 2, "s2")
    with pytest.raises(NotEnabled):
        world["s1"].leave()
    settle(world, "s1", 2, "s3")
    world["s1"].leave()
    assert world["s1"].role == Role.FOLLOWER
    elect(world, "s2", "s3")


def test_only_who_is_removed_for_good_is_wiped_and_nothing_is_heard_of_it_again() -> None:
    world = RAFT_LEARNERS(**WIDE, max_restarts=1).start()
    elect(world, "s1", "s2")
    request(world, "s1")
    settle(world, "s1", 1, "s2")
    world["s1"].remove(world["v2"], world["s3"])
    with pytest.raises(NotEnabled):
        world["s3"].wipe()
    settle(world, "s1", 2, "s2")
    world["s3"].wipe()
    with pytest.raises(NotEnabled):
        world["s3"].time_out()
    stand(world, "s2")
    with pytest.raises(NotEnabled):
        vote(world, "s3", "s2")


def a_leader_of_the_past_takes_in_who_is_wiped(world: World) -> None:
    elect(world, "s1", "s2", "s3")
    leave_and_learn(world, "s1", "s4", "s2", "s3")
    settle(world, "s1", 3, "s2", "s3", "s4")
    elect(world, "s2", "s3", term=2)
    request(world, "s2", "v4")
    settle(world, "s2", 4, "s3", "s4")
    world["s2"].add(world["v5"], world["s4"])
    settle(world, "s2", 5, "s3", "s4")
    world["s2"].remove(world["v6"], world["s4"])
    settle(world, "s2", 6, "s3")
    world["s4"].wipe()
    world["s1"].add(world["v7"], world["s4"])


def test_a_leader_of_the_past_may_take_in_whom_a_later_one_had_removed() -> None:
    model = RAFT_LEARNERS(**{**WIDE, "servers": 4, "values": 7, "max_messages": 99})
    world = model.start()
    a_leader_of_the_past_takes_in_who_is_wiped(world)
    assert members(world, "s1") == ["s1", "s2", "s3", "s4"]
    assert (world["s1"].commitIndex, world["s4"].log) == (3, ())
    assert first_violation(model, play(model, a_leader_of_the_past_takes_in_who_is_wiped)) is None


def test_all_claims_hold_where_three_entries_and_a_wipe_are_explored_to_the_end() -> None:
    found = check(RAFT_LEARNERS(max_log=3, values=3, max_restarts=1))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 35_622)
