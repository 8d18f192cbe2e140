"""The reachable states and all the steps between them as arrays of numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from raftnb import source
from raftnb.errors import RaftnbError
from raftnb.spec import Model, Property
from raftnb.trace import State, Step
from raftnb.world import World, universe

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Arrows:
    """A state graph by numbers: edge e leads from state `source[e]` to state `target[e]`.

    `labels[label[e]]` is the edge's process and action. A step out of the constraints, or over a
    bound, is there too (its action is enabled), with the target -1; `complete` is false if there
    is one. The first `initial` states are the initial ones.
    """

    model: Model
    states: Sequence[State]
    initial: int
    source: Ints
    target: Ints
    label: Ints
    labels: tuple[tuple[str, str], ...]
    step: Callable[[int], Step]
    judge: World

    @property
    def complete(self) -> bool:
        """Whether every step leads to a state of the graph."""
        return not bool((self.target < 0).any())

    def bindings(self, claims: Sequence[Property]) -> list[dict[str, Any]]:
        """Every choice of values for the quantified parameters of some claims."""
        free: dict[str, list[Any]] = {}
        with self.judge:
            for claim in claims:
                for name, kind in self.model.parameters(claim).items():  # type: ignore[arg-type]
                    if name not in self.model.constants and name not in free:
                        free[name] = universe(kind, self.judge)
        rows = itertools.product(*free.values())
        return [dict(zip(free, row, strict=True)) for row in rows]

    def where(self, claim: Property, binding: dict[str, Any]) -> Bools:
        """In which states a claim is true, its parameters bound."""
        names = self.model.parameters(claim)  # type: ignore[arg-type]
        known = {**self.model.constants, **binding}
        arguments = {name: known[name] for name in names}
        with self.judge:
            return np.fromiter(
                (self._evaluate(claim, arguments, state) for state in self.states),
                dtype=bool,
                count=len(self.states),
            )

    def _evaluate(self, claim: Property, arguments: dict[str, Any], state: State) -> bool:
        self.judge.load(state)
        try:
            return bool(claim(**arguments))
        except RaftnbError:
            raise
        except Exception as error:
            raise source.spec_error(error, claim.__name__) from error

    def enabling(self, labels: set[int]) -> Bools:
        """Which states enable a step with one of these labels that changes something."""
        found = np.zeros(len(self.states), dtype=bool)
        found[self.source[self.moving(labels)]] = True
        return found

    def moving(self, labels: set[int]) -> Bools:
        """Which edges have one of these labels and change something."""
        chosen = np.zeros(len(self.labels), dtype=bool)
        chosen[sorted(labels)] = True
        moving: Bools = chosen[self.label] & (self.source != self.target)
        return moving


def arrows(model: Model, max_states: int | None = None) -> Arrows:
    """All the states of a model that can be reached within its constraints, and every step.

    With more than `max_states` states (if given), those found last are left out.
    """
    found = _Collector(model, max_states)
    for state in model.initial_states:
        found.number_of(state)
    initial = len(found.states)
    for number, state in enumerate(found.states):
        for step, after in found.world.successors(state):
            found.note(number, step, after)
    edges = np.array(found.edges, dtype=np.int32).reshape(-1, 3)
    source, target, label = np.ascontiguousarray(edges.T)
    labels, steps = tuple(found.labels), found.steps
    return Arrows(
        model, found.states, initial, source, target, label, labels, steps.__getitem__, World(model)
    )


class _Collector:
    """Numbers states as they are met."""

    def __init__(self, model: Model, max_states: int | None) -> None:
        self.model, self.max_states = model, max_states
        self.world, self.judge = World(model), World(model)
        self.constraints = model.checked(model.spec.constraints)
        self.number: dict[State, int] = {}
        self.states: list[State] = []
        self.labels: dict[tuple[str, str], int] = {}
        self.edges: list[tuple[int, int, int]] = []
        self.steps: list[Step] = []

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
        return all(self.model.failure(c, self.judge) is None for c in self.constraints)

    def note(self, before: int, step: Step, after: State) -> None:
        label = self.labels.setdefault((step.process, step.action), len(self.labels))
        self.edges.append((before, self.number_of(after), label))
        self.steps.append(step)
