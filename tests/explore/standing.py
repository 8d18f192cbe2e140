"""What stands for a state, whatever its members are called."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping

from raftnb.data.domains import Domain
from raftnb.data.trace import State
from raftnb.explore.compiled.program import Loaded
from raftnb.explore.compiled.symmetric import renamed, shuffled, symmetric_groups
from raftnb.language.spec import Model

Names = Mapping[Domain, Domain]


def permutations(model: Model) -> Iterator[Names]:
    """All permutations of members that may change places."""
    groups = symmetric_groups(model)
    for rows in itertools.product(*(itertools.permutations(group) for group in groups)):
        yield dict(zip(itertools.chain(*groups), itertools.chain(*rows), strict=True))


def some_permutations(model: Model, many: int) -> Iterator[Names]:
    """Some of them, the same ones each time."""
    chance = random.Random(1)
    for _ in range(many):
        yield shuffled(model, chance)


def standing_for(loaded: Loaded, state: State, by: Iterable[Names]) -> set[State]:
    """The states that stand for permutations of one; each is one of them, and has one row."""
    model, found = loaded.written.model, set()
    for names in by:
        other = renamed(model, state, names)
        row, back = loaded.canonical_row(other)
        found.add(canonical := loaded.state(row))
        assert renamed(model, other, back) == canonical
        assert list(row) == list(loaded.row(canonical))
    return found


def one_stands_for_all(loaded: Loaded, state: State, by: Iterable[Names] = ()) -> State:
    """The state that stands for all permutations of one, or for those that are given."""
    (one,) = standing_for(loaded, state, by or permutations(loaded.written.model))
    return one
