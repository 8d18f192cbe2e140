"""Symmetry is earned in compiled code, too: actions and claims are tried on permuted states.

That is what `memo/trials.py` does with the memo, here in plain Python, which needs no numba.
"""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from raftnb.data.domains import Domain
from raftnb.data.trace import State
from raftnb.explore.compiled.symmetric import renamed, shuffled, symmetric_groups
from raftnb.explore.interchangeable import ACTIONS_TRIED, INITIAL_MOST, refuse_telling_apart
from raftnb.language import source
from raftnb.language.spec import Model
from raftnb.language.world import World

Names = Mapping[Domain, Domain]


LEAST = 32
"""In so many states claims are tried however long it takes."""


class Trial:
    """Runs what a model says and does in permutations of states.

    Raises `SpecError` where one tells members apart.
    """

    def __init__(self, model: Model) -> None:
        spec = model.spec
        self.model, self._chance = model, random.Random(0)
        self._steps = model.checked(spec.transitions)
        final = [spec.final] if spec.final else []
        about_states = (*spec.invariants, *spec.sometimes, *spec.constraints)
        self._claims = (*model.checked(about_states), *final)
        pairs = (itertools.combinations(group, 2) for group in symmetric_groups(model))
        self._swaps: list[Names] = [{a: b, b: a} for a, b in itertools.chain(*pairs)]
        self._here, self._there = self._world(), self._world()

    def of_initial(self) -> None:
        """A permutation of an initial state must be one too."""
        if self.model.starts:
            return  # what comes after a state is symmetric, whatever the state is
        known = dict.fromkeys(self.model.initial_states)
        for state in list(known)[:: 1 + len(known) // INITIAL_MOST]:
            for names in self._swaps:
                if renamed(self.model, state, names) not in known:
                    refuse_telling_apart(names, state, "the set of initial states", "")

    def of_states(
        self, states: Iterable[State], seconds: float, actions: int = ACTIONS_TRIED
    ) -> None:
        """What is claimed of states, and done in the first of them; no longer than it may take.

        Two members change places, and in every other state all of them do.
        """
        begun = time.perf_counter()
        for number, state in enumerate(states if self._swaps else ()):
            if number >= LEAST and time.perf_counter() - begun > seconds:
                break
            all_move = number % 2
            names = shuffled(self.model, self._chance) if all_move else self._two()
            self._try_claims(self._claims, state, None, names)
            if number < actions:
                self._try_actions(state, names)

    def _two(self) -> Names:
        return self._chance.choice(self._swaps)

    def _try_claims(
        self, claims: Sequence[Any], state: State, after: State | None, names: Names
    ) -> None:
        """A claim must say the same of a state (or a step) and of its permutation."""
        self._load(self._here, state, after, {})
        self._load(self._there, state, after, names)
        for claim in claims:
            if (self._here.failure(claim) is None) != (self._there.failure(claim) is None):
                refuse_telling_apart(names, state, f"`{claim.__name__}`", source.place(claim))

    def _try_actions(self, state: State, names: Names) -> None:
        """What is done in the permuted state must be what is done in the state, permuted."""
        here = list(_successors(self._here, state))
        there = Counter(_successors(self._there, renamed(self.model, state, names)))
        spelled = {old.name: new.name for old, new in names.items()}
        expected = Counter(
            (spelled.get(process, process), action, renamed(self.model, after, names))
            for process, action, after in here
        )
        for _, action, _ in (expected - there) + (there - expected):
            function = next(
                cls.actions[action].function
                for cls in self.model.processes
                if action in cls.actions
            )
            refuse_telling_apart(names, state, f"`{action}`", source.place(function))
        for *_, after in here if self._steps else ():
            self._try_claims(self._steps, state, after, names)

    def _load(self, world: World, state: State, after: State | None, names: Names) -> None:
        """Make a world that of a permuted state, or of a step from there."""
        world.load(renamed(self.model, state, names) if names else state)
        world.next = None
        if after is not None:
            world.next = self._world()
            world.next.load(renamed(self.model, after, names) if names else after)

    def _world(self) -> World:
        """A world in which interchangeable members have no order."""
        world = World(self.model)
        world.unordered = frozenset(domain.root for domain in self.model.spec.symmetric)
        return world


def _successors(world: World, state: State) -> Iterator[tuple[str, str, State]]:
    for step, after in world.successors(state):
        yield step.process, step.action, after
