"""What a drawing is given: a trace, a state or a graph, and not the thing that has one."""

from __future__ import annotations

from typing import TypeVar

from raftnb.data.errors import UsageError
from raftnb.data.trace import State, StateGraph, Trace

T = TypeVar("T", Trace, State, StateGraph)


def trace_of(given: object, place: str) -> Trace:
    """The trace that is given to the function `place`; raises `UsageError` for anything else."""
    return _required(given, Trace, place, "trace", "look whether the result has a trace")


def state_of(given: object, place: str) -> State:
    """The state that is given to the function `place`; raises `UsageError` for anything else."""
    has = "last" if isinstance(given, Trace) else "state"
    return _required(
        given, State, place, has, "take the `state` of a world or the `last` of a trace"
    )


def graph_of(given: object, place: str) -> StateGraph:
    """The graph that is given to the function `place`; raises `UsageError` for anything else."""
    return _required(given, StateGraph, place, "", "make one: `state_graph(model)`")


def _required(given: object, kind: type[T], place: str, has: str, cure: str) -> T:
    if isinstance(given, kind):
        return given
    found = "None" if given is None else f"a {type(given).__name__}"
    if has and isinstance(getattr(given, has, None), kind):
        cure = f"give its `.{has}`"
    raise UsageError(found, place=place, allowed=f"a {kind.__name__}", cure=cure)


__all__ = ["graph_of", "state_of", "trace_of"]
