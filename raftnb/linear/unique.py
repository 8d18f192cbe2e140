"""Which histories need no search: queues, and registers and lists whose values all differ."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import partial
from math import inf
from typing import NamedTuple

from raftnb.data.events import UNSAID, Value, exact
from raftnb.linear.chains import chains, list_blocks, register_blocks, text_splitter, tuple_splitter
from raftnb.linear.containers import AppendList, Queue
from raftnb.linear.interface import Asked, SequentialObject, class_of, instance_of
from raftnb.linear.items import APPEND, CAS, GET, PUT, Decide, Item, Point
from raftnb.linear.objects import CASRegister, Entry, Register
from raftnb.linear.queue_matching import queue_matching
from raftnb.linear.queue_order import queue_order

_REGISTER = {"write": PUT, "read": GET}
ROLES: dict[type, dict[str, str]] = {
    Register: _REGISTER,
    CASRegister: {**_REGISTER, "cas": CAS},
    Entry: {
        **dict.fromkeys(("put", "write", "Write"), PUT),
        **dict.fromkeys(("get", "read", "Read"), GET),
        "cas": CAS,
        "append": APPEND,
    },
    AppendList: {"append": APPEND, "read": GET},
    Queue: {**dict.fromkeys(("Enq", "enqueue", "E"), PUT), "Deq": GET, "dequeue": GET, "D": GET},
}


class Decider(NamedTuple):
    """A method that fits: its name, the operations as items, and the decision procedure."""

    method: str
    items: list[Item]
    decide: Decide


def decider(
    asked: Sequence[Asked], spans: Sequence[tuple[int, float]], model: SequentialObject
) -> Decider | None:
    """The method for these operations on this object that needs no search, or None.

    It applies to `Register`, `CASRegister`, one key of `KeyValueStore`, `AppendList` and an empty
    `Queue` themselves, not to subclasses. But for the queue, no value may be put twice, nor one
    that the object starts with, every `cas` must have succeeded or never returned, and `cas` and
    `append` must not meet.
    """
    roles = ROLES.get(class_of(model))
    if roles is None or any(call.name not in roles for _, call, _ in asked):
        return None
    thing = instance_of(model)
    items: list[Item] = []
    for number, ((_, call, result), (start, end)) in enumerate(zip(asked, spans, strict=True)):
        role, arguments = roles[call.name], call.arguments
        if not _is_plain(role, result, end):
            return None
        value = exact(result if role is GET else arguments[-1])
        old = exact(arguments[0]) if role is CAS else None
        items.append(Item(role, value, start, end, number, old))
    written = [item.value for item in items if item.role is not GET]
    first = _initial(thing)
    differ = len({*written, *first}) == len(written) + len(first)
    if isinstance(thing, Queue):
        return None if first else _queue_decider(items, differ)
    if not differ:
        return None
    return _chain_decider(items, thing)


def _queue_decider(items: list[Item], differ: bool) -> Decider:
    silent = any(item.role is GET and item.value is UNSAID and item.end < inf for item in items)
    if differ and not silent:
        return Decider("queue order", items, queue_order)
    return Decider("queue matching", items, queue_matching)


def _is_plain(role: str, result: Value, end: float) -> bool:
    """Whether the answer is one that the methods know."""
    if role is CAS:
        return end == inf or result is True
    return role is GET or result is None or result is UNSAID


def _chain_decider(items: list[Item], thing: object) -> Decider | None:
    roles = {item.role for item in items}
    if isinstance(thing, AppendList):
        read = [item.value for item in items if item.role is GET and item.value is not UNSAID]
        if not all(isinstance(value, tuple) for value in read):
            return None
        make = partial(list_blocks, initial=_initial(thing), split=tuple_splitter())
        return Decider("chains", items, chains(make))
    (initial,) = _initial(thing)
    if APPEND not in roles:
        name = "chains" if CAS in roles else "zones"
        return Decider(name, items, chains(partial(register_blocks, initial=initial)))
    pieces = [item.value for item in items if item.role is not GET]
    values = [item.value for item in items if item.role is GET and item.value is not UNSAID]
    texts = all(isinstance(value, str) for value in pieces) and all(
        value is None or isinstance(value, str) for value in (initial, *values)
    )
    if CAS in roles or not texts:
        return None
    split = text_splitter([str(piece) for piece in pieces], initial)
    if split is None:
        return None
    return Decider("chains", items, chains(partial(list_blocks, initial=initial, split=split)))


def shortest_violation(items: Sequence[Item], decide: Decide) -> tuple[int, list[Point]]:
    """The operation with whose response a history stops being linearizable, and the order before.

    By bisection over the responses: a prefix of a linearizable history is linearizable.
    """
    ends = sorted(item.end for item in items if item.end < inf)
    at = bisect_left(ends, True, key=lambda end: decide(_prefix(items, end)) is None)
    culprit = next(item.number for item in items if item.end == ends[at])
    return culprit, decide(_prefix(items, ends[at] - 1)) or []


def _initial(thing: object) -> tuple[Value, ...]:
    if isinstance(thing, (Queue, AppendList)):
        return tuple(map(exact, thing.items))
    return (exact(thing.value),) if isinstance(thing, (Register, Entry)) else ()


def _prefix(items: Sequence[Item], last: float) -> list[Item]:
    """The items of the history up to event `last`."""
    return [
        item if item.end <= last else item._replace(end=inf) for item in items if item.start <= last
    ]
