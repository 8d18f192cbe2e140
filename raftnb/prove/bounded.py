"""Bounded model checking and k-induction, for small specifications of one's own.

Both look at a finite instance: a few members of each class, numbers up to a bound. They find a run
that breaks a claim in at most k steps, or show that there is none; k-induction then asks whether k
steps in which the claim holds are always followed by one more. Where a step leads out of the
instance's bounds, that nothing was found inside says nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

import z3

from raftnb.data.calls import told_plainly
from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State, Step, Trace
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.language.claims import Property
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.prove.cti import Disagreement, differs
from raftnb.prove.reading import Reading
from raftnb.prove.scope import Requirement
from raftnb.prove.small import InstanceSize, constants_read
from raftnb.prove.terms import neg
from raftnb.prove.translated import messages_of
from raftnb.prove.unrolled import BEYOND, OUTSIDE, Unrolled


@dataclass(frozen=True, repr=False)
class BoundedAnswer(Answer):
    """What was found in up to `steps` steps of a finite instance.

    *violated* with a trace from an initial state; *holds* where k-induction closed the circle for
    this instance and no step leaves its bounds; else *unknown*, and `bound` says why.
    """

    verdict: Verdict
    steps: int
    seconds: float
    instance: str
    bound: str | None = None
    trace: Trace | None = None
    partial: tuple[str, ...] = ()
    property: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON data."""
        data: dict[str, Any] = {
            "verdict": str(self.verdict),
            "property": self.property,
            "bound": self.bound,
            "partial": list(self.partial),
            "steps": self.steps,
            "instance": self.instance,
            "seconds": round(self.seconds, 3),
        }
        trace = None if self.trace is None else self.trace.as_json()
        return data | ({"trace": trace} if trace is not None else {})

    def __str__(self) -> str:
        lines = [
            f"{self.verdict}: {self.property}, {counted(self.steps, 'step')} ({self.instance})"
        ]
        lines += [f"stopped: {self.bound}"] if self.bound else []
        lines += [str(self.trace)] if self.trace is not None else []
        return "\n".join(lines)


@told_plainly
def check_bounded(
    spec: Spec,
    claims: Property | Sequence[Property],
    steps: int,
    *,
    size: InstanceSize | None = None,
    **constants: int,
) -> BoundedAnswer:
    """Whether claims can be broken in at most `steps` steps: *violated*, or else *unknown*.

    Raises `SpecError` for what has no translation, `Disagreement` where plain Python does not take
    a run that was found.
    """
    if type(steps) is not int or steps < 0:
        raise UsageError(f"steps={steps!r}", allowed="at least 0", cure="use 3")
    started = time.perf_counter()
    runs = Runs(Unrolled(spec, listed(claims), steps, size or InstanceSize(), constants))
    found = runs.first_violation(steps)
    if found is None:
        few = f"no run of more than {counted(steps, 'step')}"
        bound = OUTSIDE if runs.unrolled.starts_outside() else few
        found = runs.answer(Verdict.UNKNOWN, steps, bound)
    return replace(found, seconds=time.perf_counter() - started)


@told_plainly
def k_induction(
    spec: Spec,
    claims: Property | Sequence[Property],
    k: int,
    *,
    size: InstanceSize | None = None,
    **constants: int,
) -> BoundedAnswer:
    """Whether claims hold in all reachable states of a finite instance, by k-induction.

    *violated* with a run of fewer than `k` steps; *holds* if moreover no k states in a row, in
    each of which all the claims hold, are followed by one in which they do not, and no such step
    lacks a value or leaves the instance's bounds; otherwise *unknown*. So a claim may need others
    beside it, which say what else is true of the reachable states. Raises as `check_bounded` does.
    """
    if type(k) is not int or k < 1:
        raise UsageError(f"k={k!r}", allowed="at least 1", cure="use 1 for plain induction")
    started = time.perf_counter()
    runs = Runs(Unrolled(spec, listed(claims), k, size or InstanceSize(), constants))
    found = runs.first_violation(k - 1)
    if found is None:
        why = runs.unrolled.why_not_closed(k)
        verdict = Verdict.HOLDS if why is None else Verdict.UNKNOWN
        found = runs.answer(verdict, k, why)
    return replace(found, seconds=time.perf_counter() - started)


def listed(claims: Property | Sequence[Property]) -> tuple[Property, ...]:
    """One claim or several, as several."""
    found = tuple(claims) if isinstance(claims, Sequence) else (claims,)
    if not found or not all(isinstance(claim, FunctionType) for claim in found):
        raise UsageError(f"{claims!r}", allowed="a claim or several", cure="name its function")
    return found


