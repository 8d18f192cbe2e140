"""A clock of four, which is seen as a clock of two."""

from __future__ import annotations

from raftnb import Globals, Process


class Four(Globals):
    n: int = 0


class Two(Globals):
    n: int = 0


class Fast(Process):
    def tick(self) -> None:
        Four.n = (Four.n + 1) % 4


class Slow(Process):
    def tick(self) -> None:
        Two.n = (Two.n + 1) % 2
