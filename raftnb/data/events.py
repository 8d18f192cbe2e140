"""What a history consists of, as Herlihy and Wing write it: values, events, operations."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

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
        return Map((exact(key), exact(item)) for key, item in value.pairs())
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
        inner = sorted(f"{text(key)}: {text(item)}" for key, item in value.pairs())
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, (Echo, Unsaid)):
        return "?"
    plain = isinstance(value, str) and _WORD.fullmatch(value) and value not in CONSTANTS
    return str(value) if plain else repr(value)


CONSTANTS: dict[str, Value] = {"null": None, "true": True, "false": False}
_WORD = re.compile(r"[^\W\d][\w.-]*")


def _call_text(name: str, values: tuple[Value, ...]) -> str:
    return f"{name}({', '.join(map(text, values))})"


def _event_text(subject: Value, call: str, process: Value) -> str:
    front = "" if subject is None else f"{text(subject)} "
    return f"{front}{call} {text(process)}"
