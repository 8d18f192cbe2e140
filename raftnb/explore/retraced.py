"""Steps found again in plain Python, so that a trace has only what the meaning has."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from raftnb.data.trace import State, Step, Trace
from raftnb.language.claims import Property
from raftnb.language.spec import Model
from raftnb.language.world import World


class NoSuchStep(AssertionError):
    """An engine went where plain Python does not."""


def taken(
    model: Model, state: State, wanted: Callable[[State], bool], as_in: Step | None = None
) -> tuple[Step, State]:
    """The first step from a state to one that is wanted, by the process and action of another step.

    Raises `NoSuchStep` if there is none.
    """
    for step, after in World(model).successors(state):
        is_so = as_in is None or (step.process, step.action) == (as_in.process, as_in.action)
        if is_so and wanted(after):
            return step, after
    raise NoSuchStep("the engines disagree: the plain Python has no such step")


def through(model: Model, states: Sequence[State]) -> Trace:
    """The trace through states, each a step after the one before."""
    return _from(model, states[0], [partial(operator.eq, state) for state in states[1:]])


def alike(model: Model, states: Sequence[State], stands_for: Callable[[State], State]) -> Trace:
    """A trace through states for which these stand; raises `NoSuchStep`."""

    def is_one_of(wanted: State) -> Callable[[State], bool]:
        return lambda state: stands_for(state) == wanted

    first = next(filter(is_one_of(states[0]), model.initial_states), None)
    if first is None:
        raise NoSuchStep("the engines disagree: the plain Python has no such initial state")
    return _from(model, first, map(is_one_of, states[1:]))


def _from(model: Model, first: State, wanted: Iterable[Callable[[State], bool]]) -> Trace:
    """The trace that begins in a state, and goes on to the first of those that are wanted."""
    states, steps = [first], []
    for is_wanted in wanted:
        step, state = taken(model, states[-1], is_wanted)
        states.append(state)
        steps.append(step)
    return Trace(tuple(states), tuple(steps))


def ending(model: Model, trace: Trace, claim: Property, *, is_true: bool) -> Trace:
    """A trace in whose last state a claim is true, or is not; raises `NoSuchStep` otherwise."""
    if (World(model, trace.last).failure(claim) is None) is not is_true:
        said = "false" if is_true else "true"
        raise NoSuchStep(
            f"the engines disagree: in plain Python `{claim.__name__}` is {said} there"
        )
    return trace


def ending_stuck(model: Model, trace: Trace) -> Trace:
    """A trace from whose last state, no end, no step leads; raises `NoSuchStep` otherwise."""
    if next(World(model).successors(trace.last), None) is not None:
        raise NoSuchStep("the engines disagree: plain Python has a step there")
    final = model.spec.final
    return trace if final is None else ending(model, trace, final, is_true=False)


def one_more(model: Model, trace: Trace, claim: Property) -> Trace:
    """The trace with one step on that breaks a claim about steps, or to where one is false."""
    about_steps = claim in model.spec.transitions

    def broken(after: State) -> bool:
        here = World(model, trace.last if about_steps else after)
        here.next = World(model, after) if about_steps else None
        return here.failure(claim) is not None

    step, state = taken(model, trace.last, broken)
    return Trace((*trace.states, state), (*trace.steps, step))
