"""The compiled part of the engine: it joins ids from flat tables and knows no specification.

Numba compiles these functions once per installation and keeps them on disk. They take no lock:
each thread writes only what is its own, and the tables change only between two calls.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from raftnb.explore.tables.buffers import NEEDED_FIRST
from raftnb.explore.tables.compiling import compiled, inlined
from raftnb.explore.tables.contents import over_limits
from raftnb.explore.tables.hashing import find, fingerprint, shard_of, spread
from raftnb.explore.tables.layout import (
    OPEN_BAG,
    Bag,
    Counter,
    Entry,
    Int,
    Ints,
    Limit,
    Node,
    Numbers,
    Result,
    Scratch,
    Status,
    Successors,
    Tables,
    Todo,
    Wanted,
    Which,
    Write,
)

U = np.uint64


@inlined
def walk(tables: Tables, node: Int, row: Numbers, scratch: Scratch) -> Any:
    """The leaf that a decision tree leads to for a row; 0 if unknown, -1 for want of the bag."""
    while node != 0:
        component = tables.node[node, Node.COMPONENT]
        if component < 0:
            return node
        number = row[component]
        if number == OPEN_BAG:
            return np.int64(-1)
        projection = tables.node[node, Node.PROJECTION]
        if projection >= 0:
            number = tables.classes[projection, number]
        key = (U(node) << U(32)) | U(number)
        node = find(tables.trie_key, tables.trie_value, key)
        if node == 0:
            scratch.counters[Counter.MISSED] = np.int64(key)
    return np.int64(0)


@inlined
def outside_is_fine(tables: Tables, scratch: Scratch, gid: Int, bag: Int, delta: Int) -> Any:
    """Check the invariants of a state outside the constraint; return a status."""
    row = scratch.row
    for j in range(len(tables.invariants)):
        leaf = walk(tables, tables.root[tables.invariants[j]], row, scratch)
        if leaf == -1:
            after = find(tables.pair_key, tables.pair_value, (U(bag) << U(32)) | U(delta))
            if after == 0:
                return Status.BAG_MISSING
            row[len(row) - 1] = np.uint32(after - 1)
            leaf = walk(tables, tables.root[tables.invariants[j]], row, scratch)
        if leaf == 0:
            return Status.MISSING
        if tables.node[leaf, Node.VALUE] == 0 and scratch.counters[Counter.BAD_PARENT] < 0:
            scratch.counters[Counter.BAD_PARENT], scratch.counters[Counter.BAD_CLAIM] = gid, j
    return Status.DONE


@inlined
def walk_step(tables: Tables, rows: Numbers, scratch: Scratch, gid: Int, slot: Int) -> Any:
    """The leaf of a slot for the step from a state to `scratch.row`; 0 if unknown."""
    row, width = scratch.row, rows.shape[1]
    node = np.int64(tables.root[slot])
    while node != 0 and tables.node[node, Node.COMPONENT] >= 0:
        at, projection = tables.node[node, Node.COMPONENT], tables.node[node, Node.PROJECTION]
        number = rows[gid, at] if at < width else row[at - width]
        if projection >= 0:
            number = tables.classes[projection, number]
        key = (U(node) << U(32)) | U(number)
        scratch.counters[Counter.MISSED] = np.int64(key)
        node = find(tables.trie_key, tables.trie_value, key)
    return node


@inlined
def step_is_fine(tables: Tables, rows: Numbers, scratch: Scratch, gid: Int) -> Any:
    """Check the claims about the step from a state to `scratch.row`; return a status."""
    for j in range(len(tables.transitions)):
        node = walk_step(tables, rows, scratch, gid, tables.transitions[j])
        if node == 0:
            return Status.MISSING
        if tables.node[node, Node.VALUE] == 0 and scratch.counters[Counter.BAD_PARENT] < 0:
            scratch.counters[Counter.BAD_PARENT] = gid
            scratch.counters[Counter.BAD_CLAIM] = len(tables.invariants) + j
    return Status.DONE


@inlined
def change(tables: Tables, rows: Numbers, gid: Int, r: Int, scratch: Scratch) -> Any:
    """Make `scratch.row` the successor; return a status, and what of the state is as it was.

    That is: whether all is, whether all the components are, and whether it has too many messages
    (its bag is left open then).
    """
    row, components, same = scratch.row, len(tables.pool), True
    for k in range(len(row)):
        row[k] = rows[gid, k]
    for w in range(tables.result[r, Result.FIRST_WRITE], tables.result[r, Result.END_WRITE]):
        if row[tables.write[w, Write.COMPONENT]] != tables.write[w, Write.NUMBER]:
            row[tables.write[w, Write.COMPONENT]] = tables.write[w, Write.NUMBER]
            same = False
    delta, parts = tables.result[r, Result.DELTA], same
    if delta == 0:
        return Status.DONE, same, parts, False
    bag = np.int64(row[components])
    if tables.limits[Limit.DISTINCT] >= 0 and over_limits(tables, bag, delta, scratch.content):
        row[components] = OPEN_BAG
        return Status.DONE, same, parts, True
    after = find(tables.pair_key, tables.pair_value, (U(bag) << U(32)) | U(delta))
    if after == 0:
        scratch.counters[Counter.MISSED] = delta
        return Status.BAG_MISSING, same, parts, False
    row[components] = np.uint32(after - 1)
    return Status.DONE, same and after - 1 == bag, parts, False


@inlined
def emit(
    tables: Tables, rows: Numbers, gid: Int, r: Int, out: Successors, scratch: Scratch, which: Int
) -> Any:
    """Work out one successor and put it into the buffer of its shard; return a status."""
    status, same, parts, outside = change(tables, rows, gid, r, scratch)
    if status != Status.DONE:
        return status
    settled = parts and tables.claims_read_bag == 0  # what is claimed is as it was before the step
    if step_is_fine(tables, rows, scratch, gid) != Status.DONE:
        return Status.MISSING
    if not outside and tables.step_within >= 0:
        leaf = walk_step(tables, rows, scratch, gid, tables.step_within)
        if leaf == 0:
            return Status.MISSING
        outside = tables.node[leaf, Node.VALUE] == 0
    if which == Which.NEW_ONLY and ((same and not outside) or (settled and outside)):
        scratch.counters[Counter.CUT] += outside
        return Status.DONE
    if not outside and tables.within >= 0 and not settled:
        leaf = walk(tables, tables.root[tables.within], scratch.row, scratch)
        if leaf == 0:
            return Status.MISSING
        outside = tables.node[leaf, Node.VALUE] == 0
    if outside:
        delta = tables.result[r, Result.DELTA]
        bag = np.int64(rows[gid, rows.shape[1] - 1])
        status = outside_is_fine(tables, scratch, gid, bag, delta)
        if status == Status.BAG_MISSING:
            scratch.counters[Counter.MISSED] = delta
        scratch.counters[Counter.CUT] += 1
        if status != Status.DONE or which != Which.EVERYTHING:
            return status
    return push(out, scratch.row, gid, tables.result[r, Result.LABEL], which)


@inlined
def push(out: Successors, row: Numbers, gid: Int, label: Int, which: Int) -> Any:
    """Put a row into the buffer of its shard; return a status."""
    h = fingerprint(row)
    s = shard_of(h, len(out.counts))
    n = out.counts[s]
    if n >= out.rows.shape[1]:
        return Status.FULL
    for k in range(len(row)):
        out.rows[s, n, k] = row[k]
    out.hashes[s, n] = h
    out.parents[s, n] = gid
    if which != Which.NEW_ONLY:
        out.labels[s, n] = label
    out.counts[s] = n + 1
    return Status.DONE


@inlined
def take(
    tables: Tables,
    rows: Numbers,
    gid: Int,
    slot: Int,
    out: Successors,
    scratch: Scratch,
    which: Int,
) -> Any:
    """All successors of a state by one slot, or none of them and why; the number or -status."""
    leaf = walk(tables, np.int64(tables.root[slot]), rows[gid], scratch)
    if leaf <= 0:
        if tables.root[slot] == 0:
            scratch.counters[Counter.MISSED] = -slot - 1
        return -Status.MISSING
    low = tables.node[leaf, Node.FIRST_RESULT]
    high = tables.node[leaf, Node.END_RESULT]
    for s in range(len(out.counts)):
        scratch.saved[s] = out.counts[s]
    cut = scratch.counters[Counter.CUT]
    for r in range(low, high):
        status = emit(tables, rows, gid, r, out, scratch, which)
        if status != Status.DONE:
            for s in range(len(out.counts)):
                out.counts[s] = scratch.saved[s]
            scratch.counters[Counter.CUT] = cut
            return -status
    for r in range(low, high):
        scratch.coverage[tables.action[tables.result[r, Result.LABEL]]] += 1
    scratch.counters[Counter.GENERATED] += high - low
    return high - low


@inlined
def defer(rows: Numbers, gid: Int, slot: Int, status: Int, scratch: Scratch) -> None:
    """Note a slot of a state for later, and what it needs."""
    c = scratch.counters
    at = c[Counter.DEFERRED]
    scratch.deferred[at, Todo.STATE] = gid
    scratch.deferred[at, Todo.SLOT] = slot
    c[Counter.DEFERRED] += 1
    if status == Status.BAG_MISSING and c[Counter.BAGS] < len(scratch.bags):
        scratch.bags[c[Counter.BAGS], Wanted.BAG] = rows[gid, rows.shape[1] - 1]
        scratch.bags[c[Counter.BAGS], Wanted.CHANGE] = c[Counter.MISSED]
        c[Counter.BAGS] += 1
    if status == Status.MISSING and c[Counter.NEEDED] < len(scratch.needed):
        key = U(c[Counter.MISSED])
        at = spread(key) & U(len(scratch.recent) - 1)
        if scratch.recent[at] != key:
            scratch.recent[at] = key
            scratch.needed[c[Counter.NEEDED], Todo.STATE] = gid
            scratch.needed[c[Counter.NEEDED], Todo.SLOT] = slot
            c[Counter.NEEDED] += 1


@inlined
def step(
    tables: Tables,
    rows: Numbers,
    gid: Int,
    slot: Int,
    at: Int,
    out: Successors,
    scratch: Scratch,
    which: Int,
) -> Any:
    """Take one slot of a state, or defer it; whether the buffers have room for more."""
    found = take(tables, rows, gid, slot, out, scratch, which)
    if found > 0:
        scratch.moved[at] = 1
    elif found < 0:
        defer(rows, gid, slot, -found, scratch)
    return found != -Status.FULL


@inlined
def slots_of(tables: Tables, rows: Numbers, gid: Int) -> Any:
    """The range of a state's messages in `tables.entry`, and how many slots it has at most."""
    if rows.shape[1] == len(tables.pool):
        return np.int64(0), np.int64(0), len(tables.static)
    bag = rows[gid, rows.shape[1] - 1]
    low, n = tables.bag[bag, Bag.FIRST_ENTRY], tables.bag[bag, Bag.LENGTH]
    return low, low + n, len(tables.static) + n * tables.receivers.shape[1]


