"""Spans of numbers, as arrays that say where each begins and how long it is."""

from __future__ import annotations

from typing import Any

import numpy as np


def numbers_in(first: Any, many: Any) -> Any:
    """The numbers of spans, so `many` from its `first` one on, one span after the other."""
    before = np.cumsum(many) - many
    return np.repeat(first - before, many) + np.arange(int(many.sum()))
