"""What the typed tree says is what running the specification does: in every specification."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from raftnb.data.trace import State
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.specs import SPECS
from raftnb.tree import Program
from tests.oracles.tree_interpreter import successors, truth

STATES = int(os.environ.get("TREE_STATES", "40"))
"""How many states of each specification are compared; 2000 takes some minutes."""


def reached(model: Model, most: int) -> Iterator[State]:
    """States in the order of a breadth-first search, up to a number."""
    found = dict.fromkeys(model.initial_states)
    todo = list(found)
    while todo and most:
        state = todo.pop(0)
        most -= 1
        yield state
        for _, after in World(model).successors(state):
            if after not in found:
                found[after] = None
                todo.append(after)


@pytest.mark.parametrize("name", sorted(SPECS))
def test_steps_and_claims_are_those_of_running(name: str) -> None:
    spec = SPECS[name]
    model = spec(history=True)
    program = Program(model)
    claims = (*spec.invariants, *spec.sometimes, *spec.constraints)
    for state in reached(model, STATES):
        found = list(successors(program, state))
        assert found == list(World(model).successors(state))
        for claim in claims:
            assert truth(program, model, claim, state) == model.holds(claim, state)
        for claim, (_, after) in itertools.product(spec.transitions, found):
            with World(model, state) as world:
                world.next = World(model, after)
                holds = world.failure(claim) is None
            assert truth(program, model, claim, state, after) == holds
