"""States on the way to another machine: a table of values, and rows of small numbers into it.

A batch has all that it takes to be read, what the receiver knows already included. So it can be
sent again, and be read by a machine that has just begun.
"""

from __future__ import annotations

import pickle
from typing import Any, NamedTuple

import numpy as np

from raftnb.explore.memo.memo import Memo
from raftnb.explore.spans import numbers_in
from raftnb.explore.tables.layout import BagCounter, Entry
from raftnb.parallel import packed, unpacked

SIZES = (np.uint8, np.uint16, np.uint32)


class Batch(NamedTuple):
    """Rows in the numbers of one memo, and for each the number of its parent and its shard.

    `homes` is the shard of all parents, or an array.
    """

    rows: Any
    parents: Any
    homes: Any


def as_bytes(memo: Memo, batch: Batch) -> bytes:
    """A batch as bytes that any machine with the same model can read."""
    interner, rows = memo.interner, batch.rows
    columns, tables = [], []
    for number in range(len(interner.pools)):
        own = [c for c, pool in enumerate(interner.pool_of) if pool == number]
        used, places = np.unique(rows[:, own], return_inverse=True)
        tables.append([interner.pools[number].values[n] for n in used.tolist()])
        places = places.reshape(len(rows), len(own))
        columns += [(c, small(places[:, i])) for i, c in enumerate(own)]
    bags = None
    if interner.has_bag:
        used, places = np.unique(rows[:, -1], return_inverse=True)
        columns.append((len(interner.pool_of), small(places.reshape(-1))))
        bags, messages = contents(memo, used)
        tables.append([interner.message_list[n] for n in messages.tolist()])
    arrays = [column for _, column in sorted(columns, key=lambda pair: pair[0])]
    told = (arrays, bags, batch.parents, batch.homes, packed(tables, memo.model))
    return pickle.dumps(told, protocol=pickle.HIGHEST_PROTOCOL)


def from_bytes(memo: Memo, data: bytes) -> Batch:
    """The batch in the numbers of this memo, which learns what is new."""
    arrays, bags, parents, homes, inner = pickle.loads(data)
    tables, interner = unpacked(inner, memo.model), memo.interner
    rows = np.zeros((len(parents), interner.width), dtype=np.uint32)
    for column, pool in enumerate(interner.pool_of):
        numbers = [interner.component_id(column, value) for value in tables[pool]]
        rows[:, column] = np.array(numbers, dtype=np.uint32)[arrays[column]]
    if bags is not None:
        messages = np.array([interner.message_id(m) for m in tables[-1]], dtype=np.uint32)
        memo.slots.meet_messages()
        lengths, entries = bags
        known = np.array(entries, dtype=np.uint32)
        if len(known):
            known[:, Entry.MESSAGE] = messages[known[:, Entry.MESSAGE]]
        rows[:, -1] = interner.bags.numbers_of(lengths, known)[arrays[-1]]
    return Batch(rows, parents, homes)


def small(numbers: Any) -> Any:
    """Numbers in as few bytes as hold the largest of them."""
    most = int(numbers.max(initial=0))
    return numbers.astype(next(kind for kind in SIZES if most <= np.iinfo(kind).max))


def contents(memo: Memo, numbers: Any) -> tuple[tuple[Any, Any], Any]:
    """What is in these bags (lengths, and a row for each message), and which messages they have."""
    bags = memo.interner.bags
    assert int(numbers.max(initial=0)) < bags.counts[BagCounter.BAGS]
    spans = bags.bag[numbers]
    lengths = spans[:, 1]
    entries = bags.entry[numbers_in(spans[:, 0], lengths)]
    messages, places = np.unique(entries[:, Entry.MESSAGE], return_inverse=True)
    entries = np.column_stack([places.reshape(-1), entries[:, Entry.COUNT]])
    return (small(lengths), small(entries)), messages
