"""Some claims only, or all that are violated: which, with what traces, and what is said of it."""

from __future__ import annotations

import pytest

from raftnb import Globals, Nat, Process, Spec, UsageError, Verdict, after, check, when
from raftnb.data.limits import TimeIsUp
from raftnb.explore import Exploration
from raftnb.explore.chosen import all_violations
from raftnb.explore.result import ExplorationOptions, Violation
from raftnb.language.spec import Model


class Sum(Globals):
    total: Nat = 0


class Counter(Process, number="counters"):
    n: Nat = 0

    def up(self) -> None:
        when(self.n < 3)
        self.n += 1
        Sum.total += 1


def low(c: Counter) -> bool:
    return c.n < 2


def lower(c: Counter) -> bool:
    return c.n < 1


def fine(c: Counter) -> bool:
    return c.n < 9


def grows(c: Counter) -> bool:
    return after(c).n == c.n or Sum.total < 4


def far(c: Counter) -> bool:
    return c.n == 7


def zero(c: Counter) -> bool:
    return c.n == 0


def few() -> bool:
    return Sum.total < 5


COUNT = Spec(
    "count",
    (Counter,),
    (Sum,),
    constants={"counters": 2},
    invariants=(low, few, lower, fine),
    transitions=(grows,),
    sometimes=(far,),
    possible=(zero,),
    constraints=(few,),
)
ENGINES = ("fast", "memo", "reference")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_violation_has_its_shortest_trace(engine: str) -> None:
    found = check(COUNT(), go_on=True, engine=engine, progress=False)
    assert found.verdict is Verdict.VIOLATED
    names = [found.property, *(one.property for one in found.others)]
    assert sorted(names) == ["few", "grows", "low", "lower"]
    assert "far" in found.witnesses
    assert "zero" in str(found.bound)
    lengths = {one.property: len(one.trace) for one in found.others if one.trace is not None}
    assert found.property == "lower"
    assert len(found.trace) == 1
    assert lengths == {"low": 2, "grows": 5, "few": 5}
    assert found.distinct == 13  # the constraint that is a claim as well still cuts
    assert [one["property"] for one in found.as_json()["others"]] == names[1:]
    assert all(f"violated: {name}" in str(found) for name in names)


def test_each_violation_is_told_before_the_next_is_looked_for() -> None:
    happened: list[str | None] = []

    def ask(model: Model, options: ExplorationOptions) -> Exploration:
        happened.append("search")
        return check(model, progress=False)

    found = all_violations(
        COUNT(), ExplorationOptions(), ask, lambda one: happened.append(one.property)
    )
    names = [found.property, *(one.property for one in found.others)]
    assert happened == [*(word for name in names for word in ("search", name)), "search"]
    told: list[Violation] = []
    again = check(COUNT(), go_on=True, on_violation=told.append, progress=False)
    assert told[0].trace == again.trace
    assert tuple(told[1:]) == again.others


@pytest.mark.parametrize(
    ("stop", "bound"),
    [(KeyboardInterrupt(), "interrupted"), (TimeIsUp("max_seconds 3"), "max_seconds 3")],
)
def test_what_is_interrupted_says_what_was_found_till_then(stop: BaseException, bound: str) -> None:
    asked: list[Model] = []

    def ask(model: Model, options: ExplorationOptions) -> Exploration:
        asked.append(model)
        if len(asked) == 3:
            raise stop
        return check(model, progress=False)

    found = all_violations(COUNT(), ExplorationOptions(), ask)
    assert (found.verdict, found.property, found.bound) == (Verdict.VIOLATED, "lower", bound)
    assert (found.trace is not None, len(found.others), found.complete) == (True, 1, False)
    asked[:] = asked[:2]
    with pytest.raises(type(stop)):  # nothing was found
        all_violations(COUNT(), ExplorationOptions(), ask)


@pytest.mark.parametrize("engine", [*ENGINES, "compiled"])
def test_one_claim_is_asked_and_no_other(engine: str) -> None:
    asked = {"deadlock": False, "engine": engine, "progress": False}
    found = check(COUNT(), claims=["fine"], **asked)
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "only asked: fine")
    assert found.complete
    assert found.distinct == 13
    broken = check(COUNT(), claims=["fine", "low"], **asked)
    assert (broken.verdict, broken.property) == (Verdict.VIOLATED, "low")
    assert "only asked: fine, low" in broken.partial
    assert check(COUNT(), claims="lower", go_on=True, **asked).others == ()


def test_deadlocks_are_among_what_is_continued_after() -> None:
    found = check(COUNT(), claims="fine", go_on=True, progress=False)
    assert found.verdict is Verdict.UNKNOWN  # where all counts are full is beyond the constraint
    free = COUNT.variant("free", constraints=())
    assert check(free(), claims="fine", go_on=True, progress=False).property == "deadlock"


def test_an_unknown_claim_is_an_error_with_the_likely_one() -> None:
    with pytest.raises(UsageError) as caught:
        check(COUNT(), claims=["fin"], progress=False)
    assert "low, few, lower, fine, grows, far, zero" in caught.value.allowed
    assert caught.value.cure == "did you mean `fine`?"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_claim_that_is_made_in_several_ways_is_asked_in_each(engine: str) -> None:
    several = COUNT.variant(
        "several",
        invariants=(lower, far),
        transitions=(),
        sometimes=(far, fine),
        possible=(lower, far, fine),
        constraints=(),
    )
    asked = {"go_on": True, "deadlock": False, "engine": engine, "progress": False}

    def names(claims: tuple[str, ...] = ()) -> list[str]:
        found = check(several(), claims=claims, **asked)
        every = [found.property, *(one.property for one in found.others)]
        return sorted(str(name).split(" ")[0] for name in every)

    assert names() == ["far"] * 3 + ["lower"] * 2
    assert names(("far", "fine")) == ["far"] * 3
