"""Run an order of operations on the sequential object, and tell its state after each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from raftnb.data.events import UNSAID, Operation, exact
from raftnb.linear.interface import Asked, SequentialObject, ask, instance_of, model_for, part_of
from raftnb.linear.machine import agrees, state_of, state_text, step


@dataclass(frozen=True, slots=True)
class Placed:
    """An operation and its point: it takes effect just before event number `point`."""

    operation: Operation
    point: int


def replay_linearization(
    linearization: Sequence[Placed], model: SequentialObject, until: float = inf
) -> Iterator[tuple[Placed, str]]:
    """Run the operations of one part in their order; each with the object's state after it.

    Raises `ValueError` where the object answers something else than the history says. Responses
    from event `until` on are not known yet: an attempt is replayed until its culprit returns.
    Where the object may do several things, one of the states that fit is shown.
    """
    if not linearization:
        return iter(())
    first = linearization[0].operation
    whole = model_for(model, first.object)
    thing = part_of(whole, ask(first, whole).part)
    return run(linearization, thing, lambda op: ask(op, model_for(model, op.object)), until)


def run(
    linearization: Sequence[Placed],
    model: SequentialObject,
    asked: Callable[[Operation], Asked],
    until: float,
) -> Iterator[tuple[Placed, str]]:
    """As `replay_linearization`, for the object of one part, which takes operations as `asked`."""
    things = [instance_of(model)]
    for placed in linearization:
        operation = placed.operation
        _, call, result = asked(operation)
        known = operation.returned is not None and operation.returned < until
        wanted = exact(result) if known else UNSAID
        after = [
            thing for before in things for thing, given in step(before, call)
            if agrees(exact(given), wanted)
        ]  # fmt: skip
        if not after:
            state = state_text(things[0])
            raise ValueError(f"{operation} is not what the object answers in {state}")
        things = after if len(after) == 1 else list({state_of(one): one for one in after}.values())
        yield placed, state_text(things[0])
