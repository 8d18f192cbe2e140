"""Which line of a log an event is, and an error of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

    def __iter__(self) -> Iterator[Any]:
        for line, event in numbered(self.events):
            self.at = line
            yield event
            self.at = 0  # what goes wrong in reading the next line says itself where


def at_line(error: Exception, line: int) -> RaftnbError:
    """An error of a mapping with the line of the event that it could not read; 0 is no line."""
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


__all__ = ["Lines", "at_line", "numbered"]
