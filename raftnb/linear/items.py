"""Operations as the methods see them that need no search: what they put or get, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from raftnb.data.events import Operation, Value
from raftnb.linear.replay import Placed

PUT, GET, CAS, APPEND = "put", "get", "cas", "append"


class Item(NamedTuple):
    """One operation between the events `start` and `end` (infinite while it is pending).

    It puts, appends or gets `value`; a `cas` puts `value` where it finds `old`.
    """

    role: str
    value: Value
    start: int
    end: float
    operation: Operation
    old: Value = None


Decide: TypeAlias = Callable[[Sequence[Item]], "list[Placed] | None"]
"""A linearization of all items, or None where there is none."""
