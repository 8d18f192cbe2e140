"""The buffers and the scratch space that compiled code writes into."""

from __future__ import annotations

from typing import Any

import numpy as np

from raftnb.explore.tables.layout import (
    Arranged,
    Counter,
    Entry,
    Scratch,
    Successors,
    Swap,
    Todo,
    Wanted,
    Which,
)

CHUNK = 8192  # states that are expanded in one go, by one thread
SUCCESSORS_MOST = 1 << 17  # of all threads together
DEFERRED_MOST = 1 << 16
NEEDED_FIRST, RECENT_FOR_EACH = 256, 16
"""What Python is to find out at a time, at first; how many places there are to see it twice."""
BAGS_MOST, SWAPS_MOST = 1 << 14, 1 << 12


def make_successors(shards: int, width: int, which: int, size: int = SUCCESSORS_MOST) -> Successors:
    """Buffers for the successors that one thread finds."""
    rows = np.empty((shards, size, width), dtype=np.uint32)
    hashes = np.empty((shards, size), dtype=np.uint64)
    parents = np.empty((shards, size), dtype=np.uint32)
    labels = np.empty((shards, 1 if which == Which.NEW_ONLY else size), dtype=np.uint32)
    return Successors(rows, hashes, parents, labels, np.zeros(shards, dtype=np.int64))


def batch(size: int) -> dict[str, Any]:
    """The parts of a thread's scratch space for what Python is to find out at a time."""
    needed = np.zeros((size, len(Todo)), dtype=np.int64)
    return {"needed": needed, "recent": np.zeros(size * RECENT_FOR_EACH, dtype=np.uint64)}


def make_scratch(
    shards: int, width: int, actions: int, members: int, deferred: int = DEFERRED_MOST
) -> Scratch:
    """Scratch space for one thread."""
    rows = [np.zeros(width, dtype=np.uint32) for _ in range(4)]
    return Scratch(
        counters=np.zeros(len(Counter), dtype=np.int64),
        row=rows[0],
        other=rows[1],
        tried=rows[2],
        best=rows[3],
        marked=np.zeros(members, dtype=np.uint64),
        arranged=np.zeros((len(Arranged), members), dtype=np.int64),
        content=np.zeros((4, len(Entry)), dtype=np.uint32),
        saved=np.zeros(shards, dtype=np.int64),
        deferred=np.zeros((deferred, len(Todo)), dtype=np.int64),
        **batch(NEEDED_FIRST),
        swaps=np.zeros((SWAPS_MOST if members else 0, len(Swap)), dtype=np.int64),
        bags=np.zeros((BAGS_MOST, len(Wanted)), dtype=np.int64),
        moved=np.zeros(CHUNK, dtype=np.uint8),
        coverage=np.zeros(actions, dtype=np.int64),
    )
