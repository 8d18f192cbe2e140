"""The conditions of a refinement: each concrete step is no abstract step, or some, one by one.

What is shown are the initial states and the steps (Abadi and Lamport, The existence of refinement
mappings, 1991); fairness is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from raftnb.data.errors import UsageError
from raftnb.language.claims import Property
from raftnb.language.initial import Anything, First
from raftnb.language.mapping import Becomes, RefinementMapping, Takes
from raftnb.prove.actions import Case, Given, Start, starts
from raftnb.prove.conditions import Conditions, Needs, Obligation
from raftnb.prove.execute import ways
from raftnb.prove.formulas import split
from raftnb.prove.mapped import Mapped, Typed
from raftnb.prove.report import START
from raftnb.prove.scope import Picked
from raftnb.prove.state import Symbolic
from raftnb.prove.terms import TRUE, OptionV, RecordV, Value, conj, implies, neg, same
from raftnb.tree.nodes import Member

Known = list[z3.BoolRef]


class Simulation:
    """Makes the conditions of the refinement that a proof claims."""

    def __init__(self, conditions: Conditions, mapping: RefinementMapping) -> None:
        self.conditions, self.mapping = conditions, mapping
        self.mapped = Mapped(conditions, mapping)
        self.words = self.mapped.words
        self.name = mapping.abstract.name
        self.starts = {f"{start.root}.{start.action}": start for start in starts(self.words)}
        self.before = self.mapped.seen(conditions.before)
        self._check()

    def _check(self) -> None:
        mine = {f"{start.root}.{start.action}": None for start in self.conditions.starts()}
        for key, becomes in self.mapping.steps.items():
            if key not in mine:
                raise UsageError(
                    f"the action `{key}` in the refinement's steps",
                    allowed=", ".join(mine) or "no action: nobody can take one",
                    cure="name an action of the concrete specification",
                )
            for takes in becomes.steps:
                if takes.action not in self.starts:
                    raise UsageError(
                        f"the step `{takes.action}` that `{key}` becomes",
                        allowed=", ".join(self.starts) or "no action: nobody can take one",
                        cure="name an action of the abstract specification",
                    )
        proof = self.conditions.proof
        groups = (proof.invariant, proof.derived, proof.axioms, *proof.cuts.values())
        proved = {lemma.claim for group in groups for lemma in group}
        uses = (u for becomes in self.mapping.steps.values() for u in becomes.uses)
        for used in (*self.mapping.uses, *self.mapping.defined, *uses):
            if used not in proved:
                raise UsageError(
                    f"the refinement uses `{used.__name__}`, which is not proved",
                    allowed="conjuncts, axioms, derived claims, cuts",
                    cure="add it to the proof's invariant",
                )

    # What is shown of states.

    def initially(self) -> Iterator[Obligation]:
        """Every initial state is seen as an initial state."""
        for root, name in self.mapped.variables:
            first = self.words.program.classes[root].variables[name].initial
            if isinstance(first, Anything | First):
                raise UsageError(
                    f"`{root}.{name}` of `{self.name}`, of which there are many initial values",
                    allowed="abstract variables with one initial value",
                    cure="start from one, and let a first action choose",
                )
        seen = self.mapped.seen(self.conditions.words.initial())
        yield from self._same(seen, self.words.initial(), START, 0, [])

    def defined(self) -> Iterator[Obligation]:
        """The mapping has a value in every state."""
        known = self._hypotheses((*self.mapping.defined, *self.conditions.proof.defined))
        for key in self.mapped.variables:
            needs: Needs = []
            value = self.mapped.value(*key, self._owner(key[0]), self.conditions.before, needs)
            goals = [(str(need), need.condition) for need in needs]
            goals.append(("has every key", self.mapped.is_total(key, value)))
            for why, goal in goals:
                if not z3.is_true(goal):
                    yield self._obligation(f"{key[0]}.{key[1]}, {why}", "", 0, known, goal)

    # What is shown of steps.

    def of_case(self, action: str, number: int, case: Case) -> Iterator[Obligation]:
        """What one way through a concrete action becomes."""
        becomes = self.mapping.steps.get(f"{case.root}.{case.action}", Becomes(()))
        uses = (*self.mapping.uses, *becomes.uses)
        known = [*self._hypotheses(uses), *self._cuts(uses, case), *case.conditions]
        after = self.mapped.seen(case.after)
        needs: Needs = []
        if becomes.when is not None:
            test = self.mapped.truth(becomes.when, case.env, case.before, case.after, needs)
            yield from self._has_value(needs, case, number, known)
            other = [*known, neg(test)]
            known = [*known, test]
            if not any(z3.is_false(part) for part in other):
                yield from self._same(self.before, after, action, number, other)
        if not any(z3.is_false(part) for part in known):
            needs = []
            steps = [(takes, self._given(takes, case, needs)) for takes in becomes.steps]
            yield from self._has_value(needs, case, number, known)
            known += [part for _, given in steps for part in self._named(given)]
            yield from self._taken(steps, self.before, after, action, number, known)

    def _has_value(
        self, needs: Needs, case: Case, number: int, known: Known
    ) -> Iterator[Obligation]:
        """What is said of a step has a value."""
        for need in needs:
            claim = f"what {case.action} becomes, {need}"
            yield self._obligation(claim, case.start.name, number, known, need.condition)

    def _taken(
        self,
        steps: list[tuple[Takes, Given]],
        state: Symbolic,
        after: Symbolic,
        action: str,
        number: int,
        known: Known,
    ) -> Iterator[Obligation]:
        """The steps can be taken, one after the other, and lead to the state after."""
        if not steps:
            yield from self._same(state, after, action, number, known)
            return
        (takes, given), *rest = steps
        for way in ways(self.words, self.starts[takes.action], state, frozenset(), given=given):
            tests = {test.get_id() for test in way.tests}
            here = [*known, *way.tests]
            guards = [c for c in way.conditions if c.get_id() not in tests]
            for guard in (*guards, *(need.condition for need in way.requirements)):
                for goal in split(guard):
                    claim = f"{takes.action} can be taken"
                    yield self._obligation(claim, action, number, here, goal)
            yield from self._taken(rest, way.after, after, action, number, here)

    def _given(self, takes: Takes, case: Case, needs: Needs) -> Given:
        """Which abstract step is meant: who takes it, with what, and what it chooses."""
        start = self.starts[takes.action]
        cls = self.words.program.classes[start.root]
        routine = self.words.program.action(cls, start.action)
        unknown = [name for name in takes.arguments if name not in dict(routine.parameters[1:])]
        if unknown:
            raise UsageError(
                f"the argument `{unknown[0]}` of `{takes.action}`",
                allowed=", ".join(name for name, _ in routine.parameters[1:]) or "no arguments",
                cure="take it out",
            )

        def of_step(function: Any) -> Typed:
            return self.mapped.of_step(function, case.env, case.before, case.after, needs)

        arguments = {}
        for name, type_ in routine.parameters[1:]:
            function = takes.arguments.get(name)
            found = of_step(function) if function else self._concrete(name, takes, case)
            what = f"{takes.action}({name})"
            arguments[name] = self.mapped.converted(found, type_, what, needs)
        picks: list[Picked] = [*case.choices]
        if takes.picks is not None:
            picks = [Picked(TRUE, one.value, one.type) for one in map(of_step, takes.picks)]
        return Given(self._who(takes, start, case, needs), arguments, tuple(picks))

    def _named(self, given: Given) -> Known:
        """The terms of what is chosen, each in a fact that says nothing.

        For "some item of the sequence is what is chosen" the solver has to have the term.
        """
        found = []
        for pick in given.picks:
            for term in terms_of(pick.value):
                said = self.words.theory.fresh_function("said", term.sort(), z3.BoolSort())
                found.append(said(term))
        return found

    def _who(self, takes: Takes, start: Start, case: Case, needs: Needs) -> z3.ExprRef:
        only = self.words.theory.only(self.words.theory.sort(Member(start.root)))
        if only is not None:
            return only
        me = next(iter(case.env))
        if takes.by is not None:
            found = self.mapped.of_step(takes.by, case.env, case.before, case.after, needs)
            want, what = Member(start.root), f"who takes {takes.action}"
            who: z3.ExprRef = self.mapped.converted(found, want, what, needs)
            return who
        if case.root != start.root:
            raise UsageError(
                f"`{takes.action}`, of which it is not said who takes it",
                allowed=f"a `{case.root}` takes the concrete step, not a `{start.root}`",
                cure=f"add `by=`, a function of the step that gives the `{start.root}`",
            )
        mine: z3.ExprRef = case.env[me]
        return mine

    def _concrete(self, name: str, takes: Takes, case: Case) -> Typed:
        if name not in case.types:
            raise UsageError(
                f"`{takes.action}`, of which it is not said what `{name}` is",
                allowed="an argument that the concrete action has too, or a function that gives it",
                cure=f'add `arguments={{"{name}": function}}`',
            )
        return Typed(case.env[name], case.types[name])

    # Formulas.

    def _owner(self, root: str) -> tuple[z3.ExprRef, ...]:
        """Any process of a class; none for shared variables."""
        if not self.words.has_owner(root):
            return ()
        theory = self.words.theory
        return (theory.fresh("x", theory.sort(Member(root))),)

    def _same(
        self, a: Symbolic, b: Symbolic, action: str, number: int, known: Known
    ) -> Iterator[Obligation]:
        """Two abstract states are the same, a variable at a time."""
        for (root, name), type_ in self.mapped.variables.items():
            owner = self._owner(root)
            pair = (state.variables[root, name](*owner) for state in (a, b))
            for goal in split(self.words.of(type_).equal(*pair)):
                yield self._obligation(f"{root}.{name}", action, number, known, goal)

    def _obligation(
        self, what: str, action: str, number: int, known: Known, goal: z3.BoolRef
    ) -> Obligation:
        filters = filters_agree(self.conditions)
        return Obligation(f"{self.name}: {what}", action, number, [*known, *filters], goal)

    def _hypotheses(self, uses: tuple[Property, ...]) -> Known:
        return self.conditions.hypotheses(self.conditions.of_states(uses))

    def _cuts(self, uses: tuple[Property, ...], case: Case) -> Known:
        """What the proof has shown of the concrete step."""
        found: Known = []
        for cut in self.conditions.proof.cuts.get(case.action, ()):
            if cut.claim in uses:
                mine = self.conditions.cut(cut.claim, case)
                found += self.conditions.assumed(cut.claim, mine)
        return found


def terms_of(value: Value) -> Iterator[z3.ExprRef]:
    """The terms that a value is made of, as far as it is not made of functions."""
    if isinstance(value, z3.ExprRef):
        yield value
    elif isinstance(value, OptionV):
        yield from (value.some, *terms_of(value.value))
    elif isinstance(value, RecordV):
        for part in value.fields.values():
            yield from terms_of(part)


def filters_agree(conditions: Conditions) -> Known:
    """Of two filters that keep the same places, the results are the same.

    That the places kept determine how many they are, and which is the first, the second, and so on,
    takes an induction, which the solver does not do: so it is told.
    """
    theory, found = conditions.theory, []
    for number, a in enumerate(theory.filters):
        for b in theory.filters[:number]:
            k, n = (theory.fresh(name, z3.IntSort()) for name in ("k", "n"))
            alike = theory.forall([k], a.fits(k) == b.fits(k))
            inside = conj(n >= 0, n < a.length)
            places = implies(inside, same(a.old(n), b.old(n)))
            agree = conj(same(a.length, b.length), theory.forall([n], places, [a.old(n)]))
            found.append(implies(alike, agree))
    return found


__all__ = ["Simulation", "filters_agree"]