@compiled
def expand(
    tables: Tables,
    rows: Numbers,
    todo: Ints,
    origin: Int,
    stride: Int,
    out: Successors,
    scratch: Scratch,
    which: Int,
) -> None:
    """The successors of states: rows of `todo` are (state, slot), or (state, -1) for all its slots.

    A slot of a state that needs something not yet known, or more room in a buffer, is put off as a
    whole: `deferred` (of `scratch`) is what is then to be done, once what `needed` and `bags` name
    is found out. `moved` says of state origin + i * stride whether it has a successor.
    """
    room, statics = True, len(tables.static)
    for t in range(len(todo)):
        gid, slot = todo[t, Todo.STATE], todo[t, Todo.SLOT]
        low, high, slots = slots_of(tables, rows, gid)
        if not room or scratch.counters[Counter.DEFERRED] + slots + len(todo) - t > len(
            scratch.deferred
        ):
            defer(rows, gid, slot, Status.FULL, scratch)
            continue
        at, i, k, one = (gid - origin) // stride, 0, 0, slot >= 0
        while True:
            if one:
                i, low, one = statics, high, False
            elif i < statics:
                slot = tables.static[i]
                i += 1
            elif low < high:
                slot = tables.receivers[tables.entry[low, Entry.MESSAGE], k]
                k += 1
                if slot < 0:
                    low, k = low + 1, 0
                    continue
            else:
                break
            room = step(tables, rows, gid, slot, at, out, scratch, which) and room


