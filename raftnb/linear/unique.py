"""O(n log n) answers for registers and queues whose values are all different.

Registers: Gibbons and Korach, Testing Shared Memories (1997), section 4. The operations on one
value form a cluster; its zone lies between its earliest response and its latest invocation. The
zone is *forward* when that response comes first, *backward* otherwise. There is a linearization
when no two forward zones overlap, no backward zone lies within a forward one, and no value is read
before it is written.

Queues: value x has to come before y when `Enq(x)` ends before `Enq(y)` starts, or `Deq(x)` ends
before `Deq(y)` or before `Enq(y)` starts. Values are taken in any order in which these three agree.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from math import inf
from typing import NamedTuple, TypeAlias

from raftnb.data.histories import UNSAID, Operation, Value, exact
from raftnb.linear.containers import Queue
from raftnb.linear.interface import Asked, SequentialObject, class_of, instance_of
from raftnb.linear.objects import CASRegister, Entry, Register
from raftnb.linear.replay import Placed

PUT, GET = "put", "get"
_REGISTER = {"write": PUT, "read": GET}
_ROLES: dict[type, dict[str, str]] = {
    Register: _REGISTER,
    CASRegister: _REGISTER,
    Entry: {
        **dict.fromkeys(("put", "write", "Write"), PUT),
        **dict.fromkeys(("get", "read", "Read"), GET),
    },
    Queue: {**dict.fromkeys(("Enq", "enqueue", "E"), PUT), "Deq": GET, "dequeue": GET, "D": GET},
}


class Item(NamedTuple):
    """One operation: it puts or gets `value` between the events `start` and `end`."""

    role: str
    value: Value
    start: int
    end: float
    operation: Operation


Decide: TypeAlias = Callable[[Sequence[Item]], list[Placed] | None]


class Decider(NamedTuple):
    """A method that fits: its name, the operations as items, and the decision procedure."""

    method: str
    items: list[Item]
    decide: Decide


def decider(
    operations: Sequence[Operation], asked: Sequence[Asked], model: SequentialObject
) -> Decider | None:
    """The O(n log n) method for these operations on this object, or None when none applies.

    It applies to `Register`, `CASRegister`, one key of `KeyValueStore`, and `Queue` themselves, not
    to subclasses, when nothing but plain reads, writes, enqueues and dequeues occurs, no value is
    put twice and none that the object starts with.
    """
    roles = _ROLES.get(class_of(model))
    if roles is None or any(call.name not in roles for _, call, _ in asked):
        return None
    items = [
        _item(op, roles[one.call.name], one) for op, one in zip(operations, asked, strict=True)
    ]
    if any(
        item.role is PUT and one.result not in (None, UNSAID)
        for item, one in zip(items, asked, strict=True)
    ):
        return None
    written = [item.value for item in items if item.role is PUT]
    thing = instance_of(model)
    first = tuple(map(exact, _initial(thing)))
    if len({*written, *first}) < len(written) + len(first):
        return None
    if isinstance(thing, Queue):
        silent = any(item.role is GET and item.value is UNSAID and item.end < inf for item in items)
        return None if first or silent else Decider("queue order", items, queue_order)
    return Decider("zones", items, lambda some: zones(some, first[0]))


def shortest_violation(items: Sequence[Item], decide: Decide) -> tuple[Operation, list[Placed]]:
    """The operation with whose response the history stops being linearizable, and the order before.

    By bisection over the responses: a prefix of a linearizable history is linearizable.
    """
    ends = sorted(item.end for item in items if item.end < inf)
    at = bisect_left(ends, True, key=lambda end: decide(_prefix(items, end)) is None)
    culprit = next(item.operation for item in items if item.end == ends[at])
    return culprit, decide(_prefix(items, ends[at] - 1)) or []


def zones(items: Sequence[Item], initial: Value) -> list[Placed] | None:
    """A linearization of a register's operations whose written values differ, or None.

    A read that does not say what it returned fits anywhere.
    """
    telling = [item for item in items if item.role is PUT or item.value is not UNSAID]
    placed = _zones(telling, initial)
    if len(telling) == len(items):
        return placed
    silent = (item for item in items if item.role is GET and item.value is UNSAID)
    answered = [Placed(item.operation, item.start + 1) for item in silent if item.end < inf]
    if placed is None or not answered:
        return placed
    return sorted([*placed, *answered], key=lambda one: one.point)


def _zones(items: Sequence[Item], initial: Value) -> list[Placed] | None:
    clusters: dict[Value, _Cluster] = {initial: _Cluster(None, [])}
    for item in items:
        if item.role is PUT:
            clusters[item.value] = _Cluster(item, [])
    for item in items:
        if item.role is GET and item.end < inf:
            if item.value not in clusters:
                return None
            clusters[item.value].reads.append(item)
    used = [cluster for cluster in clusters.values() if cluster.members]
    return None if any(map(_read_too_early, used)) else _place_clusters(used)


_Zone: TypeAlias = tuple[float, int, list[Item]]
"""The earliest response, the latest invocation, and the operations of a cluster."""


class _Cluster(NamedTuple):
    """A write (None for the initial value) and the reads of what it wrote."""

    write: Item | None
    reads: list[Item]

    @property
    def members(self) -> list[Item]:
        """The operations; a pending write that nobody read counts as never done."""
        if self.write is None or (self.write.end == inf and not self.reads):
            return self.reads
        return [self.write, *self.reads]


def _read_too_early(cluster: _Cluster) -> bool:
    write = cluster.write
    return write is not None and any(read.end < write.start for read in cluster.reads)


def _place_clusters(clusters: list[_Cluster]) -> list[Placed] | None:
    forward: list[_Zone] = []
    backward: list[_Zone] = []
    for cluster in clusters:
        members = cluster.members
        end = -1 if cluster.write is None else min(item.end for item in members)
        start = max(item.start for item in members)
        (forward if end < start else backward).append((end, start, members))
    forward.sort(key=lambda zone: zone[0])
    if any(one[1] > other[0] for one, other in pairwise(forward)):
        return None
    ends = [zone[0] for zone in forward]
    order = [(max(end, 0), 1, start, members) for end, start, members in forward]
    for end, start, members in backward:
        at = bisect_right(ends, start) - 1
        point = max(start, forward[at][1] if at >= 0 else start) + 1
        if point > end:
            return None
        order.append((point, 0, start, members))
    order.sort(key=lambda entry: entry[:3])
    return [placed for point, _, _, members in order for placed in _spread(int(point), members)]


def _spread(point: int, members: list[Item]) -> list[Placed]:
    ordered = sorted(members, key=lambda item: (item.role is GET, item.start))
    return [Placed(item.operation, max(item.start + 1, point)) for item in ordered]


def queue_order(items: Sequence[Item]) -> list[Placed] | None:
    """A linearization of an initially empty queue's operations with values that differ, or None."""
    pairs = _pairs(items)
    if pairs is None:
        return None
    order = _agreeing_order(pairs)
    return None if order is None else _place_pairs(order)


