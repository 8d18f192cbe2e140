"""Work that is given out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from raftnb import UsageError


@dataclass(frozen=True, eq=False)
class Squares:
    """Answers with squares; a process ends that is asked for what is `deadly`; `wrong` is an error.

    The process that is asked for what is deadly `once` leaves a mark, a file of this name.
    """

    deadly: int = -1
    wrong: int = -1
    once: int = -1
    mark: str = ""

    def __call__(self, number: int) -> Iterator[int]:
        if number == self.once and not Path(self.mark).exists():
            Path(self.mark).touch()
            os._exit(7)
        if number == self.deadly:
            os._exit(7)
        if number == self.wrong:
            raise UsageError("no square")
        yield number * number

    def model(self, number: int) -> None:
        """There are no states."""
