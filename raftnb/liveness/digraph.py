"""Digraphs as arrays, and what is searched for in them; they know nothing of specifications."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from raftnb.liveness.arrays import Bools, Ints, Reached, Starts
from raftnb.liveness.searches import LONGEST, searches


@dataclass(frozen=True, eq=False)
class Digraph:
    """`size` nodes, and edges from `source[e]` to `target[e]`."""

    size: int
    source: Ints
    target: Ints

    @cached_property
    def by_source(self) -> Ints | None:
        """The edges, sorted by their source; None if they are so already."""
        if not (self.source[1:] < self.source[:-1]).any():
            return None
        return np.argsort(self.source, kind="stable").astype(np.int32)

    @cached_property
    def starts(self) -> Starts:
        """Where in `by_source` the edges of each node start, and the end."""
        found: Starts = np.zeros(self.size + 1, np.int64)
        np.cumsum(np.bincount(self.source, minlength=self.size), out=found[1:])
        return found

    @cached_property
    def targets(self) -> Ints:
        """The targets of the edges, sorted by their source."""
        return self.target if self.by_source is None else self.target[self.by_source]

    @cached_property
    def ordered(self) -> Ints:
        """The targets of the edges, sorted by source and target."""
        return searches().ordered(self.starts, self.targets)

    def edges_between(self, a: int, b: int) -> Ints:
        """The edges that lead from a to b."""
        found = np.flatnonzero(self.targets[self.starts[a] : self.starts[a + 1]] == b)
        found = (found + self.starts[a]).astype(np.int32)
        between: Ints = found if self.by_source is None else self.by_source[found]
        return between

    def components(self, inside: Bools, allowed: Bools) -> tuple[int, Ints]:
        """How many strongly connected components some nodes have by some edges.

        And in which one each node is, -1 where it is not `inside`.
        """
        edges = allowed if self.by_source is None else allowed[self.by_source]
        return searches().components(self.starts, self.targets, inside, edges)

    def reach(self, start: int, most: int) -> Reached:
        """What can be reached from a node in so many steps."""
        return self.nearest(np.array([start], np.int32), self._everywhere, most=most)

    @cached_property
    def _everywhere(self) -> Bools:
        return np.ones(self.size, dtype=bool)

    def nearest(
        self, first: Ints, region: Bools, trigger: Bools | None = None, *, most: int = LONGEST
    ) -> Reached:
        """What can be reached in so many steps from some nodes, by way of nodes of a region.

        With a trigger there are two copies of the graph, the second `size` nodes behind: in the
        first one everything is allowed; a step into a node of the trigger may go over to the
        second one, which is the region only.
        """
        return searches().nearest(self.starts, self.ordered, first, region, trigger, most)


def path_to(node: int, before: Ints, start: int = -1) -> list[int]:
    """The nodes on the way to a node, by the predecessors of a search."""
    path = [node]
    while path[-1] != start and before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path[::-1]
