"""What an action did is known wherever it reads the same, and is looked at again now and then."""

from __future__ import annotations

import gc
import itertools

import pytest

from raftnb.data.errors import SpecError
from raftnb.explore.memo.memo import Memo
from raftnb.explore.memo.runs import KEPT_MOST, TRIED, Ran, Runs
from raftnb.explore.memo.tracer import Observed
from raftnb.explore.memo.trees import NotDetermined
from raftnb.language import Nat, Process, Spec, when


class Car(Process, number="cars"):
    fuel: Nat = 0
    color: Nat = 0

    def drive(self) -> None:
        when(self.fuel > 0)
        self.fuel -= 1


CAR = Spec("car", (Car,), constants={"cars": 1})
CARS = list(itertools.product(range(4), range(5)))  # fuel and color


def test_an_action_runs_once_for_what_it_reads(monkeypatch):
    memo, ran = Memo(CAR()), list[int]()
    run = memo.tracer.run
    monkeypatch.setattr(memo.tracer, "is_due", lambda action: False)
    monkeypatch.setattr(memo.tracer, "run", lambda *asked: ran.append(1) or run(*asked))
    for fuel, color in CARS:
        with memo.tracer:
            leaf = memo.leaf(0, [number(memo, fuel, color)])
        _, _, first, end = memo.trees.node.row(leaf)
        after = [tuple(memo.write.row(w)) for _, _, w, _ in memo.result.rows(first, end)]
        assert after == ([(0, number(memo, fuel - 1, color))] if fuel else [])
    assert len(ran) == 4
    assert memo.fills == 20


def number(memo, fuel, color):
    return memo.interner.component_id(0, (fuel, color))


def test_a_run_that_is_known_is_compared_with_one_that_is_made_now(monkeypatch):
    memo = Memo(CAR())
    memo.leaf(0, [number(memo, 2, 0)])

    def stands(self) -> None:
        when(self.fuel > 9)

    monkeypatch.setattr(Car.drive.function, "__code__", stands.__code__)
    with pytest.raises(SpecError, match="`drive` took different steps"):
        memo.leaf(0, [number(memo, 2, 1)])


def ran(*reads):
    return Ran(Observed(reads, ()))


def test_what_is_read_next_depends_on_what_was_read():
    runs, left, right = Runs(), ran(0, 1), ran(0, 2)
    runs.keep([5, 6, 7], left)
    runs.keep([4, 6, 7], right)
    assert runs.find([5, 6, 0]) is left
    assert runs.find([4, 0, 7]) is right
    assert runs.find([5, 7, 7]) is None
    for other in (ran(0, 2), ran(0), ran(), ran(0, 1, 2)):
        with pytest.raises(NotDetermined):
            runs.keep([5, 6, 7], other)


@pytest.mark.parametrize("again", [0, 1])
def test_runs_are_kept_while_some_are_found_again(again):
    runs = Runs()
    for value in range(9 * TRIED):
        runs.keep([value], ran(0))
        if again and value % KEPT_MOST == 0:
            assert runs.find([0])
    kept = sum(runs.find([value]) is not None for value in range(9 * TRIED))
    assert kept == (9 * TRIED if again else TRIED)


def test_python_looks_up_the_attributes_of_a_tracer_the_quick_way():
    """It does not where there is a `__dict__`: one attribute too many, or one who asks for it."""
    memo = Memo(CAR())
    with memo.tracer:
        memo.leaf(0, [number(memo, 2, 0)])
    assert memo.tracer.instances
    assert not any(
        isinstance(one, dict) and "cells" in one for one in gc.get_referents(memo.tracer)
    )
    assert vars(memo.tracer)
    assert any(isinstance(one, dict) and "cells" in one for one in gc.get_referents(memo.tracer))
