"""An O(n log n) answer for queues whose values are all different.

Value x has to come before y when `Enq(x)` ends before `Enq(y)` starts, or `Deq(x)` ends before
`Deq(y)` or before `Enq(y)` starts. Values are taken in any order in which these three agree.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple

from raftnb.data.events import Value
from raftnb.linear.items import GET, PUT, Item, Point


def queue_order(items: Sequence[Item]) -> list[Point] | None:
    """A linearization of an initially empty queue's operations with values that differ, or None."""
    pairs = _pairs(items)
    if pairs is None:
        return None
    order = _agreeing_order(pairs)
    return None if order is None else place_pairs(order)


class Pair(NamedTuple):
    """A value's enqueue and its dequeue, if it has one."""

    put: Item
    get: Item | None

    @property
    def taken(self) -> tuple[float, float]:
        """The interval of the dequeue; of a value that stays it lies after everything."""
        return (inf, inf) if self.get is None else (self.get.start, self.get.end)


def _pairs(items: Sequence[Item]) -> list[Pair] | None:
    puts = {item.value: item for item in items if item.role is PUT}
    gets: dict[Value, Item] = {}
    for item in items:
        if item.role is GET and item.end < inf:
            if item.value in gets or item.value not in puts or item.end < puts[item.value].start:
                return None
            gets[item.value] = item
    open_gets = [item for item in items if item.role is GET and item.end == inf]
    gets.update(_rescued(puts, gets, open_gets))
    return [
        Pair(put, gets.get(value)) for value, put in puts.items() if put.end < inf or value in gets
    ]


def _rescued(
    puts: dict[Value, Item], gets: dict[Value, Item], open_gets: list[Item]
) -> dict[Value, Item]:
    """Which values pending dequeues took, so that values enqueued later could come out.

    A value that stays must not be enqueued before one that came out: a pending dequeue must have
    taken it, one that started before the later value was out. Earliest need, earliest start.
    """
    taken = sorted((puts[value].start, get.end) for value, get in gets.items())
    starts = [start for start, _ in taken]
    soonest = [inf] * (len(taken) + 1)
    for at in range(len(taken) - 1, -1, -1):
        soonest[at] = min(soonest[at + 1], taken[at][1])
    staying = [item for value, item in puts.items() if value not in gets and item.end < inf]
    needs = sorted((soonest[bisect_right(starts, item.end)], item.start) for item in staying)
    by_start = {item.start: item for item in staying}
    urgent = [by_start[start] for deadline, start in needs if deadline < inf]
    free = sorted(open_gets, key=lambda item: item.start)
    return {put.value: get for put, get in zip(urgent, free, strict=False)}


def _agreeing_order(pairs: list[Pair]) -> list[Pair] | None:
    """The pairs in an order that respects every precedence, or None if they form a cycle."""
    left = [True] * len(pairs)
    put_ends = sorted(range(len(pairs)), key=lambda n: pairs[n].put.end)
    get_ends = sorted(range(len(pairs)), key=lambda n: pairs[n].taken[1])
    by_put = sorted(range(len(pairs)), key=lambda n: pairs[n].put.start)
    ready: list[tuple[float, int]] = []
    order: list[Pair] = []
    opened = first_put = first_get = 0
    while len(order) < len(pairs):
        while not left[put_ends[first_put]]:
            first_put += 1
        while not left[get_ends[first_get]]:
            first_get += 1
        got = pairs[get_ends[first_get]].taken[1]
        bound = min(pairs[put_ends[first_put]].put.end, got)
        while opened < len(pairs) and pairs[by_put[opened]].put.start <= bound:
            heappush(ready, (pairs[by_put[opened]].taken[0], by_put[opened]))
            opened += 1
        if not ready or ready[0][0] > got:
            return None
        n = heappop(ready)[1]
        left[n] = False
        order.append(pairs[n])
    return order


def place_pairs(order: list[Pair]) -> list[Point]:
    """The operations of pairs in their order, with their points."""
    placed: list[tuple[int, int, int, int]] = []
    put_point = get_point = 0
    for number, (put, get) in enumerate(order):
        put_point = max(put_point, put.start + 1)
        placed.append((put_point, 0, number, put.number))
        if get is not None:
            get_point = max(get_point, get.start + 1, put_point)
            placed.append((get_point, 1, number, get.number))
    placed.sort(key=lambda entry: entry[:3])
    return [Point(operation, point) for point, _, _, operation in placed]
