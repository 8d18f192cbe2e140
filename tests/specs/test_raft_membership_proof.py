"""Changes of the cluster, proved for any number of servers: what differs from Raft's own proof.

The whole proof is `python -m raftnb prove raft-joint`.
"""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Set
from raftnb.language.proof import Lemma
from raftnb.prove import prove
from raftnb.prove.counting import axiom_holds
from raftnb.specs import PROOFS
from raftnb.specs.raft.membership import RAFT_JOINT, is_majority
from raftnb.specs.raft.mistakes.membership import HurriesOn, JumpsAtOnce, UnionDecides
from raftnb.specs.raft.server import Server

PROOF = PROOFS["raft-joint"]
TREE = [
    "configurations_meet_or_were_left",
    "configurations_follow_or_one_between_was_chosen",
    "missing_entries_were_not_chosen_by_their_configuration",
]


@pytest.mark.parametrize(
    ("claims", "actions"),
    [
        ([*TREE, "term_has_no_leader_yet"], ["become_leader"]),
        ([*TREE, "new_configuration_follows", "later_leaders_are_known"], ["finish_change"]),
    ],
)
def test_what_takes_the_place_of_quorums_that_meet_is_proved(
    claims: list[str], actions: list[str]
) -> None:
    found = prove(PROOF, only=claims, actions=actions, timeout=60, trust=True)
    assert found.unknown == ()
    assert {one.claim for one in found.checked} == set(claims)


@pytest.mark.parametrize(
    ("server", "claim", "action"),
    [
        (UnionDecides, "leaders_had_a_quorum_of_their_configuration", "become_leader"),
        (JumpsAtOnce, "new_configuration_follows", "change"),
        (HurriesOn, "settled_logs_were_chosen", None),
    ],
)
def test_what_a_mistake_breaks_is_not_proved(
    server: type[Server], claim: str, action: str | None
) -> None:
    wrong = PROOF.of(RAFT_JOINT.variant("wrong", server))
    found = prove(wrong, only=[claim], actions=[action] if action else [], timeout=2, trust=True)
    assert claim in {one.claim for one in found.unknown}


def test_every_conjunct_and_what_follows_hold_in_every_explored_state() -> None:
    claims = tuple(lemma.claim for lemma in (*PROOF.invariant, *PROOF.derived))
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
    assert axiom_holds(PROOF, Lemma(axiom)) is holds
