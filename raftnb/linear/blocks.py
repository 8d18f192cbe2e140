"""Operations that must stand together, in a known order: when can such blocks be put in a row?

Gibbons and Korach, Testing Shared Memories (1997), section 4, for registers: a write and the reads
of what it wrote. The same holds for every chain of operations that nothing may come between. Its
zone lies between its earliest response and its latest invocation; it is *forward* when that
response comes first, *backward* otherwise. There is a linearization when no operation of a block
ends before one that comes before it there starts, no two forward zones overlap, and no backward
zone lies within a forward one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from raftnb.linear.items import Item, Point


class Block(NamedTuple):
    """Items in their order; `first` says that nothing may come before them."""

    items: list[Item]
    first: bool = False

    @property
    def zone(self) -> tuple[float, int]:
        """The earliest response (-1 of the first block) and the latest invocation."""
        end = -1 if self.first else min(item.end for item in self.items)
        return end, max(item.start for item in self.items)

    def is_ordered(self) -> bool:
        """Whether no item ends before one that comes before it starts."""
        latest = -1
        for item in self.items:
            latest = max(latest, item.start)
            if item.end < latest:
                return False
        return True


def place_blocks(blocks: Sequence[Block]) -> list[Point] | None:
    """The items of all blocks with their points, or None where there is no linearization."""
    if not all(block.is_ordered() for block in blocks):
        return None
    zones = [(*block.zone, block) for block in blocks]
    forward = sorted((zone for zone in zones if zone[0] < zone[1]), key=lambda zone: zone[0])
    if any(one[1] > other[0] for one, other in pairwise(forward)):
        return None
    ends = [zone[0] for zone in forward]
    order = [(max(end, 0), 1, start, block) for end, start, block in forward]
    for end, start, block in zones:
        if end < start:
            continue
        at = bisect_right(ends, start) - 1
        point = max(start, forward[at][1] if at >= 0 else start) + 1
        if point > end:
            return None
        order.append((point, 0, start, block))
    order.sort(key=lambda entry: entry[:3])
    return [placed for point, _, _, block in order for placed in _spread(int(point), block.items)]


def _spread(point: int, items: Sequence[Item]) -> list[Point]:
    placed = []
    for item in items:
        point = max(point, item.start + 1)
        placed.append(Point(item.number, point))
    return placed
