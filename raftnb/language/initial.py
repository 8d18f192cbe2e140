"""The initial values of variables, where they are more than one constant value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from raftnb.data.calls import told_plainly


class Initial:
    """The initial value of a variable, where it is more than one constant value."""


@dataclass(frozen=True)
class HistoryInitial(Initial):
    """The initial value of a history variable."""

    value: Any


@dataclass(frozen=True)
class Each(Initial):
    """A map that gives every key of the annotated domain the same value."""

    value: Any


class Anything(Initial):
    """Any value of the annotated type: one initial state for each."""


class First(Initial):
    """The first value of the annotated type."""


def start_of(initial: Any) -> Any:
    """The start expression of a variable, whether it is a history variable or not."""
    return initial.value if isinstance(initial, HistoryInitial) else initial


@told_plainly
def history(value: Any) -> Any:
    """Declare a history (ghost) variable: a check can leave it out.

    Claims may read it, and what is assigned to history variables may rest on it; nothing else.
    """
    return HistoryInitial(value)


@told_plainly
def each(value: Any) -> Any:
    """Initially the map in which every key of the annotated domain has this value."""
    return Each(value)


@told_plainly
def anything() -> Any:
    """Initially any value of the annotated type (one initial state for each)."""
    return Anything()


@told_plainly
def first() -> Any:
    """Initially the first value of the annotated type (TLA+'s CHOOSE: a fixed one, but any)."""
    return First()
