"""What is in a bag of messages after a change."""

from __future__ import annotations

from typing import Any

import numpy as np

from raftnb.explore.tables.compiling import inlined
from raftnb.explore.tables.layout import (
    ADD,
    Bag,
    BagTables,
    Delta,
    Entry,
    Int,
    Limit,
    Numbers,
    Op,
    Tables,
)


@inlined
def bag_after(tables: Tables | BagTables, bag: Int, delta: Int, content: Numbers) -> Any:
    """Write the bag after a change (in the order of its operations); return its length."""
    low, n = tables.bag[bag, Bag.FIRST_ENTRY], tables.bag[bag, Bag.LENGTH]
    for i in range(n):
        content[i, Entry.MESSAGE] = tables.entry[low + i, Entry.MESSAGE]
        content[i, Entry.COUNT] = tables.entry[low + i, Entry.COUNT]
    for k in range(tables.delta[delta, Delta.FIRST_OP], tables.delta[delta, Delta.END_OP]):
        message = np.uint32(tables.op[k, Op.MESSAGE])
        at = 0
        while at < n and content[at, Entry.MESSAGE] < message:
            at += 1
        here = at < n and content[at, Entry.MESSAGE] == message
        n = _apply(content, n, at, here, message, tables.op[k, Op.KIND])
    return n


@inlined
def _apply(content: Numbers, n: Int, at: Int, here: Int, message: Int, op: Int) -> Any:
    if op > 0 and here:
        if op == ADD:
            content[at, Entry.COUNT] += np.uint32(1)
    elif op > 0:
        for i in range(n, at, -1):
            content[i, Entry.MESSAGE] = content[i - 1, Entry.MESSAGE]
            content[i, Entry.COUNT] = content[i - 1, Entry.COUNT]
        content[at, Entry.MESSAGE] = message
        content[at, Entry.COUNT] = np.uint32(1)
        n += 1
    elif here and content[at, Entry.COUNT] > np.uint32(1):
        content[at, Entry.COUNT] -= np.uint32(1)
    elif here:
        for i in range(at, n - 1):
            content[i, Entry.MESSAGE] = content[i + 1, Entry.MESSAGE]
            content[i, Entry.COUNT] = content[i + 1, Entry.COUNT]
        n -= 1
    return n


@inlined
def over_limits(tables: Tables, bag: Int, delta: Int, content: Numbers) -> Any:
    """Whether the bag after a change is outside the limits on messages."""
    first = tables.delta[delta, Delta.FIRST_OP]
    if tables.delta[delta, Delta.END_OP] == first + 1 and tables.op[first, Op.KIND] > 0:
        low, n = tables.bag[bag, Bag.FIRST_ENTRY], tables.bag[bag, Bag.LENGTH]
        for i in range(low, low + n):
            if tables.entry[i, Entry.MESSAGE] == tables.op[first, Op.MESSAGE]:
                more = tables.op[first, Op.KIND] == ADD
                return (
                    more and np.int64(tables.entry[i, Entry.COUNT]) >= tables.limits[Limit.COPIES]
                )
        return n >= tables.limits[Limit.DISTINCT]
    n = bag_after(tables, bag, delta, content)
    if n > tables.limits[Limit.DISTINCT]:
        return True
    for i in range(n):
        if np.int64(content[i, Entry.COUNT]) > tables.limits[Limit.COPIES]:
            return True
    return False
