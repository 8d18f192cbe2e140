"""A proof covers a claim where it proves it of every state, or of every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Nat, Process, Spec, after, when
from raftnb.prove import Lemma, Proof, prove


class Counter(Process, number="counters"):
    """A counter that is set to 0 now and then."""

    n: Nat = 0

    def count(self) -> None:
        when(self.n < 3)
        self.n += 1

    def clear(self) -> None:
        when(self.n == 2)
        self.n = 0


def below(a: Counter) -> bool:
    return a.n < 2


def shrinks(a: Counter) -> bool:
    return after(a).n <= a.n


def bounded(a: Counter) -> bool:
    return a.n <= 3


def below_three(a: Counter) -> bool:
    return a.n < 3


@pytest.mark.parametrize(("claim", "kind"), [(below, "invariants"), (shrinks, "transitions")])
def test_a_cut_covers_no_claim(claim: Callable[..., bool], kind: str) -> None:
    """It is proved of the steps of one action: a false claim was said to hold."""
    claimed: dict[str, Any] = {kind: (claim,)}
    spec = Spec("counters", (Counter,), constants={"counters": 1}, **claimed)
    assert check(spec(), progress=False).verdict is Verdict.VIOLATED
    proof = Proof(spec, (Lemma(bounded),), cuts={"clear": (Lemma(claim),)})
    assert proof.not_covered() == (claim.__name__,)
    assert prove(proof, workers=1).verdict is Verdict.UNKNOWN
    with pytest.raises(UsageError, match="did you mean `clear`"):
        Proof(spec, (Lemma(bounded),), cuts={"clears": (Lemma(claim),)})


def test_a_claim_is_about_states_or_about_steps() -> None:
    """As one about steps it is true, in a last state it is not: *holds* was said of both."""
    claimed: dict[str, Any] = {"invariants": (below_three,), "transitions": (below_three,)}
    with pytest.raises(SpecError, match="`below_three` in `transitions`, and among the claims"):
        Spec("counters", (Counter,), constants={"counters": 1}, **claimed)
    for kind in claimed:
        Spec("counters", (Counter,), constants={"counters": 1}, **{kind: (below_three,)})  # type: ignore[arg-type]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"invariant": Lemma(bounded)}, r"write `\(Lemma\(bounded\),\)`"),
    ({"goals": bounded}, "`goals`, which is no tuple"),
    ({"cuts": {"count": Lemma(bounded)}}, r"`cuts\['count'\]`, which is no tuple"),
    ({"goals": (Lemma(bounded, bounded),)}, r"write `\(bounded,\)`"),  # type: ignore[arg-type]
    ({"goals": (Lemma(bounded, ("bounded",)),)}, "uses, which is no tuple of claims"),  # type: ignore[arg-type]
    ({"goals": (Lemma(bounded, steps={"count": "bounded"}),)}, r"write `\(bounded,\)`"),  # type: ignore[dict-item]
]


@pytest.mark.parametrize(("given", "told"), WRONG)
def test_what_is_no_tuple_of_lemmas_or_claims_is_refused(given: dict[str, Any], told: str) -> None:
    spec = Spec("counters", (Counter,), constants={"counters": 1}, invariants=(bounded,))
    with pytest.raises(UsageError, match=told):
        Proof(**{"spec": spec, "invariant": (Lemma(bounded),), **given})
