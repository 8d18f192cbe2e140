"""The compiled part of the engine: it joins ids from flat tables and knows no specification.

Numba compiles these functions once per installation and keeps them on disk. They take no lock:
each thread writes only what is its own, and the tables change only between two calls.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from raftnb.explore.tables.compiling import compiled, inlined
from raftnb.explore.tables.hashing import find, fingerprint, shard_of, spread

U = np.uint64

UNKNOWN_BAG = np.uint32(0xFFFFFFFF)
DONE, MISSING, BAG_MISSING, FULL = 0, 1, 2, 3
NEW_ONLY, INSIDE, EVERYTHING = 0, 1, 2
DEFERRED, NEEDED, BAGS, GENERATED, BAD_PARENT, BAD_CLAIM, MISS_LOW = range(7)


class Memo(NamedTuple):
    """What is known of the specification, as flat tables (see `raftnb.explore.memo.memo`)."""

    trie_key: Any
    trie_value: Any
    node: Any
    classes: Any
    result: Any
    write: Any
    root: Any
    static: Any
    receivers: Any
    action: Any
    delta: Any
    op: Any
    bag: Any
    entry: Any
    pair_key: Any
    pair_value: Any
    limits: Any
    within: Any
    invariants: Any
    transitions: Any
    mover: Any
    pool: Any
    renamed: Any
    renamed_bag: Any


class Out(NamedTuple):
    """The successors that one thread found, by the shard that they belong to."""

    rows: Any
    hashes: Any
    parents: Any
    labels: Any
    count: Any


class Work(NamedTuple):
    """One thread's scratch space, and what it could not finish (see `expand`)."""

    counters: Any
    row: Any
    other: Any
    best: Any
    bag: Any
    saved: Any
    deferred: Any
    needed: Any
    bags: Any
    recent: Any
    moved: Any
    coverage: Any


@inlined
def walk(memo: Any, node: Any, row: Any, work: Any) -> Any:
    """The leaf that a decision tree leads to for a row; 0 if unknown, -1 for want of the bag."""
    while node != 0:
        component = memo.node[node, 0]
        if component < 0:
            return node
        number = row[component]
        if number == UNKNOWN_BAG:
            return np.int64(-1)
        projection = memo.node[node, 1]
        if projection >= 0:
            number = memo.classes[projection, number]
        key = (U(node) << U(32)) | U(number)
        node = find(memo.trie_key, memo.trie_value, key)
        if node == 0:
            work.counters[MISS_LOW] = np.int64(key)
    return np.int64(0)


@inlined
def bag_after(memo: Any, bag: Any, delta: Any, scratch: Any) -> Any:
    """Write the bag after a change (in the order of its operations); return its length."""
    low, n = memo.bag[bag, 0], memo.bag[bag, 1]
    for i in range(n):
        scratch[i, 0] = memo.entry[low + i, 0]
        scratch[i, 1] = memo.entry[low + i, 1]
    for k in range(memo.delta[delta, 0], memo.delta[delta, 1]):
        message = np.uint32(memo.op[k, 0])
        at = 0
        while at < n and scratch[at, 0] < message:
            at += 1
        here = at < n and scratch[at, 0] == message
        n = _apply(scratch, n, at, here, message, memo.op[k, 1])
    return n


@inlined
def _apply(scratch: Any, n: Any, at: Any, here: Any, message: Any, op: Any) -> Any:
    if op > 0 and here:
        if op == 1:
            scratch[at, 1] += np.uint32(1)
    elif op > 0:
        for i in range(n, at, -1):
            scratch[i, 0], scratch[i, 1] = scratch[i - 1, 0], scratch[i - 1, 1]
        scratch[at, 0], scratch[at, 1] = message, np.uint32(1)
        n += 1
    elif here and scratch[at, 1] > np.uint32(1):
        scratch[at, 1] -= np.uint32(1)
    elif here:
        for i in range(at, n - 1):
            scratch[i, 0], scratch[i, 1] = scratch[i + 1, 0], scratch[i + 1, 1]
        n -= 1
    return n


