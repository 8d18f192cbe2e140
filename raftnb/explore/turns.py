"""The order in which plain Python finds the steps of a state, whatever the memo learned first."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from raftnb.data.values import order
from raftnb.explore.memo.memo import Memo


class Turns:
    """The place of each label: by action and arguments, by message, by the choices made.

    As `World.successors` goes; a state has no label twice.
    """

    def __init__(self, memo: Memo) -> None:
        self.memo = memo
        self.places = {id(instance): n for n, instance in enumerate(memo.tracer.instances)}
        self.keys: list[Any] = []
        self.sorted: list[int] = []
        self.turns = np.zeros(0, dtype=np.int64)

    def of(self, labels: Any) -> Any:
        """The places of labels: of two steps of one state, the earlier has the smaller."""
        if len(self.keys) < len(self.memo.effects.labels):
            self._learn()
        return self.turns[labels]

    def _learn(self) -> None:
        """Put labels that are new in their places."""
        known = len(self.keys)
        for instance, message, picks, _ in islice(self.memo.effects.label_ids, known, None):
            sent = () if message is None else order(message)
            self.keys.append((self.places[instance], sent, picks))
        self.sorted += range(known, len(self.keys))
        self.sorted.sort(key=self.keys.__getitem__)
        self.turns = np.empty(len(self.keys), dtype=np.int64)
        self.turns[self.sorted] = np.arange(len(self.keys))
