"""The operations of a history as columns of numbers: a million of them take little memory."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Hashable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from raftnb.data.events import (
    Echo,
    Event,
    Invocation,
    Operation,
    Response,
    Unsaid,
    Value,
    exact,
)

T = TypeVar("T")
PENDING, ECHOED = -1, -2
"""Numbers of results: the call has none; it only repeats what the call was given."""
NO_TIME = -(2**63)
PLAIN = frozenset((int, str, type(None)))
"""Types whose values are the same when they are equal, and different from all others."""
_FLAT = {*PLAIN, bool, float, Unsaid}
_ALONE = object()


def as_written(value: Any) -> Hashable:
    """A key that only values have which are written alike: 1, 1.0 and true are three.

    What is not flat has no such key (`_ALONE`), since Python may take two of them for one.
    """
    kind = type(value)
    if kind is tuple:
        kinds = set(map(type, value))
        if kinds <= PLAIN:
            return value  # type: ignore[no-any-return]
        return (*map(type, value), value) if kinds <= _FLAT else _ALONE
    if kind is Echo:
        inner = as_written(value.value)
        return _ALONE if inner is _ALONE else (Echo, inner)
    if kind in PLAIN:
        return value  # type: ignore[no-any-return]
    return (kind, value) if kind in _FLAT else _ALONE


class Pool:
    """Values by number; `key` says which are the same."""

    def __init__(self, key: Callable[[Any], Hashable] = as_written) -> None:
        self.key = key
        self.values: list[Any] = []
        self.numbers: dict[Hashable, int] = {}

    def number(self, value: Any) -> int:
        """The number of a value, a new one where it has none."""
        key = value if type(value) in PLAIN else self.key(value)
        found = self.numbers.get(key)
        if found is None:
            found = len(self.values)
            self.values.append(value)
            if key is not _ALONE:
                self.numbers[key] = found
        return found

    def finish(self) -> None:
        """No more values will come: what they were found by is given up."""
        self.numbers = {}


class Rows:
    """One row an operation, in the order of the invocations; `times` one an event, or none.

    Process, object, name, arguments and result are numbers in pools; `invoked` and `returned`
    count events.
    """

    def __init__(self) -> None:
        self.processes, self.objects, self.names = Pool(exact), Pool(exact), Pool()
        self.argument_lists, self.results = Pool(), Pool()
        self.process, self.object, self.name = array("i"), array("i"), array("i")
        self.arguments, self.result = array("i"), array("i")
        self.invoked, self.returned = array("i"), array("i")
        self.times = array("q")

    def __len__(self) -> int:
        return len(self.invoked)

    def call(self, process: int, obj: int, name: int, arguments: int, event: int) -> int:
        """Add an operation that is pending so far; returns its row."""
        row = len(self.invoked)
        self.process.append(process)
        self.object.append(obj)
        self.name.append(name)
        self.arguments.append(arguments)
        self.invoked.append(event)
        self.result.append(PENDING)
        self.returned.append(PENDING)
        return row

    def answer(self, row: int, result: int, event: int) -> None:
        """An operation returns."""
        self.result[row] = result
        self.returned[row] = event

    def leave_out(self, gone: Container[int], places: Sequence[int]) -> None:
        """Forget some rows; `places` says for each event number how many are left before it."""
        kept = [row for row in range(len(self)) if row not in gone]
        for name in ("process", "object", "name", "arguments", "result"):
            column = getattr(self, name)
            setattr(self, name, array("i", (column[row] for row in kept)))
        ends = (self.returned[row] for row in kept)
        self.returned = array("i", (end if end == PENDING else places[end] for end in ends))
        self.invoked = array("i", (places[self.invoked[row]] for row in kept))

    def finish(self) -> None:
        """No more operations will come."""
        for pool in (self.processes, self.objects, self.names, self.argument_lists, self.results):
            pool.finish()

    def operation(self, row: int) -> Operation:
        """One operation in words."""
        returned = self.returned[row]
        return Operation(
            self.processes.values[self.process[row]],
            self.names.values[self.name[row]],
            self.argument_lists.values[self.arguments[row]],
            self.objects.values[self.object[row]],
            self.result_of(row),
            self.invoked[row],
            None if returned == PENDING else returned,
        )

    def result_of(self, row: int) -> Value:
        """What an operation answered; None while it is pending."""
        number = self.result[row]
        if number >= 0:
            return self.results.values[number]  # type: ignore[no-any-return]
        if number == PENDING:
            return None
        arguments = self.argument_lists.values[self.arguments[row]]
        return Echo(arguments[0] if len(arguments) == 1 else arguments or None)

    def order(self) -> array[int]:
        """The row of each event."""
        found = array("i", bytes(4 * (len(self) + sum(end != PENDING for end in self.returned))))
        for row, (start, end) in enumerate(zip(self.invoked, self.returned, strict=True)):
            found[start] = row
            if end != PENDING:
                found[end] = row
        return found

    def event(self, number: int, row: int) -> Event:
        """The event with this number, which is one of this row's."""
        time = self.times[number] if self.times else NO_TIME
        when = None if time == NO_TIME else time
        one = self.operation(row)
        if one.invoked == number:
            return Invocation(one.process, one.name, one.arguments, one.object, when)
        return Response(one.process, one.result, one.object, when)


class Made(Sequence[T], Generic[T]):
    """A long sequence whose items are made when they are asked for."""

    def __init__(self, length: int, make: Callable[[int], T]) -> None:
        self.length, self.make = length, make

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            return tuple(map(self.make, range(self.length)[index]))
        return self.make(range(self.length)[index])

    def __iter__(self) -> Iterator[T]:
        return map(self.make, range(self.length))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
