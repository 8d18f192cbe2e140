"""The three answers that every checker of this package gives."""

from __future__ import annotations

from enum import Enum


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
