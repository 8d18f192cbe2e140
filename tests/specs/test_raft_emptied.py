"""Disks that are emptied: when a server that has forgotten its term may vote again."""

from __future__ import annotations

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.specs.raft.emptied import RAFT_EMPTIED_DISKS
from raftnb.specs.raft.mistakes.blank import ask, be_made_good, hear
from raftnb.specs.raft.scenes import elect, stand, vote

WIDE = {"servers": 3, "max_term": 9, "max_log": 9, "max_restarts": 9}


def test_a_server_with_an_empty_disk_asks_all_others_and_is_then_torn() -> None:
    world = RAFT_EMPTIED_DISKS(**WIDE).start()
    stand(world, "s1", 2)
    vote(world, "s3", "s1")
    world["s3"].lose_all()
    with pytest.raises(NotEnabled):
        vote(world, "s3", "s1")
    with pytest.raises(NotEnabled):
        world["s3"].time_out()
    ask(world, "s3", "s2")
    with pytest.raises(NotEnabled):
        hear(world, "s3", "s2", question=1)
    ask(world, "s3", "s1")
    hear(world, "s3", "s1", question=1)
    assert (world["s3"].currentTerm, world["s3"].tornIn, world["s3"].votedFor) == (2, 2, None)
    with pytest.raises(NotEnabled):
        world["s3"].time_out()


def test_what_is_missing_is_made_good_by_a_later_leader() -> None:
    world = RAFT_EMPTIED_DISKS(**WIDE).start()
    stand(world, "s3", 3)
    world["s3"].lose_all()
    ask(world, "s3", "s1", "s2")
    hear(world, "s3", "s1", "s2", question=1)
    assert (world["s3"].currentTerm, world["s3"].tornIn) == (0, 0)
    be_made_good(world, "s3", "s2", "s1")
    assert world["s3"].tornIn is None
    elect(world, "s3", "s1", term=3)


def test_two_that_have_forgotten_their_terms_cannot_help_each_other() -> None:
    world = RAFT_EMPTIED_DISKS(**WIDE).start()
    world["s1"].lose_all()
    world["s3"].lose_all()
    ask(world, "s3", "s2")
    with pytest.raises(NotEnabled):
        ask(world, "s3", "s1")
    with pytest.raises(NotEnabled):
        hear(world, "s3", "s2", question=2)


def test_all_claims_hold_where_two_terms_and_a_loss_are_explored_to_the_end() -> None:
    found = check(RAFT_EMPTIED_DISKS(max_term=2, max_messages=1, history=True))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 19_938)
