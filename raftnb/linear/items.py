"""Operations as the methods see them that need no search: what they put or get, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from raftnb.data.events import Value

PUT, GET, CAS, APPEND = "put", "get", "cas", "append"


class Item(NamedTuple):
    """The operation with this number, between the events `start` and `end` (infinity if pending).

    It puts, appends or gets `value`; a `cas` puts `value` where it finds `old`.
    """

    role: str
    value: Value
    start: int
    end: float
    number: int
    old: Value = None


class Point(NamedTuple):
    """The operation with this number takes effect just before event `at`."""

    number: int
    at: int


Decide: TypeAlias = Callable[[Sequence[Item]], "list[Point] | None"]
"""A linearization of all items, or None where there is none."""
