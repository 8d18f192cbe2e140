"""Count what a check uses, show how far it is, and stop it at its budget."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from time import monotonic
from typing import Any

from raftnb.data.progress import progress_bar
from raftnb.linear.result import Budget

LOOK_EVERY = 256
INTERRUPTED = "interrupted"


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let Python's garbage collector rest: it would walk millions of small tuples, none in a cycle.

    Half of a long check's time went there. What the methods of an object leave in cycles is
    collected afterwards.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


class OverBudget(Exception):
    """A limit of the budget was reached; the message says which."""


class Meter:
    """The use of one check over all its parts; a progress bar appears after a second."""

    def __init__(self, budget: Budget, responses: int) -> None:
        self.budget = budget
        self.configurations = 0
        self.done = 0
        self.interrupted = False
        self._start = monotonic()
        self._responses = responses
        self._bar: Any = None

    @property
    def left(self) -> float:
        """How many configurations the budget still allows."""
        limit = self.budget.configurations
        return inf if limit is None else limit - self.configurations

    def tick(self, memory: int, reached: int) -> None:
        """Count one configuration; raises `OverBudget` when a limit is reached."""
        if self.interrupted:
            raise OverBudget(INTERRUPTED)
        limit = self.budget.configurations
        if limit is not None and self.configurations >= limit:
            raise OverBudget(f"the budget of {limit:,} configurations is used up")
        self.configurations += 1
        if self.configurations % LOOK_EVERY == 0:
            self.look(memory, reached)

    def look(self, memory: int, reached: int) -> None:
        """Compare time and memory (bytes) with the budget, and move the bar."""
        seconds, megabytes = self.budget.seconds, self.budget.megabytes
        if seconds is not None and monotonic() - self._start >= seconds:
            raise OverBudget(f"the budget of {seconds:g} s is used up")
        if megabytes is not None and memory >= megabytes * 1e6:
            raise OverBudget(f"the budget of {megabytes:g} MB is used up")
        self._show(self.done + reached)

    def share(self, workers: int) -> Meter:
        """A meter for one of several processes, which have the memory of the budget together."""
        megabytes, seconds = self.budget.megabytes, self.budget.seconds
        left = None if seconds is None else max(0.0, self._start + seconds - monotonic())
        most = None if megabytes is None else megabytes / workers
        return Meter(replace(self.budget, megabytes=most, seconds=left), 0)

    def interrupt(self) -> None:
        """Somebody pressed Ctrl-C: no part is searched further."""
        self.interrupted = True

    def finish_part(self, responses: int) -> None:
        """One part is decided."""
        self.done += responses
        self._show(self.done)

    def close(self) -> None:
        """Take the progress bar away."""
        if self._bar is not None:
            self._bar.close()

    def _show(self, done: int) -> None:
        if self._bar is None and monotonic() - self._start > 1:
            self._bar = progress_bar("op", None, self._responses, delay=0, title="linearizing")
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