@compiled
def evaluate_claims(
    tables: Tables, rows: Numbers, claims: Ints, normal: Ints, hits: Ints, start: Int, stop: Int,
    stride: Int, scratch: Scratch,
) -> Any:  # fmt: skip
    """Evaluate claims (slots) on states; the first state where one is not `normal` is its hit.

    Return how far it came; `scratch.needed` names the (state, claim) that are not known.
    """
    c, most = scratch.counters, min(NEEDED_FIRST, len(scratch.needed))
    for gid in range(start, stop, stride):
        for j in range(len(claims)):
            if hits[j] < 0:
                leaf = walk(tables, np.int64(tables.root[claims[j]]), rows[gid], scratch)
                if leaf == 0:
                    if c[Counter.NEEDED] == most:
                        return gid
                    scratch.needed[c[Counter.NEEDED], Todo.STATE] = gid
                    scratch.needed[c[Counter.NEEDED], Todo.SLOT] = j
                    c[Counter.NEEDED] += 1
                elif tables.node[leaf, Node.VALUE] != normal[j]:
                    hits[j] = gid
    return stop


@compiled
def evaluate(
    tables: Tables, rows: Numbers, slot: Int, values: Ints, start: Int, scratch: Scratch
) -> Any:
    """The values of a function of the state from `start` on, up to the first that is unknown."""
    for gid in range(start, len(values)):
        leaf = walk(tables, np.int64(tables.root[slot]), rows[gid], scratch)
        if leaf == 0:
            return gid
        values[gid] = tables.node[leaf, Node.VALUE]
    return len(values)


@compiled
def push_all(out: Successors, rows: Numbers, start: Int, parent: Int) -> Any:
    """Put rows into the buffers, from `start` on until one is full; return how far it came."""
    at = start
    while at < len(rows) and push(out, rows[at], parent, 0, Which.NEW_ONLY) == Status.DONE:
        at += 1
    return at