@inlined
def over_limits(memo: Any, bag: Any, delta: Any, scratch: Any) -> Any:
    """Whether the bag after a change is outside the limits on messages."""
    first = memo.delta[delta, 0]
    if memo.delta[delta, 1] == first + 1 and memo.op[first, 1] > 0:
        low, n = memo.bag[bag, 0], memo.bag[bag, 1]
        for i in range(low, low + n):
            if memo.entry[i, 0] == memo.op[first, 0]:
                more = memo.op[first, 1] == 1
                return more and np.int64(memo.entry[i, 1]) >= memo.limits[1]
        return n >= memo.limits[0]
    n = bag_after(memo, bag, delta, scratch)
    if n > memo.limits[0]:
        return True
    for i in range(n):
        if np.int64(scratch[i, 1]) > memo.limits[1]:
            return True
    return False


@inlined
def canonical(memo: Any, work: Any) -> None:
    """Replace `work.row` by the least row that a permutation of names makes of it."""
    row, other, best = work.row, work.other, work.best
    components = len(memo.pool)
    for k in range(len(row)):
        best[k] = row[k]
    for p in range(memo.mover.shape[0]):
        for c in range(components):
            other[memo.mover[p, c]] = memo.renamed[p, memo.pool[c], row[c]]
        if len(row) > components:
            other[components] = memo.renamed_bag[row[components], p]
        at = 0
        while at < len(row) and other[at] == best[at]:
            at += 1
        if at < len(row) and other[at] < best[at]:
            for k in range(len(row)):
                best[k] = other[k]
    for k in range(len(row)):
        row[k] = best[k]


@inlined
def outside_is_fine(memo: Any, work: Any, gid: Any, bag: Any, delta: Any) -> Any:
    """Check the invariants of a state outside the constraint; return a status."""
    row = work.row
    for j in range(len(memo.invariants)):
        leaf = walk(memo, memo.root[memo.invariants[j]], row, work)
        if leaf == -1:
            after = find(memo.pair_key, memo.pair_value, (U(bag) << U(32)) | U(delta))
            if after == 0:
                return BAG_MISSING
            row[len(row) - 1] = np.uint32(after - 1)
            leaf = walk(memo, memo.root[memo.invariants[j]], row, work)
        if leaf == 0:
            return MISSING
        if memo.node[leaf, 2] == 0 and work.counters[BAD_PARENT] < 0:
            work.counters[BAD_PARENT], work.counters[BAD_CLAIM] = gid, j
    return DONE


@inlined
def step_is_fine(memo: Any, rows: Any, work: Any, gid: Any) -> Any:
    """Check the claims about the step from a state to `work.row`; return a status."""
    row, width = work.row, rows.shape[1]
    for j in range(len(memo.transitions)):
        node = np.int64(memo.root[memo.transitions[j]])
        while node != 0 and memo.node[node, 0] >= 0:
            at, projection = memo.node[node, 0], memo.node[node, 1]
            number = rows[gid, at] if at < width else row[at - width]
            if projection >= 0:
                number = memo.classes[projection, number]
            key = (U(node) << U(32)) | U(number)
            work.counters[MISS_LOW] = np.int64(key)
            node = find(memo.trie_key, memo.trie_value, key)
        if node == 0:
            return MISSING
        if memo.node[node, 2] == 0 and work.counters[BAD_PARENT] < 0:
            work.counters[BAD_PARENT] = gid
            work.counters[BAD_CLAIM] = len(memo.invariants) + j
    return DONE


