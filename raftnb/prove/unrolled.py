"""The states of a finite instance one after the other, as formulas: what `bounded` asks about."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import z3

from raftnb.data.errors import UsageError
from raftnb.data.values import Message
from raftnb.language.assumptions import refuse_no_beginning
from raftnb.language.claims import Property
from raftnb.language.initial import Anything, start_of
from raftnb.language.instances import initial_values
from raftnb.language.processes import Variable
from raftnb.language.proof import Lemma, Proof
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.prove.actions import Case, Start, starts
from raftnb.prove.execute import cases
from raftnb.prove.finite import Instance
from raftnb.prove.network import check_network
from raftnb.prove.scope import Requirement
from raftnb.prove.small import InstanceSize
from raftnb.prove.state import Symbolic
from raftnb.prove.terms import FALSE, TRUE, conj, disj, neg, same
from raftnb.prove.translated import inside
from raftnb.tree.nodes import Int, RecordOf, Type

BEYOND = "a quantifier or a choice may go beyond the numbers of the instance"
OUTSIDE = "an initial state may be outside the bounds of the instance"


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
        refuse_no_beginning(self.here.model)
        check_network(self.words, claims)
        self.states = [self.words.state(f" {i}") for i in range(steps + 1)]
        self.cuts: list[z3.BoolRef] = []
        with self.theory.noting(self.cuts):
            self.first = self.here.starts_in(self.states[0])
            assumed = itertools.product(spec.assuming, self.states)
            self.assumed = [self.here.holds(claim, state) for claim, state in assumed]
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
            yield from cases(self.words, start, before, frozenset(), mark=f" {number}")

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
        solver.add(*self.theory.axioms, *self.assumed, *parts)
        return solver.check(), solver

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
        if self.goes_beyond():
            return BEYOND
        if any(map(keeps_messages, self.words.variables.values())):
            return "messages are kept in variables, and may need more of them than there are"
        if self.starts_outside():
            return OUTSIDE
        for length in range(k):
            since = [self.first] if length < k - 1 else known
            outside = [conj(*case.conditions, self._outside(case)) for case in self.cases[length]]
            result, _ = self.ask(*self.moves[:length], *since, disj(*outside))
            if result != z3.unsat:
                return "a step may lead out of the bounds of the instance"
        return None

    def goes_beyond(self) -> bool:
        """Whether numbers that the instance has not may matter in states of it."""
        inside = [self.inside(state) for state in self.states]
        return bool(self.ask(*inside, disj(*self.cuts))[0] != z3.unsat)

    def starts_outside(self) -> bool:
        """Whether an initial state may be outside: anything with numbers in it is.

        Plain Python says so, since no formula can: of a state outside there may be none at all.
        """
        with World(self.here.model) as world:
            return any(self._begins_outside(*one, world) for one in self.here.model.variables)

    def _begins_outside(self, variable: Variable, cls: Any, world: World) -> bool:
        """Whether an initial value of a variable may be outside."""
        type_ = self.words.variables.get((cls.root, variable.name))
        if type_ is None:
            return False
        if isinstance(start_of(variable.initial), Anything) and has_numbers(type_):
            return True
        low, top = self.size.low, self.size.top
        values = initial_values(variable, cls, world)
        return not all(inside(value, low, top) for value in values)

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
            shape = self.words.of(RecordOf(new.value.cls))
            if shape.has_numbers_as_keys():
                return TRUE
            fits = shape.within(new.value, low, top)
            with self.theory.noting(parts):  # rounds of a loop for which there is no number
                self.theory.exists(new.bound, new.guard)
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
