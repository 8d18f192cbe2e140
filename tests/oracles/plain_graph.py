"""The state graph as arrays, by the plain Python meaning: `explore.graph` is compared with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from raftnb.data.trace import State, Step
from raftnb.language.spec import Model
from raftnb.language.world import World


class _Met:
    """Numbers states as they are met by the plain Python meaning."""

    def __init__(self, model: Model, max_states: int | None) -> None:
        self.model, self.max_states = model, max_states
        self.world, self.judge = World(model), World(model)
        self.constraints = model.checked(model.spec.constraints)
        self.number: dict[State, int] = {}
        self.states: list[State] = []

    def __len__(self) -> int:
        return len(self.states)

    def state(self, number: int) -> State:
        return self.states[number]

    def evaluate(self, function: Callable[[World], Any]) -> tuple[Any, list[Any]]:
        values = []
        with self.judge:
            for state in self.states:
                self.judge.load(state)
                values.append(function(self.judge))
        return np.arange(len(values)), values

    def number_of(self, state: State) -> int:
        if state not in self.number:
            self.number[state] = len(self.states) if self._is_inside(state) else -1
            if self.number[state] >= 0:
                self.states.append(state)
        return self.number[state]

    def _is_inside(self, state: State) -> bool:
        if self.max_states is not None and len(self.states) >= self.max_states:
            return False
        if self.model.message_limits is not None:
            distinct, copies = self.model.message_limits
            if len(state.messages) > distinct or any(n > copies for _, n in state.messages):
                return False
        self.judge.load(state)
        return all(self.judge.failure(c) is None for c in self.constraints)


class PlainGraph:
    """What a `Graph` has, found by the plain Python meaning of the model."""

    def __init__(self, met: _Met, initial: int, columns: Any, steps: list[Step]) -> None:
        self.model, self.initial, self.steps = met.model, initial, steps
        self.sources, self.labels, self.targets = map(np.ascontiguousarray, columns)
        self.state, self.evaluate, self.__len = met.state, met.evaluate, len(met)

    def __len__(self) -> int:
        return self.__len


def by_hand(model: Model, max_states: int | None = None) -> PlainGraph:
    """The same as `reachable`, by the plain Python meaning of the model."""
    met = _Met(model, max_states)
    for state in model.initial_states:
        met.number_of(state)
    initial, labels = len(met), dict[Step, int]()
    edges: list[tuple[int, int, int]] = []
    for number, state in enumerate(met.states):
        for step, after in met.world.successors(state):
            label = labels.setdefault(step, len(labels))
            edges.append((number, label, met.number_of(after)))
    columns = np.array(edges, dtype=np.int32).reshape(-1, 3).T
    return PlainGraph(met, initial, columns, list(labels))