@inlined
def change(memo: Any, rows: Any, gid: Any, r: Any, work: Any) -> Any:
    """Make `work.row` the successor; return a status, and what of the state is as it was.

    That is: whether all is, whether all the components are, and whether it has too many messages
    (its bag is left open then).
    """
    row, components, same = work.row, len(memo.pool), True
    for k in range(len(row)):
        row[k] = rows[gid, k]
    for w in range(memo.result[r, 2], memo.result[r, 3]):
        if row[memo.write[w, 0]] != memo.write[w, 1]:
            row[memo.write[w, 0]] = memo.write[w, 1]
            same = False
    delta, parts = memo.result[r, 1], same
    if delta == 0:
        return DONE, same, parts, False
    bag = np.int64(row[components])
    if memo.limits[0] >= 0 and over_limits(memo, bag, delta, work.bag):
        row[components] = UNKNOWN_BAG
        return DONE, same, parts, True
    after = find(memo.pair_key, memo.pair_value, (U(bag) << U(32)) | U(delta))
    if after == 0:
        work.counters[MISS_LOW] = delta
        return BAG_MISSING, same, parts, False
    row[components] = np.uint32(after - 1)
    return DONE, same and after - 1 == bag, parts, False


@inlined
def emit(memo: Any, rows: Any, gid: Any, r: Any, out: Any, work: Any, keep: Any) -> Any:
    """Work out one successor and put it into the buffer of its shard; return a status."""
    status, same, parts, outside = change(memo, rows, gid, r, work)
    if status != DONE:
        return status
    settled = parts and memo.limits[2] == 0  # what is claimed is as it was before the step
    if step_is_fine(memo, rows, work, gid) != DONE:
        return MISSING
    if keep == NEW_ONLY and ((same and not outside) or (settled and outside)):
        return DONE
    if not outside and memo.within >= 0 and not settled:
        leaf = walk(memo, memo.root[memo.within], work.row, work)
        if leaf == 0:
            return MISSING
        outside = memo.node[leaf, 2] == 0
    if outside:
        delta = memo.result[r, 1]
        bag = np.int64(rows[gid, rows.shape[1] - 1])
        status = outside_is_fine(memo, work, gid, bag, delta)
        if status == BAG_MISSING:
            work.counters[MISS_LOW] = delta
        if status != DONE or keep != EVERYTHING:
            return status
    if memo.mover.shape[0] > 0:
        canonical(memo, work)
    return push(out, work.row, gid, memo.result[r, 0], keep)


@inlined
def push(out: Any, row: Any, gid: Any, label: Any, keep: Any) -> Any:
    """Put a row into the buffer of its shard; return a status."""
    h = fingerprint(row)
    s = shard_of(h, len(out.count))
    n = out.count[s]
    if n >= out.rows.shape[1]:
        return FULL
    for k in range(len(row)):
        out.rows[s, n, k] = row[k]
    out.hashes[s, n] = h
    out.parents[s, n] = gid
    if keep != NEW_ONLY:
        out.labels[s, n] = label
    out.count[s] = n + 1
    return DONE


@inlined
def take(memo: Any, rows: Any, gid: Any, slot: Any, out: Any, work: Any, keep: Any) -> Any:
    """All the successors of a state by one slot, or none of them and why; the number or -status."""
    leaf = walk(memo, np.int64(memo.root[slot]), rows[gid], work)
    if leaf <= 0:
        if memo.root[slot] == 0:
            work.counters[MISS_LOW] = -slot - 1
        return -MISSING
    low, high = memo.node[leaf, 2], memo.node[leaf, 3]
    for s in range(len(out.count)):
        work.saved[s] = out.count[s]
    for r in range(low, high):
        status = emit(memo, rows, gid, r, out, work, keep)
        if status != DONE:
            for s in range(len(out.count)):
                out.count[s] = work.saved[s]
            return -status
    for r in range(low, high):
        work.coverage[memo.action[memo.result[r, 0]]] += 1
    work.counters[GENERATED] += high - low
    return high - low


@inlined
def defer(memo: Any, rows: Any, gid: Any, slot: Any, status: Any, work: Any) -> None:
    """Note a slot of a state for later, and what it needs."""
    c = work.counters
    work.deferred[c[DEFERRED], 0], work.deferred[c[DEFERRED], 1] = gid, slot
    c[DEFERRED] += 1
    if status == BAG_MISSING and c[BAGS] < len(work.bags):
        work.bags[c[BAGS], 0] = rows[gid, rows.shape[1] - 1]
        work.bags[c[BAGS], 1] = c[MISS_LOW]
        c[BAGS] += 1
    if status == MISSING and c[NEEDED] < len(work.needed):
        key = U(c[MISS_LOW])
        at = spread(key) & U(len(work.recent) - 1)
        if work.recent[at] != key:
            work.recent[at] = key
            work.needed[c[NEEDED], 0], work.needed[c[NEEDED], 1] = gid, slot
            c[NEEDED] += 1


