"""Random walks are what plain Python does with the same random numbers, wherever they are taken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import pytest

from raftnb import SpecError, UsageError, Verdict
from raftnb.explore import random_walks
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.walkers import BATCH, Walked, Walkers
from raftnb.explore.walks import Walks, taken
from raftnb.language import Model, Nat, Process, Spec
from raftnb.parallel import Cluster, packed, unpacked
from raftnb.specs import SPECS
from tests.explore import dealt_out as some
from tests.explore.test_sharded import CHANGED
from tests.oracles.walks_by_hand import WalksByHand

SIZES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("raft-tla", {"servers": 3}),
    ("raft-one-by-one", {}),
    ("linearizable-store", {}),
)
MODELS: dict[str, Model] = {
    **{name: SPECS[name](**constants) for name, constants in SIZES},
    **{name: model for name, model in CHANGED.items() if name != "nowhere"},
}


@pytest.mark.parametrize("name", MODELS)
def test_walks_are_what_plain_python_does_with_the_same_numbers(name: str) -> None:
    model = MODELS[name]
    hand = WalksByHand(model, 5, 6, 12)
    options = ExplorationOptions(progress=False, threads=1)
    walkers = Walkers(model, options, 12, 5, rare=False)
    if not hand.property:
        walkers.batch(1, 300)  # it knows other things first
    found = walkers.batch(0, 6).found
    if hand.property:
        assert (found["property"], found["trace"].states) == (hand.property, hand.end)
    else:
        assert found == {}
        assert [list(walkers.path(n).states) for n in range(6)] == hand.paths


def told(found: Exploration) -> Any:
    return replace(found, seconds=0)


class Elsewhere(Walks):
    """Walks that are taken by three workers, each of which knows only what it has met itself."""

    @cached_property
    def others(self) -> list[Walks]:
        work = Walks(self.of, self.options, self.walks, self.depth, self.seed, self.rare, True)
        return [unpacked(packed(work)) for _ in range(3)]

    def __call__(self, number: int) -> Iterator[Walked]:
        parts = list(self.others[number * number % 3](number))
        return iter(unpacked(packed(parts, self.of), self.of))


class Deadly(Walks):
    """Walks, of which the second batch ends the process."""

    def __call__(self, number: int) -> Iterator[Walked]:
        if number == 1:
            os._exit(7)
        return super().__call__(number)


@pytest.mark.parametrize(
    ("name", "rare"),
    [("holds", True), ("perhaps beyond", False), ("a step", False), ("a state", True)],
)
def test_walks_are_the_same_on_threads_and_workers(name: str, rare: bool) -> None:
    given = (CHANGED[name], ExplorationOptions(progress=False, threads=1), 2 * BATCH + 7, 9, 3)
    here = taken(Walks(*given, rare), 1)
    two = ExplorationOptions(progress=False, threads=2)
    assert told(taken(Walks(given[0], two, *given[2:], rare), 1)) == told(here)
    assert told(taken(Elsewhere(*given, rare), 1)) == told(here)
    assert (here.verdict is Verdict.VIOLATED) == (name not in ("holds", "perhaps beyond"))


def test_walks_are_the_same_in_processes_and_one_that_ends_is_said() -> None:
    model = some.SOME.variant("quiet", sometimes=())()
    work = Walks(model, ExplorationOptions(progress=False, threads=1), 5000, 6, 1)
    here = taken(work, 1)
    assert told(taken(replace(work, apart=True), 2)) == told(here)
    found = taken(Deadly(model, work.options, 5000, 6, 1), 2)
    assert found.bound == f"a process that took walks ended (exit code 7); {here.bound} were wanted"
    assert found.distinct == taken(replace(work, walks=BATCH), 1).distinct < here.distinct


def test_fewer_walks_are_the_first_of_more() -> None:
    options = ExplorationOptions(progress=False)
    few, many = (Walkers(MODELS["holds"], options, depth, 2, rare=False) for depth in (5, 9))
    few.batch(0, 3)
    many.batch(0, 40)
    assert [few.path(n).states for n in range(3)] == [many.path(n).states[:6] for n in range(3)]


class Divider(Process, number="dividers"):
    x: Nat = 2

    def divide(self) -> None:
        self.x = 4 // self.x - 1


def test_an_error_comes_when_its_batch_has_its_turn() -> None:
    model = Spec("divider", (Divider,), constants={"dividers": 1})()
    work = Walks(model, ExplorationOptions(progress=False), 9, 9, 0)
    (walked,) = work(0)
    assert isinstance(walked.error, SpecError)
    with pytest.raises(SpecError, match="division"):
        taken(Elsewhere(model, work.options, 9, 9, 0), 1)


def test_workers_have_one_thread_each() -> None:
    with pytest.raises(UsageError) as refused:
        random_walks(MODELS["holds"], threads=2, cluster=Cluster())
    assert refused.value.cure == "say how many workers: `Cluster(workers=4)`"
