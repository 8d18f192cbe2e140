"""Disks that are emptied: when a server that has forgotten its term may vote again."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.specs.raft.claims import election_safety
from raftnb.specs.raft.emptied import RAFT_EMPTIED_DISKS
from raftnb.specs.raft.mistakes.blank import ask, be_made_good, hear
from raftnb.specs.raft.mistakes.torn import replicate_stored, store
from raftnb.specs.raft.scenes import (
    commit,
    count_vote,
    elect,
    find,
    receive,
    request,
    stand,
    vote,
)
from raftnb.specs.raft.server import RequestVote

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


def commit_one_more(world: Any, leader: str, voters: tuple[str, ...], term: int) -> None:
    """A server is elected in a term, and commits an entry with those who elected it."""
    elect(world, leader, *voters, term=term)
    request(world, leader)
    store(world, leader)
    for voter in voters:
        replicate_stored(world, leader, voter)
    commit(world, leader, term)


def a_request_outlives_the_disk(world: Any) -> None:
    """s3 votes for what s1 asked before its disk was emptied, and then s3's disk is."""
    stand(world, "s1", 3)
    world["s1"].lose_all()
    ask(world, "s1", "s2", "s3", "s4", "s5")
    hear(world, "s1", "s2", "s3", "s4", "s5", question=1)
    commit_one_more(world, "s5", ("s4", "s2"), 1)
    replicate_stored(world, "s5", "s1")
    receive(world, find(world, RequestVote, "s1", "s3", term=3))
    world["s3"].lose_all()
    ask(world, "s3", "s1", "s2", "s4", "s5")
    hear(world, "s3", "s1", "s2", "s4", "s5", question=2)
    commit_one_more(world, "s4", ("s5", "s2"), 2)
    replicate_stored(world, "s4", "s3")
    replicate_stored(world, "s4", "s1")
    elect(world, "s2", "s3", "s4", term=3)
    stand(world, "s1", 3)
    vote(world, "s5", "s1")
    for voter in ("s3", "s5"):
        count_vote(world, "s1", voter)
    world["s1"].become_leader()


def test_the_rule_is_for_one_loss_as_long_as_requests_outlive_who_made_them() -> None:
    model = RAFT_EMPTIED_DISKS(
        servers=5, max_term=3, max_log=2, max_restarts=2, max_messages=99, max_copies=9
    )
    world = model.start()
    a_request_outlives_the_disk(world)
    assert not model.holds(election_safety, world.state)


def test_all_claims_hold_where_two_terms_and_a_loss_are_explored_to_the_end() -> None:
    found = check(RAFT_EMPTIED_DISKS(max_term=2, max_messages=1, history=True))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 23_524)
