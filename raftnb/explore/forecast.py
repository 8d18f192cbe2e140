"""An estimate of how many states are still to come, from the sizes of the levels so far."""

from __future__ import annotations

from collections.abc import Sequence


def to_come(levels: Sequence[int]) -> int | None:
    """How many states come after the last level if levels go on shrinking as they do; else None.

    They shrink ever faster in most state spaces, so it is too many rather than too few. The ratio
    is that of two levels, since even and odd ones may differ.
    """
    if len(levels) < 3 or not 0 < levels[-1] < levels[-3]:
        return None
    ratio = float((levels[-1] / levels[-3]) ** 0.5)
    return round(levels[-1] * ratio / (1 - ratio))


def told(levels: Sequence[int]) -> str:
    """The estimate in words."""
    left = to_come(levels)
    return "growing" if left is None else f"up to {left:,}"
