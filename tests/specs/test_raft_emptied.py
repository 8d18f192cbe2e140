"""Disks that are emptied: when a server that has forgotten its term may vote again."""

from __future__ import annotations

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.prove import prove
from raftnb.specs.raft.emptied import (
    RAFT_EMPTIED_DISKS,
    EmptiedDiskServer,
    everybody_knows_its_term,
)
from raftnb.specs.raft.emptied_proof import NEW, RAFT_EMPTIED_DISKS_PROOF
from raftnb.specs.raft.mistakes import blank
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
    elect(world, "s1", "s3", term=3)
    with pytest.raises(NotEnabled):
        world["s3"].time_out()


def test_two_that_have_forgotten_their_terms_cannot_help_each_other() -> None:
    world = RAFT_EMPTIED_DISKS(**WIDE).start()
    world["s1"].lose_all()
    world["s3"].lose_all()
    ask(world, "s3", "s2")
    with pytest.raises(NotEnabled):
        ask(world, "s3", "s1")
    with pytest.raises(NotEnabled):
        hear(world, "s3", "s2", question=2)


def test_who_asked_for_votes_before_its_disk_was_emptied_does_not_stand_again() -> None:
    model = RAFT_EMPTIED_DISKS(**blank.ROW_108.constants)
    world = model.start()
    with pytest.raises(NotEnabled):
        blank.request_outlives_the_disk(world)
    assert (world["s1"].question, world["s1"].tornIn) == (1, None)


def test_a_term_can_be_found_again_where_one_disk_is_emptied_and_not_where_two_are() -> None:
    spec = RAFT_EMPTIED_DISKS.variant("knowing-again", possible=(everybody_knows_its_term,))
    one, two = (check(spec(max_log=0, max_messages=1, max_restarts=n)) for n in (1, 2))
    assert (one.verdict, two.verdict) == (Verdict.HOLDS, Verdict.UNKNOWN)
    assert "everybody_knows_its_term: from 26 states only beyond" in (two.bound or "")


def test_all_claims_and_conjuncts_hold_where_two_terms_and_a_loss_are_explored_to_the_end() -> None:
    lemmas = (*RAFT_EMPTIED_DISKS_PROOF.invariant, *RAFT_EMPTIED_DISKS_PROOF.derived)
    claims = {*RAFT_EMPTIED_DISKS.invariants, *(lemma.claim for lemma in lemmas)}
    spec = RAFT_EMPTIED_DISKS.variant("conjuncts", invariants=tuple(claims))
    found = check(spec(max_term=2, max_messages=1, history=True))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 25_970)


def test_what_an_emptied_server_finds_is_proved_for_any_number_of_servers_and_losses() -> None:
    assert RAFT_EMPTIED_DISKS_PROOF.not_covered() == ()
    actions = ("lose_all", "find_term", "handle_term_request", "handle_term_response")
    claims = tuple(lemma.claim.__name__ for lemma in NEW)
    found = prove(RAFT_EMPTIED_DISKS_PROOF, only=claims, actions=actions, timeout=60, trust=True)
    assert found.unknown == ()
    assert len(found.checked) > 50


@pytest.mark.parametrize(
    ("mistake", "claim", "action"),
    [
        (blank.VotesEmptied, "votes_are_not_of_the_future", "lose_all"),
        (blank.AsksAMajority, "found_term_is_none_older", "find_term"),
        (blank.TrustsOldAnswers, "who_has_answered_was_counted", "handle_term_response"),
        (blank.StandsAgain, "who_was_emptied_does_not_stand", "time_out"),
    ],
)
def test_what_a_mistake_breaks_is_not_proved(
    mistake: type[EmptiedDiskServer], claim: str, action: str
) -> None:
    proof = RAFT_EMPTIED_DISKS_PROOF.of(RAFT_EMPTIED_DISKS.variant("mistaken", mistake))
    found = prove(proof, only=claim, actions=action, timeout=2, trust=True)
    assert (claim, action) in found.failing
