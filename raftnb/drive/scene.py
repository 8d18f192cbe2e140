"""What an implementation is given, one input after the other: data that can be cut and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from raftnb.data.errors import UsageError

RECEIVE = "receive"


@dataclass(frozen=True)
class Input:
    """One input: a process takes an action, or receives what an earlier input made another send.

    `arguments` are those of the action, in its order, as plain values. A message is named by the
    number of the input that sent it (from 1), and by which of those it sent to this process it is.
    """

    process: str
    action: str
    arguments: tuple[Any, ...] = ()
    sent_by: int = 0
    which: int = 1

    def __str__(self) -> str:
        return f"{self.process}: {' '.join(map(str, self.words))}"

    @property
    def words(self) -> tuple[Any, ...]:
        """The action with its arguments; for a message, by whom it was sent."""
        if self.action != RECEIVE:
            return (self.action, *self.arguments)
        return (RECEIVE, self.sent_by) + ((self.which,) if self.which > 1 else ())

    def moved(self, sent_by: int) -> Input:
        """The same, where the input that sent the message has another number."""
        return self if self.sent_by == sent_by else replace(self, sent_by=sent_by)

    def as_tuple(self) -> tuple[Any, ...]:
        """The input as it is written into a test."""
        return (self.process, *self.words)


Scene = tuple[Input, ...]


def scene_of(rows: Iterable[Any]) -> Scene:
    """The scene that rows such as `("s1", "time_out")` and `("s2", "receive", 1)` stand for.

    Raises `UsageError` for a row that makes no sense.
    """
    return tuple(_input_of(row, number) for number, row in enumerate(rows, start=1))


def _input_of(row: Any, number: int) -> Input:
    if isinstance(row, Input):
        return row
    words = tuple(row) if isinstance(row, tuple | list) else ()
    if len(words) < 2 or not all(isinstance(word, str) for word in words[:2]):
        raise _no_input(row, number)
    process, action, *rest = words
    if action != RECEIVE:
        return Input(process, action, tuple(rest))
    if not 1 <= len(rest) <= 2 or not all(type(n) is int and n > 0 for n in rest):
        raise _no_input(row, number)
    if rest[0] >= number:
        raise _no_input(row, number)
    return Input(process, RECEIVE, (), *rest)


def _no_input(row: Any, number: int) -> UsageError:
    return UsageError(
        f"{row!r}",
        place=f"input {number} of the scene",
        allowed='("s1", "time_out"), ("s2", "receive", 1) for what input 1 sent to s2, and '
        '("s2", "receive", 1, 2) for the second message of those',
        cure="name a process, an action, and an earlier input",
    )


def without(scene: Scene, numbers: Iterable[int]) -> Scene:
    """The scene without some of its inputs (counted from 0), and without what they sent."""
    gone = set(numbers)
    new: dict[int, int] = {}
    kept: list[Input] = []
    for at, one in enumerate(scene):
        if at in gone or (one.action == RECEIVE and one.sent_by not in new):
            continue
        new[at + 1] = len(kept) + 1
        kept.append(replace(one, sent_by=new[one.sent_by]) if one.action == RECEIVE else one)
    return tuple(kept)


def renamed(scene: Scene, names: Mapping[str, str]) -> Scene:
    """The scene with processes and values named anew."""
    return tuple(
        replace(
            one,
            process=names.get(one.process, one.process),
            arguments=tuple(names.get(word, word) for word in one.arguments),
        )
        for one in scene
    )


__all__ = ["RECEIVE", "Input", "Scene", "renamed", "scene_of", "without"]
