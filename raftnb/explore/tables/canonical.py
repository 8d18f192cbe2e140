"""One row for all the states that differ by a permutation of interchangeable members.

Permutations are never listed: n members have n! of them, but n (n - 1) / 2 *swaps*, and a
permutation is at most n - 1 swaps one after the other. Each member gets a *mark* from how the state
mentions it, with all other members' names left aside; so a permutation moves the marks along with
the members. (A process's own component comes first in its mark, so that few are met.) The members
of a group are sorted by their marks; only those with equal marks remain to be told apart. Among
these, *twins* can change places with nothing changed. All arrangements of the others are tried,
and the least row is taken; where there are more than `MOST_ORDERS`, none is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from raftnb.explore.tables.compiling import compiled, inlined
from raftnb.explore.tables.hashing import mix
from raftnb.explore.tables.kernels import push
from raftnb.explore.tables.layout import (
    OPEN_BAG,
    UNKNOWN,
    Arranged,
    Counter,
    Int,
    Ints,
    Numbers,
    Scratch,
    Status,
    Successors,
    Swap,
    Tables,
    Wanted,
    Which,
)
from raftnb.explore.tables.orders import MOST_ORDERS

U = np.uint64
AT_ONCE = 200_000
"""After so many, of any states, Python may go on, which hears Ctrl-C."""


@inlined
def same(row: Numbers, other: Numbers) -> Any:
    """Whether two rows are equal."""
    for k in range(len(row)):
        if row[k] != other[k]:
            return False
    return True


@inlined
def copy(row: Any, other: Any) -> None:
    """Make an array equal to another one."""
    for k in range(len(row)):
        row[k] = other[k]


@inlined
def less(row: Numbers, other: Numbers) -> Any:
    """Whether a row comes before another one."""
    for k in range(len(row)):
        if row[k] != other[k]:
            return row[k] < other[k]
    return False


@inlined
def _note_swap(scratch: Scratch, swap: Int, pool: Int, value: Int) -> None:
    n = scratch.counters[Counter.SWAPS]
    if n < len(scratch.swaps):
        scratch.swaps[n, Swap.NUMBER] = swap
        scratch.swaps[n, Swap.POOL] = pool
        scratch.swaps[n, Swap.VALUE] = value
        scratch.counters[Counter.SWAPS] += 1


@inlined
def _note_bag(scratch: Scratch, bag: Int, swap: Int) -> None:
    n = scratch.counters[Counter.BAGS]
    if n < len(scratch.bags):
        scratch.bags[n, Wanted.BAG] = bag
        scratch.bags[n, Wanted.CHANGE] = -1 - swap
        scratch.counters[Counter.BAGS] += 1


@inlined
def swap_into(tables: Tables, scratch: Scratch, row: Numbers, a: Int, b: Int, out: Numbers) -> Any:
    """Write what a swap of two members makes of a row; return a status."""
    s, components = tables.swap[a, b], len(tables.pool)
    for c in range(components):
        pool = tables.pool[c]
        there = tables.swapped[s, pool, row[c]]
        if there == UNKNOWN:
            _note_swap(scratch, s, pool, row[c])
            return Status.MISSING
        out[tables.mover[s, c]] = there
    if len(row) > components:
        there = tables.swapped_bag[row[components], s]
        if there == UNKNOWN:
            _note_bag(scratch, row[components], s)
            return Status.MISSING
        out[components] = there
    return Status.DONE


@inlined
def mark(tables: Tables, scratch: Scratch) -> None:
    """Find the marks of all members in `scratch.row`."""
    row, components = scratch.row, len(tables.pool)
    for m in range(len(scratch.marked)):
        total = U(0)
        for c in range(components):
            how = U(tables.marks[tables.pool[c], row[c], m]) << U(32) | U(tables.pool[c]) << U(8)
            total += mix(how | U(tables.roles[c, m]))
        if len(row) > components:
            total += tables.bag_marks[row[components], m]
        own, first = tables.own[m], U(0)
        if own >= 0:
            first = U(tables.marks[tables.pool[own], row[own], m])
        scratch.marked[m] = (first << U(32)) | (total >> U(32))


@inlined
def sort_by_marks(tables: Tables, scratch: Scratch) -> Any:
    """Swap the members of each group in `scratch.row` until their marks ascend; a status."""
    row, marked = scratch.row, scratch.marked
    for g in range(len(tables.groups) - 1):
        for i in range(tables.groups[g], tables.groups[g + 1]):
            least = i
            for j in range(i + 1, tables.groups[g + 1]):
                if marked[j] < marked[least]:
                    least = j
            if least != i:
                status = swap_into(tables, scratch, row, i, least, scratch.other)
                if status != Status.DONE:
                    return status
                copy(row, scratch.other)
                marked[i], marked[least] = marked[least], marked[i]
    return Status.DONE


@inlined
def find_twins(tables: Tables, scratch: Scratch) -> Any:
    """Name each member's first twin; a status, and whether there are equal marks but no twins."""
    row, marked, twin = scratch.row, scratch.marked, scratch.arranged[Arranged.TWIN]
    several = False
    for g in range(len(tables.groups) - 1):
        first = tables.groups[g]
        for i in range(tables.groups[g], tables.groups[g + 1]):
            if marked[i] != marked[first]:
                first = i
            twin[i] = i
            for j in range(first, i):
                if twin[j] == j and twin[i] == i:
                    status = swap_into(tables, scratch, row, j, i, scratch.other)
                    if status != Status.DONE:
                        return status, several
                    if same(row, scratch.other):
                        twin[i] = j
            several = several or (twin[i] == i and i != first)
    return Status.DONE, several


