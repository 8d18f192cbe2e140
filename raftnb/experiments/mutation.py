"""Finding out the mistakes of `specs.raft.mistakes`: by exploration, walks, or a scene played.

In each way the verdict is the specification's own: a claim of `raft` that is false in a state, or
of a step, that the mutant reaches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from raftnb.data.errors import NotEnabled
from raftnb.data.trace import Trace
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.explore import Exploration, check
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.parallel import Cluster, Lost, in_order
from raftnb.specs.raft.mistakes import MUTANTS, Mutant
from raftnb.specs.raft.server import Server

WALKS, STEPS = 60_000, 60


@dataclass(frozen=True, repr=False)
class Finding(Answer):
    """What was found of one mutant.

    `verdict` is that of the specification with the mistake: *violated*, with the `property` that is
    broken and a `trace`, is what one hopes for, except of an equivalent mutant, which breaks
    nothing and so *holds*. `states` is the number of states looked at. It is `lost` where the
    process that looked for it ended.
    """

    mutant: Mutant
    verdict: Verdict
    states: int
    seconds: float
    trace: Trace | None = None
    bound: str | None = None
    partial: tuple[str, ...] = ()
    property: str | None = None
    lost: bool = False

    @cached_property
    def caught(self) -> bool:
        """Whether it was found out (or shown equivalent) as the table of mutants says."""
        if self.mutant.how == "equivalent":
            return self.verdict is Verdict.HOLDS
        return self.verdict is Verdict.VIOLATED and self.property == self.mutant.breaks.__name__

    @cached_property
    def interrupted(self) -> bool:
        """Whether Ctrl-C came while it was looked for; what was violated by then still is."""
        return (self.bound or "").startswith("interrupted")

    @cached_property
    def undecided(self) -> bool:
        """Whether it was interrupted, or an exhaustive search stopped, with nothing found."""
        searched = self.lost or self.interrupted or self.mutant.how not in ("walk", "script")
        return searched and self.verdict is Verdict.UNKNOWN

    @cached_property
    def steps(self) -> int | None:
        """The number of steps of the trace; None without one."""
        return len(self.trace) if self.trace is not None else None

    def as_json(self) -> dict[str, Any]:
        """The finding as plain JSON data."""
        mutant = self.mutant
        optional = {
            "differs": mutant.differs,
            "broken": self.property,
            "bound": self.bound,
            "partial": list(self.partial),
        }
        return {
            "row": mutant.row,
            "mutant": mutant.server.__name__,
            "title": mutant.title,
            "why": mutant.why,
            "property": mutant.breaks.__name__,
            "configuration": mutant.configuration,
            "found_by": mutant.how,
            "verdict": str(self.verdict),
            "caught": self.caught,
            "steps": self.steps,
            "states": self.states,
            "seconds": round(self.seconds, 3),
            "seen_in": list(mutant.seen_in),
            **{name: value for name, value in optional.items() if value},
        }

    def __str__(self) -> str:
        broken = f" {self.property}" if self.property else ""
        lines = [f"{self.verdict}:{broken} (row {self.mutant.row}, {self.mutant.title})"]
        steps = "" if self.steps is None else f"{counted(self.steps, 'step')}, "
        lines.append(f"by {self.mutant.how}: {steps}{counted(self.states, 'state')}")
        lines += [f"stopped: {self.bound}"] if self.bound else []
        return "\n".join([*lines, *(f"note: {sentence}" for sentence in self.partial)])


@dataclass(frozen=True, repr=False)
class Findings(Answer):
    """What was found of several mutants: *holds* where all of `known` were found out.

    *violated* where one was missed; *unknown* where one is left out, or was not decided.
    """

    findings: tuple[Finding, ...]
    seconds: float
    known: tuple[Mutant, ...] = MUTANTS

    @cached_property
    def missed(self) -> tuple[int, ...]:
        """The rows of those that were not found out by a search that came to its end."""
        return tuple(f.mutant.row for f in self.findings if not (f.caught or f.undecided))

    @cached_property
    def undecided(self) -> tuple[int, ...]:
        """The rows of those whose search was stopped."""
        return tuple(f.mutant.row for f in self.findings if f.undecided)

    @cached_property
    def left_out(self) -> tuple[int, ...]:
        """The rows of those that were not looked for."""
        looked = {f.mutant.row for f in self.findings}
        return tuple(m.row for m in self.known if m.row not in looked)

    @cached_property
    def verdict(self) -> Verdict:
        """*holds*, *violated* or *unknown*."""
        if self.missed:
            return Verdict.VIOLATED
        return Verdict.UNKNOWN if self.undecided or self.left_out else Verdict.HOLDS

    @cached_property
    def bound(self) -> str | None:
        """What stopped an *unknown*."""
        stopped = (f for f in self.findings if f.undecided or f.interrupted)
        bounds = dict.fromkeys(f.bound for f in stopped if f.bound)
        return "; ".join(bounds) or None

    @cached_property
    def partial(self) -> tuple[str, ...]:
        """Which rows the answer does not cover."""
        rows = {"not decided": self.undecided, "left out": self.left_out}
        return tuple(f"{what}: rows {joined(r)}" for what, r in rows.items() if r)

    def as_json(self) -> dict[str, Any]:
        """The findings as plain JSON data."""
        rows = [finding.as_json() for finding in self.findings]
        return {"mutants": rows, "missed": list(self.missed)}

    def __str__(self) -> str:
        count = (
            f"{len(self.findings)} of {len(self.known)}" if self.left_out else len(self.findings)
        )
        mistakes = "mistake" if len(self.known) == 1 else "mistakes"
        told = f"missed: {joined(self.missed)}" if self.missed else "none missed"
        lines = [f"{self.verdict}: {count} {mistakes}, {told}"]
        lines += [f"stopped: {self.bound}"] if self.bound else []
        return "\n".join([*lines, *(f"note: {sentence}" for sentence in self.partial)])

    property = cached_property(lambda self: "every mistake is found out")


def joined(rows: tuple[int, ...]) -> str:
    """Rows as text."""
    return ", ".join(map(str, rows))


def find_out(mutant: Mutant) -> Finding:
    """Find a mutant out in the way that it says."""
    ways = {"exploration": explored, "walk": walked, "script": played, "lasso": going_round}
    return ways.get(mutant.how, exhausted)(mutant)


@dataclass(frozen=True, eq=False)
class Hunt:
    """Mutants that are to be found out, by their numbers."""

    mutants: tuple[Mutant, ...]

    def __call__(self, number: int) -> Iterator[Finding]:
        """What is found of one."""
        yield find_out(self.mutants[number])

    def model(self, number: int) -> Model:
        """The model that its trace is of."""
        return self.mutants[number].model()


def find_all(
    mutants: tuple[Mutant, ...] = MUTANTS, cluster: Cluster | None = None
) -> Iterator[Finding]:
    """Find out one mutant after the other; on a cluster several at a time, in the same order."""
    found = in_order(Hunt(mutants), len(mutants), cluster or 1)
    for mutant, one in zip(mutants, found, strict=False):
        if isinstance(one, Lost):
            bound = f"a process that looked for it ended ({one.why})"
            one = Finding(mutant, Verdict.UNKNOWN, 0, 0.0, bound=bound, lost=True)
        yield one


def explore(mutant: Mutant, server: type[Server] | None = None) -> Exploration:
    """Explore the mutant (or another server, in its configuration) to the end or a violation."""
    model = mutant.model(server)
    return check(model, deadlock=False, progress=False, symmetry=True)


def walked(mutant: Mutant, server: type[Server] | None = None) -> Finding:
    """A trace on which the mutant breaks its claim, by random walks of a fixed seed."""
    from raftnb.explore import random_walks  # here: it brings a compiler, which takes a second

    model = mutant.model(server)
    found = random_walks(model, walks=WALKS, depth=STEPS, seed=mutant.seed, progress=False)
    return finding(mutant, found)


def explored(mutant: Mutant) -> Finding:
    """The shortest trace on which the mutant breaks its claim, by exhaustive exploration."""
    return finding(mutant, explore(mutant))


def exhausted(mutant: Mutant) -> Finding:
    """All states within the bounds: the claim never comes true, or an equivalent breaks nothing.

    A claim that should come true and does not is found out within the bounds of the table; of
    what lies beyond them the exploration alone says *unknown*.
    """
    found = explore(mutant)
    seen = replace(finding(mutant, found), trace=None)
    if mutant.breaks.__name__ in found.not_reached:
        return replace(seen, verdict=Verdict.VIOLATED, bound=None)
    return seen


def going_round(mutant: Mutant) -> Finding:
    """A fair behavior in which what the mutant should come to never comes."""
    from raftnb.liveness import check_liveness  # here: it brings numpy, which takes a while

    (claim,) = mutant.spec().liveness
    found = check_liveness(mutant.model(), claim)
    broken = mutant.breaks.__name__ if found.verdict is Verdict.VIOLATED else None
    seen = (found.states, found.seconds, found.trace, found.bound, found.partial)
    return Finding(mutant, found.verdict, *seen, property=broken)


def finding(mutant: Mutant, found: Exploration) -> Finding:
    """What an exploration or random walks say of a mutant."""
    return Finding(
        mutant,
        found.verdict,
        found.distinct,
        found.seconds,
        found.trace,
        found.bound,
        found.partial,
        found.property,
    )


def played(mutant: Mutant) -> Finding:
    """The mutant's scene, up to the first state or step that breaks its claim."""
    started = time.perf_counter()
    model = mutant.model()
    trace = play(model, mutant.scene) if mutant.scene else model.start().trace
    end = first_violation(model, trace)
    seconds = time.perf_counter() - started
    states = len(trace.states)
    if end is None:
        return Finding(mutant, Verdict.UNKNOWN, states, seconds, bound="the scene is over")
    cut = Trace(trace.states[: end + 1], trace.steps[:end])
    broken = mutant.breaks.__name__
    return Finding(mutant, Verdict.VIOLATED, states, seconds, cut, property=broken)


def play(model: Model, scene: Callable[[Any], None]) -> Trace:
    """The trace of a scene; it ends early where a step is not enabled."""
    world = model.start()
    with suppress(NotEnabled):
        scene(world)
    return world.trace


def first_violation(model: Model, trace: Trace) -> int | None:
    """The number of steps after which an invariant or a claim about steps is false, or None."""
    for number in range(1, len(trace.states)):
        here = World(model, trace.states[number])
        before = World(model, trace.states[number - 1])
        before.next = here
        claims = [(c, here) for c in model.checked(model.spec.invariants)]
        claims += [(c, before) for c in model.checked(model.spec.transitions)]
        if any(world.failure(claim) is not None for claim, world in claims):
            return number
    return None


__all__ = [
    "Finding",
    "Findings",
    "explored",
    "find_all",
    "find_out",
    "first_violation",
    "play",
    "played",
    "walked",
]
