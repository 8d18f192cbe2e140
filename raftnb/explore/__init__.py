"""Exploring the states of a model: exhaustively, breadth first; at random; or as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftnb.data.rooms import room_of
from raftnb.explore.check import check
from raftnb.explore.reference import state_graph
from raftnb.explore.result import Exploration
from raftnb.explore.traps import traps


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

__all__ = ["Exploration", "Graph", "check", "random_walks", "reachable", "state_graph", "traps"]
room_of(__name__, "check")
