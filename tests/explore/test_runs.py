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
from raftnb.language import Delivery, Message, Nat, Process, Spec, either, send, when
from raftnb.language.world import World


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


class Word(Message):
    n: Nat


class Talker(Process, number="talkers"):
    heard: Nat = 0
    said: Nat = 0

    def say(self, to: Talker) -> None:
        when(self.said < 2)
        self.said += 1
        send(Word(n=self.heard), to=to)

    def hear(self, m: Word) -> None:
        self.heard = m.n

    def guess(self) -> None:
        self.heard = either(0, 3)


@pytest.mark.parametrize("reorders", [True, False])
def test_steps_that_write_the_same_cells_are_told_apart_by_all_else(reorders):
    """By what is chosen, sent and received: each is compared with plain Python's."""
    delivery = Delivery(loses=False, duplicates=False, reorders=reorders)
    model = Spec("talk", (Talker,), constants={"talkers": 2}, delivery=delivery)()
    memo, world, states = Memo(model), World(model), list(model.initial_states)
    for state in states:
        found = list(world.successors(state))
        states += [after for _, after in found if after not in states and len(states) < 60]
        assert sorted(steps(memo, memo.encode(state)), key=str) == sorted(found, key=str)


def steps(memo, row):
    bag = memo.interner.bags.content_of(row[-1]) if memo.interner.has_bag else ()
    all_slots = (memo.slots.static, *(memo.slots.receivers[m] for m, _ in bag))
    for slots in all_slots:
        for slot in slots:  # those that move out of a bundle come last
            memo.learn_slot(slot, row)
    for slots in all_slots:
        for slot in slots:
            _, _, first, end = memo.trees.node.row(memo.leaf(slot, row))
            for label, delta, *writes in memo.result.rows(first, end):
                after = list(row)
                for component, number in memo.write.rows(*writes):
                    after[component] = number
                if delta:
                    after[-1] = memo.after(row[-1], delta)
                yield memo.step(label), memo.interner.decode(after)


def test_of_each_row_a_claim_is_asked_anew():
    memo = Memo(CAR())
    fuel = memo.claim(has_fuel)
    with memo.tracer:
        found = [memo.value(fuel, [number(memo, f, 0)]) for f in (0, 1, 0, 2)]
    assert found == [0, 1, 0, 1]


def has_fuel(car: Car) -> bool:
    return car.fuel > 0
