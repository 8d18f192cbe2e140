"""Which states can still reach some others: the steps of a graph, walked backward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from raftnb.explore.tables.compiling import compiled
from raftnb.explore.tables.layout import Int, Ints

Bools = NDArray[np.bool_]
States = NDArray[np.int32]


@compiled
def group_by_target(sources: States, targets: States, free: Ints, into: States) -> None:
    """Write the source of each step to its target's part of `into`; `free` is where it starts."""
    for step in range(len(sources)):
        target = targets[step]
        if target >= 0:
            into[free[target]] = sources[step]
            free[target] += 1


@compiled
def spread(starts: Ints, into: States, queue: States, size: Int, reached: Bools) -> None:
    """Mark all from which the first `size` states of the queue, marked already, can be reached."""
    at = 0
    while at < size:
        target = queue[at]
        at += 1
        for step in range(starts[target], starts[target + 1]):
            source = into[step]
            if not reached[source]:
                reached[source] = True
                queue[size] = source
                size += 1


class Backward:
    """The steps between `size` states, by where they lead; a target of -1 is outside."""

    def __init__(self, size: int, sources: States, targets: States) -> None:
        counts = np.bincount(targets[targets >= 0], minlength=size)
        self.starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self.into = np.empty(int(self.starts[-1]), dtype=np.int32)
        group_by_target(sources, targets, self.starts[:-1].copy(), self.into)

    def reach(self, goal: Bools) -> Bools:
        """The states from which one of the goal can be reached, those of the goal among them."""
        reached, queue = goal.copy(), np.empty(len(goal), dtype=np.int32)
        first = np.flatnonzero(goal)
        queue[: len(first)] = first
        spread(self.starts, self.into, queue, len(first), reached)
        return reached
