"""Which line of a log an event is, and an error of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from raftnb.conform.misfit import EventError
from raftnb.data.errors import RaftnbError
from raftnb.data.places import place_of_error


def numbered(events: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Events with the numbers of their lines: a recording's own, or counted from 1."""
    own = getattr(events, "numbered", None)
    return own() if own is not None else enumerate(events, 1)


class Lines:
    """Events, and in `at` the line of the one that is looked at; 0 before and after them."""

    def __init__(self, events: Iterable[Any]) -> None:
        self.events, self.at = events, 0
        self.event: Any = None

    def __iter__(self) -> Iterator[Any]:
        for line, event in numbered(self.events):
            self.at, self.event = line, event
            yield event
            self.at = 0  # what goes wrong in reading the next line says itself where


def at_line(error: Exception, line: int, event: Any = None, mapping: Any = None) -> RaftnbError:
    """An error of a mapping with the line of the event that it could not read; 0 is no line."""
    if not isinstance(error, RaftnbError | KeyError):
        error = odd_value(event, getattr(mapping, "kinds_of_values", {})) or error
    if not isinstance(error, RaftnbError):
        lacks = f"an event without {error}"
        told = f"an event that the mapping cannot read: {type(error).__name__}: {error}"
        error = EventError(
            lacks if isinstance(error, KeyError) else told,
            place=place_of_error(error),
            allowed="the fields and the kinds of values that the mapping's format has",
            cure="look at the line, or mend the mapping",
        )
    if line and not error.place.startswith("line "):
        error.place = f"line {line}" + (f", {error.place}" if error.place else "")
    return error


def odd_value(event: Any, kinds: Mapping[str, tuple[type, ...]]) -> EventError | None:
    """The error for the first value in an event that is of another kind than a log has there."""
    for name, value in fields_within(event):
        allowed = kinds.get(name)
        if allowed is not None and type(value) not in allowed:
            text = json.dumps(value, default=repr)
            return EventError(
                f"`{name}` {text if len(text) <= 60 else text[:57] + '...'}",
                allowed=" or ".join(IN_JSON[kind] for kind in allowed),
                cure="log it so, or mend the line",
            )
    return None


def fields_within(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of an object, and of those in it."""
    inside = value.items() if isinstance(value, Mapping) else ()
    for name, one in inside:
        yield name, one
        yield from fields_within(one)


IN_JSON = {
    int: "a whole number", bool: "true or false", str: "a text", list: "a list",
    dict: "an object", type(None): "null",
}  # fmt: skip
"""How JSON calls kinds of values."""

__all__ = ["Lines", "at_line", "numbered", "odd_value"]
