"""Steps found again in plain Python, so that a trace has only what the meaning has."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from raftnb.data.trace import State, Step, Trace
from raftnb.language.claims import Property
from raftnb.language.spec import Model
from raftnb.language.world import World


class NoSuchStep(AssertionError):
    """An engine went where plain Python does not."""


def taken(model: Model, state: State, wanted: Callable[[State], bool]) -> tuple[Step, State]:
    """The first step from a state to one that is wanted; raises `NoSuchStep` if there is none."""
    for step, after in World(model).successors(state):
        if wanted(after):
            return step, after
    raise NoSuchStep("the engines disagree: the plain Python has no such step")


def through(model: Model, states: Sequence[State]) -> Trace:
    """The trace through states, each a step after the one before."""
    steps = [
        taken(model, state, lambda found, after=after: found == after)[0]  # type: ignore[misc]
        for state, after in itertools.pairwise(states)
    ]
    return Trace(tuple(states), tuple(steps))


def alike(model: Model, states: Sequence[State], stands_for: Callable[[State], State]) -> Trace:
    """A trace through states for which these stand; raises `NoSuchStep`."""

    def is_one_of(wanted: State) -> Callable[[State], bool]:
        return lambda state: stands_for(state) == wanted

    first = next(filter(is_one_of(states[0]), model.initial_states), None)
    if first is None:
        raise NoSuchStep("the engines disagree: the plain Python has no such initial state")
    found, steps = [first], []
    for wanted in states[1:]:
        step, state = taken(model, found[-1], is_one_of(wanted))
        found.append(state)
        steps.append(step)
    return Trace(tuple(found), tuple(steps))


def one_more(model: Model, trace: Trace, claim: Property) -> Trace:
    """The trace with one step on that breaks a claim about steps, or to where one is false."""
    about_steps = claim in model.spec.transitions

    def broken(after: State) -> bool:
        here = World(model, trace.last if about_steps else after)
        here.next = World(model, after) if about_steps else None
        return here.failure(claim) is not None

    step, state = taken(model, trace.last, broken)
    return Trace((*trace.states, state), (*trace.steps, step))
