"""States that compiled code met, looked at again in plain Python: a difference ends the belief."""

from __future__ import annotations

import ctypes
import itertools
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.explore.compiled.program import Loaded
from raftnb.explore.compiled.symmetric import renamed, shuffled
from raftnb.explore.narrowed import looking
from raftnb.explore.reference import is_within_bounds
from raftnb.language.claims import Property
from raftnb.language.world import World

SHARE = 0.05
"""So much of the time of the exploration is spent on it, and no less than on `AT_LEAST` states."""
AT_LEAST = 8
FEW_SUCCESSORS = 256
"""There is room for so many successors at first, and for all where a state has more."""
PERMUTATIONS = 4


class Differs(Exception):
    """The compiled code and plain Python do not agree, or the former cannot go on here."""


def compare(loaded: Loaded, seconds: float, begun: float) -> int:
    """Compare sampled states, their successors and what is claimed of them; how many there were.

    First come states in which each action is enabled, and is not. Raises `Differs`.
    """
    looked_at = 0
    for number in sample(loaded):
        if looked_at >= AT_LEAST and time.perf_counter() - begun > SHARE * seconds:
            break
        with loaded.calling():
            compare_state(loaded, number)
        looked_at += 1
    return looked_at


def sample(loaded: Loaded) -> Iterator[int]:
    """The numbers of states to be looked at, of those whose successors were all met."""
    n = loaded.result.next
    names = [(type(i.process), i.action.name) for i in loaded.written.instances]
    first: dict[Any, int] = {}
    for table in (loaded.enabled, loaded.disabled):
        for name, number in zip(names, table, strict=False):
            if 0 < number <= n:
                first.setdefault((id(table), name), number - 1)
    yield from dict.fromkeys(first.values())
    chance = random.Random(0)
    while n:
        yield chance.randrange(n)


def some_states(loaded: Loaded, most: int) -> Iterator[State]:
    """So many of these states, or fewer where the same ones come again."""
    numbers = dict.fromkeys(itertools.islice(sample(loaded), most))
    return map(loaded.numbered, numbers)


def compare_state(loaded: Loaded, number: int) -> None:
    """Raise `Differs` if a state's steps, or what is claimed, are not as in plain Python."""
    state = loaded.numbered(number)
    steps = [(*names, loaded.state(row)) for *names, row in successors(loaded, number)]
    ours, theirs = Counter(steps), Counter(in_python(loaded.written.world, state))
    if ours != theirs:
        raise Differs(f"{len(ours)} successors, and in Python {len(theirs)}, of {state.values!r}")
    said = claims(loaded, number)
    if said != claims_in_python(loaded, state):
        raise Differs(f"claims are {said}, and in Python not, in {state.values!r}")
    compare_view(loaded, number, state)
    if loaded.written.symmetric:
        compare_canonical(loaded, number, state)
    if loaded.written.claims.steps or loaded.written.claims.allowed:
        compare_steps(loaded, number, state)


def compare_steps(loaded: Loaded, number: int, state: State) -> None:
    """Raise `Differs` if what is claimed of the steps from a state is not as in plain Python."""
    world = World(loaded.written.model, state)
    world.next = World(loaded.written.model)
    for row in {tuple(row): row for *_, row in successors(loaded, number)}.values():
        after = loaded.state(row)
        world.next.load(after)
        said = step_claims(loaded, number, row)
        asked = (*loaded.written.claims.steps, *loaded.written.claims.allowed)
        if said != [truth(world, claim) for claim in asked]:
            raise Differs(f"claims of a step are {said}, and in Python not, to {after.values!r}")


def compare_canonical(loaded: Loaded, number: int, state: State) -> None:
    """Raise `Differs` unless one state alone stands for the permutations of a state."""
    model, chance = loaded.written.model, random.Random(number)
    for _ in range(PERMUTATIONS):
        permuted = renamed(model, state, shuffled(model, chance))
        row, names = loaded.canonical_row(permuted)
        if list(row) != list(loaded.row_of(number)) or renamed(model, permuted, names) != state:
            raise Differs(f"another state stands for a permutation of {state.values!r}")


def compare_view(loaded: Loaded, number: int, state: State) -> None:
    """Raise `Differs` if the view of a state is not as in plain Python."""
    view, model = loaded.written.view, loaded.written.model
    if view is None:
        return
    with World(model, state) as world:
        seen = looking(model, view)(world)
    if loaded.library.judge_view(loaded.row_of(number)) != loaded.words.of(seen):
        raise Differs(f"the view is not {seen!r}, as it is in Python, of {state.values!r}")


def successors(loaded: Loaded, number: int) -> Iterator[tuple[str, str, Any]]:
    """The steps from a state as the compiled code has them: process, action, the row after it."""
    width, n, room = loaded.cells + 1, FEW_SUCCESSORS, 0
    while n > room:
        room = n
        found = (ctypes.c_uint32 * (width * room))()
        n = loaded.library.successors(number, found, ctypes.c_size_t(room))
    if n < 0:
        raise Differs("the compiled code fails in a state that it went through")
    for at in range(0, n * width, width):
        instance = loaded.written.instances[found[at]]
        row = (ctypes.c_uint32 * loaded.cells)(*found[at + 1 : at + width])
        yield instance.process.name, instance.action.name, row


def in_python(world: World, state: State) -> Iterator[tuple[str, str, State]]:
    """The steps from a state."""
    try:
        for step, after in world.successors(state):
            yield step.process, step.action, after
    except SpecError as error:
        raise Differs(
            f"Python refuses a state that compiled code went through: {error.found}"
        ) from error


def claims(loaded: Loaded, number: int) -> list[int]:
    """What is true in a state: invariants, those awaited, the constraints together, `final`."""
    library, claimed = loaded.library, loaded.written.claims
    n, row = len(claimed.invariants) + len(claimed.awaited) + 1, loaded.row_of(number)
    return [*(library.judge(row, i) for i in range(n)), library.judge_final(row)]


def claims_in_python(loaded: Loaded, state: State) -> list[int]:
    """The same in plain Python."""
    model, written = loaded.written.model, loaded.written
    world = World(model, state)
    asked = (*written.claims.invariants, *written.claims.awaited)
    is_final = truth(world, model.spec.final) if model.spec.final else 0
    return [*(truth(world, c) for c in asked), int(is_within_bounds(model, world)), is_final]


def truth(world: World, claim: Property) -> int:
    """Whether a claim is true in a world: 1 or 0, and -1 where it has no value.

    A search need not have asked it there: what is awaited is asked until it is found.
    """
    try:
        return int(world.failure(claim) is None)
    except SpecError:
        return -1


def step_claims(loaded: Loaded, number: int, row: Any) -> list[int]:
    """What is claimed of the step from a state to a row."""
    written = loaded.written.claims
    n, before = len(written.steps) + len(written.allowed), loaded.row_of(number)
    return [loaded.library.judge_step(before, row, i) for i in range(n)]
