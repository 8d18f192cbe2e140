"""Values that nobody will ever read: states that hold one are the same state.

What a register holds matters only to a later `read` or `cas`. A value that no read of the history
returned, and that no `cas` asks for, fits none of them, whichever it is; where values are built by
`append`, the same is true of one that is not the start of any that was read, and appending more
does not mend that. A search that takes all such states for one has far fewer to look at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from raftnb.data.events import Value, exact
from raftnb.linear.containers import AppendList
from raftnb.linear.interface import Call, SequentialObject, instance_of
from raftnb.linear.objects import CASRegister, Entry, Register

IsUnread: TypeAlias = Callable[[Any], bool]
"""Whether an object is in a state whose value no operation of the history can find there."""


def unread_values(model: SequentialObject, claims: Iterable[tuple[Call, Value]]) -> IsUnread | None:
    """Which states of `model` hold a value that none of `claims` finds; None if nobody can say.

    It can be said of `Register`, `CASRegister`, one key of `KeyValueStore` and `AppendList`
    themselves, not of subclasses.
    """
    thing = instance_of(model)
    if type(thing) is AppendList:
        return _by_start([result for call, result in claims if call.name == "read"], "items", tuple)
    if type(thing) not in (Register, CASRegister, Entry):
        return None
    found: list[Value] = []
    given: list[Value] = [thing.value, getattr(thing, "initial", None)]
    appends = False
    for call, result in claims:
        appends |= call.name == "append"
        found.append(call.arguments[0] if call.name == "cas" else result)
        given += call.arguments
    if not appends:
        known = {exact(value) for value in found}
        return lambda one: one.value is not None and exact(one.value) not in known
    for kind in (str, tuple):
        if all(value is None or isinstance(value, kind) for value in given):
            return _by_start(found, "value", kind)
    return None


def _by_start(found: Iterable[Value], field: str, kind: type[Any]) -> IsUnread:
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
