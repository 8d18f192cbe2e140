"""A specification in compiled code with symmetry: one state stands for all its permutations."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.trace import State
from raftnb.explore.compiled import CompiledSearch, Differs, NotCompiled, compiled_search
from raftnb.explore.compiled.program import text_of
from raftnb.explore.compiled.symmetric import renamed, symmetric_groups
from raftnb.explore.conclusion import as_tried
from raftnb.explore.result import ExplorationOptions
from raftnb.language import Model, World
from tests.fuzz.compare import Findings, compare_orbits
from tests.oracles.by_hand import Explored
from tests.oracles.random_values import random_states

OPTIONS = ExplorationOptions(deadlock=False, symmetry=True, progress=False)
MEMBERS, MADE_UP = 3, 12


def compare_permuted(found: Findings, hand: Explored) -> None:
    """A search of the orbits, if there are any; and what stands for states that are made up."""
    if hand.complete and hand.model.spec.symmetric:
        of_orbits(found, hand)
    of_names(found, hand.model)


def of_orbits(found: Findings, hand: Explored) -> None:
    """The search with symmetry against what was seen by hand."""
    try:
        answer = as_tried(hand.model, compiled_search(hand.model, OPTIONS).run())
    except Differs as difference:
        found.counts["compiled: searches of orbits handed over"] += 1
        if "stands for" in str(difference):
            found.differ("compiled: another state stands for a permutation", difference)
    except (NotCompiled, SpecError) as reason:  # a member is favored
        found.refusals[f"compiled orbits: {type(reason).__name__}"] += 1
    else:
        found.counts["compiled: searches of orbits"] += 1
        compare_orbits(found, hand, "compiled symmetry", answer)


def of_names(found: Findings, model: Model) -> None:
    """Random states of a larger model, whether or not it treats all its members alike."""
    several = [cls for cls in (*model.spec.processes, *model.spec.domains) if cls.number]
    spec = model.spec.variant("permuted", symmetric=tuple(several))
    model = spec(**{cls.number: MEMBERS for cls in several})
    states = list(made_up(model))
    if not states or not symmetric_groups(model):
        return
    larger = model.starting_at(*states)
    try:
        loaded = CompiledSearch(text_of(larger, OPTIONS), OPTIONS).loaded
    except NotCompiled:
        return
    for state in states:
        found.counts["compiled: states permuted"] += 1
        standing = {loaded.canonical(other)[0] for other in permutations(larger, state)}
        if len(standing) != 1:
            found.differ("compiled: several states stand for the permutations of one", state)
        for other in permutations(larger, state):
            canonical, names = loaded.canonical(other)
            if renamed(larger, other, names) != canonical:
                found.differ("compiled: what stands for a state is no permutation of it", state)
    loaded.close()


def made_up(model: Model) -> Iterator[State]:
    """Random states that the model takes for its own."""
    chance = random.Random(0)
    for base in model.initial_states[:1]:
        for state in random_states(chance, World(model), base, MADE_UP):
            with suppress(RaftnbError):
                yield model.starting_at(state).initial_states[0]


def permutations(model: Model, state: State) -> Iterator[State]:
    """All permutations of a state."""
    groups: Any = symmetric_groups(model)
    for places in itertools.product(*map(itertools.permutations, groups)):
        names = dict(zip(itertools.chain(*groups), itertools.chain(*places), strict=True))
        yield renamed(model, state, names)