class _Pair(NamedTuple):
    """A value's enqueue and its dequeue, if it has one."""

    put: Item
    get: Item | None

    @property
    def taken(self) -> tuple[float, float]:
        """The interval of the dequeue; of a value that stays it lies after everything."""
        return (inf, inf) if self.get is None else (self.get.start, self.get.end)


def _pairs(items: Sequence[Item]) -> list[_Pair] | None:
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
        _Pair(put, gets.get(value)) for value, put in puts.items() if put.end < inf or value in gets
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


def _agreeing_order(pairs: list[_Pair]) -> list[_Pair] | None:
    """The pairs in an order that respects every precedence, or None if they form a cycle."""
    left = [True] * len(pairs)
    put_ends = sorted(range(len(pairs)), key=lambda n: pairs[n].put.end)
    get_ends = sorted(range(len(pairs)), key=lambda n: pairs[n].taken[1])
    by_put = sorted(range(len(pairs)), key=lambda n: pairs[n].put.start)
    ready: list[tuple[float, int]] = []
    order: list[_Pair] = []
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


def _place_pairs(order: list[_Pair]) -> list[Placed]:
    placed: list[tuple[int, int, int, Operation]] = []
    put_point = get_point = 0
    for number, (put, get) in enumerate(order):
        put_point = max(put_point, put.start + 1)
        placed.append((put_point, 0, number, put.operation))
        if get is not None:
            get_point = max(get_point, get.start + 1, put_point)
            placed.append((get_point, 1, number, get.operation))
    placed.sort(key=lambda entry: entry[:3])
    return [Placed(operation, point) for point, _, _, operation in placed]


def _item(operation: Operation, role: str, asked: Asked) -> Item:
    value = exact(asked.call.arguments[-1] if role is PUT else asked.result)
    end = inf if operation.returned is None else operation.returned
    return Item(role, value, operation.invoked, end, operation)


def _initial(thing: object) -> tuple[Value, ...]:
    if isinstance(thing, Queue):
        return thing.items
    return (thing.value,) if isinstance(thing, (Register, Entry)) else ()


def _prefix(items: Sequence[Item], last: float) -> list[Item]:
    """The items of the history up to event `last`."""
    return [
        item if item.end <= last else item._replace(end=inf) for item in items if item.start <= last
    ]
