"""Claims that a lemma uses of its goal's own constants, and of nothing else."""

from __future__ import annotations

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Verdict
from raftnb.language import Map, Nat, Process
from raftnb.language.proof import Lemma, Proof
from raftnb.language.spec import Spec
from raftnb.prove import prove


class Counter(Process):
    """Two numbers that grow, and how they stood."""

    low: Nat = 0
    high: Nat = 1
    seen: Map[Nat, Nat] = Map()

    def grow(self) -> None:
        """Both grow."""
        self.seen |= {self.low: self.high}
        self.low += 1
        self.high += 1


def low_is_below(c: Counter) -> bool:
    """The low number is the smaller one."""
    return c.low < c.high


def seen_is_above(c: Counter, n: Nat) -> bool:
    """What was seen with a number is larger."""
    return n not in c.seen or n < c.seen[n]


def seen_is_above_too(c: Counter, m: Nat) -> bool:
    """The same, with another name."""
    return m not in c.seen or m < c.seen[m]


COUNTER = Spec(name="counter", processes=(Counter,), invariants=(low_is_below, seen_is_above_too))


def proof(*own: object) -> Proof:
    return Proof(
        COUNTER,
        invariant=(
            Lemma(low_is_below),
            Lemma(seen_is_above, (low_is_below,), own=(seen_is_above,)),
        ),
        goals=(Lemma(seen_is_above_too, (), own=own),),  # type: ignore[arg-type]
        defined=(seen_is_above,),
    )


def test_a_conjunct_that_is_its_own_is_assumed_of_the_same_constants() -> None:
    found = prove(proof(), only="seen_is_above", actions="grow", workers=1, trust=True)
    assert found.unknown == ()


def test_what_is_its_own_by_another_name_is_not_assumed() -> None:
    found = prove(proof(seen_is_above), only="seen_is_above_too", workers=1, trust=True)
    assert {one.claim for one in found.unknown} == {"seen_is_above_too"}


def of_the_same(c: Counter, n: Nat) -> bool:
    """A consequence, in the same words."""
    return n not in c.seen or n + 1 <= c.seen[n]


@pytest.mark.parametrize(("own", "unknown"), [((seen_is_above,), 0), ((), 1)])
def test_what_follows_needs_its_own(own: tuple[object, ...], unknown: int) -> None:
    spec = COUNTER.variant("more", invariants=(of_the_same,))
    one = Proof(
        spec,
        invariant=(Lemma(low_is_below), Lemma(seen_is_above)),
        goals=(Lemma(of_the_same, (), own=own),),  # type: ignore[arg-type]
        defined=(seen_is_above,),
    )
    found = prove(one, workers=1)
    assert len(found.unknown) == unknown
    assert (found.verdict is Verdict.HOLDS) is (unknown == 0)


def grown(self: Counter) -> bool:
    """The step leaves the low number the smaller one."""
    return self.low < self.high


def grown_again(self: Counter, n: Nat) -> bool:
    """The same of a number."""
    return n != self.low or n < self.high


def test_a_cut_is_its_own_only_after_it_was_proved() -> None:
    def cuts(*lemmas: Lemma) -> set[str]:
        one = Proof(COUNTER, (Lemma(low_is_below),), cuts={"grow": lemmas}, defined=(low_is_below,))
        found = prove(one, only=["grown_again"], actions="grow", workers=1, trust=True)
        return {one.claim for one in found.unknown}

    again = Lemma(grown_again, (), own=(grown_again,))
    assert cuts(again) == {"grown_again"}
    assert cuts(Lemma(grown, (low_is_below,)), Lemma(grown_again, (grown,))) == set()


def test_what_is_no_claim_of_the_proof_is_refused() -> None:
    with pytest.raises(UsageError, match="not proved before it"):
        proof(of_the_same)
    no_tuple = Lemma(low_is_below, own=seen_is_above)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"write `\(seen_is_above,\)`"):
        Proof(COUNTER, invariant=(no_tuple,))