@inlined
def next_arrangement(label: Ints, start: Int, stop: Int) -> Any:
    """Make the labels of some places the next ones in lexicographic order; False at the end.

    At the end they are in ascending order again.
    """
    i = stop - 2
    while i >= start and label[i] >= label[i + 1]:
        i -= 1
    if i >= start:
        j = stop - 1
        while label[j] <= label[i]:
            j -= 1
        label[i], label[j] = label[j], label[i]
    low, high = i + 1 if i >= start else start, stop - 1
    while low < high:
        label[low], label[high] = label[high], label[low]
        low, high = low + 1, high - 1
    return i >= start


@inlined
def block_end(tables: Tables, scratch: Scratch, start: Int) -> Any:
    """Where the members with the same mark as this one end."""
    stop = start + 1
    for g in range(len(tables.groups) - 1):
        if tables.groups[g] <= start and start < tables.groups[g + 1]:
            while stop < tables.groups[g + 1] and scratch.marked[stop] == scratch.marked[start]:
                stop += 1
    return stop


@inlined
def next_of_all(tables: Tables, scratch: Scratch) -> Any:
    """The next arrangement of all the blocks of equal marks; False when all were tried."""
    start = 0
    while start < len(scratch.marked):
        stop = block_end(tables, scratch, start)
        if next_arrangement(scratch.arranged[Arranged.LABEL], start, stop):
            return True
        start = stop
    return False


@inlined
def try_arrangement(tables: Tables, scratch: Scratch) -> Any:
    """Write the row of an arrangement into `scratch.tried`; return a status."""
    twin, label = scratch.arranged[Arranged.TWIN], scratch.arranged[Arranged.LABEL]
    source, held = scratch.arranged[Arranged.SOURCE], scratch.arranged[Arranged.HELD]
    n, tried = len(twin), scratch.tried
    for place in range(n):  # twins keep the order that they have
        source[place], seen = -1, 0
        for earlier in range(place):
            seen += label[earlier] == label[place]
        for member in range(n):
            if twin[member] == label[place]:
                if seen == 0 and source[place] < 0:
                    source[place] = member
                seen -= 1
        held[place] = place
    copy(tried, scratch.row)
    for place in range(n):
        at = place
        while held[at] != source[place]:
            at += 1
        if at != place:
            status = swap_into(tables, scratch, tried, place, at, scratch.other)
            if status != Status.DONE:
                return status
            copy(tried, scratch.other)
            held[place], held[at] = held[at], held[place]
    return Status.DONE


@inlined
def sort_blocks(tables: Tables, scratch: Scratch) -> None:
    """Put the labels of every block in ascending order: the first arrangement."""
    label, start = scratch.arranged[Arranged.LABEL], 0
    while start < len(label):
        stop = block_end(tables, scratch, start)
        for i in range(start + 1, stop):
            at = i
            while at > start and label[at - 1] > label[at]:
                label[at - 1], label[at] = label[at], label[at - 1]
                at -= 1
        start = stop


@inlined
def arrangements(tables: Tables, scratch: Scratch) -> Any:
    """How many arrangements there are of all the blocks of equal marks, twins being alike."""
    twin, number, start = scratch.arranged[Arranged.TWIN], 1.0, 0
    while start < len(twin):
        stop = block_end(tables, scratch, start)
        for i in range(start, stop):
            alike = 1
            for j in range(start, i):
                alike += twin[j] == twin[i]
            number *= (i - start + 1) / alike
        start = stop
    return number


@inlined
def canonical(tables: Tables, scratch: Scratch) -> Any:
    """Replace `scratch.row` by the row that stands for all its permutations; return a status."""
    mark(tables, scratch)
    status = sort_by_marks(tables, scratch)
    if status != Status.DONE:
        return status
    status, several = find_twins(tables, scratch)
    if status != Status.DONE or not several:
        return status
    number = arrangements(tables, scratch)
    if number > MOST_ORDERS:
        scratch.counters[Counter.TOO_MANY] = np.int64(min(number, 1e18))
        return Status.TOO_MANY
    scratch.counters[Counter.TRIED] += np.int64(number)
    copy(scratch.best, scratch.row)
    label = scratch.arranged[Arranged.LABEL]
    copy(label, scratch.arranged[Arranged.TWIN])
    sort_blocks(tables, scratch)
    more = True
    while more:
        status = try_arrangement(tables, scratch)
        if status != Status.DONE:
            return status
        if less(scratch.tried, scratch.best):
            copy(scratch.best, scratch.tried)
        more = next_of_all(tables, scratch)
    copy(scratch.row, scratch.best)
    return Status.DONE


@compiled
def replace_by_canonical(
    tables: Tables, found: Successors, out: Successors, scratch: Scratch
) -> None:
    """Move rows from the one shard of `found` to `out`, each replaced by its canonical row.

    Rows stay in `found` where something must be found out first (`scratch.swaps` and `bags` name
    it), where a buffer is full, or when many arrangements were tried.
    """
    left, components = 0, len(tables.pool)
    scratch.counters[Counter.TRIED] = 0
    for i in range(found.counts[0]):
        row, parent = found.rows[0, i], found.parents[0, i]
        copy(scratch.row, row)
        status = Status.DONE
        if scratch.counters[Counter.TRIED] > AT_ONCE:
            status = Status.FULL
        elif len(row) == components or row[components] != OPEN_BAG:  # else it stands for no state
            status = canonical(tables, scratch)
        if status == Status.DONE:
            status = push(out, scratch.row, parent, 0, Which.NEW_ONLY)
        if status != Status.DONE:
            copy(found.rows[0, left], row)
            found.parents[0, left] = parent
            left += 1
    found.counts[0] = left
