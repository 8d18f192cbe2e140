"""The three answers that every checker of this package gives, and what all its results have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn

from raftnb.data.errors import UsageError


class Verdict(Enum):
    """What a checker found: *holds*, *violated* (with a trace), or *unknown* (with the bound)."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNKNOWN = "unknown"

    @property
    def exit_code(self) -> int:
        """The command line's exit code: 0 holds, 1 violated, 3 unknown (2 is a usage error)."""
        return {Verdict.HOLDS: 0, Verdict.VIOLATED: 1, Verdict.UNKNOWN: 3}[self]

    def __str__(self) -> str:
        return self.value


class Answer(ABC):
    """What every checker's result has; its text is what the command line prints.

    `verdict` is the answer and `property` the name of what was asked about or is violated (None
    where it is the whole specification); `seconds` is the time that it took. `bound` is what
    stopped an *unknown*, or None. `partial` says in sentences, one each, what the answer does not
    cover: left out, cut off, not reached, never taken.

    An answer is neither true nor false: `bool(answer)` raises `UsageError`, since a result that
    says *violated* would count as true.
    """

    @property
    def exit_code(self) -> int:
        """The command line's exit code for the verdict."""
        return self.verdict.exit_code

    if TYPE_CHECKING:  # fields of dataclasses; at run time these would be taken for their defaults

        @property
        @abstractmethod
        def verdict(self) -> Verdict: ...

        @property
        @abstractmethod
        def seconds(self) -> float: ...

        @property
        @abstractmethod
        def bound(self) -> str | None: ...

        @property
        @abstractmethod
        def partial(self) -> tuple[str, ...]: ...

        @property  # the last one: from here on the name means this
        @abstractmethod
        def property(self) -> str | None: ...

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON data; everything that the text says is in it."""

    @abstractmethod
    def __str__(self) -> str:
        """The answer as text, the verdict first."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """The text as a notebook shows it: the verdict set off, everything escaped."""
        from raftnb.data.markup import escaped  # here: `html` takes time to import

        front, verdict, rest = str(self).partition(str(self.verdict))
        return f"<pre>{escaped(front)}<strong>{verdict}</strong>{escaped(rest)}</pre>"

    def __bool__(self) -> NoReturn:
        raise UsageError(
            f"a result, {str(self).splitlines()[0]!r}, as a condition",
            allowed="its verdict: Verdict.HOLDS, Verdict.VIOLATED or Verdict.UNKNOWN",
            cure="write `result.verdict is Verdict.HOLDS`",
        )


__all__ = ["Answer", "Verdict"]


def counted(number: int, noun: str) -> str:
    """A number of things, as one says it: `1 state`, `2,000 states`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
