"""A graph of states that are listed, and of the steps out of them, found in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from raftnb.data.trace import State, Step
from raftnb.explore.bindings import Binding, truth
from raftnb.language.claims import Property
from raftnb.language.spec import Model
from raftnb.language.world import World


class PlainGraph:
    """Some states of a model, and every step out of them, as in a `Graph`.

    The first `initial` states are the initial ones. `beyond` are the states to which steps lead
    out of the graph.
    """

    def __init__(
        self, model: Model, states: Sequence[State], *, initial: int = 0, bound: str | None = None
    ) -> None:
        self.model, self.initial, self.bound = model, initial, bound
        self._states = states
        self._numbers = {state: number for number, state in enumerate(states)}
        self.beyond: set[State] = set()
        world, labels, found = World(model), dict[Step, int](), list[tuple[int, int, int]]()
        for source, state in enumerate(states):
            for step, after in world.successors(state):
                target = self.number(after)
                if target < 0:
                    self.beyond.add(after)
                found.append((source, target, labels.setdefault(step, len(labels))))
        self.steps = list(labels)
        self.sources, self.targets, self.labels = np.array(found, np.int32).reshape(-1, 3).T.copy()
        self.cuts = int((self.targets < 0).sum())

    def __len__(self) -> int:
        """The number of states."""
        return len(self._states)

    @property
    def complete(self) -> bool:
        """Whether all states within the constraints are there."""
        return self.bound is None

    def go_on(self) -> None:
        """Raise `KeyboardInterrupt` if it was one that ended the search."""
        if self.bound == "interrupted":
            raise KeyboardInterrupt

    @cached_property
    def coverage(self) -> Counter[str]:
        """How often each process takes each action."""
        taken: Counter[str] = Counter()
        for label, many in enumerate(np.bincount(self.labels).tolist()):
            taken[f"{self.steps[label].process}.{self.steps[label].action}"] += many
        return taken

    @cached_property
    def parents(self) -> Any:
        """For each state, the one from which it was first met (itself if it is initial)."""
        parents = np.arange(len(self))
        targets, first = np.unique(self.targets, return_index=True)
        later = targets >= self.initial
        parents[targets[later]] = self.sources[first[later]]
        return parents

    def state(self, number: int) -> State:
        """A state."""
        return self._states[number]

    def number(self, state: State) -> int:
        """The number of a state; -1 if it is not in the graph."""
        return self._numbers.get(state, -1)

    def step_along(self, edge: int) -> Step:
        """The step that leads along an edge."""
        return self.steps[int(self.labels[edge])]

    def where(self, claim: Property, binding: Binding) -> Any:
        """In which states a claim is true, its parameters bound (an array of bool)."""
        is_true, world, said = truth(self.model, claim, binding), World(self.model), []
        with world:
            for state in self._states:
                world.load(state)
                said.append(is_true(world))
        return np.array(said, dtype=bool)
