"""Parameters that are natural numbers are tried up to a bound, which is in the verdict.

Constants that are numbers say how far: two beyond the largest. Where they do not, or the text names
a larger number, or nothing bounds what an action is given, the answer is *unknown*.
"""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check, random_walks
from raftnb.language import (
    Nat,
    Process,
    Set,
    Spec,
    always_eventually,
    anything,
    eventually,
    history,
    weak,
    when,
)
from raftnb.liveness import check_liveness
from raftnb.refine import refines, refines_on_walks

UNKNOWN, HOLDS = Verdict.UNKNOWN, Verdict.HOLDS


class Flips(Process):
    x: Nat = 0
    seen: Nat = history(0)

    def flip(self) -> None:
        self.x = 1 - self.x
        self.seen = min(self.x, 1)


class Takes(Process):
    x: Nat = 0

    def take(self, n: Nat) -> None:
        self.x = n


class TakesSeven(Process):
    x: Nat = 0

    def take(self, n: Nat) -> None:
        when(self.seven(n))
        self.x = n

    def seven(self, n: Nat) -> bool:
        return n == 7


class TakesFew(Process):
    x: Nat = 0

    def take(self, n: Nat, limit: int) -> None:
        when(n <= limit)
        self.x = n


def order(f: Flips, n: Nat) -> bool:
    return f.x <= n or f.x > n


def inside_a_set(f: Flips, some: Set[Nat]) -> bool:
    return f.x in some or f.x not in some


def not_seven(f: Flips, n: Nat) -> bool:
    return n != 7


def of_the_past(f: Flips, n: Nat) -> bool:
    return f.seen <= n or f.seen > n


def low(t: Takes) -> bool:
    return t.x < 6


def near_the_limit(t: Takes, limit: int) -> bool:
    return t.x <= limit + 2


def few(t: Takes, limit: int) -> bool:
    return t.x <= limit


def seldom(t: TakesSeven) -> bool:
    return t.x == 0


def little(t: TakesFew, limit: int) -> bool:
    return t.x <= limit


class Begins(Process):
    x: Nat = anything()

    def rest(self) -> None:
        """Nothing."""


class BeginsInside(Process):
    some: Set[Nat] | None = anything()

    def rest(self) -> None:
        """Nothing."""


def at_most_five(b: Begins) -> bool:
    return b.x <= 5


def within(b: Begins, limit: int) -> bool:
    return b.x <= limit


def without_nine(b: BeginsInside) -> bool:
    return b.some is None or 9 not in b.some


