"""Errors that help: where, what was found, what is allowed, and the cure.

RaftnbError            everything that this package raises on purpose
    SpecError          a specification outside the language, or one that fails while it runs
    UsageError         a command or a function called with something it does not take
    HistoryError       a recorded history that cannot be read
    NotEnabled         an action called by hand where it is not enabled
    NoAttribute        an attribute that a specification, a model, a world or a process has not

Where one is shown, in a notebook, a test or a terminal, it is shown without the frames inside of
this package; with `RAFTNB_TRACEBACK=1` in the environment it is shown with them.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from types import TracebackType

from raftnb.data.places import place_of_error


class RaftnbError(Exception):
    """An error a user can act on; it renders as at most four short lines."""

    def __init__(self, found: str, *, place: str = "", allowed: str = "", cure: str = "") -> None:
        self.place, self.found, self.allowed, self.cure = place, found, allowed, cure
        super().__init__(found)

    def __str__(self) -> str:
        rows = [("at", self.place), ("found", self.found), ("allowed", self.allowed)]
        rows.append(("cure", self.cure))
        return "\n".join(f"{label + ':':<9}{text}" for label, text in rows if text)

    def _render_traceback_(self) -> list[str]:
        """What IPython and Jupyter show: the message, with its place."""
        if shows_insides():
            return traceback.format_exception(self)
        self.place = self.place or place_of_error(self)
        return str(self).split("\n")


class SpecError(RaftnbError):
    """A specification outside the language, or one that fails while it runs."""


class UsageError(RaftnbError):
    """A command or a function called with something it does not take."""


class HistoryError(RaftnbError):
    """A recorded history that cannot be read."""


class NotEnabled(RaftnbError):
    """An action called by hand where it is not enabled."""


class NoAttribute(UsageError, AttributeError):
    """An attribute that a specification, a model, a world or a process has not."""


def shows_insides() -> bool:
    """Whether errors are shown with the frames inside of this package."""
    return os.environ.get("RAFTNB_TRACEBACK", "") not in ("", "0")


ExceptHook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def told_by(other: ExceptHook) -> ExceptHook:
    """What shows an error that ends a program: ours by its message, any other as before."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, RaftnbError) and not shows_insides():
            print("\n".join(error._render_traceback_()), file=sys.stderr)
        else:
            other(kind, error, trace)

    return show


# Python shows the frame that raises, whatever is done: only this hook can leave it out.
sys.excepthook = told_by(sys.excepthook)
