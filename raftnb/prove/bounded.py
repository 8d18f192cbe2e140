"""Bounded model checking and k-induction, for small specifications of one's own.

Both look at a finite instance: a few members of each class, numbers up to a bound. They find a
trace that breaks a claim in at most k steps, or show that there is none; k-induction then asks
whether k steps in which the claim holds are always followed by one more.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import z3

from raftnb.data.errors import UsageError
from raftnb.data.trace import State, Step, Trace
from raftnb.data.verdict import Verdict
from raftnb.language.claims import Property
from raftnb.language.proof import Lemma, Proof
from raftnb.language.spec import Model, Spec
from raftnb.language.world import World
from raftnb.prove.execute import Case, cases
from raftnb.prove.finite import Bounds, FiniteConditions, FiniteTheory, Reading, instance
from raftnb.prove.theory import Symbolic
from raftnb.prove.values import conj, disj, neg, same
from raftnb.tree.nodes import Member, RecordOf


@dataclass(frozen=True)
class Bounded:
    """What was found in up to `steps` steps of a finite instance.

    *violated* with a trace from an initial state, *holds* where k-induction closed the circle for
    this instance (numbers staying within its bound), else *unknown*.
    """

    verdict: Verdict
    claim: str
    steps: int
    trace: Trace | None = None

    def __str__(self) -> str:
        line = f"{self.verdict}: {self.claim}, {self.steps} steps"
        return f"{line}\n{self.trace}" if self.trace else line

    __repr__ = __str__


def check_bounded(
    spec: Spec, claim: Property, steps: int, *, bounds: Bounds | None = None, **constants: int
) -> Bounded:
    """Whether a claim can be broken in at most `steps` steps: *violated*, or else *unknown*."""
    unrolled = Unrolled(spec, claim, steps, bounds or Bounds(), constants)
    for length in range(steps + 1):
        trace = unrolled.broken_after(length)
        if trace is not None:
            return Bounded(Verdict.VIOLATED, claim.__name__, length, trace)
    return Bounded(Verdict.UNKNOWN, claim.__name__, steps)


def k_induction(
    spec: Spec, claim: Property, k: int, *, bounds: Bounds | None = None, **constants: int
) -> Bounded:
    """Whether a claim holds in all reachable states of the finite instance, by k-induction.

    *violated* with a trace of fewer than `k` steps; *holds* if moreover no k states in a row, in
    each of which the claim holds, are followed by one in which it does not; otherwise *unknown*.
    """
    if k < 1:
        raise UsageError(f"k={k}", allowed="at least 1", cure="use 1 for plain induction")
    found = check_bounded(spec, claim, k - 1, bounds=bounds, **constants)
    if found.verdict == Verdict.VIOLATED:
        return found
    unrolled = Unrolled(spec, claim, k, bounds or Bounds(), constants)
    closed = unrolled.always_followed(k)
    return Bounded(Verdict.HOLDS if closed else Verdict.UNKNOWN, claim.__name__, k)


class Unrolled:
    """The states of a finite instance, one after the other."""

    def __init__(
        self, spec: Spec, claim: Property, steps: int, bounds: Bounds, constants: dict[str, int]
    ) -> None:
        proof = Proof(spec, (Lemma(claim),))
        self.claim, self.bounds = claim, bounds
        self.model: Model = instance(proof, bounds, constants)
        self.conditions = FiniteConditions(proof, self.model, bounds)
        self.theory: FiniteTheory = self.conditions.theory  # type: ignore[assignment]
        self.states = [self.theory.state(f" {i}") for i in range(steps + 1)]
        self.moves = [
            self._move(i, before, after)
            for i, (before, after) in enumerate(itertools.pairwise(self.states))
        ]

    def _move(self, number: int, before: Symbolic, after: Symbolic) -> z3.BoolRef:
        options = [
            conj(*case.conditions, self._same(case.after, after))
            for start in self.conditions.starts()
            for case in cases(self.theory, start, before, frozenset(), f" {number}")
        ]
        return disj(*options)

    def _same(self, made: Symbolic, state: Symbolic) -> z3.BoolRef:
        """Whether a symbolic state is what a step made."""
        parts = []
        for (root, name), type_ in self.theory.variables().items():
            owners = (
                self.theory.values(self.theory.sort(Member(root)))
                if (self.theory.has_owner(root))
                else [None]
            )
            for owner in owners:
                pair = made.read(root, name, owner), state.read(root, name, owner)
                parts.append(self.theory.equal(*pair, type_))
        return conj(*parts, *self._same_messages(made, state))

    def _same_messages(self, made: Symbolic, state: Symbolic) -> list[z3.BoolRef]:
        parts = []
        for kind in self.theory.program.message_kinds():
            of, name = RecordOf(kind), kind.__name__
            slots = self.theory.values(self.theory.sort(of))
            fresh = [new for new in made.new if new.value.cls is kind]
            for slot in slots:
                message = self.theory.message(kind, slot)
                equal = [
                    self.theory.exists(
                        n.bound, conj(n.guard, self.theory.equal(n.value, message, of))
                    )
                    for n in fresh
                ]
                parts.append(same(state.sent[name](slot), disj(made.sent[name](slot), *equal)))
            for new in fresh:
                there = [
                    conj(
                        state.sent[name](slot),
                        self.theory.equal(new.value, self.theory.message(kind, slot), of),
                    )
                    for slot in slots
                ]
                parts.append(self.theory.forall(new.bound, disj(neg(new.guard), *there)))
        return parts

    def solver(self, *parts: z3.BoolRef) -> z3.Solver:
        """A solver that knows the theory and the parts."""
        solver = z3.Solver()
        solver.set("timeout", int(self.bounds.seconds * 1000))
        solver.add(*self.theory.axioms, *parts)
        return solver

    def broken_after(self, length: int) -> Trace | None:
        """A trace of this length from an initial state to one where the claim is false."""
        first = self._same(self.theory.initial(), self.states[0])
        wrong = neg(self.conditions.holds(self.claim, self.states[length]))
        solver = self.solver(first, *self.moves[:length], wrong)
        if solver.check() != z3.sat:
            return None
        reading = Reading(self.conditions, solver.model())
        return self._replayed([reading.state(s) for s in self.states[: length + 1]])

    def _replayed(self, states: list[State]) -> Trace | None:
        """The trace as plain Python takes it; None where it does not agree."""
        steps: list[Step] = []
        for before, after in itertools.pairwise(states):
            taken = [s for s, t in World(self.model, before).successors(before) if t == after]
            if not taken:
                return None
            steps.append(taken[0])
        return Trace(tuple(states), tuple(steps))

    def always_followed(self, k: int) -> bool:
        """Whether k states in a row with the claim are always followed by another one."""
        claims = [self.conditions.holds(self.claim, state) for state in self.states]
        solver = self.solver(*self.moves, *claims[:k], neg(claims[k]))
        return bool(solver.check() == z3.unsat)


__all__ = ["Bounded", "Case", "check_bounded", "k_induction"]
