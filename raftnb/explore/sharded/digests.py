"""A hash of a state that is the same on every machine, by which states are dealt out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from raftnb.data.values import order
from raftnb.explore.memo.interning import Interner
from raftnb.explore.tables.layout import BagCounter, Entry

FACTOR, SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)


def digest(value: Any) -> int:
    """64 bits of a value; equal values have the same, in every process."""
    text = repr(order(value)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def mixed(numbers: Any) -> Any:
    """Numbers with their bits stirred."""
    numbers = numbers * FACTOR
    return (numbers ^ (numbers >> SHIFT)) * FACTOR


class Digests:
    """The digests of the states of a memo, from those of the values in them."""

    def __init__(self, interner: Interner) -> None:
        self.interner = interner
        empty = np.zeros(0, dtype=np.uint64)
        self.of_pool: list[Any] = [empty for _ in interner.pools]
        self.of_message: Any = empty
        self.of_bag: Any = empty

    def of(self, rows: Any) -> Any:
        """A digest for each row."""
        self._learn()
        found = np.zeros(len(rows), dtype=np.uint64)
        for column, pool in enumerate(self.interner.pool_of):
            found = mixed(found ^ self.of_pool[pool][rows[:, column]])
        return mixed(found ^ self.of_bag[rows[:, -1]]) if self.interner.has_bag else found

    def _learn(self) -> None:
        """Find the digests of what is new."""
        for number, pool in enumerate(self.interner.pools):
            self.of_pool[number] = longer(self.of_pool[number], pool.values)
        if not self.interner.has_bag:
            return
        self.of_message = longer(self.of_message, self.interner.message_list)
        bags, first = self.interner.bags, len(self.of_bag)
        spans = bags.bag[first : int(bags.counts[BagCounter.BAGS])]
        low = int(spans[0, 0]) if len(spans) else 0
        entries = bags.entry[low : int(bags.counts[BagCounter.ENTRIES])]
        counts = entries[:, Entry.COUNT].astype(np.uint64)
        each = mixed(self.of_message[entries[:, Entry.MESSAGE]] ^ counts)
        sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(each, dtype=np.uint64)])
        starts = spans[:, 0] - low
        self.of_bag = np.concatenate([self.of_bag, sums[starts + spans[:, 1]] - sums[starts]])


def longer(known: Any, values: Sequence[Any]) -> Any:
    """The digests of values, of which the first are known."""
    more = [digest(value) for value in values[len(known) :]]
    return np.concatenate([known, np.array(more, dtype=np.uint64)]) if more else known
