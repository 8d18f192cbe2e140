"""Random walks are what plain Python does with the same random numbers, wherever they are taken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from raftnb import SpecError, UsageError, Verdict
from raftnb.explore import random_walks
from raftnb.explore.memo_ground import MemoGround
from raftnb.explore.plain_ground import PlainGround
from raftnb.explore.reference import GivenUp
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.walkers import BATCH, Ground, Walked, Walkers
from raftnb.explore.walks import Walks, taken
from raftnb.language import Model, Nat, Process, Spec, World
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


def walkers_of(
    model: Model, depth: int, seed: int, *, plain: bool, rare: bool = False, most: float = 60.0
) -> Walkers:
    options = ExplorationOptions(progress=False, threads=1)
    ground: Ground = PlainGround(model, most) if plain else MemoGround(model, options)
    return Walkers(model, options, depth, seed, rare=rare, ground=ground)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_walks_are_what_plain_python_does_with_the_same_numbers(name: str, plain: bool) -> None:
    model = MODELS[name]
    hand = WalksByHand(model, 5, 6, 12)
    walkers = walkers_of(model, 12, 5, plain=plain)
    if not hand.property:
        walkers.batch(1, 300)  # it knows other things first
    found = walkers.batch(0, 6).found
    if hand.property:
        assert (found["property"], found["trace"].states) == (hand.property, hand.end)
    else:
        assert found == {}
        assert [list(walkers.path(n).states) for n in range(6)] == hand.paths


@pytest.mark.parametrize("rare", [False, True])
@pytest.mark.parametrize("name", [*CHANGED, "sequential-store", "raft-tla"])
def test_plain_python_says_of_walks_what_the_memo_says(name: str, rare: bool) -> None:
    model = CHANGED.get(name) or SPECS[name]()
    both = [walkers_of(model, 7, 4, plain=plain, rare=rare) for plain in (True, False)]
    for number in range(2):
        mine, memo = (walkers.batch(number, 90) for walkers in both)
        assert mine == memo
        assert mine.error is None
        if mine.found:
            break


@pytest.mark.parametrize("known", [[], ["numba"]])
def test_before_numba_is_there_plain_python_takes_walks_and_then_the_memo(
    known: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("raftnb.explore.walks.SECONDS", 60.0)
    monkeypatch.setattr("raftnb.explore.walks.sys", SimpleNamespace(modules=known))
    work = Walks(MODELS["holds"], ExplorationOptions(progress=False), BATCH + 9, 5, 3)
    whole = taken(work, 1)
    assert isinstance(work.walkers.ground, PlainGround) is (known == [])
    asked, expand = [], PlainGround._expand

    def late(self: PlainGround, number: int) -> None:
        asked.append(number)
        if len(asked) > 30:
            raise GivenUp
        expand(self, number)

    monkeypatch.setattr(PlainGround, "_expand", late)
    again = replace(work)
    assert told(taken(again, 1)) == told(whole)
    assert isinstance(again.walkers.ground, MemoGround)
    walks = replace(work, options=replace(work.options, max_memory=10**9))
    assert isinstance(walks.walkers.ground, MemoGround)


def test_plain_python_gives_walks_up_where_it_is_late_or_not_the_same_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(GivenUp):
        walkers_of(MODELS["holds"], 5, 5, plain=True, most=-1.0).batch(0, 3)
    model = Spec("divider", (Divider,), constants={"dividers": 1})()
    with pytest.raises(GivenUp):
        walkers_of(model, 5, 5, plain=True).batch(0, 3)
    with pytest.raises(SpecError, match="division"):
        random_walks(model, progress=False)
    walkers = walkers_of(MODELS["holds"], 5, 5, plain=True)
    never_the_same = count()
    monkeypatch.setattr(World, "successors", lambda *_: iter([next(never_the_same)]))
    with pytest.raises(GivenUp):
        walkers.batch(0, 3)


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
    few, many = (walkers_of(MODELS["holds"], depth, 2, plain=False) for depth in (5, 9))
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
