"""Claims along a behavior are evaluated as if every one were called in every state and step."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from raftnb import Globals, Nat, Process, Seq, Spec, after
from raftnb.conform.claims import ClaimsAlong
from raftnb.conform.running import Changes
from raftnb.data.trace import State
from raftnb.language import Delivery, Map, Message, each, in_flight, send, when
from raftnb.language.claims import evaluate
from raftnb.language.spec import Model
from raftnb.language.universe import universe
from raftnb.language.world import World
from raftnb.specs import SPECS
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.mistakes.commits import AcknowledgesItsWholeLog


def walk(model: Model, steps: int, seed: int) -> Iterator[tuple[State, State]]:
    chance, world, state = random.Random(seed), World(model), model.initial_states[0]
    for _ in range(steps):
        following = [after for _, after in world.successors(state)]
        if not following:
            return
        before, state = state, chance.choice(following)
        yield before, state


def changes(before: State, after: State) -> Changes:
    pairs = enumerate(zip(before.values, after.values, strict=True))
    was, now = dict(before.messages), dict(after.messages)
    counts = [(m, now.get(m, 0)) for m in was | now if was.get(m) != now.get(m)]
    return Changes([(i, b) for i, (a, b) in pairs if a is not b], counts)


def each_by_itself(model: Model, before: State, then: State) -> set[str]:
    """The claims that are false, each called in plain Python, for each choice of its parameters."""
    found = set()
    spec = model.spec
    for claims, world in (
        (spec.invariants, World(model, then)),
        (spec.transitions, World(model, before)),
    ):
        world.next = World(model, then) if claims is spec.transitions else None
        with world:
            for claim in model.checked(claims):
                types = model.parameters(claim)  # type: ignore[arg-type]
                fixed = {n: model.constants[n] for n in types if n in model.constants}
                free = {n: universe(t, world) for n, t in types.items() if n not in fixed}
                for row in itertools.product(*free.values()):
                    values = dict(zip(free, row, strict=True))
                    if not evaluate(claim, [{**fixed, **values}[n] for n in types]):
                        found.add(
                            claim.__name__ + str(sorted((n, str(v)) for n, v in values.items()))
                        )
    return found


def agree(model: Model, steps: int, seed: int) -> int:
    """Compare step by step; how many false claims there were."""
    along = ClaimsAlong(model, model.initial_states[0])
    false, known = 0, set[str]()
    for before, then in walk(model, steps, seed):
        asked = along.step(changes(before, then))
        mine = {
            one.claim.__name__ + str(sorted((n, str(v)) for n, v in one.values.items()))
            for one in asked
        }
        plain = each_by_itself(model, before, then)
        assert mine <= plain
        assert plain - known <= mine  # what was false and is, is not asked again
        false, known = false + len(plain), plain
    return false


class Note(Message):
    number: Nat


class Shared(Globals):
    total: Nat = 0


class Cell(Process, number="cells"):
    values: Seq[Nat] = ()
    seen: Map[Cell, Nat] = each(0)
    friend: Cell | None = None

    def push(self) -> None:
        when(len(self.values) < 4)
        self.values += (Shared.total % 3,)
        Shared.total += 1

    def pop(self) -> None:
        when(self.values != ())
        self.values = self.values[1:]

    def tell(self, peer: Cell) -> None:
        when(peer != self)
        self.friend = peer
        send(Note(number=len(self.values)), to=peer)

    def hear(self, m: Note) -> None:
        self.seen |= {m.source: m.number}

    def longest(self) -> Nat:
        return max(len(self.values), len(self.friend.values) if self.friend is not None else 0)


def values_are_ordered(c: Cell) -> bool:
    return all(c.values[i] <= c.values[i + 1] for i in range(len(c.values) - 1))


def friends_have_no_more(c: Cell) -> bool:
    return c.longest() == len(c.values)


def what_was_seen_is_there(c: Cell) -> bool:
    return all(len(p.values) >= c.seen[p] for p in Cell)


def few_notes_are_in_flight() -> bool:
    return len(in_flight(Note)) < 4 or Shared.total < 2


def values_only_grow(c: Cell) -> bool:
    return after(c).values[: len(c.values)] == c.values


def a_friend_stays_as_long(c: Cell) -> bool:
    return c.friend is None or after(c).longest() >= c.longest()


def the_total_tells(c: Cell) -> bool:
    return len(after(c).values) <= len(c.values) or after(Shared).total > Shared.total


CELLS = Spec(
    "cells",
    (Cell,),
    (Shared,),
    constants={"cells": 3},
    invariants=(
        values_are_ordered,
        friends_have_no_more,
        what_was_seen_is_there,
        few_notes_are_in_flight,
    ),
    transitions=(values_only_grow, a_friend_stays_as_long, the_total_tells),
    delivery=Delivery(),
)
MODELS: dict[str, Callable[[], Any]] = {
    "cells": CELLS,
    "cells in order": CELLS.variant("in order", delivery=Delivery(reorders=False)),
    "raft with a mistake": lambda: RAFT.variant("wrong", AcknowledgesItsWholeLog)(
        servers=3, max_term=3, max_log=2, history=True
    ),
    "raft": lambda: SPECS["raft"](servers=3, history=True),
    "linearizable-store": lambda: SPECS["linearizable-store"](history=True),
    "write-through-cache": lambda: SPECS["write-through-cache"](history=True),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_same_claims_are_false_as_if_all_were_called_every_time(name: str) -> None:
    false = sum(agree(MODELS[name](), 40, seed) for seed in range(3))
    assert (false > 20) is name.startswith("cells")


class Walker(Process, number="walkers"):
    """Steps that change both variables, one, or nothing."""

    n: Nat = 0
    m: Nat = 0

    def both(self) -> None:
        self.n += 1
        self.m += 1

    def side(self) -> None:
        self.m += 1

    def idle(self) -> None:
        when(self.n > 0)


def some_rises() -> bool:
    return any(after(p).n > p.n for p in Walker)


def never_the_same(p: Walker) -> bool:
    return after(p).n != p.n


def ahead(a: Walker, b: Walker) -> bool:
    return after(a).n >= b.m


def still_until_it_moves(p: Walker) -> bool:
    return after(p).n == p.n or p.m == 0


STEPS = (some_rises, never_the_same, ahead, still_until_it_moves)


@pytest.mark.parametrize("seed", range(5))
def test_a_claim_about_steps_is_false_of_a_step_that_changes_nothing_of_it(seed: int) -> None:
    model = Spec("walk", (Walker,), constants={"walkers": 2}, transitions=STEPS)()
    along = ClaimsAlong(model, model.initial_states[0])
    assert along.false_at_first == []
    seen = set()
    for before, then in walk(model, 12, seed):
        found = along.step(changes(before, then))
        told = {
            one.claim.__name__ + str(sorted((n, str(v)) for n, v in one.values.items()))
            for one in found
        }
        assert told == each_by_itself(model, before, then)
        seen |= {one.claim for one in found}
    assert seen == set(STEPS)
