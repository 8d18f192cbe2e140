"""Bags of messages in flight as small numbers: each different bag is stored once."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from raftnb.explore.tables.compiling import compiled
from raftnb.explore.tables.contents import bag_after
from raftnb.explore.tables.growing_arrays import Growing, Hashed, room_for
from raftnb.explore.tables.hashing import U, find, mix, put
from raftnb.explore.tables.layout import (
    UNKNOWN,
    Bag,
    BagCounter,
    BagTables,
    Delta,
    Entry,
    Int,
    Ints,
    Numbers,
    Op,
    Wanted,
)


@compiled
def content_hash(content: Numbers, n: Int) -> Any:
    """A hash of the first n (message, count) of a bag."""
    h = U(0x9E3779B97F4A7C15)
    for i in range(n):
        h = (h ^ U(content[i, Entry.MESSAGE])) * U(0xFF51AFD7ED558CCD)
        h = (h ^ (h >> U(32)) ^ U(content[i, Entry.COUNT])) * U(0xC4CEB9FE1A85EC53)
        h ^= h >> U(29)
    return h


@compiled
def intern(table: Ints, bag: Ints, entry: Numbers, counts: Ints, content: Numbers, n: Int) -> Any:
    """The number of a bag; a new one if it was not met before."""
    mask = U(len(table) - 1)
    at = content_hash(content, n) & mask
    while table[at] != 0:
        known = table[at] - 1
        low, same = bag[known, Bag.FIRST_ENTRY], bag[known, Bag.LENGTH] == n
        for i in range(n if same else 0):
            same = same and entry[low + i, Entry.MESSAGE] == content[i, Entry.MESSAGE]
            same = same and entry[low + i, Entry.COUNT] == content[i, Entry.COUNT]
        if same:
            return np.int64(known)
        at = (at + U(1)) & mask
    number = counts[BagCounter.BAGS]
    bag[number, Bag.FIRST_ENTRY], bag[number, Bag.LENGTH] = counts[BagCounter.ENTRIES], n
    for i in range(n):
        entry[counts[BagCounter.ENTRIES] + i, Entry.MESSAGE] = content[i, Entry.MESSAGE]
        entry[counts[BagCounter.ENTRIES] + i, Entry.COUNT] = content[i, Entry.COUNT]
    counts[BagCounter.ENTRIES] += n
    counts[BagCounter.BAGS] += 1
    counts[BagCounter.LONGEST] = max(counts[BagCounter.LONGEST], n)
    table[at] = number + 1
    return number


@compiled
def insert(content: Numbers, at: Int, message: Int, count: Int) -> None:
    """Put a message between the first `at` entries, which are sorted by their messages."""
    while at > 0 and content[at - 1, Entry.MESSAGE] > message:
        content[at, Entry.MESSAGE] = content[at - 1, Entry.MESSAGE]
        content[at, Entry.COUNT] = content[at - 1, Entry.COUNT]
        at -= 1
    content[at, Entry.MESSAGE] = message
    content[at, Entry.COUNT] = count


@compiled
def intern_all(
    table: Ints, bag: Ints, entry: Numbers, counts: Ints, lengths: Ints, entries: Numbers,
    content: Numbers, found: Numbers,
) -> None:  # fmt: skip
    """Write the numbers of bags, whose contents follow each other in any order, to `found`."""
    low = 0
    for i in range(len(lengths)):
        for k in range(lengths[i]):
            insert(content, k, entries[low + k, Entry.MESSAGE], entries[low + k, Entry.COUNT])
        found[i] = intern(table, bag, entry, counts, content, lengths[i])
        low += lengths[i]


@compiled
def swapped_content(
    bag: Ints, entry: Numbers, number: Int, names: Numbers, content: Numbers
) -> Any:
    """Write a bag with its messages swapped, sorted; its length, or -1 - (a message not known)."""
    low, n = bag[number, Bag.FIRST_ENTRY], bag[number, Bag.LENGTH]
    for i in range(n):
        message = names[entry[low + i, Entry.MESSAGE]]
        if message == UNKNOWN:
            return -1 - np.int64(entry[low + i, Entry.MESSAGE])
        insert(content, i, message, entry[low + i, Entry.COUNT])
    return n


@compiled
def intern_changes(
    tables: BagTables, table: Ints, counts: Ints, wanted: Ints, start: Int,
    message_swapped: Numbers, content: Numbers, found: Numbers,
) -> Any:  # fmt: skip
    """Write the numbers of bags after changes (columns of `wanted`: Wanted), from `start` on.

    Return how far it came: it stops at a swap of a message that is not known, which it names in
    `counts[MESSAGE]`.
    """
    for i in range(start, len(wanted)):
        bag, change = wanted[i, Wanted.BAG], wanted[i, Wanted.CHANGE]
        if change < 0:
            swap = -1 - change
            found[i] = tables.swapped_bag[bag, swap]
            if found[i] != UNKNOWN:
                continue
            names = message_swapped[:, swap]
            n = swapped_content(tables.bag, tables.entry, bag, names, content)
            if n < 0:
                counts[BagCounter.MESSAGE] = -1 - n
                return i
            number = intern(table, tables.bag, tables.entry, counts, content, n)
            tables.swapped_bag[bag, swap] = number
            tables.swapped_bag[number, swap] = bag
            found[i] = number
            continue
        key = (U(bag) << U(32)) | U(change)
        known = find(tables.pair_key, tables.pair_value, key)
        if known == 0:
            n = bag_after(tables, bag, change, content)
            known = intern(table, tables.bag, tables.entry, counts, content, n) + 1
            put(tables.pair_key, tables.pair_value, key, np.uint32(known))
            counts[BagCounter.PAIRS] += 1
        found[i] = known - 1
    return len(wanted)


@compiled
def mark_bags(tables: BagTables, counts: Ints, message_marks: Numbers) -> None:
    """Find the marks of the bags that are new."""
    for number in range(counts[BagCounter.MARKED], counts[BagCounter.BAGS]):
        low = tables.bag[number, Bag.FIRST_ENTRY]
        for m in range(tables.bag_marks.shape[1]):
            total = U(0)
            for i in range(low, low + tables.bag[number, Bag.LENGTH]):
                how = U(message_marks[tables.entry[i, Entry.MESSAGE], m]) << U(32)
                total += mix(how | U(tables.entry[i, Entry.COUNT]))
            tables.bag_marks[number, m] = mix(total)
    counts[BagCounter.MARKED] = counts[BagCounter.BAGS]


@compiled
def refill(table: Ints, bag: Ints, entry: Numbers, bags: Int) -> None:
    """Fill an empty, larger table of bags."""
    for number in range(bags):
        low, n = bag[number, Bag.FIRST_ENTRY], bag[number, Bag.LENGTH]
        at = content_hash(entry[low : low + n], n) & U(len(table) - 1)
        while table[at] != 0:
            at = (at + U(1)) & U(len(table) - 1)
        table[at] = number + 1


class Bags:
    """The bags met so far (0 is the empty one), and how changes lead from one to another."""

    def __init__(self, swaps: int, members: int) -> None:
        self.delta, self.op = Growing(np.int64, len(Delta)), Growing(np.int64, len(Op))
        self.bag: Any = np.zeros((64, 2), dtype=np.int64)
        self.entry: Numbers = np.zeros((64, 2), dtype=np.uint32)
        self.swapped: Any = np.full((64, swaps), UNKNOWN, dtype=np.uint32)
        self.marks: Any = np.zeros((64, members), dtype=np.uint64)
        self.table: Any = np.zeros(256, dtype=np.int64)
        self.pairs = Hashed()
        self.counts: Any = np.zeros(len(BagCounter), dtype=np.int64)
        self.deltas: dict[tuple[tuple[int, int], ...], int] = {}
        self.longest_delta = 0
        self.delta.append((0, 0))
        intern(self.table, self.bag, self.entry, self.counts, self.content_space(), 0)
        self.counts[BagCounter.MARKED] = 1

    def delta_of(self, ops: tuple[tuple[int, int], ...]) -> int:
        """The number of a change: operations (message, kind) in order; 0 is no change.

        Kind 1 adds a copy, 2 adds the message if it is not there, -1 takes a copy away.
        """
        if not ops:
            return 0
        if ops not in self.deltas:
            self.deltas[ops] = self.delta.append(self.op.extend(itertools.chain.from_iterable(ops)))
            self.longest_delta = max(self.longest_delta, len(ops))
        return self.deltas[ops]

    def content_space(self) -> Any:
        """Space in which a bag can be put together."""
        return np.zeros(
            (int(self.counts[BagCounter.LONGEST]) + self.longest_delta + 2, 2), dtype=np.uint32
        )

    def reserve(self, more: int) -> None:
        """Make room for some more changes and the bags that come of them."""
        bags = int(self.counts[BagCounter.BAGS]) + more
        self.bag = room_for(self.bag, bags)
        self.swapped = room_for(self.swapped, len(self.bag), fill=int(UNKNOWN))
        self.marks = room_for(self.marks, len(self.bag))
        longest = int(self.counts[BagCounter.LONGEST]) + self.longest_delta
        self.entry = room_for(self.entry, int(self.counts[BagCounter.ENTRIES]) + more * longest)
        self.pairs.used = int(self.counts[BagCounter.PAIRS])
        self.pairs.reserve(more)
        if 2 * bags > len(self.table):
            self.table = np.zeros(1 << (2 * bags).bit_length(), dtype=np.int64)
            refill(self.table, self.bag, self.entry, int(self.counts[BagCounter.BAGS]))

    def tables(self) -> BagTables:
        """The tables as they are now."""
        return BagTables(
            self.delta.array,
            self.op.array,
            self.bag,
            self.entry,
            self.pairs.keys,
            self.pairs.values,
            self.swapped,
            self.marks,
        )

    def numbers_of(self, lengths: Any, entries: Any) -> Any:
        """The numbers of bags, of so many different messages each.

        `entries` has for each of these the number of the message, and of its copies.
        """
        self.longest_delta = max(self.longest_delta, int(lengths.max(initial=0)))
        self.reserve(len(lengths))
        found = np.zeros(len(lengths), dtype=np.uint32)
        intern_all(
            self.table, self.bag, self.entry, self.counts, lengths.astype(np.int64),
            entries.reshape(-1, len(Entry)), self.content_space(), found,
        )  # fmt: skip
        return found

    def content_of(self, number: int) -> list[tuple[int, int]]:
        """The (message number, count) of a bag."""
        low, n = self.bag[number].tolist()
        return [(m, c) for m, c in self.entry[low : low + n].tolist()]

    def is_within(self, number: int, distinct: int, copies: int) -> bool:
        """Whether a bag has at most so many messages, and of each at most so many copies."""
        content = self.content_of(number)
        return len(content) <= distinct and all(count <= copies for _, count in content)

    @property
    def bytes(self) -> int:
        """The memory in use."""
        arrays = (
            self.bag,
            self.entry,
            self.swapped,
            self.marks,
            self.table,
            self.pairs.keys,
            self.pairs.values,
        )
        return sum(a.nbytes for a in arrays)
