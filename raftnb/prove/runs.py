"""Runs from the start, in plain Python: what turns a condition that fails into a violation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.trace import State, Step, Trace
from raftnb.language.claims import Property
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.prove.report import Violation

Reached = dict[State, tuple[State, Step] | None]


def violation(model: Model, claims: Sequence[Property], most: int) -> Violation | None:
    """A shortest run to a state, or with a step, where one of the claims is false, or None.

    At most `most` states are looked at; what has no value ends the search there.
    """
    steps = [claim for claim in claims if claim in model.spec.transitions]
    states = [claim for claim in claims if claim not in steps]
    reached: Reached = dict.fromkeys(model.initial_states)
    todo = list(reached)
    for state in todo:
        try:
            found = failing(model, states, reached, state) or explored(
                model, steps, reached, todo, state, most
            )
        except SpecError:
            continue
        if found is not None:
            return found
    return None


def failing(
    model: Model, claims: Sequence[Property], reached: Reached, state: State
) -> Violation | None:
    """The violation of a claim in a state."""
    world = World(model, state)
    for claim in claims:
        values = world.failure(claim)
        if values is not None:
            return Violation(claim.__name__, trace_to(reached, state), values)
    return None


def explored(
    model: Model,
    claims: Sequence[Property],
    reached: Reached,
    todo: list[State],
    state: State,
    most: int,
) -> Violation | None:
    """Note the states after a state; the violation of a claim by one of its steps."""
    for step, after in World(model, state).successors(state):
        if after not in reached and len(reached) < most:
            reached[after] = (state, step)
            todo.append(after)
        for claim in claims:
            world = World(model, state)
            world.next = World(model, after)
            values: dict[str, Any] | None = world.failure(claim)
            if values is not None:
                before = trace_to(reached, state)
                trace = Trace((*before.states, after), (*before.steps, step))
                return Violation(claim.__name__, trace, values)
    return None


def trace_to(reached: Reached, state: State) -> Trace:
    """How a state was reached."""
    states, steps = [state], []
    while (link := reached[states[-1]]) is not None:
        states.append(link[0])
        steps.append(link[1])
    return Trace(tuple(reversed(states)), tuple(reversed(steps)))
