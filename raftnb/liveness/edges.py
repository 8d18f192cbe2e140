"""Which steps of a state graph are whose, and where they are enabled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from raftnb.data.trace import State, Step
from raftnb.explore.bindings import Binding
from raftnb.language.spec import Model
from raftnb.liveness.arrays import Bools, Ints, numbers
from raftnb.liveness.digraph import Digraph


class StepGraph(Protocol):
    """What is asked of a graph of states and steps, whoever found it: see `explore/graph.py`."""

    model: Model

    def __len__(self) -> int: ...
    @property
    def bound(self) -> str | None: ...
    @property
    def complete(self) -> bool: ...
    def go_on(self) -> None: ...
    @property
    def initial(self) -> int: ...
    @property
    def sources(self) -> Any: ...
    @property
    def targets(self) -> Any: ...
    @property
    def labels(self) -> Any: ...
    @property
    def cuts(self) -> int: ...
    @property
    def steps(self) -> Sequence[Step]: ...
    def state(self, number: int) -> State: ...
    def step_along(self, edge: int) -> Step: ...
    def where(self, claim: Any, binding: Binding) -> Any: ...


Steps = tuple[tuple[str, frozenset[str]], ...]
"""Processes, each with some of its actions."""


def inner(graph: StepGraph) -> Ints:
    """The steps that lead to states of the graph."""
    return numbers(graph.targets >= 0)


def of_those(values: Any, steps: Ints) -> Any:
    """The values of some steps, which may be all of them."""
    return values if len(steps) == len(values) else values[steps]


def digraph_of(graph: StepGraph, steps: Ints) -> Digraph:
    """The states of a graph with some of its steps."""
    return Digraph(len(graph), of_those(graph.sources, steps), of_those(graph.targets, steps))


def belonging(graph: StepGraph, group: Steps) -> Bools:
    """Which steps are those of some processes by some of their actions."""
    chosen = [
        any(step.process == process and step.action in actions for process, actions in group)
        for step in graph.steps
    ]
    found: Bools = np.array([*chosen, False], dtype=bool)[graph.labels]
    return found


def moving_any(graph: StepGraph, group: Steps) -> Bools:
    """Which of these change something."""
    found: Bools = belonging(graph, group) & (graph.sources != graph.targets)
    return found


def enabling(graph: StepGraph, steps: Bools) -> Bools:
    """Which states have one of these steps."""
    found = np.zeros(len(graph), dtype=bool)
    found[graph.sources[steps]] = True
    return found