LIMIT = {"limit": 3}
CASES: dict[str, tuple[type[Process], dict[str, Any], Verdict]] = {
    "a claim, no constant": (Flips, {"invariants": (order,)}, UNKNOWN),
    "a claim, only sizes": (Flips, {"invariants": (order,), "constants": {}}, UNKNOWN),
    "a claim": (Flips, {"invariants": (order,), "constants": LIMIT}, HOLDS),
    "a number inside": (Flips, {"invariants": (inside_a_set,)}, UNKNOWN),
    "a larger number": (Flips, {"invariants": (not_seven,), "constants": LIMIT}, UNKNOWN),
    "a number that is tried": (
        Flips, {"invariants": (not_seven,), "constants": {"limit": 9}}, Verdict.VIOLATED,
    ),
    "a claim about history": (Flips, {"invariants": (of_the_past,)}, HOLDS),
    "no number": (Flips, {}, HOLDS),
    "an action, no constant": (Takes, {"invariants": (low,)}, UNKNOWN),
    "an action, no bound": (Takes, {"invariants": (low,), "constants": LIMIT}, UNKNOWN),
    "a bound that is none": (Takes, {"invariants": (near_the_limit,), "constants": LIMIT}, UNKNOWN),
    "a constraint": (
        Takes, {"invariants": (near_the_limit,), "constants": LIMIT, "constraints": (few,)}, HOLDS,
    ),
    "a guard": (TakesFew, {"invariants": (little,), "constants": LIMIT}, HOLDS),
    "a start": (Begins, {"invariants": (at_most_five,)}, UNKNOWN),
    "a start, no bound": (Begins, {"invariants": (at_most_five,), "constants": LIMIT}, UNKNOWN),
    "a start inside": (BeginsInside, {"invariants": (without_nine,)}, UNKNOWN),
    "a start with a bound": (
        Begins, {"invariants": (at_most_five,), "constants": LIMIT, "initially": (within,)}, HOLDS,
    ),
    "a number in an operator": (TakesSeven, {"invariants": (seldom,), "constants": LIMIT}, UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize(("cls", "fields", "verdict"), CASES.values(), ids=CASES.keys())
def test_a_bound_on_numbers_is_in_the_verdict(
    cls: type[Process], fields: dict[str, Any], verdict: Verdict, engine: str
) -> None:
    found = check(Spec("n", (cls,), **fields)(), engine=engine, deadlock=False, progress=False)
    assert found.verdict is verdict
    beyond = str(found.bound or "").startswith("natural numbers beyond ")
    assert beyond is (verdict is UNKNOWN)
    assert found.exit_code == {HOLDS: 0, Verdict.VIOLATED: 1, UNKNOWN: 3}[verdict]
    assert found.as_json().get("bound") == found.bound
    if beyond:
        assert f"stopped: {found.bound}" in str(found)


def test_liveness_and_refinement_say_so_as_well() -> None:
    flips, takes = Spec("f", (Flips,), fairness=(weak(Flips),)), Spec("t", (Takes,))
    lasting = check_liveness(flips(), always_eventually(order))
    assert (lasting.verdict, str(lasting.bound)[:22]) == (UNKNOWN, "natural numbers beyond")
    declared = flips.variant("d", constants=LIMIT)
    assert check_liveness(declared(), always_eventually(order)).verdict is HOLDS
    itself = refines(takes(), takes(), lambda state: state)
    assert (itself.verdict, str(itself.bound)[:22]) == (UNKNOWN, "natural numbers beyond")
    bounded = takes.variant("b", constants=LIMIT, constraints=(few,))
    assert "natural numbers" not in str(refines(bounded(), bounded(), lambda state: state).bound)


class Large(Process):
    x: Nat = 0

    def take(self, n: Nat) -> None:
        when(n > 5)
        self.x = 1


class Never(Process):
    x: Nat = 0

    def take(self) -> None:
        when(False)
        self.x = 1


class Five(Process):
    x: Nat = 0

    def take(self) -> None:
        self.x = 5


class Seven(Process):
    x: Nat = 7

    def rest(self) -> None:
        """Nothing."""


def one(x: Large) -> bool:
    return x.x == 1


def test_what_larger_numbers_may_enable_is_neither_shown_nor_refuted() -> None:
    """A fair step with a larger number is forced, and is a counterpart of a concrete step."""
    large = Spec("large", (Large,), fairness=(weak(Large),))
    assert check_liveness(large(), eventually(one)).verdict is UNKNOWN
    assert check_liveness(large(), eventually(one), fairness=()).verdict is Verdict.VIOLATED

    def seen(state: Any) -> Any:
        cells = {(cell.owner, cell.variable): state.values[0] for cell in abstract.layout.cells}
        return state.seen_as(abstract.layout, cells)

    for concrete, spec, fair in (
        (Spec("never", (Never,)), large, True), (Spec("five", (Five,)), Spec("t", (Takes,)), False),
    ):  # fmt: skip
        abstract = spec()
        found = refines(concrete(), abstract, seen, fair=fair)
        assert (found.verdict, "natural numbers beyond" in str(found.bound)) == (UNKNOWN, True)
        walked = refines_on_walks(concrete(), abstract, seen)
        assert walked.verdict is UNKNOWN
    abstract = Spec("b", (Begins,))()
    begun = Spec("seven", (Seven,))
    assert refines(begun(), abstract, seen).verdict is UNKNOWN
    assert refines_on_walks(begun(), abstract, seen).verdict is UNKNOWN


class Waits(Process):
    """Nothing happens but by a number that may be larger than those that are tried."""

    x: Nat = 0

    def go(self, n: Nat) -> None:
        when(n > 9 and self.x < 2)
        self.x += 1

    def stay(self) -> None:
        when(self.x == 2)


class WaitsOrWalks(Waits):
    """May stop after one step, or walk on, to where a claim is broken."""

    def stop(self) -> None:
        when(self.x == 0)
        self.x = 9

    def walk(self) -> None:
        when(self.x < 4)
        self.x += 1


def gone(w: Waits) -> bool:
    return w.x > 0


def still(w: Waits) -> bool:
    return w.x == 0


FAR: tuple[tuple[dict[str, Any], bool], ...] = (
    ({"invariants": (still,)}, True),
    ({"sometimes": (gone,)}, False),
    ({"possible": (gone,)}, False),
)


@pytest.mark.parametrize("engine", ["reference", "memo", "quick"])
@pytest.mark.parametrize(("claims", "deadlock"), FAR)
def test_what_a_larger_number_may_still_do_is_not_violated(claims, deadlock, engine):
    """A deadlock, what is never reached, what is impossible: only as far as numbers were tried."""
    far = Spec("far", processes=(Waits,), constants={"waits": 1, "top": 3}, **claims)
    found = check(far(), deadlock=deadlock, engine=engine)
    assert found.verdict is UNKNOWN
    assert "natural numbers beyond 5 were not tried: n in go" in found.bound


def not_four(w: WaitsOrWalks) -> bool:
    return w.x != 4


@pytest.mark.parametrize("engine", ["reference", "memo", "quick"])
def test_a_violation_deeper_than_such_a_deadlock_is_found(engine):
    given = {"constants": {"waits": 1, "top": 3}}
    both = Spec("both", processes=(WaitsOrWalks,), invariants=(not_four,), **given)
    found = check(both(), engine=engine)
    assert (found.verdict, found.property, len(found.trace)) == (Verdict.VIOLATED, "not_four", 4)


def test_walks_say_the_same_of_such_a_deadlock():
    far = Spec("far", processes=(Waits,), constants={"waits": 1, "top": 3})
    walked = random_walks(far())
    assert (walked.verdict, walked.property) == (UNKNOWN, "deadlock")
