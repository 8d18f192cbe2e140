"""Random walks that prefer the actions that are seldom taken."""

from __future__ import annotations

import numpy as np

from raftnb.data.verdict import Verdict
from raftnb.explore import random_walks
from raftnb.explore.rareness import drawn
from raftnb.language import Nat, Process, Spec, when
from raftnb.specs.raft.mistakes.membership import ROW_64
from raftnb.specs.raft.scenes import elect


class Machine(Process, number="machines"):
    """It does one of very many things, and breaks where it is wound up ten times."""

    wound: int = 0
    shown: int = 0

    def show(self, number: Nat) -> None:
        when(number != self.shown)
        self.shown = number

    def wind(self) -> None:
        self.wound += 1


def is_whole(m: Machine) -> bool:
    return m.wound < 10


def numbers_are_small(m: Machine, most: int) -> bool:
    return m.shown <= most and m.wound <= 20


MACHINES = Spec(
    "machines",
    (Machine,),
    constants={"machines": 1, "most": 40},
    invariants=(is_whole,),
    constraints=(numbers_are_small,),
)


def walk(seed: int, *, rare: bool, threads: int = 1) -> tuple[object, ...]:
    found = random_walks(
        MACHINES(), walks=50, depth=40, seed=seed, rare=rare, threads=threads, progress=False
    )
    steps = found.trace.steps if found.trace is not None else None
    return found.verdict, steps, found.distinct, found.generated, found.bound


def test_a_mistake_that_takes_a_seldom_step_ten_times_is_found_by_rare_actions_only() -> None:
    verdict, steps, *_ = walk(0, rare=True)
    assert verdict is Verdict.VIOLATED
    assert [step.action for step in steps].count("wind") == 10  # type: ignore[attr-defined]
    verdict, *_, bound = walk(0, rare=False)
    assert verdict is Verdict.UNKNOWN
    assert bound == "50 random walks of at most 40 steps, seed 0"


def test_the_same_seed_gives_the_same_walks_on_any_number_of_threads() -> None:
    assert walk(1, rare=True) == walk(1, rare=True, threads=2)
    assert walk(1, rare=True) != walk(2, rare=True)


def test_what_bounds_walks_says_that_rare_actions_come_first() -> None:
    found = random_walks(MACHINES(), walks=3, depth=4, rare=True, progress=False)
    assert found.bound == "3 random walks of at most 4 steps, seed 0, rare actions first"


def test_a_number_below_one_picks_a_place_by_the_weights_of_its_group() -> None:
    weights, first, counts = np.array([1.0, 3.0, 5.0]), np.array([0, 2]), np.array([2, 1])
    picked = [drawn(weights, first, counts, np.array([p, p])).tolist() for p in (0, 0.24, 0.26, 1)]
    assert picked == [[0, 2], [0, 2], [1, 2], [1, 2]]


def test_rare_actions_find_two_changes_that_meet_from_the_middle_of_their_scene() -> None:
    small = {"servers": 4, "values": 2, "max_term": 3, "max_log": 1, "max_messages": 4}
    model = ROW_64.spec()(**small, max_restarts=0)
    world = model.start()
    elect(world, "s1", "s2", "s3")
    world["s1"].remove(world["v1"], world["s4"])
    elect(world, "s2", "s3", "s4", term=2)
    given = {"start": world.state, "walks": 1024, "depth": 40, "deadlock": False, "seed": 1}
    found = random_walks(model, rare=True, progress=False, **given)
    assert found.property == ROW_64.breaks.__name__
