"""The nearest state of a kind, for a front end that asks the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from raftnb.data.errors import RaftnbError
from raftnb.data.trace import State
from raftnb.explorer.beside import Beside
from raftnb.explorer.graph import choices_of
from raftnb.explorer.sight import Lookout, Way
from raftnb.language.spec import Model

if TYPE_CHECKING:  # it brings a compiler, which takes a second
    from raftnb.explore.graph import Graph

MOST_STATES = (1_000, 100_000)
"""How many states the engine looks at, and then how many more, before it gives up."""
MOST_LOOKED_AT = 5_000
"""The same where plain Python looks at them one by one, since steps are asked about."""
Wanted = dict[str, Any]
"""`claims` are numbers of claims, `node` is one of the diagram, `unseen` asks for a step that the
other model does not have, `stuck` for a deadlock; one of them is to be met."""


def nearest(lookout: Lookout, beside: Beside, start: State, wanted: Wanted) -> list[int] | None:
    """Which way to go from each state, from `start` to where what is wanted is met.

    A function to be found is met where it is true, an invariant where it is false, a claim about
    steps by a step that breaks it. None where there is none within the bounds.
    """
    claims = wanted.get("claims", [])
    about_steps = any(lookout.claims[n] in lookout.about_steps for n in claims)
    if about_steps or wanted.get("unseen"):
        return one_by_one(lookout, beside, start, wanted)
    try:
        return _explored(lookout, beside, start, wanted)
    except (RaftnbError, ImportError):  # what the engine refuses, plain Python may still look at
        return one_by_one(lookout, beside, start, wanted)


def _explored(lookout: Lookout, beside: Beside, start: State, wanted: Wanted) -> list[int] | None:
    from raftnb.explore.graph import reachable  # here, as above

    for most in MOST_STATES:
        graph = reachable(lookout.model.starting_at(start), max_states=most, progress=False)
        there = np.zeros(len(graph), dtype=bool)
        for n in wanted.get("claims", []):
            claim = lookout.claims[n]
            there |= graph.holds(claim) == (claim in lookout.awaited)
        if "node" in wanted and beside.diagram is not None:
            for _, place in beside.diagram.places:
                numbers, values = graph.evaluate(place)
                met = [n for n, v in enumerate(values) if beside.diagram.node(v) == wanted["node"]]
                there |= np.isin(numbers, met)
        if wanted.get("stuck"):
            there |= _stuck(graph, lookout.model)
        if there.any():
            trace = graph.trace(int(np.flatnonzero(there)[0]))
            return choices_of(trace, lambda state: lookout.look(state).ways or ())
        if graph.complete:
            return None
    return None


def _stuck(graph: Graph, model: Model) -> Any:
    """In which states there is a deadlock, where all their steps are known."""
    stuck = np.ones(len(graph), dtype=bool)
    stuck[graph.sources] = False
    return stuck if model.spec.final is None else stuck & ~graph.holds(model.spec.final)


def one_by_one(lookout: Lookout, beside: Beside, start: State, wanted: Wanted) -> list[int] | None:
    """The same in plain Python, which looks at one state after the other."""
    came_by: dict[State, tuple[State, int] | None] = {start: None}
    todo = [start]
    for state in todo:  # it grows: breadth first
        sight = lookout.look(state)
        if wanted.get("stuck") and sight.stuck:
            return _choices(came_by, state)
        for choice, way in enumerate(sight.ways or ()):
            fresh = way.after not in came_by
            if fresh:
                came_by[way.after] = state, choice
                todo.append(way.after)
            if _is_met(lookout, beside, state, way, wanted):
                return [*_choices(came_by, state), choice]
        if len(todo) > MOST_LOOKED_AT:
            return None
    return None


def _is_met(lookout: Lookout, beside: Beside, state: State, way: Way, wanted: Wanted) -> bool:
    if wanted.get("unseen") and beside.of_step(state, way.step, way.after)[0] is False:
        return True
    if "node" in wanted and beside.diagram is not None:
        return any(node == wanted["node"] for _, node in beside.diagram.standing(way.after))
    truth, first = lookout.glance(way.after).truth, len(lookout.invariants)
    return any(
        n in way.broken if n >= len(truth) else (truth[n] is None) == (n >= first)
        for n in wanted.get("claims", [])
    )


def _choices(came_by: dict[State, tuple[State, int] | None], state: State) -> list[int]:
    found = []
    while (link := came_by[state]) is not None:
        state = link[0]
        found.append(link[1])
    return found[::-1]


__all__ = ["nearest", "one_by_one"]
