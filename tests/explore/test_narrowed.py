"""A view and constraints on steps: all engines leave out the same, and say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from raftnb import Globals, Nat, Process, Spec, UsageError, Verdict, after, check, when
from raftnb.__main__ import main
from raftnb.data.errors import SpecError


class Sum(Globals):
    total: Nat = 0
    noise: Nat = 0


class Counter(Process, number="counters"):
    n: Nat = 0

    def up(self) -> None:
        when(self.n < 12)
        self.n += 1
        Sum.total += 1

    def fuss(self) -> None:
        when(Sum.noise < 4)
        Sum.noise += 1

    def drop(self, k: int) -> None:
        when(self.n > k)
        self.n = 0


def low() -> bool:
    return Sum.total < 48


def small() -> bool:
    return Sum.total < 12


def far(c: Counter) -> bool:
    return c.n >= 2


def quiet() -> bool:
    return Sum.noise < 3


COUNT = Spec(
    "count",
    (Counter,),
    (Sum,),
    constants={"counters": 2, "k": 3},
    invariants=(low,),
    sometimes=(far,),
    constraints=(small,),
)


def without_noise() -> tuple[tuple[int, ...], int]:
    """Two types in one tuple, which the typed tree has no type for."""
    return tuple(c.n for c in Counter), Sum.total


def in_a_set() -> frozenset[int]:
    return frozenset({c.n for c in Counter})


def all_of_it(k: int) -> tuple[tuple[int, ...], int, int, int]:
    return tuple(c.n for c in Counter), Sum.total, Sum.noise, k


def calm() -> bool:
    return after(Sum).noise == Sum.noise or Sum.total < 2


def grows(c: Counter) -> bool:
    return after(c).n >= c.n


def broken(c: Counter) -> bool:
    return 12 // (3 - after(c).n) > 0 or after(Sum).total > 0


ENGINES = ("reference", "memo", "compiled")


def counts(**asked: Any) -> list[tuple[Any, ...]]:
    """What the engines find: once, if they agree."""
    found = [
        check(COUNT(), deadlock=False, progress=False, engine=engine, **asked) for engine in ENGINES
    ]
    told = [(f.verdict, f.distinct, f.generated, f.cut, f.merged, f.depth) for f in found]
    return sorted(set(told))


def test_a_view_visits_states_once_that_look_the_same() -> None:
    ((_, everything, *_),) = counts()
    ((verdict, distinct, *_, merged, _),) = counts(view=without_noise)
    assert (verdict, distinct * 5) == (Verdict.UNKNOWN, everything)  # noise is 0 to 4 everywhere
    assert merged == 2 * distinct  # of each, both counters' first noise
    ((_, fewer, *_),) = counts(view=in_a_set)
    assert fewer < distinct


def test_a_view_that_tells_all_states_apart_leaves_nothing_out() -> None:
    ((verdict, *numbers, merged, _),) = counts(view=all_of_it)
    assert (verdict, merged) == (Verdict.HOLDS, 0)
    assert numbers == list(counts()[0][1:4])


def test_a_step_that_an_action_constraint_forbids_is_cut_off() -> None:
    ((verdict, distinct, generated, cut, merged, _),) = counts(action_constraints=(calm, grows))
    assert (verdict, merged) == (Verdict.HOLDS, 0)
    assert distinct < counts()[0][1]
    assert 0 < cut < generated
    assert len(counts(action_constraints=(calm, grows), view=without_noise)) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_beyond_a_forbidden_step_is_checked_and_not_explored(engine: str) -> None:
    def never_loud() -> bool:
        return after(Sum).noise < 3

    def silent() -> bool:
        return Sum.noise < 4

    spec = COUNT.variant("quiet", invariants=(quiet,))
    asked: dict[str, Any] = {"engine": engine, "deadlock": False, "progress": False}
    found = check(spec(), action_constraints=(never_loud,), **asked)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "quiet")
    assert found.trace is not None
    assert len(found.trace) == 3
    spec = COUNT.variant("silent", invariants=(silent,))
    assert check(spec(), **asked).verdict is Verdict.VIOLATED
    found = check(spec(), action_constraints=(never_loud,), **asked)
    assert found.verdict is Verdict.HOLDS
    assert "out of the constraints, and were not followed" in str(found)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_violation_that_a_view_finds_has_a_trace_and_what_it_hides_is_not_said_to_hold(
    engine: str,
) -> None:
    def nothing() -> int:
        return 0

    spec = COUNT.variant("quiet", invariants=(quiet,))
    asked: dict[str, Any] = {"engine": engine, "deadlock": False, "progress": False}
    found = check(spec(), view=in_a_set, **asked)
    assert found.verdict is Verdict.UNKNOWN  # the noise is what the view does not show
    assert "the view is not shown to be sound" in str(found.bound)
    assert check(spec(), view=the_noise, **asked).verdict is Verdict.VIOLATED
    found = check(COUNT(), view=nothing, **asked)
    assert (found.verdict, found.distinct, found.property) == (Verdict.UNKNOWN, 1, None)
    assert found.never_taken == ()


def the_noise() -> int:
    return Sum.noise


@pytest.mark.parametrize("engine", ["reference", "memo", "fast"])
def test_a_constraint_that_raises_says_where(engine: str) -> None:
    with pytest.raises(SpecError, match="in broken"):
        check(COUNT(), action_constraints=(broken,), engine=engine, deadlock=False, progress=False)


def test_what_cannot_be_had_is_refused() -> None:
    def ranging(c: Counter) -> int:
        return c.n

    def of_a_step() -> int:
        return after(Sum).noise

    def no_value() -> object:
        return Counter

    asked: dict[str, Any] = {"progress": False}
    for view in (ranging, of_a_step, no_value):
        with pytest.raises(SpecError, match=f"{view.__name__}"):
            check(COUNT(), view=view, **asked)
    with pytest.raises(SpecError, match="a claim"):
        check(COUNT(), view="in_a_set", **asked)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="possible"):
        check(COUNT.variant("p", possible=(far,))(), view=in_a_set, **asked)
    with pytest.raises(UsageError, match="symmetry"):
        check(COUNT(), action_constraints=(calm,), symmetry=True, **asked)


def test_the_command_line_takes_functions_of_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    here = f"{__file__}:"
    command = ["check", f"{here}COUNT", "--no-deadlock", "--json"]
    assert main([*command, "--view", f"{here}without_noise"]) == 3
    told = capsys.readouterr().out
    assert '"merged": 396' in told
    assert main([*command, "--action-constraint", f"{here}calm"]) == 0
    assert '"cut": ' in capsys.readouterr().out
    assert main([*command, "--view", f"{here}without_nose"]) == 2
    assert f"--view {here}without_noise" in capsys.readouterr().err
