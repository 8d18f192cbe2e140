"""Changes of the cluster, proved for any number of servers: what differs from Raft's own proof.

The whole proofs are `python -m raftnb prove raft-joint` and `raft-one-by-one`.
"""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Set
from raftnb.language.proof import Lemma, Proof
from raftnb.prove import prove
from raftnb.prove.counting import axiom_holds
from raftnb.specs import PROOFS
from raftnb.specs.raft.membership import RAFT_JOINT, OneByOneServer, is_majority, new_members
from raftnb.specs.raft.mistakes.membership import (
    ROW_65,
    ChangesBeforeItsCommit,
    HurriesOn,
    JumpsAtOnce,
    UnionDecides,
)
from raftnb.specs.raft.server import Server, Value

JOINT, ONE_BY_ONE = PROOFS["raft-joint"], PROOFS["raft-one-by-one"]
MEETING = [
    "configurations_meet_or_were_left",
    "missing_entries_were_not_chosen_by_their_configuration",
]
FOLLOW = "configurations_follow_or_one_between_was_chosen"


@pytest.mark.parametrize(
    ("proof", "claims", "action"),
    [
        (JOINT, [*MEETING, FOLLOW, "term_has_no_leader_yet"], "become_leader"),
        (JOINT, [*MEETING, FOLLOW, "later_leaders_are_known"], "finish_change"),
        (ONE_BY_ONE, [*MEETING, "clusters_go_on", "new_cluster_is_near"], "add"),
    ],
    ids=["elected", "finish_change", "add"],
)
def test_what_takes_the_place_of_quorums_that_meet_is_proved(
    proof: Proof, claims: list[str], action: str
) -> None:
    found = prove(proof, only=claims, actions=action, timeout=60, trust=True)
    assert found.unknown == ()
    assert {one.claim for one in found.checked} == set(claims)


@pytest.mark.parametrize(
    ("proof", "server", "claim", "action"),
    [
        (JOINT, UnionDecides, "leaders_had_a_quorum_of_their_configuration", "become_leader"),
        (JOINT, JumpsAtOnce, "new_configuration_follows", "change"),
        (JOINT, HurriesOn, "settled_logs_were_chosen", ()),
        (ONE_BY_ONE, ChangesBeforeItsCommit, "new_cluster_is_near", "add"),
    ],
    ids=["UnionDecides", "JumpsAtOnce", "HurriesOn", "ChangesBeforeItsCommit"],
)
def test_what_a_mistake_breaks_is_not_proved(
    proof: Proof, server: type[Server], claim: str, action: str | tuple[str, ...]
) -> None:
    wrong = proof.of(proof.spec.variant("wrong", server))
    found = prove(wrong, only=claim, actions=action, timeout=1, trust=True)
    assert claim in {one.claim for one in found.unknown}


def test_every_claim_is_covered_and_somebody_can_win() -> None:
    assert JOINT.not_covered() == ONE_BY_ONE.not_covered() == ()
    only = ("somebody_can_win", "one_log_is_the_most_up_to_date", "clusters_have_members")
    found = prove(ONE_BY_ONE, only=only, timeout=30, trust=True)
    assert found.unknown == ()
    assert {one.action for one in found.checked} >= {"add", "remove", ""}


def test_who_does_not_stand_for_election_cannot_win() -> None:
    stays = ONE_BY_ONE.of(ONE_BY_ONE.spec.variant("stays", ROW_65.server))
    found = prove(stays, only="somebody_can_win", timeout=1, trust=True)
    assert ("somebody_can_win", "") in found.failing


class RemovesTheLast(OneByOneServer):
    """The last server may be taken out of the cluster."""

    def remove(self, value: Value, server: Server) -> None:
        """Take a server out of the cluster."""
        self.change_to(value, new_members(self.log) - {server})


def test_a_cluster_that_may_be_empty_is_not_proved_to_have_members() -> None:
    wrong = ONE_BY_ONE.of(ONE_BY_ONE.spec.variant("wrong", RemovesTheLast))
    found = prove(wrong, only="clusters_have_members", actions="remove", timeout=1, trust=True)
    assert found.failing == (("clusters_have_members", "remove"),)


def test_every_conjunct_and_what_follows_hold_in_every_explored_state() -> None:
    claims = tuple(lemma.claim for lemma in (*JOINT.invariant, *JOINT.derived))
    spec = RAFT_JOINT.variant("conjuncts", invariants=claims, transitions=(), sometimes=())
    found = check(spec(max_term=1, max_messages=1, history=True), symmetry=True)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 461)


def half_of_them_meet(a: Set[Server], b: Set[Server], c: Set[Server]) -> bool:
    enough = 2 * len(a & c) >= len(c) and 2 * len(b & c) >= len(c)
    return not enough or any(s in a and s in b for s in Server)


def the_same_have_the_same_majorities(a: Set[Server], c: Set[Server], d: Set[Server]) -> bool:
    return c != d or not is_majority(a, c) or is_majority(a, d)


def a_majority_of_what_is_left(a: Set[Server], c: Set[Server], d: Set[Server]) -> bool:
    return not is_majority(a, c - d) or len(a & (c | d)) > 0


@pytest.mark.parametrize(
    ("axiom", "holds"),
    [
        (half_of_them_meet, False),
        (the_same_have_the_same_majorities, True),
        (a_majority_of_what_is_left, True),
    ],
)
def test_what_is_made_of_sets_is_counted(axiom: Any, holds: bool) -> None:
    assert axiom_holds(JOINT, Lemma(axiom)) is holds
