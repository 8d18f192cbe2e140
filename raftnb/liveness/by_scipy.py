"""Searches in graphs by scipy, where there is no compiler of C."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from raftnb.liveness.arrays import Bools, Ints, Reached, Starts, numbers


class ByScipy:
    """See `searches.Searches`."""

    def ordered(self, starts: Starts, targets: Ints) -> Ints:
        """The targets of each node's edges, in order."""
        return targets[np.lexsort((targets, _sources(starts)))]

    def components(
        self, starts: Starts, targets: Ints, inside: Bools, allowed: Bools
    ) -> tuple[int, Ints]:
        """How many strong components there are, and each node's."""
        nodes, of = numbers(inside), np.full(len(starts) - 1, -1, dtype=np.int32)
        of[nodes] = np.arange(len(nodes))
        source, target = of[_sources(starts)], of[targets]
        edges = allowed & (source >= 0) & (target >= 0)
        matrix = _matrix(len(nodes), source[edges], target[edges])
        count, of[nodes] = connected_components(matrix, directed=True, connection="strong")
        return int(count), of

    def nearest(
        self, starts: Starts, ordered: Ints, first: Ints, region: Bools, trigger: Bools | None,
        most: int,
    ) -> Reached:  # fmt: skip
        """What can be reached in so many steps, nearest first."""
        size, source, target = len(starts) - 1, _sources(starts), ordered
        stays = region[source] & region[target]
        if trigger is None:
            source, target = source[stays], target[stays]
        else:
            over = trigger[target]
            source = np.concatenate((source, source[over], source[stays] + size))
            target = np.concatenate((target, target[over] + size, target[stays] + size))
            size *= 2
        root = np.full(len(first), size, dtype=np.int32)
        source, target = np.concatenate((source, root)), np.concatenate((target, first))
        order, before = breadth_first_order(_matrix(size + 1, source, target), size)
        before = np.where(before == size, -1, np.maximum(before, -1))[:size].astype(np.int32)
        far = _distances(order[1:], before)
        before[far > most] = far[far > most] = -1
        order = order[1:]
        return Reached(order[far[order] >= 0], before, far)


def _sources(starts: Starts) -> Ints:
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))


def _matrix(size: int, source: Ints, target: Ints) -> csr_array:
    """The adjacency matrix."""
    matrix = csr_array((np.ones(len(source)), (source, target)), shape=(size, size))
    # scipy's strong components never end where an entry is stored twice (parallel edges).
    matrix.sum_duplicates()
    return matrix


def _distances(order: Ints, before: Ints) -> Ints:
    """How many steps away each node is (-1: it is not reached)."""
    far = np.full(len(before), -1, dtype=np.int32)
    for node in order.tolist():
        far[node] = far[before[node]] + 1 if before[node] >= 0 else 0
    return far
