"""The conjuncts that Raft's proof rests on, evaluated in every state of small instances."""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language.spec import Spec
from raftnb.specs import PROOFS
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.mistakes import VotesTwice

PROOF = PROOFS["raft"]
CLAIMS = tuple(dict.fromkeys(lemma.claim for lemma in (*PROOF.invariant, *PROOF.derived)))


def claimed(spec: Spec) -> Spec:
    return spec.variant("conjuncts", invariants=CLAIMS, transitions=(), sometimes=())


@pytest.mark.parametrize(
    ("constants", "distinct"),
    [
        ({"servers": 2, "max_term": 2, "max_log": 1}, 3_746),
        ({"servers": 3, "max_term": 1, "max_log": 1, "duplicates": 0, "max_messages": 3}, 49_576),
        ({"servers": 2, "max_term": 2, "max_log": 2, "duplicates": 0, "max_messages": 2}, 11_546),
    ],
)
def test_every_conjunct_holds_in_every_explored_state(constants: dict[str, int], distinct: int):
    result = check(claimed(RAFT)(history=True, **constants), symmetry=True)
    assert (result.verdict, result.distinct) == (Verdict.HOLDS, distinct)
    assert result.not_checked == ()


def test_a_mistake_breaks_a_conjunct_in_a_state_that_is_reached():
    wrong = claimed(RAFT.variant("votes twice", VotesTwice))
    constants = {"servers": 3, "max_term": 1, "max_log": 0, "duplicates": 0, "max_messages": 3}
    result = check(wrong(history=True, **constants), symmetry=True)
    assert result.verdict is Verdict.VIOLATED
