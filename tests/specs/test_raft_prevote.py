"""Elections that stay calm: PreVote and CheckQuorum."""

from __future__ import annotations

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.prove import prove
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.election_scenes import ask_around
from raftnb.specs.raft.mistakes.elections import StandsUnasked
from raftnb.specs.raft.prevote import (
    RAFT_PREVOTE,
    UNHURRIED_PREVOTE,
    a_new_term_has_a_majority_behind_it,
    who_is_asked_has_no_leader,
)
from raftnb.specs.raft.prevote_proof import RAFT_PREVOTE_PROOF, messages_are_not_of_the_future
from raftnb.specs.raft.scenes import elect, receive, replicate
from raftnb.specs.raft.server import Role

NEW = (
    messages_are_not_of_the_future,
    who_is_asked_has_no_leader,
    a_new_term_has_a_majority_behind_it,
)


def test_a_server_that_comes_back_deposes_nobody_where_it_has_to_ask() -> None:
    world = RAFT_PREVOTE(servers=3, max_term=9).start()
    ask_around(world, "s1", "s2")
    elect(world, "s1", "s2")
    replicate(world, "s1", "s2")
    for _ in range(3):
        ask_around(world, "s3", "s2")
        with pytest.raises(NotEnabled):
            world["s3"].time_out()
    assert world["s3"].preVotes == {world["s3"]}
    assert world["s1"].role == Role.LEADER
    assert [world[s].currentTerm for s in ("s1", "s2", "s3")] == [1, 1, 1]


def test_a_server_that_comes_back_deposes_the_leader_of_figure_2() -> None:
    world = RAFT(servers=3, max_term=9).start()
    elect(world, "s1", "s2")
    replicate(world, "s1", "s2")
    for _ in range(3):
        world["s3"].time_out()
    receive(world, max(world.messages(), key=lambda m: m.term))
    assert max(world[s].currentTerm for s in ("s1", "s2")) == 3


def test_a_leader_that_nobody_answers_steps_down_and_another_is_elected() -> None:
    world = RAFT_PREVOTE(servers=3, max_term=9).start()
    ask_around(world, "s1", "s2")
    elect(world, "s1", "s2")
    world["s1"].check_quorum()
    assert world["s1"].role == Role.LEADER
    world["s1"].check_quorum()
    assert (world["s1"].role, world["s1"].currentTerm) == (Role.FOLLOWER, 1)
    ask_around(world, "s2", "s1")
    world["s2"].time_out()
    assert world["s2"].currentTerm == 2


def test_all_claims_hold_where_two_terms_are_explored_to_the_end() -> None:
    found = check(RAFT_PREVOTE(max_term=2, max_messages=2, duplicates=0))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 412_626)


def test_somebody_can_always_be_elected() -> None:
    found = check(UNHURRIED_PREVOTE())
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 17_670)


def test_what_is_new_is_proved_for_any_number_of_servers() -> None:
    found = prove(RAFT_PREVOTE_PROOF, only=NEW, timeout=60)
    assert (len(found.checked) + len(found.defined), found.unknown) == (318, ())


def test_a_mistake_is_not_proved() -> None:
    broken = a_new_term_has_a_majority_behind_it.__name__
    proof = RAFT_PREVOTE_PROOF.of(RAFT_PREVOTE.variant("mistaken", StandsUnasked))
    found = prove(proof, only=broken, actions="time_out")
    assert found.failing == ((broken, "time_out"),)
