"""A history's parts, which are decided each on its own: the operations of one object or one key."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, TypeAlias

from raftnb.data.events import UNSAID, Operation, Value, exact
from raftnb.data.histories import History
from raftnb.data.rows import PENDING, Made, Rows
from raftnb.linear.interface import (
    Asked,
    Call,
    SequentialObject,
    ask,
    claimed,
    class_of,
    method_of,
    model_for,
    operations_of,
    part_of,
    parted,
    without_key,
)

MOST_KNOWN = 10_000
"""How many different calls are remembered; those that never repeat gain nothing."""
Span: TypeAlias = tuple[int, float]
"""The events between which an operation takes effect; infinity while it is pending."""


@dataclass(frozen=True)
class Portion:
    """The operations of one part, as its object takes them; the same `asked` is shared."""

    name: Value
    model: SequentialObject
    operations: Sequence[Operation]
    asked: Sequence[Asked]
    spans: Sequence[Span]


def portion_of(
    name: Value,
    model: SequentialObject,
    operations: Sequence[Operation],
    asked: Sequence[Asked],
) -> Portion:
    """The portion that these operations are."""
    spans = [(op.invoked, inf if op.returned is None else op.returned) for op in operations]
    return Portion(name, model, operations, asked, spans)


class Share:
    """The rows of a history that are one part; the rest is made when it is decided."""

    def __init__(self, name: Value, whole: SequentialObject, history: History) -> None:
        self.name, self.whole, self.history = name, whole, history
        self.numbers = array("i")

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def operations(self) -> Sequence[Operation]:
        """The operations of this part, made when they are asked for."""
        history, numbers = self.history, self.numbers
        return Made(len(numbers), lambda n: history.operations[numbers[n]])

    def portion(self) -> Portion:
        """The part, to be decided; raises `UsageError` for what does not fit its model."""
        rows, operations = self.history.rows, self.operations
        if not isinstance(self.history.operations, Made):
            operations = tuple(operations)
        invoked, returned = rows.invoked, rows.returned
        ends = (returned[row] for row in self.numbers)
        spans = [
            (invoked[row], inf if end == PENDING else end)
            for row, end in zip(self.numbers, ends, strict=True)
        ]
        model = part_of(self.whole, self.name)
        return Portion(self.name, model, operations, self._asked(rows), spans)

    def _asked(self, rows: Rows) -> list[Asked]:
        columns = (rows.name, rows.arguments, rows.result)
        known: dict[tuple[int, int, int], Asked] = {}
        found = []
        cls = class_of(self.whole)
        given = {n for n, name in enumerate(rows.names.values) if _is_given(cls, name)}
        name, arguments, result = columns
        for row in self.numbers:
            shape = name[row], arguments[row], result[row]
            one = known.get(shape)
            if one is None:
                if shape[0] in given:
                    one = ask(rows.operation(row), self.whole)
                else:
                    one = known[shape] = self._ask(rows, cls, *shape, row)
            found.append(one)
        return found

    def _ask(self, rows: Rows, cls: Any, name: int, arguments: int, result: int, row: int) -> Asked:
        """As `ask`, without an operation."""
        word = rows.names.values[name]
        listed = rows.argument_lists.values[arguments]
        part, all_arguments = parted(rows.objects.values[rows.object[row]], word, listed, cls)
        call = Call(word, without_key(all_arguments, method_of(cls, word)))
        told = UNSAID if result == PENDING else claimed(word, rows.result_of(row), cls)
        return Asked(part, call, told)


def _is_given(cls: Any, name: str) -> bool:
    """Whether a method asks for more than its arguments: who calls, or what was answered."""
    return name in operations_of(cls) and bool(method_of(cls, name).given)


def shares(history: History, model: SequentialObject) -> list[Share]:
    """The parts of a history; raises `UsageError` for operations that do not fit the model."""
    return _Sorted(history, model).shares()


def split(history: History, model: SequentialObject) -> list[Portion]:
    """The parts of a history, each with its object; raises `UsageError` for what does not fit."""
    return [share.portion() for share in shares(history, model)]


Add: TypeAlias = Callable[[int], None]


class _Sorted:
    """Gives each row to its part; what decides that is remembered."""

    def __init__(self, history: History, model: SequentialObject) -> None:
        self.history, self.model = history, model
        self.several = isinstance(model, Mapping)
        self.found: dict[Any, Share] = {}
        self.plain = set[tuple[int, int, int]]()

    def shares(self) -> list[Share]:
        """All parts, in the order of their first operations."""
        rows = self.history.rows
        lists = rows.argument_lists.values
        by_shape: dict[tuple[int, int, int, int], Add] = {}
        by_call: dict[tuple[int, int, int], Add] = {}
        for row, call in enumerate(zip(rows.object, rows.name, rows.arguments, strict=True)):
            x, name, number = call
            arguments = lists[number]
            spread = len(arguments[-1]) if arguments and isinstance(arguments[-1], tuple) else -1
            shape = x, name, len(arguments), spread
            add = by_shape.get(shape) or by_call.get(call)
            if add is None:
                share, by_object = self._share(row, shape[1:])
                add = share.numbers.append
                if by_object:
                    by_shape[shape] = add
                elif len(by_call) < MOST_KNOWN:
                    by_call[call] = add
            add(row)
        return list(self.found.values())

    def _share(self, row: int, shape: tuple[int, int, int]) -> tuple[Share, bool]:
        """The part of a row, and whether that is the operation's object, whatever is asked.

        Calls of one shape, of whatever object, are alike in this.
        """
        rows = self.history.rows
        x, name = rows.objects.values[rows.object[row]], rows.names.values[rows.name[row]]
        whole = model_for(self.model, x) if self.several else self.model
        named = x is not None and not isinstance(x, tuple)
        part, by_object = x, named and shape in self.plain
        if not by_object:
            cls = class_of(whole)
            part, _ = parted(x, name, rows.argument_lists.values[rows.arguments[row]], cls)
            by_object = part is x and (named or method_of(cls, name).partition is None)
            if by_object and named and not self.several:
                self.plain.add(shape)
        key = exact(part)
        found = self.found.get(key)
        if found is None:
            found = self.found[key] = Share(part, whole, self.history)
        return found, by_object
