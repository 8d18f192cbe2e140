"""A log beside the behavior that fits it: what each line stands for, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from raftnb.data.trace import State, Step
from raftnb.data.values import Message


class Moment(NamedTuple):
    """One event of a log: its line, its text, the steps it stands for, and what they change.

    `cells` are (position in the layout, new value), `messages` those whose count in flight is
    another one now. `remarks` are what is wrong after it: claims that are false.
    """

    line: int
    text: str
    steps: tuple[Step, ...] = ()
    cells: tuple[tuple[int, Any], ...] = ()
    messages: tuple[tuple[Message, int], ...] = ()
    remarks: tuple[str, ...] = ()


class Stop(NamedTuple):
    """The event that does not fit: its line, its text, and why not, for each alternative."""

    line: int
    text: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Account:
    """Events of a log in order, from `start` on, and the one that does not fit, if any.

    `left_out` is how many events that fit come before these.
    """

    start: State
    moments: tuple[Moment, ...]
    stop: Stop | None = None
    left_out: int = 0


__all__ = ["Account", "Moment", "Stop"]
