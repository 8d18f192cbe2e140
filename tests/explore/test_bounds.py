"""A bound means the same to every engine: there was something beyond it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from raftnb import Nat, Process, Spec, Verdict, anything, check, when
from raftnb.explore import Exploration
from raftnb.explore.sharded.shard import MEMO, NARROW
from tests.explore.shards import dealt_out


class Counter(Process, number="counters"):
    n: Nat = 0

    def count(self, most: int) -> None:
        when(self.n < most)
        self.n += 1


class Begun(Counter):
    n: Nat = anything()


def as_far(most: int) -> bool:
    return all(counter.n <= most for counter in Counter)


def at_the_end(most: int) -> bool:
    return all(counter.n == most for counter in Counter)


def early() -> bool:
    return sum(counter.n for counter in Counter) <= 5


def goes_on(most: int) -> bool:
    return not at_the_end(most)


def each_number() -> tuple[Nat, ...]:
    return tuple(counter.n for counter in Counter)


COUNTERS = Spec("counters", (Counter,), constants={"counters": 2, "most": 4}, final=at_the_end)
BEGUN = COUNTERS.variant("begun", Begun, initially=(as_far,))
MODELS = {
    "one beginning": COUNTERS(),
    "all states begin": BEGUN(),
    "some are cut off": COUNTERS.variant("early", constraints=(early,))(),
}


def told(found: Exploration) -> tuple[Verdict, int, str | None, bool]:
    return found.verdict, found.distinct, found.bound, found.complete


ENGINES = ("reference", "memo", "compiled", "fast", "view", "disk", "a program dealt out", "memos")


def asked(model: Any, engine: str, folder: Path, **bounds: int) -> Exploration:
    if engine == "disk":
        return check(model, progress=False, folder=folder, max_memory=1 << 20, **bounds)
    if engine == "view":
        return check(model, progress=False, engine="reference", view=each_number, **bounds)
    if engine in ENGINES[-2:]:
        return dealt_out(model, 3, engine=NARROW if engine == ENGINES[-2] else MEMO, **bounds)
    return check(model, progress=False, engine=engine, **bounds)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_as_many_states_as_there_are_is_no_bound(model: Any, engine: str, tmp_path: Path) -> None:
    n = check(model, engine="reference").distinct
    too_few = asked(model, engine, tmp_path, max_states=n - 1)
    assert told(too_few) == (Verdict.UNKNOWN, n - 1, f"max_states {n - 1}", False)
    for most in (n, n + 1):
        enough = asked(model, engine, tmp_path / str(most), max_states=most)
        assert told(enough) == (Verdict.HOLDS, n, None, True)


@pytest.mark.parametrize("engine", ENGINES)
def test_with_as_many_states_as_there_are_the_last_one_is_asked(
    engine: str, tmp_path: Path
) -> None:
    model = COUNTERS.variant("ends", invariants=(goes_on,))()
    for most in (25, 26):
        found = asked(model, engine, tmp_path / str(most), max_states=most)
        assert (found.verdict, found.property) == (Verdict.VIOLATED, "goes_on")


@pytest.mark.parametrize("engine", ENGINES)
def test_with_as_many_states_as_there_are_a_deadlock_is_one(engine: str, tmp_path: Path) -> None:
    model = COUNTERS.variant("no end", final=None)()
    found = asked(model, engine, tmp_path, max_states=25)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "deadlock")


@pytest.mark.parametrize("engine", ENGINES)
def test_states_of_the_last_depth_are_met_and_not_expanded(engine: str, tmp_path: Path) -> None:
    """So that as many levels as there are is a bound: nobody knows what comes after the last."""
    for most, distinct in ((8, 24), (9, 25)):
        found = asked(COUNTERS(), engine, tmp_path / str(most), max_depth=most)
        assert told(found) == (Verdict.UNKNOWN, distinct, f"max_depth {most}", False)
    found = asked(COUNTERS(), engine, tmp_path / "10", max_depth=10)
    assert told(found) == (Verdict.HOLDS, 25, None, True)


def test_threads_that_have_unequal_parts_of_the_states_have_room_for_all_of_them() -> None:
    wide, n = COUNTERS(counters=3, most=49), 125_000
    for most in (n - 1, n, n + 1):
        found = check(wide, engine="memo", threads=3, max_states=most, progress=False)
        expected = Verdict.HOLDS if most >= n else Verdict.UNKNOWN
        assert (found.verdict, found.distinct) == (expected, min(most, n))
