"""Bounded model checking and k-induction, for small specifications of one's own.

Both look at a finite instance: a few members of each class, numbers up to a bound. They find a run
that breaks a claim in at most k steps, or show that there is none; k-induction then asks whether k
steps in which the claim holds are always followed by one more. Where a step leads out of the
instance's bounds, that nothing was found inside says nothing.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

import z3

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State, Step, Trace
from raftnb.data.values import Message
from raftnb.data.verdict import Answer, Verdict
from raftnb.language.claims import Property
from raftnb.language.proof import Lemma, Proof
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.prove.actions import Case, Start, starts
from raftnb.prove.cti import differs
from raftnb.prove.execute import cases
from raftnb.prove.finite import Instance, InstanceSize
from raftnb.prove.network import check_network
from raftnb.prove.reading import Reading
from raftnb.prove.report import counted
from raftnb.prove.scope import Requirement
from raftnb.prove.state import Symbolic
from raftnb.prove.terms import FALSE, TRUE, conj, disj, neg, same
from raftnb.tree.nodes import Int, RecordOf, Type


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
        lines += [str(self.trace)] if self.trace else []
        return "\n".join(lines)


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
    unrolled = Unrolled(spec, listed(claims), steps, size or InstanceSize(), constants)
    found = unrolled.first_violation(steps)
    if found is None:
        found = unrolled.answer(Verdict.UNKNOWN, steps, f"no run of more than {steps} steps")
    return replace(found, seconds=time.perf_counter() - started)


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
    unrolled = Unrolled(spec, listed(claims), k, size or InstanceSize(), constants)
    found = unrolled.first_violation(k - 1)
    if found is None:
        why = unrolled.why_not_closed(k)
        verdict = Verdict.HOLDS if why is None else Verdict.UNKNOWN
        found = unrolled.answer(verdict, k, why)
    return replace(found, seconds=time.perf_counter() - started)


def listed(claims: Property | Sequence[Property]) -> tuple[Property, ...]:
    """One claim or several, as several."""
    found = tuple(claims) if isinstance(claims, Sequence) else (claims,)
    if not found or not all(isinstance(claim, FunctionType) for claim in found):
        raise UsageError(f"{claims!r}", allowed="a claim or several", cure="name its function")
    return found


class Unrolled:
    """The states of a finite instance, one after the other."""

    def __init__(
        self,
        spec: Spec,
        claims: tuple[Property, ...],
        steps: int,
        size: InstanceSize,
        constants: dict[str, int],
    ) -> None:
        for claim in claims:
            if claim in spec.transitions:
                raise UsageError(
                    f"`{claim.__name__}`, a claim about steps",
                    allowed="claims about states",
                    cure="prove it, or explore",
                )
        self.claims, self.size = claims, size
        self.here = Instance(Proof(spec, tuple(map(Lemma, claims))), size, constants)
        self.words, self.theory = self.here.words, self.here.theory
        check_network(self.words, claims)
        self.states = [self.words.state(f" {i}") for i in range(steps + 1)]
        self.cuts: list[z3.BoolRef] = []
        pairs = enumerate(itertools.pairwise(self.states))
        with self.theory.noting(self.cuts):
            self.cases = [list(self._cases(i, before)) for i, (before, _) in pairs]
        self.moves = [
            disj(*(self._move(case, self.states[i + 1]) for case in group))
            for i, group in enumerate(self.cases)
        ]

    def _move(self, case: Case, after: Symbolic) -> z3.BoolRef:
        """Whether a state follows by a case, in which everything has a value."""
        defined = [self.theory.forall(n.bound, n.condition) for n in case.requirements]
        return conj(*case.conditions, *defined, self._same(case.after, after))

    def _cases(self, number: int, before: Symbolic) -> Iterator[Case]:
        begin: list[Start] = starts(self.words)
        for start in begin:
            yield from cases(self.words, start, before, frozenset(), f" {number}")

    def answer(
        self, verdict: Verdict, steps: int, bound: str | None = None, trace: Trace | None = None
    ) -> BoundedAnswer:
        """The answer, without the time."""
        names = self.here.model.names
        sizes = [f"{len(names[r])} {r}" for r in self.here.program.classes if r in names]
        of = ", ".join([*sizes, f"numbers {self.size.low} to {self.size.top}"])
        if self.words.kinds:
            of += f", {self.size.slots} messages of a kind"
        name = ", ".join(claim.__name__ for claim in self.claims)
        return BoundedAnswer(verdict, steps, 0.0, of, bound, trace, (), name)

    def holds(self, state: Symbolic, needs: list[Requirement] | None = None) -> z3.BoolRef:
        """All the claims, in a state."""
        with self.theory.noting(self.cuts):
            return conj(*(self.here.holds(claim, state, needs=needs) for claim in self.claims))

    # What a step makes, as a state.

    def _same(self, made: Symbolic, state: Symbolic) -> z3.BoolRef:
        """Whether a symbolic state is what a step made."""
        parts = []
        for (root, name), type_ in self.words.variables.items():
            for owner in self.here.owners(root):
                pair = made.read(root, name, owner), state.read(root, name, owner)
                parts.append(self.words.of(type_).equal(*pair))
        return conj(*parts, *self._same_messages(made, state))

    def _same_messages(self, made: Symbolic, state: Symbolic) -> list[z3.BoolRef]:
        parts = []
        for kind in self.words.kinds:
            shape, name, slots = self.words.of(RecordOf(kind)), kind.__name__, self.here.slots(kind)
            fresh = [new for new in made.new if new.value.cls is kind]
            for slot in slots:
                message = self.words.message(kind, slot)
                equal = [
                    self.theory.exists(n.bound, conj(n.guard, shape.equal(n.value, message)))
                    for n in fresh
                ]
                parts.append(same(state.sent[name](slot), disj(made.sent[name](slot), *equal)))
            for new in fresh:
                there = [
                    conj(
                        state.sent[name](slot),
                        shape.equal(new.value, self.words.message(kind, slot)),
                    )
                    for slot in slots
                ]
                parts.append(self.theory.forall(new.bound, disj(neg(new.guard), *there)))
        return parts

    def ask(self, *parts: z3.BoolRef) -> tuple[z3.CheckSatResult, z3.Solver]:
        """The solver's answer to the parts, with what is always true of the theory."""
        solver = z3.Solver()
        solver.set("timeout", max(1, int(self.size.seconds * 1000)))
        solver.add(*self.theory.axioms, *parts)
        return solver.check(), solver

    # From the start.

    def first_violation(self, most: int) -> BoundedAnswer | None:
        """The answer where a run of at most `most` steps breaks the claim, or was not decided."""
        for length in range(most + 1):
            first = self._same(self.words.initial(), self.states[0])
            needs: list[Requirement] = []
            wrong = neg(self.holds(self.states[length], needs))
            defined = [self.theory.forall(n.bound, n.condition) for n in needs]
            result, solver = self.ask(first, *self.moves[:length], wrong, *defined)
            if result == z3.unknown:
                why = f"runs of {length} steps: {solver.reason_unknown()}"
                return self.answer(Verdict.UNKNOWN, length, why)
            if result == z3.sat:
                return self._replayed(length, solver.model())
            if (lacking := self.undefined(length, first)) is not None:
                return self.answer(Verdict.UNKNOWN, length, lacking)
        return None

    def _replayed(self, length: int, model: z3.ModelRef) -> BoundedAnswer:
        """The run as plain Python takes it."""
        reading = Reading(self.here, model)
        states = [reading.state(s) for s in self.states[: length + 1]]
        steps: list[Step] = []
        try:
            for before, after in itertools.pairwise(states):
                steps.append(self._step(before, after))
            last = World(self.here.model, states[-1])
            if all(last.failure(claim) is None for claim in self.claims):
                raise differs("the claims are true, and the translation says otherwise", states[-1])
        except SpecError as error:
            return self.answer(Verdict.UNKNOWN, length, f"a run that is not defined: {error.found}")
        except LeftTheNetwork:
            why = "a run that only a network which keeps every message allows"
            return self.answer(Verdict.UNKNOWN, length, why)
        trace = Trace(tuple(states), tuple(steps))
        return self.answer(Verdict.VIOLATED, length, None, trace)

    def _step(self, before: State, after: State) -> Step:
        taken = [s for s, t in World(self.here.model, before).successors(before) if t == after]
        if taken:
            return taken[0]
        delivery = self.here.model.delivery
        if delivery is not None and not delivery.keeps:
            raise LeftTheNetwork
        raise differs("no step leads from here to the next state of the run", before)

    # From anywhere.

    def why_not_closed(self, k: int) -> str | None:
        """Why k states in a row with the claim need not be followed by another; None if so."""
        claims = [self.holds(state) for state in self.states]
        inside = [self.inside(state) for state in self.states[:k]]
        result, solver = self.ask(*self.moves, *inside, *claims[:k], neg(claims[k]))
        if result != z3.unsat:
            unknown = result == z3.unknown
            return solver.reason_unknown() if unknown else f"not {k}-inductive"
        return self.undefined(k) or self._leaves(k, claims[:k] + inside)

    def inside(self, state: Symbolic) -> z3.BoolRef:
        """Whether a state's numbers are within the instance's bounds."""
        low, top = self.size.low, self.size.top
        return conj(
            *(
                self.words.of(type_).within(state.read(root, name, owner), low, top)
                for (root, name), type_ in self.words.variables.items()
                for owner in self.here.owners(root)
            )
        )

    def undefined(self, length: int, *known: z3.BoolRef) -> str | None:
        """What has no value in the last of these states, or on the step before it."""
        claims = [self.holds(state) for state in self.states[:length]]
        steps = [n for group in self.cases[:length][-1:] for c in group for n in c.requirements]
        needs: list[Requirement] = []
        self.holds(self.states[length], needs)
        before = (*known, *claims, *self.moves[:length][:-1])
        for some, since in ((steps, before), (needs, (*known, *claims, *self.moves[:length]))):
            wrong = disj(*(neg(self.theory.forall(n.bound, n.condition)) for n in some))
            if self.ask(*since, wrong)[0] != z3.unsat:
                return "a step or the claim may have no value"
        return None

    def _leaves(self, k: int, known: list[z3.BoolRef]) -> str | None:
        """How a run may leave the instance's bounds: at the start, or by a step."""
        if any(takes_numbers(case) for group in self.cases for case in group):
            return "an action takes any number, and the instance has only some"
        inside = [self.inside(state) for state in self.states]
        if self.ask(*inside, disj(*self.cuts))[0] != z3.unsat:
            return "a quantifier may go beyond the numbers of the instance"
        if any(map(keeps_messages, self.words.variables.values())):
            return "messages are kept in variables, and may need more of them than there are"
        result, _ = self.ask(neg(self.inside(self.words.initial())))
        if result != z3.unsat:
            return "an initial state may be outside the bounds of the instance"
        first = self._same(self.words.initial(), self.states[0])
        for length in range(k):
            since = [first] if length < k - 1 else known
            outside = [conj(*case.conditions, self._outside(case)) for case in self.cases[length]]
            result, _ = self.ask(*self.moves[:length], *since, disj(*outside))
            if result != z3.unsat:
                return "a step may lead out of the bounds of the instance"
        return None

    def _outside(self, case: Case) -> z3.BoolRef:
        """Whether what a step makes is no state of the instance."""
        parts, low, top = [], self.size.low, self.size.top
        for key, type_ in self.words.variables.items():
            if case.after.variables[key] is case.before.variables[key]:
                continue
            shape = self.words.of(type_)
            if shape.has_numbers_as_keys():
                return TRUE
            for owner in self.here.owners(key[0]):
                parts.append(neg(shape.within(case.after.read(*key, owner), low, top)))
        for new in case.after.new:
            fits = self.words.of(RecordOf(new.value.cls)).within(new.value, low, top)
            parts.append(self.theory.exists(new.bound, conj(new.guard, neg(fits))))
            parts.append(self._no_slot(case, new))
        return disj(*parts)

    def _no_slot(self, case: Case, new: Any) -> z3.BoolRef:
        """Whether a message that is sent may find no slot: unless it is in flight already."""
        kind, free = new.value.cls, self.here.slots(new.value.cls)
        shape, sent = self.words.of(RecordOf(kind)), case.before.sent[kind.__name__]
        known = disj(
            *(conj(sent(s), shape.equal(new.value, self.words.message(kind, s))) for s in free)
        )
        others = [n for n in case.after.new if n.value.cls is kind]
        alone = len(others) == 1 and not new.bound
        room = disj(*(neg(sent(slot)) for slot in free)) if alone else FALSE
        return self.theory.exists(new.bound, conj(new.guard, neg(disj(known, room))))


def takes_numbers(case: Case) -> bool:
    """Whether an action has arguments with numbers in them."""
    return any(has_numbers(t) for t in case.types.values() if not isinstance(t, RecordOf))


def has_numbers(type_: Type) -> bool:
    """Whether numbers are a part of the values of a type."""
    parts = [part for part in vars(type_).values() if isinstance(part, Type)]
    return isinstance(type_, Int) or any(map(has_numbers, parts))


def keeps_messages(type_: Type) -> bool:
    """Whether a message is a part of the values of a type."""
    if isinstance(type_, RecordOf) and issubclass(type_.cls, Message):
        return True
    return any(keeps_messages(part) for part in vars(type_).values() if isinstance(part, Type))


class LeftTheNetwork(Exception):
    """A run that the network of the specification does not allow."""


__all__ = ["BoundedAnswer", "check_bounded", "k_induction"]
