"""The comparison with running ends, whatever is claimed; what is too large is left out."""

from __future__ import annotations

from raftnb import Globals, Nat, Process, Set, Spec, Verdict, when
from raftnb.prove import Lemma, Proof, prove


class Shared(Globals):
    seen: Set[Nat] = frozenset()
    other: Set[Nat] = frozenset()


class Counter(Process, number="counters"):
    n: Nat = 0

    def up(self) -> None:
        when(self.n < 12)
        self.n += 1
        Shared.seen |= {self.n}


def few(c: Counter) -> bool:
    return c.n <= 12


def nothing_else() -> bool:
    return Shared.other <= Shared.seen


def far_apart(i: Nat, j: Nat, k: Nat, m: Nat, n: Nat, c: Counter) -> bool:
    return all(c.n <= 12 + i * j + k * m + n + x * y for x in range(n) for y in range(m))


COUNT = Spec(
    "count", (Counter,), (Shared,), constants={"counters": 1}, invariants=(few, nothing_else)
)


def test_sets_of_numbers_that_go_far_are_compared_with_smaller_ones() -> None:
    report = prove(Proof(COUNT, (Lemma(few), Lemma(nothing_else))), workers=1)
    assert report.verdict is Verdict.HOLDS
    assert report.compared is not None
    assert report.compared.steps > 0
    assert report.compared.untried == ()


def test_a_claim_that_is_too_large_to_be_written_out_is_not_compared() -> None:
    spec = COUNT.variant("far", invariants=(few, far_apart))
    report = prove(Proof(spec, (Lemma(few), Lemma(far_apart))), workers=1)
    assert report.compared is None or "far_apart" in report.compared.untried
