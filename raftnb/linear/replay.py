"""Run an order of operations on the sequential object, and tell its state after each of them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import overload

from raftnb.data.events import UNSAID, Operation, exact
from raftnb.linear.interface import Asked, SequentialObject, ask, instance_of, model_for, part_of
from raftnb.linear.items import Point
from raftnb.linear.machine import agrees, state_of, state_text, step


@dataclass(frozen=True, slots=True)
class Placed:
    """An operation and its point: it takes effect just before event number `point`."""

    operation: Operation
    point: int


class Line(Sequence[Placed]):
    """A long order, kept as numbers: which of `operations`, and their points."""

    def __init__(
        self, operations: Sequence[Operation], numbers: Sequence[int], points: Sequence[int]
    ) -> None:
        self.operations, self.numbers, self.points = operations, numbers, points

    @classmethod
    def of(cls, operations: Sequence[Operation], points: Sequence[Point]) -> Sequence[Placed]:
        """The order that these points are; kept as numbers where the operations are, too."""
        if isinstance(operations, tuple):
            return tuple(Placed(operations[number], at) for number, at in points)
        numbers = array("i", (number for number, _ in points))
        return cls(operations, numbers, array("i", (at for _, at in points)))

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Placed: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Placed, ...]: ...

    def __getitem__(self, index: int | slice) -> Placed | tuple[Placed, ...]:
        if isinstance(index, slice):
            return tuple(self[n] for n in range(len(self))[index])
        return Placed(self.operations[self.numbers[index]], self.points[index])


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
