"""Steps of actions from states at random: as plain Python takes them, and by their trees."""

from __future__ import annotations

import random
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.tree import Program
from raftnb.tree.types import type_of
from tests.oracles.random_values import random_value
from tests.oracles.tree_interpreter import UndefinedError, steps


class RandomSteps:
    """The steps of a model's actions, each by its name."""

    def __init__(self, model: Model) -> None:
        self.model, self.program = model, Program(model)
        self.world = World(model, model.initial_states[0])

    def state(self, seed: int) -> State:
        """A state in which every variable has a value of its type."""
        rng = random.Random(seed)
        values = tuple(
            random_value(rng, type_of(self.model.annotation_of(variable, cls)), self.world)
            for variable, cls in self.model.variables
        )
        return State(self.model.layout, values)

    def in_python(self, state: State, name: str) -> Any:
        """The ways that an action can go; "undefined" where one of them raises."""
        found, world = [], self.world
        try:
            with world:
                for instance in (one for one in world.instances if one.action.name == name):
                    for _ in world.scripted(
                        instance, instance.arguments, lambda: world.load(state)
                    ):
                        step = world.step_of(instance.process, instance.action, instance.arguments)
                        found.append((step.process, step.choices, world.snapshot()))
        except SpecError:
            return "undefined"
        return found

    def by_tree(self, state: State, name: str) -> Any:
        """The same, by the action's tree."""
        found = []
        try:
            for instance in (one for one in self.world.instances if one.action.name == name):
                args = (instance.process, instance.action, instance.arguments)
                for choices, after in steps(self.program, self.model, state, *args):
                    found.append((instance.process.name, choices, after))
        except UndefinedError:
            return "undefined"
        return found

    def compare(self, name: str, states: int) -> None:
        """Check that an action means the same both ways, and does several things."""
        seen = set()
        for seed in range(states):
            state = self.state(seed)
            wanted = self.in_python(state, name)
            assert self.by_tree(state, name) == wanted
            seen.add(repr(wanted))
        assert len(seen) > 2
