"""Exploring the states of a model: exhaustively, breadth first; at random; or as a graph."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from raftnb.data.errors import UsageError
from raftnb.data.trace import State, StateGraph
from raftnb.explore.reference import Reference
from raftnb.explore.result import Bounds, Exploration
from raftnb.language.spec import Model


def check(
    model: Model,
    *,
    deadlock: bool = True,
    max_states: int | None = None,
    max_depth: int | None = None,
    max_memory: int | None = None,
    symmetry: bool = False,
    engine: str = "fast",
    threads: int | None = None,
    progress: bool = True,
) -> Exploration:
    """Explore a model exhaustively, and check its invariants and `sometimes` properties.

    It stops at the first violation, with the shortest trace to it, or at a bound (`max_states`,
    `max_depth`, `max_memory` in bytes, Ctrl-C), with the verdict *unknown*. With `symmetry`,
    states that differ by a permutation of the spec's symmetric domains count once. `engine` is
    "fast", or "reference": the plain Python that it is compared with, used too where numba is not
    installed (it pays no heed to `max_memory` and `threads`).
    """
    bounds = Bounds(deadlock, max_states, max_depth, max_memory, symmetry, threads, progress)
    if engine not in ("fast", "reference"):
        raise UsageError(f"engine={engine!r}", allowed="fast, reference", cure="use one of these")
    if engine == "fast" and find_spec("numba") is not None:
        from raftnb.explore.breadth_first import Fast

        return Fast(model, bounds).run()
    if symmetry:
        raise UsageError(
            "symmetry with the reference engine",
            allowed="the fast engine, which needs the package numba",
            cure="install numba and leave `engine` out, or leave `symmetry` out",
        )
    return Reference(model, bounds).run()


def state_graph(model: Model, max_states: int = 2_000) -> StateGraph:
    """The graph of the reachable states (within the constraints), up to a number of states."""
    engine = Reference(model, Bounds(deadlock=False))
    engine.invariants = ()
    queue: list[State] = []
    for state in model.initial_states:
        engine._arrive(state, None, 1, queue)
    number = {state: i for i, state in enumerate(queue)}
    edges: list[Any] = []
    initial, complete = len(queue), True
    for state in queue:
        for step, after in engine.world.successors(state):
            if after not in number and len(queue) >= max_states:
                complete = False
                continue
            engine._arrive(after, (state, step), 0, queue)
            if after not in number and queue[-1] == after:
                number[after] = len(number)
            if after in number:
                edges.append((number[state], step, number[after]))
    return StateGraph(tuple(queue), tuple(edges), initial, complete)


def __getattr__(name: str) -> Any:
    """The names that need the compiler are imported when they are first used."""
    if name in ("Graph", "reachable"):
        from raftnb.explore import graph

        return getattr(graph, name)
    if name == "random_walks":
        from raftnb.explore import walks

        return walks.random_walks
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if TYPE_CHECKING:
    from raftnb.explore.graph import Graph, reachable
    from raftnb.explore.walks import random_walks

__all__ = ["Exploration", "Graph", "check", "random_walks", "reachable", "state_graph"]
