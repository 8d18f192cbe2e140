"""States that look the same under a view: of what the memo found, the first of each is kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from raftnb.explore.memo.memo import Memo
from raftnb.explore.narrowed import looking
from raftnb.explore.result import View
from raftnb.explore.tables.layout import Successors


class Merged:
    """Keeps the rows whose view is new; `steps` says how many led to another than that."""

    def __init__(self, memo: Memo, view: View) -> None:
        self.memo, self.slot = memo, memo.function(looking(memo.model, view))
        self.met: dict[int, tuple[int, ...]] = {}
        self.steps = 0

    def filter(self, out: Successors) -> None:
        """Leave in a buffer, which has one shard, what is to be visited."""
        n = int(out.counts[0])
        kept = np.array([self._is_new(row) for row in out.rows[0, :n].tolist()], dtype=bool)
        left = int(kept.sum())
        for column in (out.rows, out.hashes, out.parents):
            column[0, :left] = column[0, :n][kept]
        out.counts[0] = left

    def _is_new(self, row: Any) -> bool:
        first = self.met.setdefault(self.memo.value(self.slot, row), tuple(row))
        self.steps += first != tuple(row)
        return first == tuple(row)
