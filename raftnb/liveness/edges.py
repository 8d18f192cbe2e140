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


def digraph_of(graph: StepGraph, steps: Ints) -> Digraph:
    """The states of a graph with some of its steps."""
    return Digraph(len(graph), graph.sources[steps], graph.targets[steps])


def moving(graph: StepGraph, process: str, actions: frozenset[str]) -> Bools:
    """Which steps are a process's, by one of these actions, and change something."""
    chosen = [step.process == process and step.action in actions for step in graph.steps]
    found: Bools = np.array([*chosen, False], dtype=bool)[graph.labels]
    found &= graph.sources != graph.targets
    return found


def moving_any(graph: StepGraph, group: Steps) -> Bools:
    """The same of several processes."""
    found: Bools = np.logical_or.reduce([moving(graph, *one) for one in group])
    return found


def enabling(graph: StepGraph, steps: Bools) -> Bools:
    """Which states have one of these steps."""
    found = np.zeros(len(graph), dtype=bool)
    found[graph.sources[steps]] = True
    return found
