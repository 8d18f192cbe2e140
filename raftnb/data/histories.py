"""Histories of concurrent operations, as Herlihy and Wing write them; pure data.

A history is a sequence of invocation and response events. A response *matches* an invocation when
their objects and their processes agree; the two make an operation, and an invocation without its
response is *pending* (the process crashed, or nobody knows how the call ended).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from raftnb.data.errors import HistoryError
from raftnb.data.events import Event, Invocation, Operation, Remark, Value, text
from raftnb.data.notation import parse_events


class History:
    """A finite sequence of events. Immutable; equal when the events are (times do not count).

    What a reader knows beside the events: `source` names the file and `lines` the line of each
    event (0 is unknown); `remarks` are the log's other entries; `crashes` says of a process whose
    last call ended in nobody knows what, how many events came before this was known; `notes` say in
    sentences how what can be read in two ways was read.
    """

    def __init__(
        self,
        events: Iterable[Event] = (),
        *,
        source: str = "",
        lines: Sequence[int] = (),
        remarks: Iterable[Remark] = (),
        crashes: Mapping[Value, int] | None = None,
        notes: Iterable[str] = (),
    ) -> None:
        self.events: tuple[Event, ...] = tuple(events)
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
    def operations(self) -> tuple[Operation, ...]:
        """The operations in the order of their invocations.

        Raises `HistoryError` when the history is not well-formed: a process that calls before it
        is answered, or a response that matches no invocation.
        """
        return _pair(self.events)

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
        return History(self.events + other.events)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.events == other.events

    def __hash__(self) -> int:
        return hash(self.events)

    def __str__(self) -> str:
        return "\n".join(map(str, self.events))

    def __repr__(self) -> str:
        if len(self) > 12:
            return f"<History of {len(self)} events by {len(self.processes)} processes>"
        return f"History.parse({'; '.join(map(str, self.events))!r})"


def _pair(events: tuple[Event, ...]) -> tuple[Operation, ...]:
    found: list[Operation | None] = []
    open_calls: dict[Value, tuple[int, int, Invocation]] = {}
    for number, event in enumerate(events):
        if isinstance(event, Invocation):
            if event.process in open_calls:
                raise _ill_formed(number, event, "calls again before it is answered")
            open_calls[event.process] = (len(found), number, event)
            found.append(None)
            continue
        slot, invoked, call = open_calls.pop(event.process, (-1, -1, None))
        if call is None or call.object != event.object:
            raise _ill_formed(number, event, "is answered without having called")
        found[slot] = _operation(call, event.result, invoked, number)
    for slot, invoked, call in open_calls.values():
        found[slot] = _operation(call, None, invoked, None)
    return tuple(operation for operation in found if operation is not None)


def _operation(call: Invocation, result: Value, invoked: int, returned: int | None) -> Operation:
    return Operation(
        call.process, call.name, call.arguments, call.object, result, invoked, returned
    )


def _ill_formed(number: int, event: Event, what: str) -> HistoryError:
    return HistoryError(
        f"process {text(event.process)} {what}: {event}",
        place=f"event {number}",
        allowed="a well-formed history: each process calls, is answered, and calls again",
        cure="give a process whose call never returned a new name before it goes on",
    )