@inlined
def step(memo: Any, rows: Any, gid: Any, slot: Any, at: Any, out: Any, work: Any, keep: Any) -> Any:
    """Take one slot of a state, or defer it; whether the buffers have room for more."""
    found = take(memo, rows, gid, slot, out, work, keep)
    if found > 0:
        work.moved[at] = 1
    elif found < 0:
        defer(memo, rows, gid, slot, -found, work)
    return found != -FULL


@inlined
def slots_of(memo: Any, rows: Any, gid: Any) -> Any:
    """The range of a state's messages in `memo.entry`, and how many slots it has at most."""
    if rows.shape[1] == len(memo.pool):
        return np.int64(0), np.int64(0), len(memo.static)
    bag = rows[gid, rows.shape[1] - 1]
    low, n = memo.bag[bag, 0], memo.bag[bag, 1]
    return low, low + n, len(memo.static) + n * memo.receivers.shape[1]


@compiled
def expand(
    memo: Any, rows: Any, todo: Any, origin: Any, stride: Any, out: Any, work: Any, keep: Any
) -> None:
    """The successors of states: rows of `todo` are (state, slot), or (state, -1) for all its slots.

    A slot of a state that needs something not yet known, or more room in a buffer, is put off as a
    whole: `work.deferred` is what is then to be done, once what `work.needed` and `work.bags` name
    is found out. `work.moved` says of state origin + i * stride whether it has a successor.
    """
    room, statics = True, len(memo.static)
    for t in range(len(todo)):
        gid, slot = todo[t, 0], todo[t, 1]
        low, high, slots = slots_of(memo, rows, gid)
        if not room or work.counters[DEFERRED] + slots + len(todo) - t > len(work.deferred):
            defer(memo, rows, gid, slot, FULL, work)
            continue
        at, i, k, one = (gid - origin) // stride, 0, 0, slot >= 0
        while True:
            if one:
                i, low, one = statics, high, False
            elif i < statics:
                slot = memo.static[i]
                i += 1
            elif low < high:
                slot = memo.receivers[memo.entry[low, 0], k]
                k += 1
                if slot < 0:
                    low, k = low + 1, 0
                    continue
            else:
                break
            room = step(memo, rows, gid, slot, at, out, work, keep) and room


@compiled
def judge(
    memo: Any, rows: Any, claims: Any, normal: Any, hits: Any, start: Any, stop: Any, stride: Any,
    work: Any,
) -> Any:  # fmt: skip
    """Evaluate claims (slots) on states; the first state where one is not `normal` is its hit.

    Return how far it came; `work.needed` names the (state, claim) that are not known.
    """
    c = work.counters
    for gid in range(start, stop, stride):
        if c[NEEDED] + len(claims) > len(work.needed):
            return gid
        for j in range(len(claims)):
            if hits[j] < 0:
                leaf = walk(memo, np.int64(memo.root[claims[j]]), rows[gid], work)
                if leaf == 0:
                    work.needed[c[NEEDED], 0], work.needed[c[NEEDED], 1] = gid, j
                    c[NEEDED] += 1
                elif memo.node[leaf, 2] != normal[j]:
                    hits[j] = gid
    return stop


@compiled
def evaluate(memo: Any, rows: Any, slot: Any, values: Any, start: Any, work: Any) -> Any:
    """The values of a function of the state from `start` on, up to the first that is unknown."""
    for gid in range(start, len(values)):
        leaf = walk(memo, np.int64(memo.root[slot]), rows[gid], work)
        if leaf == 0:
            return gid
        values[gid] = memo.node[leaf, 2]
    return len(values)
