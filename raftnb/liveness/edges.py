"""Which steps of a state graph are whose, and where a claim with parameters is true."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from raftnb.data.values import rename
from raftnb.explore.graph import Graph
from raftnb.language.claims import Property, evaluate
from raftnb.language.spec import Model
from raftnb.language.universe import universe
from raftnb.language.world import World
from raftnb.liveness.fair_cycles import Bools, Digraph, Ints, numbers


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


def enabling(graph: Graph, steps: Bools) -> Bools:
    """Which states have one of these steps."""
    found = np.zeros(len(graph), dtype=bool)
    found[graph.sources[steps]] = True
    return found


def bindings(model: Model, claims: Sequence[Property]) -> list[dict[str, Any]]:
    """Every choice of values for the quantified parameters of some claims."""
    free: dict[str, list[Any]] = {}
    world = World(model)
    with world:
        for claim in claims:
            for name, kind in model.parameters(claim).items():  # type: ignore[arg-type]
                if name not in model.constants and name not in free:
                    free[name] = universe(kind, world)
    rows = itertools.product(*free.values())
    return [dict(zip(free, row, strict=True)) for row in rows]


def where(graph: Graph, claim: Property, binding: dict[str, Any]) -> Bools:
    """In which states a claim is true, its parameters bound."""
    model = graph.model
    names = model.parameters(claim)  # type: ignore[arg-type]
    known = {**model.constants, **binding}

    def truth(world: World) -> bool:
        here = {member: member for member in world.names.values()}
        return evaluate(claim, {name: rename(known[name], here) for name in names})

    which, values = graph.evaluate(truth)
    found: Bools = np.array([*values, False], dtype=bool)[which]
    return found
