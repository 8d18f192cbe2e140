"""Bags of messages in flight as small numbers: each different bag is stored once."""

from __future__ import annotations

from typing import Any

import numpy as np

from raftnb.explore.tables.compiling import compiled
from raftnb.explore.tables.growing_arrays import Growing, Hashed, room_for
from raftnb.explore.tables.hashing import U, find, put
from raftnb.explore.tables.kernels import bag_after

BAGS, ENTRIES, PAIRS, RENAMED, LONGEST = range(5)


@compiled
def content_hash(scratch: Any, n: Any) -> Any:
    """A hash of the first n (message, count) of a bag."""
    h = U(0x9E3779B97F4A7C15)
    for i in range(n):
        h = (h ^ U(scratch[i, 0])) * U(0xFF51AFD7ED558CCD)
        h = (h ^ (h >> U(32)) ^ U(scratch[i, 1])) * U(0xC4CEB9FE1A85EC53)
        h ^= h >> U(29)
    return h


@compiled
def intern(table: Any, bag: Any, entry: Any, counts: Any, scratch: Any, n: Any) -> Any:
    """The number of a bag; a new one if it was not met before."""
    mask = U(len(table) - 1)
    at = content_hash(scratch, n) & mask
    while table[at] != 0:
        known = table[at] - 1
        low, same = bag[known, 0], bag[known, 1] == n
        for i in range(n if same else 0):
            same = same and entry[low + i, 0] == scratch[i, 0]
            same = same and entry[low + i, 1] == scratch[i, 1]
        if same:
            return np.int64(known)
        at = (at + U(1)) & mask
    number = counts[BAGS]
    bag[number, 0], bag[number, 1] = counts[ENTRIES], n
    for i in range(n):
        entry[counts[ENTRIES] + i, 0] = scratch[i, 0]
        entry[counts[ENTRIES] + i, 1] = scratch[i, 1]
    counts[ENTRIES] += n
    counts[BAGS] += 1
    counts[LONGEST] = max(counts[LONGEST], n)
    table[at] = number + 1
    return number


@compiled
def renamed_content(bag: Any, entry: Any, number: Any, names: Any, p: Any, scratch: Any) -> Any:
    """Write a bag with its messages renamed, sorted; return its length."""
    low, n = bag[number, 0], bag[number, 1]
    for i in range(n):
        message, count = names[entry[low + i, 0], p], entry[low + i, 1]
        at = i
        while at > 0 and scratch[at - 1, 0] > message:
            scratch[at, 0], scratch[at, 1] = scratch[at - 1, 0], scratch[at - 1, 1]
            at -= 1
        scratch[at, 0], scratch[at, 1] = message, count
    return n


@compiled
def intern_pairs(memo: Any, table: Any, counts: Any, wanted: Any, names: Any, scratch: Any) -> None:
    """Find out the bags after changes: wanted rows are (bag, delta)."""
    for i in range(len(wanted)):
        key = (U(wanted[i, 0]) << U(32)) | U(wanted[i, 1])
        if find(memo.pair_key, memo.pair_value, key) == 0:
            n = bag_after(memo, wanted[i, 0], wanted[i, 1], scratch)
            number = intern(table, memo.bag, memo.entry, counts, scratch, n)
            put(memo.pair_key, memo.pair_value, key, np.uint32(number + 1))
            counts[PAIRS] += 1
    while names.shape[1] > 0 and counts[RENAMED] < counts[BAGS]:
        old = counts[RENAMED]
        for p in range(names.shape[1]):
            n = renamed_content(memo.bag, memo.entry, old, names, p, scratch)
            number = intern(table, memo.bag, memo.entry, counts, scratch, n)
            memo.renamed_bag[old, p] = number
        counts[RENAMED] += 1


@compiled
def refill(table: Any, bag: Any, entry: Any, bags: Any) -> None:
    """Fill an empty, larger table of bags."""
    for number in range(bags):
        low, n = bag[number, 0], bag[number, 1]
        at = content_hash(entry[low : low + n], n) & U(len(table) - 1)
        while table[at] != 0:
            at = (at + U(1)) & U(len(table) - 1)
        table[at] = number + 1


class Bags:
    """The bags met so far (0 is the empty one), and how changes lead from one to another."""

    def __init__(self, permutations: int) -> None:
        self.delta, self.op = Growing(np.int64, 2), Growing(np.int64, 2)
        self.bag: Any = np.zeros((64, 2), dtype=np.int64)
        self.entry: Any = np.zeros((64, 2), dtype=np.uint32)
        self.renamed: Any = np.zeros((64, permutations), dtype=np.uint32)
        self.table: Any = np.zeros(256, dtype=np.int64)
        self.pairs = Hashed()
        self.counts: Any = np.zeros(5, dtype=np.int64)
        self.deltas: dict[tuple[tuple[int, int], ...], int] = {}
        self.longest_delta = 0
        self.delta.append((0, 0))
        intern(self.table, self.bag, self.entry, self.counts, self.scratch(), 0)
        self.counts[RENAMED] = 1

    def delta_of(self, ops: tuple[tuple[int, int], ...]) -> int:
        """The number of a change: operations (message, kind) in order; 0 is no change.

        Kind 1 adds a copy, 2 adds the message if it is not there, -1 takes a copy away.
        """
        if not ops:
            return 0
        if ops not in self.deltas:
            self.deltas[ops] = self.delta.append(self.op.extend(list(ops)))
            self.longest_delta = max(self.longest_delta, len(ops))
        return self.deltas[ops]

    def scratch(self) -> Any:
        """Space in which a bag can be put together."""
        return np.zeros((int(self.counts[LONGEST]) + self.longest_delta + 2, 2), dtype=np.uint32)

    def reserve(self, more: int) -> None:
        """Make room for some more changes and the bags that come of them."""
        orbit = more * (1 + self.renamed.shape[1])
        self.bag = room_for(self.bag, int(self.counts[BAGS]) + orbit)
        self.renamed = room_for(self.renamed, len(self.bag))
        longest = int(self.counts[LONGEST]) + self.longest_delta
        self.entry = room_for(self.entry, int(self.counts[ENTRIES]) + orbit * longest)
        self.pairs.used = int(self.counts[PAIRS])
        self.pairs.reserve(more)
        wanted = 2 * (int(self.counts[BAGS]) + orbit)
        if wanted > len(self.table):
            self.table = np.zeros(1 << wanted.bit_length(), dtype=np.int64)
            refill(self.table, self.bag, self.entry, int(self.counts[BAGS]))

    def content(self, number: int) -> list[tuple[int, int]]:
        """The (message number, count) of a bag."""
        low, n = self.bag[number].tolist()
        return [(m, c) for m, c in self.entry[low : low + n].tolist()]

    @property
    def bytes(self) -> int:
        """The memory in use."""
        arrays = (
            self.bag,
            self.entry,
            self.renamed,
            self.table,
            self.pairs.keys,
            self.pairs.values,
        )
        return sum(a.nbytes for a in arrays)
