"""O(n log n) answers for registers and lists whose values are all different.

A read tells which updates made what it saw, so that these form chains which nothing may come
between (`blocks`): a write and its reads, then perhaps a `cas` of this very value, its reads, and
so on; or what a list starts with, an append, the reads after it, the next append. What nobody saw
stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import Any, NamedTuple, TypeAlias

from raftnb.data.events import UNSAID, Value
from raftnb.linear.blocks import Block, place_blocks
from raftnb.linear.items import APPEND, GET, PUT, Decide, Item, Point

Blocks: TypeAlias = "list[Block] | None"


def chains(make: Callable[[Sequence[Item]], Blocks]) -> Decide:
    """The decision by the blocks that `make` finds (None: some read cannot be explained)."""

    def decide(items: Sequence[Item]) -> list[Point] | None:
        telling = [item for item in items if item.role is not GET or item.value is not UNSAID]
        blocks = make(telling)
        placed = None if blocks is None else place_blocks(blocks)
        if placed is None or len(telling) == len(items):
            return placed
        silent = (item for item in items if item.role is GET and item.value is UNSAID)
        answered = [Point(item.number, item.start + 1) for item in silent if item.end < inf]
        return sorted([*placed, *answered], key=lambda one: one.at)

    return decide


def register_blocks(items: Sequence[Item], initial: Value) -> Blocks:
    """The blocks of a register: each value that is written, its reads, and the `cas` from there."""
    made: dict[Value, Item] = {item.value: item for item in items if item.role is not GET}
    after: dict[Value, Item] = {}
    reads: dict[Value, list[Item]] = {}
    for item in items:
        if item.role is GET:
            if item.end == inf:
                continue
            if item.value not in made and item.value != initial:
                return None
            reads.setdefault(item.value, []).append(item)
    for item in items:
        if item.role not in (GET, PUT) and (item.end < inf or item.value in reads):
            if item.old in after:
                return None
            after[item.old] = item
    after |= _needed(made, after, reads)
    roots = [item for item in items if item.role is PUT]
    blocks, used = [], 0
    for root in (None, *roots):
        value = initial if root is None else root.value
        chain = list(_chain(root, value, after, reads))
        used += sum(item.role not in (GET, PUT) for item in chain)
        chain = _without_idle_end(chain)
        if chain:
            blocks.append(Block(chain, first=root is None))
    return blocks if used == len(after) and _all_read(blocks, reads) else None


def _needed(
    made: dict[Value, Item], after: dict[Value, Item], reads: dict[Value, list[Item]]
) -> dict[Value, Item]:
    """Pending ones of which a later `cas` needs the value."""
    found: dict[Value, Item] = {}
    waiting = list(after.values())
    while waiting:
        maker = made.get(waiting.pop().old)
        if maker is not None and maker.role not in (GET, PUT) and maker.old not in after:
            if maker.old not in found:
                found[maker.old] = maker
                waiting.append(maker)
    return found


def _chain(
    root: Item | None, value: Value, after: dict[Value, Item], reads: dict[Value, list[Item]]
) -> Iterator[Item]:
    """A write, its reads, the `cas` from its value, the reads of that, and so on."""
    update = root
    seen = 0
    while seen <= len(after):
        if update is not None:
            yield update
        yield from sorted(reads.get(value, ()), key=lambda item: item.start)
        update = after.get(value)
        if update is None:
            return
        value = update.value
        seen += 1


def _without_idle_end(chain: list[Item]) -> list[Item]:
    """Pending updates of which nobody saw anything count as never done."""
    while chain and chain[-1].end == inf:
        chain.pop()
    return chain


def _all_read(blocks: Sequence[Block], reads: dict[Value, list[Item]]) -> bool:
    placed = sum(item.role is GET for block in blocks for item in block.items)
    return placed == sum(map(len, reads.values()))


class _Seen(NamedTuple):
    """What the reads saw that start with the same update: the longest, and all of them."""

    longest: Any
    reads: list[Item]


def list_blocks(items: Sequence[Item], initial: Value, split: Splitter) -> Blocks:
    """The blocks of a list or a text: what it starts with or is set to, and what is appended."""
    made = {item.value: item for item in items if item.role is not GET}
    seen: dict[Value, _Seen] = {}
    for item in items:
        if item.role is GET and item.end < inf:
            root = _root(item.value, initial, made, split)
            if root is None:
                return None
            known = seen.get(root)
            if known is None:
                seen[root] = _Seen(item.value, [item])
            else:
                known.reads.append(item)
                if split.size(item.value) > split.size(known.longest):
                    seen[root] = _Seen(item.value, known.reads)
    blocks, used = [], set[int]()
    for root, (longest, reads) in seen.items():
        start = initial if root == INITIAL else root
        block = _list_block(
            start, None if root == INITIAL else made[root], longest, reads, made, split
        )
        if block is None or any(item.start in used for item in block if item.role is not GET):
            return None
        used.update(item.start for item in block if item.role is not GET)
        blocks.append(Block(block, first=root == INITIAL))
    alone = (item for item in made.values() if item.start not in used and item.end < inf)
    return blocks + [Block([item]) for item in alone]


INITIAL = ("initial",)
"""Stands for what the list starts with, as the root of a chain."""


class Splitter(NamedTuple):
    """How a value that was read falls into pieces: its size, its start, a piece at a place."""

    size: Callable[[Any], int]
    starts_with: Callable[[Any, Any], bool]
    piece: Callable[[Any, int], Value]


def _root(value: Value, initial: Value, made: dict[Value, Item], split: Splitter) -> Value | None:
    """What the chain of a read starts with: a put, or the initial value; None if neither."""
    if split.size(initial) == 0:
        if split.size(value) == 0:
            return INITIAL if value == initial else None
    elif split.starts_with(value, initial):
        return INITIAL
    if split.size(value) == 0:
        return None
    first = split.piece(value, 0)
    maker = made.get(first)
    if maker is None:
        return None
    if maker.role is PUT:
        return first
    return INITIAL if split.size(initial) == 0 else None


def _list_block(
    start: Value,
    root: Item | None,
    longest: Value,
    reads: Sequence[Item],
    made: dict[Value, Item],
    split: Splitter,
) -> list[Item] | None:
    """The longest read's updates in their order, each with the reads of just these before it."""
    at = split.size(start)
    updates: list[Item] = []
    places = {at: 0}
    while at < split.size(longest):
        piece = split.piece(longest, at)
        update = made.get(piece)
        if update is None or update.role is not APPEND:
            return None
        at += split.size(piece) if isinstance(longest, str) else 1
        updates.append(update)
        places[at] = len(updates)
    if len({update.start for update in updates}) < len(updates):
        return None  # one append was seen twice
    readers: list[list[Item]] = [[] for _ in range(len(updates) + 1)]
    for read in reads:
        place = places.get(split.size(read.value))
        if place is None or not split.starts_with(longest, read.value):
            return None
        readers[place].append(read)
    block = [] if root is None else [root]
    for place, group in enumerate(readers):
        block += [updates[place - 1]] if place else []
        block += sorted(group, key=lambda item: item.start)
    return block


def tuple_splitter() -> Splitter:
    """Lists: every item is a piece."""
    return Splitter(
        lambda value: len(value),
        lambda value, start: value[: len(start)] == start,
        lambda value, at: value[at],
    )


def text_splitter(pieces: Sequence[str], initial: Value) -> Splitter | None:
    """Texts of known pieces; None if one piece is the start of another: there are several ways."""
    ordered = sorted([*pieces, *([initial] if isinstance(initial, str) and initial else [])])
    if not all(ordered) or any(b.startswith(a) for a, b in pairwise(ordered)):
        return None
    known, lengths = set(pieces), sorted({len(piece) for piece in pieces})

    def piece(value: str, at: int) -> str:
        cuts = (value[at : at + length] for length in lengths)
        return next((cut for cut in cuts if cut in known), "")

    return Splitter(
        lambda value: 0 if value is None else len(value),
        lambda value, start: (value or "").startswith(start or ""),
        piece,
    )
