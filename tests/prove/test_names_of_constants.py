"""What is called like a constant and is none, in a claim that is proved from one about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Nat, Process, Spec, when
from raftnb.prove import Lemma, Proof, prove


class Counter(Process, number="counters"):
    """A counter up to a constant."""

    n: Nat = 0

    def count(self, limit: int) -> None:
        when(self.n < limit)
        self.n += 1


def bounded(a: Counter, limit: int) -> bool:
    return a.n <= limit


def bounded_by_any() -> bool:
    return all(a.n <= limit for a in Counter for limit in range(5))


def bounded_by_each(a: Counter) -> bool:
    return all(a.n <= limit for limit in range(5))


def bounded_or_more() -> bool:
    return all(a.n <= limit or a.n > limit for a in Counter for limit in range(5))


def bounded_again(a: Counter, limit: int) -> bool:
    return a.n < limit + 1


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (bounded_by_any, Verdict.VIOLATED),
        (bounded_by_each, Verdict.VIOLATED),
        (bounded_or_more, Verdict.HOLDS),
        (bounded_again, Verdict.HOLDS),
    ],
)
def test_a_claim_about_a_constant_is_not_one_about_what_is_called_so(
    claim: Callable[..., bool], verdict: Verdict
) -> None:
    spec = Spec("counters", (Counter,), constants={"counters": 2, "limit": 2}, invariants=(claim,))
    assert check(spec(), deadlock=False, progress=False).verdict is verdict
    found = prove(Proof(spec, (Lemma(bounded),), goals=(Lemma(claim, (bounded,)),)), workers=1)
    assert (found.verdict is Verdict.HOLDS) == (verdict is Verdict.HOLDS)
    derived = Proof(spec, (Lemma(bounded),), derived=(Lemma(claim, (bounded,)),))
    assert (prove(derived, workers=1).verdict is Verdict.HOLDS) == (verdict is Verdict.HOLDS)
