"""Histories of concurrent operations, as Herlihy and Wing write them; pure data.

A history is a sequence of invocation and response events. A response *matches* an invocation when
their objects and their processes agree; the two make an operation, and an invocation without its
response is *pending* (the process crashed, or nobody knows how the call ended).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from raftnb.data.errors import HistoryError
from raftnb.data.events import Event, Invocation, Operation, Remark, Value, exact, text
from raftnb.data.notation import parse_events
from raftnb.data.rows import Made, Rows

LONG = 50_000
"""From so many operations on, events and operations are not kept but made when asked for."""


class History:
    """A finite sequence of events. Immutable.

    Histories are equal when their events are; times do not count, and true is not 1.

    What a reader knows beside the events: `source` names the file and `lines` the line of each
    event (0 is unknown); `remarks` are the log's other entries; `crashes` says of a process whose
    last call ended in nobody knows what, how many events came before this was known; `notes` say in
    sentences how what can be read in two ways was read.
    """

    def __init__(
        self,
        events: Iterable[Event] | Rows = (),
        *,
        source: str = "",
        lines: Sequence[int] = (),
        remarks: Iterable[Remark] = (),
        crashes: Mapping[Value, int] | None = None,
        notes: Iterable[str] = (),
    ) -> None:
        self._events = None if isinstance(events, Rows) else tuple(events)
        self._rows = events if isinstance(events, Rows) else None
        self.source, self.lines = source, lines
        self.remarks, self.notes = tuple(remarks), tuple(notes)
        self.crashes: Mapping[Value, int] = crashes or {}

    def where(self, event: int | None) -> str:
        """Where an event was read, as `line 7`; empty where nobody knows."""
        known = event is not None and event < len(self.lines) and self.lines[event]
        return f"line {known}" if known else ""

    @classmethod
    def parse(cls, source: str) -> History:
        """Read the paper's notation, one event a line or between semicolons.

        `q Enq(x) A; q Ok() A` names the object, the operation and the process; the object may be
        left out, and `Ok` marks a response; `Ok(?)` does not say what was returned. A bare word is
        a string, a number an integer, and `null` is None. Raises `HistoryError` for anything else,
        with the number of the line.
        """
        return cls(parse_events(source))

    @cached_property
    def events(self) -> Sequence[Event]:
        """All events in their order."""
        if self._events is not None:
            return self._events
        rows = self.rows
        order = rows.order()
        made = Made(len(order), lambda number: rows.event(number, order[number]))
        return made if len(rows) > LONG else tuple(made)

    @cached_property
    def rows(self) -> Rows:
        """The operations as columns of numbers.

        Raises `HistoryError` when the history is not well-formed: a process that calls before it
        is answered, or a response that matches no invocation.
        """
        return _paired(self._events or ()) if self._rows is None else self._rows

    @cached_property
    def operations(self) -> Sequence[Operation]:
        """The operations in the order of their invocations; raises as `rows` does."""
        made = Made(len(self.rows), self.rows.operation)
        return made if len(made) > LONG else tuple(made)

    @cached_property
    def processes(self) -> tuple[Value, ...]:
        """The names of the processes, in the order of their first events."""
        return tuple(dict.fromkeys(event.process for event in self.events))

    @cached_property
    def objects(self) -> tuple[Value, ...]:
        """The names of the objects, in the order of their first events."""
        return tuple(dict.fromkeys(event.object for event in self.events))

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __getitem__(self, index: slice) -> History:
        return History(self.events[index])

    def __add__(self, other: History) -> History:
        return History((*self.events, *other.events))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, History)
            and len(self) == len(other)
            and all(map(_same, self.events, other.events))
        )

    def __hash__(self) -> int:
        return hash(tuple(self.events))

    def __str__(self) -> str:
        return "\n".join(map(str, self.events))

    def __repr__(self) -> str:
        if len(self) > 12:
            return f"<History of {len(self)} events by {len(self.processes)} processes>"
        return f"History.parse({'; '.join(map(str, self.events))!r})"


def _same(one: Event, other: Event) -> bool:
    return one == other and exact(_told(one)) == exact(_told(other))


def _told(event: Event) -> Value:
    return event.arguments if isinstance(event, Invocation) else event.result


def _paired(events: Sequence[Event]) -> Rows:
    rows = Rows()
    open_calls: dict[Value, tuple[int, Value]] = {}
    for number, event in enumerate(events):
        if isinstance(event, Invocation):
            if event.process in open_calls:
                raise _ill_formed(number, event, "calls again before it is answered")
            process, obj = rows.processes.number(event.process), rows.objects.number(event.object)
            name, arguments = event.name, rows.argument_lists.number(event.arguments)
            row = rows.call(process, obj, rows.names.number(name), arguments, number)
            open_calls[event.process] = row, event.object
            continue
        row, called = open_calls.pop(event.process, (-1, None))
        if row < 0 or called != event.object:
            raise _ill_formed(number, event, "is answered without having called")
        rows.answer(row, rows.results.number(event.result), number)
    rows.finish()
    return rows


def _ill_formed(number: int, event: Event, what: str) -> HistoryError:
    return HistoryError(
        f"process {text(event.process)} {what}: {event}",
        place=f"event {number}",
        allowed="a well-formed history: each process calls, is answered, and calls again",
        cure="give a process whose call never returned a new name before it goes on",
    )
