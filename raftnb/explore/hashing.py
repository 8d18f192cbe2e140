"""Hashes and hash tables for compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic

from raftnb.explore.compiled import compiled, inlined

U = np.uint64
insert: Any = cgutils.get_or_insert_function


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
        function = insert(builder.module, wanted, name)
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
def put_all(keys: Any, values: Any, new_keys: Any, new_values: Any) -> None:
    """Set many keys."""
    for i in range(len(new_keys)):
        if new_keys[i] != U(0):
            put(keys, values, new_keys[i], new_values[i])