class Runs:
    """The runs of an unrolled instance that begin in an initial state."""

    def __init__(self, unrolled: Unrolled) -> None:
        self.unrolled, self.here = unrolled, unrolled.here
        self.claims = unrolled.claims

    def answer(
        self, verdict: Verdict, steps: int, bound: str | None = None, trace: Trace | None = None
    ) -> BoundedAnswer:
        """The answer, without the time."""
        names = self.here.model.names
        size = self.here.size
        sizes = [f"{len(names[r])} {r}" for r in self.here.program.classes if r in names]
        model = self.here.model
        fixed = [
            f"{name}={model.constants[name]}" for name in sorted(constants_read(self.here.proof))
        ]
        of = ", ".join([*sizes, *fixed, f"numbers {size.low} to {size.top}"])
        if self.here.words.kinds:
            of += f", {counted(size.slots, 'message')} of a kind"
        name = ", ".join(claim.__name__ for claim in self.claims)
        return BoundedAnswer(verdict, steps, 0.0, of, bound, trace, (), name)

    def first_violation(self, most: int) -> BoundedAnswer | None:
        """The answer where a run of at most `most` steps breaks the claim, or was not decided."""
        for length in range(most + 1):
            needs: list[Requirement] = []
            wrong = neg(self.unrolled.holds(self.unrolled.states[length], needs))
            defined = [self.here.theory.forall(n.bound, n.condition) for n in needs]
            result, solver = self.unrolled.ask(
                self.unrolled.first, *self.unrolled.moves[:length], wrong, *defined
            )
            if result == z3.unknown:
                why = f"runs of {length} steps: {solver.reason_unknown()}"
                return self.answer(Verdict.UNKNOWN, length, why)
            if result == z3.sat:
                return self._replayed(length, solver.model())
            if (lacking := self.unrolled.undefined(length, self.unrolled.first)) is not None:
                return self.answer(Verdict.UNKNOWN, length, lacking)
        return None

    def _replayed(self, length: int, model: z3.ModelRef) -> BoundedAnswer:
        """The run as plain Python takes it, from one of its own initial states."""
        reading = Reading(self.here, model)
        told = [reading.state(s) for s in self.unrolled.states[: length + 1]]
        first = self._start(told[0])
        if first is None:
            return self.answer(Verdict.UNKNOWN, length, OUTSIDE)
        states, steps = [first], list[Step]()
        try:
            for wanted in told[1:]:
                step, state = self._step(states[-1], wanted)
                states.append(state)
                steps.append(step)
            last = World(self.here.model, states[-1])
            if all(last.failure(claim) is None for claim in self.claims):
                what = "the claims are true, and the translation says otherwise"
                raise self._not_so(what, states[-1])
        except SpecError as error:
            return self.answer(Verdict.UNKNOWN, length, f"a run that is not defined: {error.found}")
        except LeftTheNetwork:
            why = "a run that only a network which keeps every message allows"
            return self.answer(Verdict.UNKNOWN, length, why)
        except Disagreement:
            if not self.unrolled.goes_beyond():
                raise
            return self.answer(Verdict.UNKNOWN, length, BEYOND)
        trace = Trace(tuple(states), tuple(steps))
        return self.answer(Verdict.VIOLATED, length, None, trace)

    def _start(self, told: State) -> State | None:
        """The initial state that the translation tells of; None of one that is outside."""
        wanted = self.here.variables(told)
        for state in self.here.model.initial_states:
            if self.here.variables(state) == wanted:
                return state
        if self.unrolled.starts_outside():
            return None
        raise differs("a run starts here, which is no initial state", told)

    def _step(self, before: State, told: State) -> tuple[Step, State]:
        """The step from a state to one that the translation tells of, and where it leads.

        Where messages leave the network, the translation may have more of them.
        """
        wanted, flying = self.here.variables(told), set(messages_of(told))
        for step, after in World(self.here.model, before).successors(before):
            mine = set(messages_of(after))
            if self.here.variables(after) == wanted and (
                mine == flying or (not self.here.model.keeps and mine <= flying)
            ):
                return step, after
        raise self._not_so("no step leads from here to the next state of the run", before)

    def _not_so(self, what: str, state: State) -> Exception:
        """The error for what plain Python finds otherwise, which a network that forgets may."""
        delivery = self.here.model.delivery
        if delivery is not None and not delivery.keeps:
            return LeftTheNetwork()
        return differs(what, state)


class LeftTheNetwork(Exception):
    """A run that the network of the specification does not allow."""


__all__ = ["BoundedAnswer", "check_bounded", "k_induction"]
