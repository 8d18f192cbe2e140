"""Errors that help: where, what was found, what is allowed, and the cure.

RaftnbError            everything that this package raises on purpose
    SpecError          a specification outside the language, or one that fails while it runs
    UsageError         a command or a function called with something it does not take
    HistoryError       a recorded history that cannot be read
    NotEnabled         an action called by hand where it is not enabled
"""

from __future__ import annotations


class RaftnbError(Exception):
    """An error a user can act on; it renders as at most four short lines."""

    def __init__(self, found: str, *, place: str = "", allowed: str = "", cure: str = "") -> None:
        self.place, self.found, self.allowed, self.cure = place, found, allowed, cure
        super().__init__(found)

    def __str__(self) -> str:
        rows = [("at", self.place), ("found", self.found), ("allowed", self.allowed)]
        rows.append(("cure", self.cure))
        return "\n".join(f"{label + ':':<9}{text}" for label, text in rows if text)


class SpecError(RaftnbError):
    """A specification outside the language, or one that fails while it runs."""


class UsageError(RaftnbError):
    """A command or a function called with something it does not take."""


class HistoryError(RaftnbError):
    """A recorded history that cannot be read."""


class NotEnabled(RaftnbError):
    """An action called by hand where it is not enabled."""
