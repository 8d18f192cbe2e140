"""Hash tables for compiled code: of keys, and of rows that are stored elsewhere.

Both are open: a key goes to the first free place from where its hash says. In the table of rows an
entry is one 64-bit number: in its upper half the *tag*, the upper half of the row's hash, in its
lower half the row's number plus 1; so 0 means that the place is free. Rows are compared only where
the tags are equal, and then in full: two states are one only if they are equal.

The constants of all hashes here are those of MurmurHash3's finalizer (and the golden ratio, as a
start).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic

from raftnb.explore.tables.compiling import compiled, inlined

U = np.uint64
declare: Any = cgutils.get_or_insert_function


# A lookup in a table of many megabytes waits for memory. Asking for the place a dozen rows ahead
# hides most of the wait: without it, raft.tla's 1,931,973 states (three servers, one thread) take
# 2.9 to 3.1 processor seconds, with it 2.6 to 2.8. Numba has no prefetch, so this is LLVM's own.
def _prefetch(typingctx: Any, array: Any, index: Any) -> Any:
    signature = types.void(array, index)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        data = context.make_array(kind)(context, builder, args[0]).data
        at = builder.gep(data, [builder.sext(args[1], ir.IntType(64))])
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        wanted = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        name = "llvm.prefetch.p0" if byte.is_opaque else "llvm.prefetch.p0i8"
        function = declare(builder.module, wanted, name)
        flags = [ir.Constant(number, n) for n in (0, 3, 1)]
        builder.call(function, [builder.bitcast(at, byte), *flags])
        return context.get_dummy_value()

    return signature, generate


prefetch: Any = intrinsic(_prefetch)  # asks for an element of a one-dimensional array soon


@inlined
def fingerprint(row: Any) -> Any:
    """A 64-bit hash of a row of ids."""
    h = U(0x9E3779B97F4A7C15)
    for k in range(len(row)):
        h = (h ^ U(row[k])) * U(0xFF51AFD7ED558CCD)
        h ^= h >> U(32)
    h *= U(0xC4CEB9FE1A85EC53)
    return h ^ (h >> U(29))


@inlined
def mix(key: Any) -> Any:
    """A 64-bit number that depends on all bits of another one (MurmurHash3's finalizer)."""
    h = (key ^ (key >> U(33))) * U(0xFF51AFD7ED558CCD)
    h = (h ^ (h >> U(33))) * U(0xC4CEB9FE1A85EC53)
    return h ^ (h >> U(33))


@inlined
def shard_of(h: Any, shards: Any) -> Any:
    """Which of the shards (at most 256) owns a hash."""
    return np.int64(((h >> U(56)) * U(shards)) >> U(8))


@inlined
def spread(key: Any) -> Any:
    """A position for a key whose two halves are small numbers."""
    h = (key ^ (key >> U(32))) * U(0x9E3779B97F4A7C15)
    return ((h ^ (h >> U(29))) * U(0xC4CEB9FE1A85EC53)) >> U(32)


@inlined
def find(keys: Any, values: Any, key: Any) -> Any:
    """The value of a key in an open hash table, or 0."""
    mask = U(len(keys) - 1)
    at = spread(key) & mask
    while True:
        there = keys[at]
        if there == key:
            return np.int64(values[at])
        if there == U(0):
            return np.int64(0)
        at = (at + U(1)) & mask


@inlined
def put(keys: Any, values: Any, key: Any, value: Any) -> None:
    """Set the value of a key in an open hash table that has room."""
    mask = U(len(keys) - 1)
    at = spread(key) & mask
    while keys[at] != key and keys[at] != U(0):
        at = (at + U(1)) & mask
    keys[at] = key
    values[at] = value


@compiled
def fingerprints(rows: Any, found: Any) -> None:
    """Write the hash of each row to `found`."""
    for i in range(len(rows)):
        found[i] = fingerprint(rows[i])


@compiled
def put_all(keys: Any, values: Any, new_keys: Any, new_values: Any) -> None:
    """Set many keys."""
    for i in range(len(new_keys)):
        if new_keys[i] != U(0):
            put(keys, values, new_keys[i], new_values[i])


@inlined
def same_row(rows: Any, gid: Any, row: Any) -> Any:
    """Whether a stored row equals another one."""
    for k in range(rows.shape[1]):
        if rows[gid, k] != row[k]:
            return False
    return True


@inlined
def look_up(table: Any, rows: Any, row: Any, h: Any) -> Any:
    """The position of a row in the table if it is there, else -1 - (the free position)."""
    mask = U(len(table) - 1)
    at, tag = h & mask, h >> U(32)
    while True:
        there = table[at]
        if there == U(0):
            return -1 - np.int64(at)
        if there >> U(32) == tag and same_row(rows, np.int64(there & U(0xFFFFFFFF)) - 1, row):
            return np.int64(at)
        at = (at + U(1)) & mask


@compiled
def insert(
    table: Any, rows: Any, flat: Any, parents: Any, base: Any, shard: Any, shards: Any, count: Any,
    limit: Any, new_rows: Any, hashes: Any, new_parents: Any, first: Any, stop: Any,
) -> Any:  # fmt: skip
    """Add the rows that are new to a shard; return how far it came, and the shard's new count.

    State i of a shard has the number base + i * shards + shard. It stops early at `limit`.
    `flat` is `rows` in one dimension.
    """
    width, mask, ahead = rows.shape[1], U(len(table) - 1), 12
    for i in range(first, min(first + ahead, stop)):
        prefetch(table, np.int64(hashes[i] & mask))
    for i in range(first, stop):
        if i + 2 * ahead < stop:
            prefetch(table, np.int64(hashes[i + 2 * ahead] & mask))
        if i + ahead < stop:
            there = table[hashes[i + ahead] & mask]
            if there >> U(32) == hashes[i + ahead] >> U(32):
                prefetch(flat, (np.int64(there & U(0xFFFFFFFF)) - 1) * width)
        at = look_up(table, rows, new_rows[i], hashes[i])
        if at < 0:
            if count >= limit:
                return i, count
            gid = base + count * shards + shard
            table[-1 - at] = ((hashes[i] >> U(32)) << U(32)) | U(gid + 1)
            for k in range(width):
                rows[gid, k] = new_rows[i, k]
            parents[gid] = new_parents[i]
            count += 1
    return stop, count


@compiled
def locate(table: Any, rows: Any, new_rows: Any, hashes: Any, n: Any, found: Any) -> None:
    """The number of the state that each row is, or -1."""
    for i in range(n):
        if i + 12 < n:
            prefetch(table, np.int64(hashes[i + 12] & U(len(table) - 1)))
        at = look_up(table, rows, new_rows[i], hashes[i])
        found[i] = np.int64(table[at] & U(0xFFFFFFFF)) - 1 if at >= 0 else -1


@compiled
def rehash(table: Any, rows: Any, base: Any, count: Any, shard: Any, shards: Any) -> None:
    """Fill an empty, larger table with a shard's states."""
    mask = U(len(table) - 1)
    for i in range(base + count):
        gid = i if i < base else base + (i - base) * shards + shard
        h = fingerprint(rows[gid])
        if i < base and shard_of(h, shards) != shard:
            continue
        at = h & mask
        while table[at] != U(0):
            at = (at + U(1)) & mask
        table[at] = ((h >> U(32)) << U(32)) | U(gid + 1)
