"""Arrays that grow at their end, for tables that compiled code reads."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from raftnb.explore.tables.hashing import put_all


class Growing:
    """Rows that are added in Python, and read by compiled code as a NumPy array.

    Python reads and adds to the list `rows`, since a single row of an array is slow to read and
    to write; `array` catches up when it is asked for. A row must not change once it was asked for.
    """

    def __init__(self, kind: Any, *shape: int) -> None:
        self.rows: list[Any] = []
        self._array: Any = np.zeros((16, *shape), dtype=kind)
        self._copied = 0

    def append(self, row: Any) -> int:
        """Add a row; return its position."""
        self.rows.append(row)
        return len(self.rows) - 1

    def extend(self, rows: list[Any]) -> tuple[int, int]:
        """Add several rows; return where they start and end."""
        start = len(self.rows)
        self.rows += rows
        return start, len(self.rows)

    @property
    def array(self) -> Any:
        """The rows as an array, which has room to spare at its end."""
        new = self.rows[self._copied :]
        if new:
            self._array = room_for(self._array, len(self.rows))
            there = self._array[self._copied : len(self.rows)]
            numbers = chain.from_iterable(new) if there.ndim > 1 else new
            flat = np.fromiter(numbers, dtype=there.dtype, count=there.size)  # twice as fast
            there[:] = flat.reshape(there.shape)
            self._copied = len(self.rows)
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
