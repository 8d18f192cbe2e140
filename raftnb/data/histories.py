"""Histories of concurrent operations, as Herlihy and Wing write them; pure data.

A history is a sequence of invocation and response events. A response *matches* an invocation when
their objects and their processes agree; the two make an operation, and an invocation without its
response is *pending* (the process crashed, or nobody knows how the call ended).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, TypeAlias

from raftnb.data.errors import HistoryError
from raftnb.data.values import Map

Value: TypeAlias = Hashable


@dataclass(frozen=True, slots=True)
class Echo:
    """A response that only repeats `value`, the call's own argument: the call is done.

    It claims nothing of what was returned, unless the object says that it does.
    """

    value: Value


class Unsaid(Enum):
    """`UNSAID` as a result: the response does not say what was returned; anything fits."""

    UNSAID = "?"


UNSAID = Unsaid.UNSAID


@dataclass(frozen=True, slots=True)
class Invocation:
    """`<x op(args) A>`: process A calls operation `name` of object x; `time` is in nanoseconds."""

    process: Value
    name: str
    arguments: tuple[Value, ...] = ()
    object: Value = None
    time: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return _event_text(self.object, _call_text(self.name, self.arguments), self.process)


@dataclass(frozen=True, slots=True)
class Response:
    """`<x Ok(res) A>`: object x answers process A with `result`; `time` is in nanoseconds."""

    process: Value
    result: Value = None
    object: Value = None
    time: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        results = () if self.result is None else (self.result,)
        return _event_text(self.object, _call_text("Ok", results), self.process)


Event: TypeAlias = Invocation | Response


@dataclass(frozen=True, slots=True)
class Operation:
    """An invocation and its matching response, if it has one.

    `invoked` and `returned` are the numbers of its events in the history, from 0;
    `returned` is None while the operation is pending.
    """

    process: Value
    name: str
    arguments: tuple[Value, ...]
    object: Value
    result: Value
    invoked: int
    returned: int | None

    @property
    def pending(self) -> bool:
        """Whether the operation has no response."""
        return self.returned is None

    @property
    def call(self) -> str:
        """The invocation as text: `write(3)`."""
        return _call_text(self.name, self.arguments)

    def __str__(self) -> str:
        if self.pending:
            return f"{self.call} …"
        if self.result is None or isinstance(self.result, (Echo, Unsaid)):
            return self.call
        return f"{self.call} → {text(self.result)}"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a log says beside the operations: a fault begun or ended, a note of the test.

    `at` counts the events before it; `name` is what was done (`start`, `kill`), `words` the rest.
    """

    at: int
    name: str
    words: str = ""
    time: int | None = None


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
        return cls(_parse_events(source))

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


def freeze(value: Any) -> Value:
    """`value` made immutable: lists become tuples, sets frozensets, dictionaries `Map`s.

    Of another object that has no hash of its own the class and the fields are taken; without fields
    `TypeError` is raised.
    """
    if value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return tuple(value) if _PLAIN.issuperset(map(type, value)) else tuple(map(freeze, value))
    if isinstance(value, (set, frozenset)):
        return frozenset(map(freeze, value))
    if isinstance(value, dict):
        return Map((freeze(key), freeze(item)) for key, item in value.items())
    if isinstance(value, Hashable) and type(value).__hash__ is not object.__hash__:
        return value
    return _freeze_object(value)


def _freeze_object(value: Any) -> Value:
    if type(value).__name__ == "deque":
        return tuple(map(freeze, value))
    fields = getattr(value, "__dict__", None)
    if fields is None:
        raise TypeError(f"a value of class {type(value).__name__} cannot be compared")
    return (type(value), freeze(fields))


@dataclass(frozen=True, slots=True)
class _Truth:
    value: bool

    def __repr__(self) -> str:
        return "true" if self.value else "false"


_PLAIN = {int, str, float, type(None)}


def exact(value: Value) -> Value:
    """`value` in a form in which true is not 1 and false is not 0, as everywhere but in Python."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, bool):
        return _Truth(value)
    if isinstance(value, (tuple, frozenset)):
        return value if _PLAIN.issuperset(map(type, value)) else type(value)(map(exact, value))
    if isinstance(value, Map):
        return Map((exact(key), exact(item)) for key, item in value.items())
    return value


def text(value: Value) -> str:
    """A value as the paper writes it: a word without quotes, None as `null`, True as `true`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, tuple):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(text, value)))}}}"
    if isinstance(value, Map):
        inner = sorted(f"{text(key)}: {text(item)}" for key, item in value.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, (Echo, Unsaid)):
        return "?"
    plain = isinstance(value, str) and _WORD.fullmatch(value) and value not in _CONSTANTS
    return str(value) if plain else repr(value)


_CONSTANTS: dict[str, Value] = {"null": None, "true": True, "false": False}
_WORD = re.compile(r"[^\W\d][\w.-]*")
_EVENT = re.compile(r"(?:([\w.-]+)\s+)?([\w.]+)\s*\(([^()]*)\)\s*([\w.-]+)")
_ATOM = re.compile(r"""(-?\d+)|"([^"]*)"|'([^']*)'|([\w.-]+)""")


def _call_text(name: str, values: tuple[Value, ...]) -> str:
    return f"{name}({', '.join(map(text, values))})"


def _event_text(subject: Value, call: str, process: Value) -> str:
    front = "" if subject is None else f"{text(subject)} "
    return f"{front}{call} {text(process)}"


def _parse_events(source: str) -> Iterator[Event]:
    for number, line in enumerate(source.splitlines(), 1):
        for part in filter(None, map(str.strip, line.split(";"))):
            yield _parse_event(part, number)


def _parse_event(part: str, line: int) -> Event:
    match = _EVENT.fullmatch(part)
    if match is None:
        raise HistoryError(
            f"{part!r} is no event",
            place=f"line {line}",
            allowed="object operation(arguments) process, as in q Enq(x) A or q Ok() A",
            cure="write one event a line, or put semicolons between them",
        )
    subject, name, arguments, process = match.groups()
    values = tuple(_atom(item, line) for item in arguments.split(",") if item.strip(" ?"))
    owner, x = _atom(process, line), None if subject is None else _atom(subject, line)
    if name == "Ok":
        if arguments.strip() == "?":
            return Response(owner, UNSAID, x)
        result = values[0] if len(values) == 1 else values or None
        return Response(owner, result, x)
    return Invocation(owner, name, values, x)


def _atom(item: str, line: int) -> Value:
    match = _ATOM.fullmatch(item.strip())
    if match is None or len(match[1] or "") > 4_300:  # Python reads no longer number
        raise HistoryError(
            f"{item.strip()[:60]!r} is no value",
            place=f"line {line}",
            allowed="a word, a whole number, a text in quotes, true, false or null",
        )
    number, double, single, word = match.groups()
    if number is not None:
        return int(number)
    if word is None:
        return double if double is not None else single
    return _CONSTANTS.get(word, word)


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
