"""Leadership transfer, together with PreVote and CheckQuorum."""

from __future__ import annotations

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.prove import prove
from raftnb.specs.raft.election_scenes import accept_invitation, elect_calmly, hand_over
from raftnb.specs.raft.mistakes.elections import ObeysOldLeaders, WritesWhileHandingOver
from raftnb.specs.raft.scenes import count_vote, request, vote
from raftnb.specs.raft.server import Role
from raftnb.specs.raft.transfer import (
    RAFT_TRANSFER,
    UNHURRIED_TRANSFER,
    a_new_term_is_called_for,
    who_is_asked_has_the_leaders_log,
)
from raftnb.specs.raft.transfer_proof import HANDING_OVER, RAFT_TRANSFER_PROOF

NEW = (*HANDING_OVER, a_new_term_is_called_for, who_is_asked_has_the_leaders_log)


def test_a_leader_hands_over_and_another_leads_at_once() -> None:
    world = RAFT_TRANSFER(servers=3, max_term=9, max_log=2).start()
    elect_calmly(world, "s1", "s2")
    request(world, "s1")
    hand_over(world, "s1", "s3")
    with pytest.raises(NotEnabled):
        request(world, "s1")
    accept_invitation(world, "s1", "s3")
    world["s3"].time_out()
    vote(world, "s2", "s3")
    count_vote(world, "s3", "s2")
    world["s3"].become_leader()
    assert (world["s3"].role, world["s3"].currentTerm) == (Role.LEADER, 2)
    assert world["s3"].log == world["s1"].log


def test_a_leader_that_nobody_takes_over_from_goes_on() -> None:
    world = RAFT_TRANSFER(servers=3, max_term=9, max_log=2).start()
    elect_calmly(world, "s1", "s2")
    hand_over(world, "s1", "s3")
    world["s1"].give_up_transfer()
    request(world, "s1")
    assert (world["s1"].role, len(world["s1"].log)) == (Role.LEADER, 1)


def test_who_was_not_asked_waits_for_a_majority() -> None:
    world = RAFT_TRANSFER(servers=3, max_term=9).start()
    elect_calmly(world, "s1", "s2")
    world["s1"].begin_transfer(world["s3"])
    with pytest.raises(NotEnabled):
        world["s3"].time_out()


def test_all_claims_hold_where_handing_over_is_explored_to_the_end() -> None:
    found = check(RAFT_TRANSFER(max_term=2, duplicates=0, max_messages=1, history=True))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 117_025)


def test_somebody_can_always_be_elected_and_hand_over() -> None:
    found = check(UNHURRIED_TRANSFER())
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 135_828)


def test_what_is_new_is_proved_for_any_number_of_servers() -> None:
    found = prove(RAFT_TRANSFER_PROOF, only=NEW, timeout=60)
    assert (len(found.checked) + len(found.defined), found.unknown) == (162, ())


@pytest.mark.parametrize(
    ("server", "broken", "action"),
    [
        (ObeysOldLeaders, HANDING_OVER[1], "handle_timeout_now"),
        (WritesWhileHandingOver, HANDING_OVER[2], "client_request"),
    ],
)
def test_a_mistake_is_not_proved(server: type, broken: object, action: str) -> None:
    proof = RAFT_TRANSFER_PROOF.of(RAFT_TRANSFER.variant("mistaken", server))
    name = broken.__name__  # type: ignore[attr-defined]
    found = prove(proof, only=name, actions=action)
    assert found.failing == ((name, action),)
