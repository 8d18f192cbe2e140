"""Arrays that grow at their end, for tables that compiled code reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from raftnb.explore.tables.hashing import put_all


class Growing:
    """Rows of numbers that are added in Python, and read by compiled code as a NumPy array.

    Python reads and adds to the list `numbers`, since an array is slow to read and to write one by
    one; `array` catches up when it is asked for. The list has the numbers of all rows, one after
    the other: a tuple for each of so many rows would keep the garbage collector busy. A row must
    not change once `array` was asked for.
    """

    def __init__(self, kind: Any, width: int) -> None:
        self.width = width
        self.numbers: list[int] = []
        self._array: Any = np.zeros((16, width), dtype=kind)
        self._copied = 0

    def append(self, row: Iterable[int]) -> int:
        """Add a row; return its position."""
        self.numbers += row
        return len(self.numbers) // self.width - 1

    def extend(self, rows: Iterable[int]) -> tuple[int, int]:
        """Add several rows, one after the other; return where they start and end."""
        numbers = self.numbers
        start = len(numbers)
        numbers += rows
        return start // self.width, len(numbers) // self.width

    def rows(self, first: int, end: int) -> Iterator[tuple[int, ...]]:
        """The rows from one position up to another."""
        numbers = iter(self.numbers[first * self.width : end * self.width])
        return zip(*[numbers] * self.width, strict=True)

    def row(self, at: int) -> list[int]:
        """The row at a position."""
        return self.numbers[at * self.width : (at + 1) * self.width]

    @property
    def array(self) -> Any:
        """The rows as an array, which has room to spare at its end."""
        if new := self.numbers[self._copied * self.width :]:
            end = self._copied + len(new) // self.width
            self._array = room_for(self._array, end)
            there = self._array[self._copied : end]
            there[:] = np.fromiter(new, there.dtype, len(new)).reshape(there.shape)
            self._copied = end
        return self._array


def room_for(array: Any, n: int, fill: int = 0) -> Any:
    """The array itself if it has n rows, else a larger one that starts with it."""
    if n <= len(array):
        return array
    larger = np.full((max(n, 2 * len(array)), *array.shape[1:]), fill, dtype=array.dtype)
    larger[: len(array)] = array
    return larger


def wider(array: Any, n: int, axis: int = -1, fill: int = 0) -> Any:
    """The array with at least n, and twice as many, entries along an axis."""
    shape = list(array.shape)
    shape[axis] = max(n, 2 * shape[axis])
    larger = np.full(shape, fill, dtype=array.dtype)
    larger[tuple(map(slice, array.shape))] = array
    return larger


class Hashed:
    """An open hash table from nonzero 64-bit keys to 32-bit values, read by `hashing.find`."""

    def __init__(self) -> None:
        self.keys: Any = np.zeros(1024, dtype=np.uint64)
        self.values: Any = np.zeros(1024, dtype=np.uint32)
        self.used = 0

    def reserve(self, more: int) -> None:
        """Make room for some more keys (at most half of the table is in use)."""
        size = len(self.keys)
        while 2 * (self.used + more) > size:
            size *= 2
        if size > len(self.keys):
            keys, values = self.keys, self.values
            self.keys = np.zeros(size, dtype=np.uint64)
            self.values = np.zeros(size, dtype=np.uint32)
            put_all(self.keys, self.values, keys, values)

    def update(self, items: dict[int, int]) -> None:
        """Set some keys."""
        self.reserve(len(items))
        keys = np.fromiter(items.keys(), dtype=np.uint64, count=len(items))
        values = np.fromiter(items.values(), dtype=np.uint32, count=len(items))
        put_all(self.keys, self.values, keys, values)
        self.used += len(items)
