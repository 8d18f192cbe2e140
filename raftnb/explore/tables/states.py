"""The states met so far: their rows, whence each was reached, and exact hash tables over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from raftnb.explore.tables.hashing import insert, locate, rehash
from raftnb.explore.tables.layout import Successors

FIRST_TABLE, MOST_STATES = 1 << 12, (1 << 32) - 2


class OutOfMemory(MemoryError):
    """The next table would not fit into the memory that the exploration may use."""


class Store:
    """States by number, in the order in which they were met.

    With one shard the numbers are 0, 1, 2, ...; after `split` the further states of shard s have
    the numbers base + s, base + s + shards, ..., so that shards grow side by side without a lock.
    """

    def __init__(self, width: int, max_memory: int, max_states: int | None) -> None:
        self.width, self.max_memory = width, max_memory
        self.max_states = MOST_STATES if max_states is None else max_states
        self.rows: Any = np.zeros((FIRST_TABLE, width), dtype=np.uint32)
        self.parents: Any = np.zeros(FIRST_TABLE, dtype=np.uint32)
        self.tables: list[Any] = [np.zeros(FIRST_TABLE, dtype=np.uint64)]
        self.base, self.counts, self._most = 0, [0], [self.max_states]
        self.other_bytes = 0

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return len(self.tables)

    @property
    def distinct(self) -> int:
        """How many states there are."""
        return self.base + sum(self.counts)

    def split(self, shards: int) -> None:
        """Go on with several shards."""
        size = len(self.tables[0])
        self.base, self.counts, self._most = self.distinct, [0] * shards, [0] * shards
        self.tables = [np.zeros(size, dtype=np.uint64) for _ in range(shards)]
        for s, table in enumerate(self.tables):
            rehash(table, self.rows, self.base, 0, s, shards)

    def number(self, shard: int, count: int) -> int:
        """The number of a shard's state."""
        return self.base + count * self.shards + shard

    def frontier(self) -> list[int]:
        """For each shard, the number that its next state will have."""
        return [self.number(s, count) for s, count in enumerate(self.counts)]

    def is_full(self) -> bool:
        """Whether there are as many states as there may be."""
        return self.distinct >= self.max_states

    def share_out(self, shards: Sequence[int]) -> None:
        """Say how many states these shards may have before it is shared out again.

        They grow side by side, so that each has its part of what is left.
        """
        each, more = divmod(self.max_states - self.distinct, len(shards))
        for i, shard in enumerate(shards):
            self._most[shard] = self.counts[shard] + each + (i < more)

    def limit(self, shard: int) -> int:
        """How many states a shard can hold as it is."""
        table = len(self.tables[shard]) * 5 // 8 - self._early(shard)
        rows = (len(self.rows) - self.base - shard - 1) // self.shards
        return max(0, min(table, rows, self._most[shard]))

    def _early(self, shard: int) -> int:
        return self.base // self.shards + (self.base // 16 if self.shards > 1 else 0)

    def add(self, shard: int, out: Successors, first: int) -> int:
        """Add what a buffer has for a shard, from `first` on; return how far it came."""
        at, count = insert(
            self.tables[shard], self.rows, self.rows.reshape(-1), self.parents, self.base, shard,
            self.shards, self.counts[shard], self.limit(shard), out.rows[shard], out.hashes[shard],
            out.parents[shard], first, int(out.counts[shard]),
        )  # fmt: skip
        self.counts[shard] = int(count)
        return int(at)

    def grow_rows(self) -> None:
        """Make room for more rows if a shard has none left."""
        need = max(self.frontier()) + 2 * self.shards
        if need > len(self.rows):
            larger = min(max(need, 2 * len(self.rows)), MOST_STATES)
            self._afford((larger - len(self.rows)) * 4 * (self.width + 1), self.rows.nbytes)
            self.rows = _copied(self.rows, larger)
            self.parents = _copied(self.parents, larger)

    def grow_table(self, shard: int) -> None:
        """Make a shard's table larger if it is full."""
        table = self.tables[shard]
        if self.counts[shard] + self._early(shard) < len(table) * 5 // 8:
            return
        self._afford(len(table) * 8, table.nbytes)
        larger = np.zeros(2 * len(table), dtype=np.uint64)
        rehash(larger, self.rows, self.base, self.counts[shard], shard, self.shards)
        self.tables[shard] = larger

    def _afford(self, more: int, passing: int) -> None:
        if self.bytes + self.other_bytes + more + passing > self.max_memory:
            raise OutOfMemory

    @property
    def bytes(self) -> int:
        """The memory of the tables."""
        return int(self.rows.nbytes + self.parents.nbytes + sum(t.nbytes for t in self.tables))

    def numbers(self, rows: Any, hashes: Any, n: int) -> Any:
        """The numbers of rows, -1 for one that is not there (for one shard)."""
        found = np.empty(n, dtype=np.int64)
        locate(self.tables[0], self.rows, rows, hashes, n, found)
        return found


def _copied(array: Any, n: int) -> Any:
    """A longer array that starts with this one (its end is left as it comes)."""
    longer = np.empty((n, *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer
