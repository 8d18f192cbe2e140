"""What Python is to find out comes in batches; however large they are, the same states are met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from raftnb.explore import expander, reachable, reference
from raftnb.explore.breadth_first import BreadthFirst
from raftnb.explore.expander import Expander
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.tables import buffers
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Message,
    Nat,
    Process,
    Spec,
    World,
    anything,
    discard,
    in_flight,
    send,
    when,
)
from raftnb.language.spec import Model
from raftnb.specs import SPECS


class Hand(Process, number="hands"):
    angle: Nat = anything()

    def turn(self, most: int) -> None:
        """It looks at all hands, so that there is something to find out in each state."""
        when(sum(hand.angle for hand in Hand) < 2 * most)
        self.angle = (self.angle + 1) % (most + 1)


def as_far(most: int) -> bool:
    return all(hand.angle <= most for hand in Hand)


CLOCK = Spec(
    "clock", (Hand,), constants={"hands": 2, "most": 15}, initially=(as_far,), invariants=(as_far,)
)
RAFT = SPECS["raft"](servers=2)


class Total(Globals):
    n: Nat = 0


class Item(Domain, number="items"):
    pass


class Chooser(Process):
    def choose(self, one: Item, other: Item) -> None:
        """It reads what is shared, so that each choice is a slot of its own."""
        when(Total.n < 2)
        when(one != other or Total.n == 0)
        Total.n += 1


CHOOSING = Spec("choosing", (Chooser,), (Total,), (Item,), constants={"items": 9})


class Word(Message):
    n: Nat


class Hearer(Process):
    def say(self) -> None:
        when(Total.n == 0 and not any(True for _ in in_flight(Word)))
        send(Word(n=1), to=self)
        send(Word(n=2), to=self)

    def hear(self, word: Word, one: Item, other: Item) -> None:
        when(Total.n < 2)
        discard(word)
        Total.n += 1 if one == other else 2


HEARING = Spec(
    "hearing", (Hearer,), (Total,), (Item,), constants={"items": 6},
    delivery=Delivery(loses=False, duplicates=False),
)  # fmt: skip
MODELS = pytest.mark.parametrize("model", [CLOCK(), RAFT], ids=["clock", "raft"])


def explored(model: Model) -> tuple[Exploration, list[Any]]:
    """The answer, and the states in their order."""
    options = ExplorationOptions(deadlock=False, threads=1, progress=False)
    engine = BreadthFirst(model, options)
    found = engine.run()
    rows = engine.store.rows[: engine.store.distinct].tolist()
    return found, [engine.memo.interner.decode(row) for row in rows]


def sizes(
    monkeypatch: pytest.MonkeyPatch, *, batch: int = 256, growing_after: int = 0, **most: int
) -> None:
    """Let batches and buffers be so small."""
    monkeypatch.setattr(buffers, "NEEDED_FIRST", batch)
    monkeypatch.setattr(expander, "FULL_BATCHES", growing_after)
    for name, size in most.items():
        monkeypatch.setattr(expander, name, size)


def told(found: Exploration) -> tuple[Any, ...]:
    return found.verdict, found.distinct, found.generated, found.depth, found.coverage


@MODELS
@pytest.mark.parametrize("growing_after", [0, 3, 1 << 30])
@pytest.mark.parametrize("batch", [1, 2, 64])
def test_small_batches_find_the_same(monkeypatch, model, batch, growing_after):
    right, states = explored(model)
    sizes(monkeypatch, batch=batch, growing_after=growing_after)
    found, other = explored(model)
    assert told(found) == told(right)
    assert len(set(other)) == len(other)
    assert set(other) == set(states)


@pytest.mark.parametrize("model", [CHOOSING(), HEARING()], ids=["choosing", "hearing"])
def test_a_state_may_have_more_slots_than_there_is_room_to_wait(monkeypatch, model):
    """Buffers were doubled without end: it was not they that were too small."""
    sizes(monkeypatch, DEFERRED_MOST=2)
    monkeypatch.setattr(expander, "make_successors", no_more_than(expander.SUCCESSORS_MOST))
    graph = reachable(model)
    steps = [len(list(World(model).successors(graph.state(n)))) for n in range(len(graph))]
    assert len(graph) == len(reference.state_graph(model).states)
    assert np.bincount(graph.sources, minlength=len(graph)).tolist() == steps
    assert max(steps) > 60


def no_more_than(most: int) -> Any:
    def make(shards: int, width: int, which: int, size: int) -> Any:
        assert size <= most
        return buffers.make_successors(shards, width, which, size)

    return make


@MODELS
def test_small_buffers_find_the_same(monkeypatch, model):
    right, states = explored(model)
    sizes(monkeypatch, batch=2, DEFERRED_MOST=64, SUCCESSORS_MOST=32)
    found, other = explored(model)
    assert told(found) == told(right)
    assert set(other) == set(states)


@MODELS
def test_plain_python_meets_the_same_states(monkeypatch, model):
    sizes(monkeypatch, batch=2)
    _, states = explored(model)
    assert set(states) == set(reference.state_graph(model).states)


@MODELS
def test_a_state_that_is_never_asked_again_is_missed(monkeypatch, model):
    """So these tests can fail."""
    right, _ = explored(model)
    learn = Expander._learn

    def forgetful(self: Expander, todo: list[Any]) -> bool:
        learned = learn(self, todo)
        todo[0] = todo[0][:-1]
        return learned

    sizes(monkeypatch, batch=2)
    monkeypatch.setattr(Expander, "_learn", forgetful)
    assert told(explored(model)[0]) != told(right)


def walked(monkeypatch: pytest.MonkeyPatch, growing_after: int) -> tuple[int, int]:
    """How often what was put off is walked, and how many leaves Python finds, with batches of 4."""
    calls, memos = list[int](), list[Any]()
    take = Expander._take

    def counted(self: Expander, todo: list[Any]) -> None:
        calls.append(1)
        memos[:] = [self.memo]
        take(self, todo)

    with monkeypatch.context() as patched:
        sizes(patched, batch=4, growing_after=growing_after)
        patched.setattr(Expander, "_take", counted)
        explored(CLOCK())
    return len(calls), memos[0].fills


def test_batches_grow_until_a_few_are_enough(monkeypatch):
    never, fills = walked(monkeypatch, 1 << 30)
    at_once, as_many = walked(monkeypatch, 0)
    later, _ = walked(monkeypatch, 10)
    assert never > 2 * 256 / 4  # each hand is asked in each state
    assert at_once < 16
    assert at_once + 10 <= later < at_once + 16
    assert as_many <= fills  # and nothing is found out in vain


def test_a_few_full_batches_leave_the_order_of_states_as_it_was(monkeypatch):
    """Traces, and how many states are met before a violation, depend on it."""
    model, orders = SPECS["raft-tla"](max_log=0), []
    for growing_after in (expander.FULL_BATCHES, 1 << 30, 0):
        sizes(monkeypatch, batch=16, growing_after=growing_after)
        orders.append(explored(model)[1])
    assert orders[0] == orders[1] != orders[2]


def test_more_claims_than_fit_into_a_batch_are_all_asked(monkeypatch):
    claims = tuple(made(n) for n in range(5))
    spec = CLOCK.variant("claimed", invariants=(), sometimes=claims)
    sizes(monkeypatch, batch=2)
    found, states = explored(spec(most=4))
    assert [name for name, trace in found.witnesses.items() if trace is None] == []
    assert len(states) == 25


def made(n: int) -> Any:
    def claim() -> bool:
        return sum(hand.angle for hand in Hand) == n

    claim.__name__ = f"makes_{n}"
    return claim
