"""Symmetry is earned in compiled code, too: actions and claims are tried on permuted states."""

from __future__ import annotations

from collections.abc import Sequence

from raftnb.data.trace import State
from raftnb.language.spec import Model

CLAIMS_TRIED = 200
"""Claims are tried in so many states, and actions in the first of them."""


class Trial:
    """Runs what a model says and does in plain Python, in permutations of states.

    Raises `SpecError` where one tells members apart.
    """

    def __init__(self, model: Model) -> None:
        from raftnb.explore.memo.memo import Memo  # it takes time to import numba

        self.model, self.memo = model, Memo(model, symmetry=True)

    def of_initial(self) -> None:
        """A permutation of an initial state must be one too."""
        if self.model.starts:
            return  # what comes after a state is symmetric, whatever the state is
        rows = [self.memo.encode(state) for state in self.model.initial_states]
        self.memo.trials.try_initial(rows)

    def of_states(self, states: Sequence[State]) -> None:
        """What is claimed and done in some states."""
        from raftnb.explore.permuted import try_permutations

        try_permutations(self.memo, [self.memo.encode(state) for state in states])
