"""Searches in graphs: in C where there is a compiler, else by scipy, with the same results.

A graph is given by where the edges of each node start (and the end), and the targets of all edges.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from raftnb.explore.compiled.building import Build, load
from raftnb.explore.compiled.words import NotCompiled
from raftnb.liveness.arrays import Bools, Ints, Reached, Starts

LONGEST = (1 << 31) - 1
TEXT = Path(__file__).with_name("digraphs.c")


class Searches(Protocol):
    """What is searched for: see the methods of `Digraph`."""

    def ordered(self, starts: Starts, targets: Ints) -> Ints: ...
    def components(
        self, starts: Starts, targets: Ints, inside: Bools, allowed: Bools
    ) -> tuple[int, Ints]: ...
    def nearest(
        self, starts: Starts, ordered: Ints, first: Ints, region: Bools, trigger: Bools | None,
        most: int,
    ) -> Reached: ...  # fmt: skip


@cache
def searches() -> Searches:
    """Those in C, if there are any: scipy takes longer to import than most of them take."""
    try:
        return InC(load(Build(TEXT.read_text(), alone=True).library()))
    except NotCompiled:
        from raftnb.liveness.by_scipy import ByScipy

        return ByScipy()


class InC:
    """Searches of `digraphs.c`."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        library.nearest.restype = ctypes.c_int64

    def ordered(self, starts: Starts, targets: Ints) -> Ints:
        """The targets of each node's edges, in order."""
        found = targets.copy()
        self._library.sort_targets(len(starts) - 1, _given(starts, np.int64), _given(found))
        return found

    def components(
        self, starts: Starts, targets: Ints, inside: Bools, allowed: Bools
    ) -> tuple[int, Ints]:
        """How many strong components there are, and each node's; raises `MemoryError`."""
        of = np.empty(len(starts) - 1, np.int32)
        count = self._library.components(
            len(of), _given(starts, np.int64), _given(targets), _given(inside, np.bool_),
            _given(allowed, np.bool_), _given(of),
        )  # fmt: skip
        if count < 0:
            raise MemoryError
        return count, of

    def nearest(
        self, starts: Starts, ordered: Ints, first: Ints, region: Bools, trigger: Bools | None,
        most: int,
    ) -> Reached:  # fmt: skip
        """What can be reached in so many steps, nearest first."""
        size = (len(starts) - 1) * (1 if trigger is None else 2)
        order = np.empty(size, np.int32)
        before, far = (np.full(size, -1, np.int32) for _ in range(2))
        n = self._library.nearest(
            len(starts) - 1, _given(starts, np.int64), _given(ordered), _given(first),
            ctypes.c_int64(len(first)), _given(region, np.bool_),
            None if trigger is None else _given(trigger, np.bool_), min(most, LONGEST),
            _given(order), _given(before), _given(far),
        )  # fmt: skip
        return Reached(order[:n], before, far)


def _given(array: Any, kind: Any = np.int32) -> Any:
    """A pointer to an array, which is a part of another one perhaps; what is filled in is not."""
    whole = np.ascontiguousarray(array, kind)
    return whole.ctypes.data_as(ctypes.c_void_p)  # that keeps the array
