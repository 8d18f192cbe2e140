"""One state for all that differ by a permutation of interchangeable members, in plain Python.

The state that was met first stands for the others, so that a trace is one of states that were met.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterable

from raftnb.data.domains import Domain
from raftnb.data.trace import State
from raftnb.explore.compiled.symmetric import renamed, symmetric_groups
from raftnb.explore.compiled.tried import Trial
from raftnb.explore.interchangeable import refuse_favorites
from raftnb.language.spec import Model

MOST_ORDERS = 24
"""So many permutations of a state are listed: of four members, say."""


def has_few_orders(model: Model) -> bool:
    """Whether the interchangeable members of a model may stand in so few orders."""
    sizes = (len(group) for group in symmetric_groups(model))
    return math.prod(map(math.factorial, sizes)) <= MOST_ORDERS


class Standing:
    """Which state stands for each that is met."""

    def __init__(self, model: Model) -> None:
        self._model, self._known = model, dict[State, State]()
        groups = symmetric_groups(model)
        orders = itertools.product(*(itertools.permutations(group) for group in groups))
        self._permutations: list[dict[Domain, Domain]] = [
            dict(zip(itertools.chain(*groups), itertools.chain(*order), strict=True))
            for order in orders
        ]

    def __call__(self, state: State) -> State:
        """The first state that was met of those that a permutation makes of it."""
        if state not in self._known:
            for names in self._permutations:
                self._known[renamed(self._model, state, names)] = state
        return self._known[state]


def refuse_unearned(model: Model, states: Iterable[State]) -> None:
    """Raise `SpecError` where a model tells members apart, in its text or in one of these states.

    All is tried in each of them, so that it is found wherever it shows in them.
    """
    refuse_favorites(model)
    trial = Trial(model)
    trial.of_initial()
    trial.of_states(states, math.inf, actions=sys.maxsize)
