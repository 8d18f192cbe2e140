"""Threads that call compiled functions side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class Threads:
    """So many parts of the work, done by at most so many threads."""

    def __init__(self, size: int, threads: int | None = None) -> None:
        self.size = size
        threads = min(size, threads or size)
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def each(self, function: Callable[[int], Any]) -> list[Any]:
        """Call a function with the number of each part; wait for all, also when interrupted."""
        if self.pool is None:
            return [function(number) for number in range(self.size)]
        jobs = [self.pool.submit(function, number) for number in range(self.size)]
        try:
            return [job.result() for job in jobs]
        except BaseException:
            for job in jobs:
                job.exception()
            raise

    def close(self) -> None:
        """Let the threads end."""
        if self.pool is not None:
            self.pool.shutdown()
