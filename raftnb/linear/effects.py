"""What is known of registers, stores and lists, and makes a search for their histories short.

*Unread values.* What a register holds matters only to a later `read` or `cas`. A value that no read
of the history returned, and that no `cas` asks for, fits none of them, whichever it is; where
values are built by `append`, the same is true of one that is not the start of any that was read,
and appending more does not mend that. All such states are one state.

*Overwriting.* A `write` leaves the same state whatever was there, so another write that waits may
have taken effect just before it: nobody can tell. Once a write has taken effect, those that were
waiting then are *covered*: they need not take effect any more, but still can.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from raftnb.data.events import UNSAID, Value, exact
from raftnb.linear.containers import AppendList
from raftnb.linear.interface import Call, SequentialObject, instance_of
from raftnb.linear.objects import CASRegister, Entry, Register

IsUnread: TypeAlias = Callable[[Any], bool]
"""Whether an object is in a state whose value no operation of the history can find there."""
READING = frozenset(("read", "get", "Read"))
OVERWRITING = frozenset(("write", "put", "Write", "delete"))


class Effects(NamedTuple):
    """What is known of the claims, by their numbers: calls and what they are claimed to answer.

    `reading` are the names of the methods that change no state, None if that has to be found out;
    `observing` ones change no state; `overwriting` ones leave the same state after every other;
    `coverable` ones may have taken effect just before one that overwrites, whatever the state.
    """

    reading: frozenset[str] | None = None
    is_unread: IsUnread | None = None
    observing: frozenset[int] = frozenset()
    overwriting: frozenset[int] = frozenset()
    coverable: frozenset[int] = frozenset()


def effects_of(model: SequentialObject, claims: Sequence[tuple[Call, Value]]) -> Effects:
    """What is known of these claims of `model`.

    Something is known of `Register`, `CASRegister`, one key of `KeyValueStore` and `AppendList`
    themselves, not of subclasses.
    """
    thing = instance_of(model)
    if type(thing) is AppendList:
        read = [result for call, result in claims if call.name == "read"]
        return Effects(READING, _by_start(read, "items", tuple))
    if type(thing) not in (Register, CASRegister, Entry):
        return Effects()
    is_unread, joins = _unread_values(thing, claims)
    silent = [n for n, (_, result) in enumerate(claims) if result is None or result is UNSAID]
    overwriting = frozenset(n for n in silent if claims[n][0].name in OVERWRITING)
    appending = [n for n in silent if claims[n][0].name == "append" and joins]
    return Effects(
        READING,
        is_unread,
        frozenset(n for n, (call, result) in enumerate(claims) if _has_failed(call, result)),
        overwriting,
        overwriting | frozenset(appending),
    )


def _has_failed(call: Call, result: Value) -> bool:
    return call.name == "cas" and result is False


def _unread_values(
    thing: Any, claims: Sequence[tuple[Call, Value]]
) -> tuple[IsUnread | None, bool]:
    """Which states are unread, and whether every `append` joins what fits together."""
    found: list[Value] = []
    given: list[Value] = [thing.value, getattr(thing, "initial", None)]
    appends = False
    for call, result in claims:
        appends |= call.name == "append"
        found.append(call.arguments[0] if call.name == "cas" else result)
        given += call.arguments
    if not appends:
        known = {exact(value) for value in found}
        return (lambda one: one.value is not None and exact(one.value) not in known), True
    for kind in (str, tuple):
        if all(value is None or isinstance(value, kind) for value in given):
            return _by_start(found, "value", kind), all(
                call.arguments != (None,) for call, _ in claims if call.name == "append"
            )
    return None, False


def _by_start(found: Sequence[Value], field: str, kind: type[Any]) -> IsUnread:
    """Whether the value in `field` is the start of none that was found."""
    values: list[Any] = [exact(value) for value in found if isinstance(value, kind)]
    numbers: dict[Value, int] = {}
    if kind is tuple:
        for value in values:
            for item in value:
                numbers.setdefault(item, len(numbers))

    def comparable(value: Any) -> Any:
        return value if kind is str else tuple(numbers.get(item, -1) for item in value)

    ordered = sorted({comparable(value) for value in values})

    def is_unread(one: Any) -> bool:
        value = getattr(one, field)
        if value is None:
            return False
        start = comparable(exact(value))
        at = bisect_left(ordered, start)
        return at == len(ordered) or ordered[at][: len(start)] != start

    return is_unread
