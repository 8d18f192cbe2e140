"""How random walks prefer the actions that were seldom taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from raftnb.language.processes import Action


class Rareness:
    """Chooses among the steps of a state: first the action, then one of its steps.

    In most states nearly all steps are of a few actions, say messages delivered, of which there are
    many. So each action counts once, however many steps it has there, and the less the more often
    walks have taken it. `of` says the actions of all labels from one on.
    """

    def __init__(self, of: Callable[[int], Iterator[Action]]) -> None:
        self.of = of
        self.numbers: dict[Any, int] = {}
        self.actions = np.zeros(0, dtype=np.int64)
        self.taken = np.zeros(0, dtype=np.int64)

    def begin(self) -> None:
        """Forget what was taken."""
        self.taken[:] = 0

    def weights(self, parents: Any, labels: Any) -> Any:
        """How likely each step is, of those with the same parent."""
        self._learn()
        actions = self.actions[labels]
        _, group, sizes = np.unique(
            parents.astype(np.int64) * len(self.taken) + actions,
            return_inverse=True,
            return_counts=True,
        )
        return 1 / (sizes[group] * (1.0 + self.taken[actions]))

    def took(self, labels: Any) -> None:
        """Note which steps were taken."""
        self.taken += np.bincount(self.actions[labels], minlength=len(self.taken))

    def _learn(self) -> None:
        """Number the actions of labels that are new."""
        new = [
            self.numbers.setdefault(action, len(self.numbers))
            for action in self.of(len(self.actions))
        ]
        self.actions = np.append(self.actions, new).astype(np.int64)
        self.taken = np.append(self.taken, np.zeros(len(self.numbers) - len(self.taken), np.int64))


def drawn(weights: Any, first: Any, counts: Any, picks: Any) -> Any:
    """For each group of weights, which start at `first`, the place that a number below 1 picks."""
    ends = np.cumsum(weights)
    begun = ends[first] - weights[first]
    aims = begun + picks * (ends[first + counts - 1] - begun)
    return np.clip(np.searchsorted(ends, aims, side="right"), first, first + counts - 1)


__all__ = ["Rareness", "drawn"]
