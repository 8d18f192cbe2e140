"""The reachable states and all the steps between them as arrays of numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from raftnb.data.trace import State, Step
from raftnb.data.values import rename
from raftnb.explore import reachable
from raftnb.explore.graph import Graph
from raftnb.language.claims import Property, evaluate
from raftnb.language.spec import Model
from raftnb.language.universe import universe
from raftnb.language.world import World

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


class States(Protocol):
    """The states of a graph by their numbers, and functions of them."""

    def __len__(self) -> int: ...

    def state(self, number: int) -> State:
        """A state."""

    def evaluate(self, function: Callable[[World], Any]) -> tuple[Any, list[Any]]:
        """For each state the number of a function's value there, and the values."""


@dataclass(frozen=True, eq=False)
class Arrows:
    """A state graph by numbers: edge e leads from state `source[e]` to state `target[e]`.

    `steps[label[e]]` is what happens there. A step out of the constraints, or over a bound, is
    there too (its action is enabled), with the target -1; `complete` is false if there is one.
    The first `initial` states are the initial ones.
    """

    model: Model
    states: States
    initial: int
    source: Ints
    target: Ints
    label: Ints
    steps: Sequence[Step]

    @property
    def complete(self) -> bool:
        """Whether every step leads to a state of the graph."""
        return not bool((self.target < 0).any())

    def bindings(self, claims: Sequence[Property]) -> list[dict[str, Any]]:
        """Every choice of values for the quantified parameters of some claims."""
        free: dict[str, list[Any]] = {}
        world = World(self.model)
        with world:
            for claim in claims:
                for name, kind in self.model.parameters(claim).items():  # type: ignore[arg-type]
                    if name not in self.model.constants and name not in free:
                        free[name] = universe(kind, world)
        rows = itertools.product(*free.values())
        return [dict(zip(free, row, strict=True)) for row in rows]

    def where(self, claim: Property, binding: dict[str, Any]) -> Bools:
        """In which states a claim is true, its parameters bound."""
        names = self.model.parameters(claim)  # type: ignore[arg-type]
        known = {**self.model.constants, **binding}

        def truth(world: World) -> bool:
            here = {member: member for member in world.names.values()}
            return evaluate(claim, {name: rename(known[name], here) for name in names})

        numbers, values = self.states.evaluate(truth)
        found: Bools = np.array([*values, False], dtype=bool)[numbers]
        return found

    def moving(self, process: str, actions: frozenset[str]) -> Bools:
        """Which edges are steps of a process by one of these actions that change something."""
        chosen = [step.process == process and step.action in actions for step in self.steps]
        moving: Bools = np.array([*chosen, False], dtype=bool)[self.label]
        moving &= self.source != self.target
        return moving

    def enabling(self, moving: Bools) -> Bools:
        """Which states have one of these edges."""
        found = np.zeros(len(self.states), dtype=bool)
        found[self.source[moving]] = True
        return found


def arrows(model: Model, max_states: int | None = None) -> Arrows:
    """All the states of a model that can be reached within its constraints, and every step.

    With more than `max_states` states (if given), those found last are left out.
    """
    return arrows_of(reachable(model, max_states=max_states))


def arrows_of(graph: Graph) -> Arrows:
    """The same for a graph that is there already."""
    outside = np.full(len(graph.cut_sources), -1)
    columns = (
        (graph.sources, graph.cut_sources),
        (graph.targets, outside),
        (graph.labels, graph.cut_labels),
    )
    source, target, label = (np.concatenate(parts).astype(np.int32) for parts in columns)
    return Arrows(graph.model, graph, len(graph.initial), source, target, label, graph.steps)
