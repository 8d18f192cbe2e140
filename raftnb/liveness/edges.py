"""Which steps of a state graph are whose, and where they are enabled."""

from __future__ import annotations

import numpy as np

from raftnb.explore.graph import Graph
from raftnb.liveness.fair_cycles import Bools, Digraph, Ints, numbers

Steps = tuple[tuple[str, frozenset[str]], ...]
"""Processes, each with some of its actions."""


def inner(graph: Graph) -> Ints:
    """The steps that lead to states of the graph."""
    return numbers(graph.targets >= 0)


def digraph_of(graph: Graph, steps: Ints) -> Digraph:
    """The states of a graph with some of its steps."""
    return Digraph(len(graph), graph.sources[steps], graph.targets[steps])


def moving(graph: Graph, process: str, actions: frozenset[str]) -> Bools:
    """Which steps are a process's, by one of these actions, and change something."""
    chosen = [step.process == process and step.action in actions for step in graph.steps]
    found: Bools = np.array([*chosen, False], dtype=bool)[graph.labels]
    found &= graph.sources != graph.targets
    return found


def moving_any(graph: Graph, group: Steps) -> Bools:
    """The same of several processes."""
    found: Bools = np.logical_or.reduce([moving(graph, *one) for one in group])
    return found


def enabling(graph: Graph, steps: Bools) -> Bools:
    """Which states have one of these steps."""
    found = np.zeros(len(graph), dtype=bool)
    found[graph.sources[steps]] = True
    return found
