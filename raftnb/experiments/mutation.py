"""Finding out the mistakes of `specs.raft.mistakes`: by exploration, walks, or a scene played.

In each way the verdict is the specification's own: a claim of `raft` that is false in a state, or
of a step, that the mutant reaches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from raftnb.data.errors import NotEnabled
from raftnb.data.trace import Trace
from raftnb.data.verdict import Verdict
from raftnb.explore import Exploration, check, random_walks
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.specs.raft.mistakes import MUTANTS, Mutant
from raftnb.specs.raft.server import Server

WALKS, STEPS, SEED = 60_000, 60, 1


@dataclass(frozen=True)
class Finding:
    """What became of one mutant.

    `caught` says whether it was found out (or shown equivalent, which is all one can do there);
    `steps` is the length of the trace, `states` the number of states looked at, `seconds` the time.
    """

    mutant: Mutant
    caught: bool
    states: int
    seconds: float
    trace: Trace | None = None

    @property
    def steps(self) -> int | None:
        """The number of steps of the trace; None without one."""
        return len(self.trace) if self.trace is not None else None

    def as_json(self) -> dict[str, Any]:
        """The finding as plain JSON data."""
        mutant = self.mutant
        return {
            "row": mutant.row,
            "mutant": mutant.server.__name__,
            "title": mutant.title,
            "property": mutant.breaks.__name__,
            "configuration": mutant.configuration,
            "found_by": mutant.how,
            "caught": self.caught,
            "steps": self.steps,
            "states": self.states,
            "seconds": round(self.seconds, 3),
            "seen_in": list(mutant.seen_in),
            **({"differs": mutant.differs} if mutant.differs else {}),
        }


def find_out(mutant: Mutant) -> Finding:
    """Find a mutant out in the way that it says."""
    ways = {"exploration": explored, "walk": walked, "script": played}
    return ways.get(mutant.how, exhausted)(mutant)


def find_all(mutants: tuple[Mutant, ...] = MUTANTS) -> Iterator[Finding]:
    """Find out one mutant after the other."""
    yield from map(find_out, mutants)


def explore(mutant: Mutant, server: type[Server] | None = None) -> Exploration:
    """Explore the mutant (or another server, in its configuration) to the end or a violation."""
    model = mutant.spec(server)(**mutant.constants)
    return check(model, deadlock=False, progress=False, symmetry=True)


def walked(mutant: Mutant, server: type[Server] | None = None) -> Finding:
    """A trace on which the mutant breaks its claim, by random walks of a fixed seed."""
    model = mutant.spec(server)(**mutant.constants)
    found = random_walks(model, walks=WALKS, depth=STEPS, seed=SEED, progress=False)
    caught = found.verdict is Verdict.VIOLATED and found.property == mutant.breaks.__name__
    return Finding(mutant, caught, found.distinct, found.seconds, found.trace)


def explored(mutant: Mutant) -> Finding:
    """The shortest trace on which the mutant breaks its claim, by exhaustive exploration."""
    found = explore(mutant)
    caught = found.verdict is Verdict.VIOLATED and found.property == mutant.breaks.__name__
    return Finding(mutant, caught, found.distinct, found.seconds, found.trace)


def exhausted(mutant: Mutant) -> Finding:
    """All states within the bounds: the claim never comes true, or an equivalent breaks nothing."""
    found = explore(mutant)
    wanted = Verdict.HOLDS if mutant.how == "equivalent" else Verdict.VIOLATED
    return Finding(
        mutant, found.verdict is wanted and not found.bound, found.distinct, found.seconds
    )


def played(mutant: Mutant) -> Finding:
    """The mutant's scene, up to the first state or step that breaks its claim."""
    started = time.perf_counter()
    model = mutant.spec()(**mutant.constants)
    trace = play(model, mutant.scene) if mutant.scene else model.start().trace
    end = first_violation(model, trace)
    cut = None if end is None else Trace(trace.states[: end + 1], trace.steps[:end])
    seconds = time.perf_counter() - started
    return Finding(mutant, cut is not None, len(trace.states), seconds, cut)


def play(model: Model, scene: Callable[[Any], None]) -> Trace:
    """The trace of a scene; it ends early where a step is not enabled."""
    world = model.start()
    with suppress(NotEnabled, LookupError):
        scene(world)
    return world.trace


def first_violation(model: Model, trace: Trace) -> int | None:
    """The number of steps after which an invariant or a claim about steps is false, or None."""
    for number in range(1, len(trace.states)):
        judge = World(model, trace.states[number])
        before = World(model, trace.states[number - 1])
        before.next = judge
        claims = [(c, judge) for c in model.checked(model.spec.invariants)]
        claims += [(c, before) for c in model.checked(model.spec.transitions)]
        if any(world.failure(claim) is not None for claim, world in claims):
            return number
    return None


__all__ = [
    "Finding",
    "explored",
    "find_all",
    "find_out",
    "first_violation",
    "play",
    "played",
    "walked",
]
