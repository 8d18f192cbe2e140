"""How often Python is run: once for each combination of values that decides."""

from __future__ import annotations

import itertools

import pytest

from raftnb.explore.memo.memo import Memo
from raftnb.explore.memo.trees import NotDetermined
from raftnb.language import Globals, Nat, Process, Spec, when


class Road(Globals):
    is_open: bool = True


class Car(Process, number="cars"):
    fuel: Nat = 0
    started: bool = False

    def drive(self) -> None:
        when(Road.is_open)
        when(self.started)
        when(self.fuel > 0)
        self.fuel -= 1


ROAD = Spec("road", (Car,), (Road,), constants={"cars": 1})
FUEL = [1, 0, 2, 3]


State = tuple[bool, bool, int]  # whether the road is open, the car started; its fuel


def asked(order: list[State]) -> tuple[Memo, dict[State, int]]:
    """A memo that was asked for `drive` in states, and the leaf of each."""
    memo, rows = Memo(ROAD()), dict[State, list[int]]()
    for is_open, started, fuel in order:
        road = memo.interner.component_id(0, (is_open,))
        car = memo.interner.component_id(1, (fuel, started))
        rows[is_open, started, fuel] = [road, car]
        memo.leaf(0, [road, car])  # the bundle, out of which `drive` moves
    drive = next(slot.number for slot in memo.slots.all if slot.members and not slot.bundle)
    for _ in range(2):  # what a later run has taken away is found again
        leaves = {state: memo.leaf(drive, row) for state, row in rows.items()}
    memo.fills = 0
    assert {state: memo.leaf(drive, row) for state, row in rows.items()} == leaves
    assert memo.fills == 0
    return memo, leaves


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_guard_alone_decides_is_one_leaf(turned: bool) -> None:
    states = list(itertools.product([True, False], [True, False], FUEL))
    memo, leaves = asked(states[::-1] if turned else states)
    assert len({leaf for (is_open, _, _), leaf in leaves.items() if not is_open}) == 1
    stopped = {leaf for (is_open, started, _), leaf in leaves.items() if is_open and not started}
    assert len(stopped) == 1
    driven = {fuel: leaf for (is_open, on, fuel), leaf in leaves.items() if is_open and on}
    assert len(set(driven.values())) == len(FUEL)
    results = {fuel: memo.trees.node.row(leaf)[2:] for fuel, leaf in driven.items()}
    assert [fuel for fuel, (first, end) in sorted(results.items()) if end > first] == [1, 2, 3]


def test_a_run_that_reads_something_else_first_was_not_the_first_one() -> None:
    memo = Memo(ROAD())
    tree, row = memo.trees.plant(), [0, 0]
    memo.interner.component_id(0, (True,))
    memo.interner.component_id(1, (0, False))
    memo.trees.insert(tree, row, memo.paths.of((0,)), (0, 0, 0, 0))
    for reads in ((1,), (1, 0), (0, 1), ()):
        with pytest.raises(NotDetermined):
            memo.trees.insert(tree, row, memo.paths.of(reads), (0, 0, 0, 0))
