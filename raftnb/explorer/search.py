"""The nearest state in which a claim is met, for a front end that asks the kernel."""

from __future__ import annotations

from collections.abc import Collection

from raftnb.data.trace import State
from raftnb.explorer.sight import Lookout, Sight, Way

MOST_STATES = 5_000
"""From how many states a search goes on before it gives up."""


def nearest(lookout: Lookout, start: State, claims: Collection[int]) -> list[int] | None:
    """Which way to go from each state, from `start` to where one of the claims is met.

    A function to be found is met where it is true, an invariant where it is false, a claim about
    steps by a step that breaks it. None where there is none within `MOST_STATES` states.
    """
    came_by: dict[State, tuple[State, int] | None] = {start: None}
    todo = [start]
    for state in todo:  # it grows: breadth first
        for choice, way in enumerate(lookout.look(state).ways or ()):
            fresh = way.after not in came_by
            if fresh:
                came_by[way.after] = state, choice
                todo.append(way.after)
            if (fresh or way.broken) and _is_met(lookout, lookout.glance(way.after), way, claims):
                return [*_choices(came_by, state), choice]
        if len(todo) > MOST_STATES:
            return None
    return None


def _is_met(lookout: Lookout, sight: Sight, way: Way, claims: Collection[int]) -> bool:
    first, steps = len(lookout.invariants), len(sight.truth)
    found = (
        n in way.broken if n >= steps else (sight.truth[n] is None) == (n >= first) for n in claims
    )
    return any(found)


def _choices(came_by: dict[State, tuple[State, int] | None], state: State) -> list[int]:
    found = []
    while (link := came_by[state]) is not None:
        state = link[0]
        found.append(link[1])
    return found[::-1]


__all__ = ["nearest"]
