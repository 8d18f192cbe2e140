"""The initial values of variables, where they are more than one constant value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import SpecError


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


OF_INITIAL: dict[type[Initial], str] = {
    Each: "begin with `Map()`, and read it with a default: `m.get(a, Map()).get(b, 0)`",
    First: "write the value out, or begin with `anything()` and say what is so in `initially=`",
    Anything: "`= anything()` is any map of the type",
    HistoryInitial: "the other way round: `history(each(...))`",
}
"""The cure where `each` is given what is no value."""


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
    """Initially the map in which every key of the annotated domain has this value.

    Raises `SpecError` for `each` in itself, or another word that is no value.
    """
    if isinstance(value, Initial):
        word = {Each: "each(...)", First: "first()", Anything: "anything()"}.get(type(value))
        raise SpecError(
            f"`each({word or 'history(...)'})`",
            allowed="`each(value)`, where the value is written out: one for all keys",
            cure=OF_INITIAL[type(value)],
        )
    return Each(value)


@told_plainly
def anything() -> Any:
    """Initially any value of the annotated type (one initial state for each)."""
    return Anything()


@told_plainly
def first() -> Any:
    """Initially the first value of the annotated type (TLA+'s CHOOSE: a fixed one, but any)."""
    return First()
