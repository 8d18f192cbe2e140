"""Questions with numbers, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from raftnb.language.spec import Model

A = TypeVar("A")
Answered = TypeVar("Answered", covariant=True)


class Work(Protocol[Answered]):
    """Answers questions, by their numbers; it travels to another process, and begins there."""

    def __call__(self, number: int, /) -> Iterable[Answered]:
        """The parts of the answer to a question."""

    def model(self, number: int, /) -> Model | None:
        """The model that the states and members in an answer are of, if there are any."""


@dataclass(frozen=True)
class Lost:
    """In place of an answer: the process that had the question ended (`why`, in words).

    If it has not `ended`, something was lost that it needs.
    """

    why: str
    ended: bool = True


@dataclass(frozen=True)
class Done:
    """After the last part of an answer."""


Told = tuple[int, A | Lost | Done]
"""The number of a question, with a part of its answer."""
