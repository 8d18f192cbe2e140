"""Names that match nothing are refused, with the nearest one; what is zero is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from raftnb.data.errors import RaftnbError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.conclusion import NO_ACTION, NO_CLAIM
from raftnb.language import (
    Domain,
    Globals,
    Nat,
    Process,
    Spec,
    eventually,
    macro,
    strong,
    weak,
    when,
)
from raftnb.language.strangers import is_near
from raftnb.liveness import check_liveness
from raftnb.prove import Lemma, Proof, prove


class Shared(Globals):
    turn: Nat = 0


class Node(Process, number="nodes"):
    x: Nat = 0

    def take(self) -> None:
        when(self.may_take())
        self.x += 1

    def step1(self) -> None:
        pass

    def may_take(self) -> bool:
        return self.x < 2


class Other(Process):
    z: Nat = 0

    def run(self) -> None:
        self.z = 0


class Taek(Node):
    def taek(self) -> None:
        self.x = 0


class MayTakes(Node):
    def may_takes(self) -> bool:
        return True


class MayTake(Node):
    def mayTake(self) -> bool:
        return True


class Mixed(Other):
    def runs(self) -> None:
        pass


class Both(Mixed):
    pass


class Fine(Node):
    def step2(self) -> None:
        pass

    def takes(self) -> bool:
        return True

    @macro
    def taken(self) -> None:
        pass

    def take_two(self) -> None:
        pass


def small(n: Node) -> bool:
    return n.x <= 2


def positive(n: Node) -> bool:
    return n.x >= 0


def of_another(o: Other) -> bool:
    return o.z == 0


def of_some_other(o: Other | None) -> bool:
    return o is None


SPEC = Spec("nodes", (Node,), constants={"nodes": 2}, invariants=(small, positive))


def made(*processes: Any, **fields: Any) -> Callable[[], Any]:
    return lambda: Spec("s", processes or (Node,), constants={"nodes": 2, "most": 1}, **fields)


STRANGERS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "an action of a variant": (lambda: SPEC.variant("v", Taek), "overrides nothing", "`take`"),
    "an operator of a variant": (made(MayTakes), "overrides nothing", "`may_take`"),
    "capitals": (made(MayTake), "overrides nothing", "`may_take`"),
    "a base of a variant": (made(Both), "`runs` of `Mixed`, which overrides nothing", "`run`"),
    "a fair class": (made(fairness=(weak(Other),)), "`Other` in `weak(Other)`", "add its class"),
    "one of several": (
        made(fairness=(weak(Node, Other, together=True),)), "`Other` in `weak(Node, O", "add its",
    ),
    "a fair action": (made(fairness=(strong(Other.run),)), "`run` in `strong(Other.run)`", "add"),
    "a variant's fair action": (made(fairness=(weak(Fine.take_two),)), "`take_two`", "`take`"),
    "one of several fair ones, given later": (
        lambda: check_liveness(
            made()()(), eventually(lasting), fairness=(weak(Node, Other, together=True),)
        ),
        "`Other` in `weak(Node, Other, together)`", "add its class",
    ),
    "a parameter of a claim": (made(invariants=(of_another,)), "`o: Other`", "add `Other`"),
    "inside a parameter": (made(sometimes=(of_some_other,)), "`o: Other`", "add `Other`"),
    "a bound without a network": (made(copies="most"), "`copies='most'`", "`delivery`"),
    "an action with cuts": (
        lambda: Proof(SPEC, (Lemma(small),), cuts={"tkae": (Lemma(positive),)}),
        "cuts['tkae']: no action", "`take`",
    ),
    "an action with steps": (
        lambda: Proof(SPEC, (Lemma(small, steps={"Node.take": (small,)}),)),
        "the steps of `small`, 'Node.take': no action", "`take`",
    ),
    "a conjunct taken out": (
        lambda: Proof(SPEC, (Lemma(small),)).without(positive), "without `positive`", "name one",
    ),
    "an opaque name": (
        lambda: Proof(SPEC, (Lemma(small),), opaque=("may",)), "'may' in `opaque`", "quotes",
    ),
}  # fmt: skip


def lasting() -> bool:
    return True


@pytest.mark.parametrize(("make", "found", "cure"), STRANGERS.values(), ids=STRANGERS.keys())
def test_a_name_that_matches_nothing_is_refused(
    make: Callable[[], Any], found: str, cure: str
) -> None:
    with pytest.raises(RaftnbError) as caught:
        make()
    assert found in caught.value.found
    assert cure in caught.value.cure


def test_names_of_another_kind_with_another_number_or_less_alike_are_fine() -> None:
    spec = SPEC.variant("fine", Fine, fairness=(weak(Node.take), strong(Fine.take_two), weak(Fine)))
    assert set(spec.processes[0].actions) == {"take", "step1", "step2", "take_two"}


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("time_out", "timeout", True), ("recieve", "receive", True), ("vote", "votes", True),
        ("vote", "voted_for", False), ("do1", "do2", False), ("do", "do2", False),
        ("make", "take", False), ("send", "dens", False), ("a", "b", False), ("abc", "acb", True),
    ],
)  # fmt: skip
def test_near_is_one_letter_or_two_that_change_places(one: str, other: str, near: bool) -> None:
    assert is_near(one, other) is is_near(other, one) is near


# What is zero is said.


class Rest(Process):
    on: bool = False


class Key(Domain, number="keys"):
    pass


def off(r: Rest) -> bool:
    return not r.on


def test_a_specification_without_actions_says_so_everywhere() -> None:
    spec = Spec("rest", (Rest,), invariants=(off,), final=lasting)
    found = check(spec(), progress=False)
    assert found.partial == (NO_ACTION,)
    assert f"note: {NO_ACTION}" in str(found)
    assert check_liveness(spec(), eventually(lasting)).partial == (NO_ACTION,)
    proved = prove(Proof(spec, (Lemma(off),)), workers=1)
    assert proved.verdict is Verdict.UNKNOWN
    assert proved.partial == ("no process has an action: only the start was looked at",)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_check_without_claims_says_so(engine: str) -> None:
    spec = Spec("free", (Other,))
    found = check(spec(), engine=engine, progress=False)
    assert (found.verdict, found.partial) == (Verdict.HOLDS, (NO_CLAIM,))
    assert f"note: {NO_CLAIM}" in str(found)
    assert found.as_json()["partial"] == [NO_CLAIM]
