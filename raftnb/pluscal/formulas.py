"""From the steps of an action to a formula of TLA+, as PlusCal's own translation does it."""

from __future__ import annotations

from collections.abc import Mapping

from raftnb.pluscal.steps import (
    Await,
    Branch,
    Change,
    Choice,
    Goto,
    Network,
    Run,
    Step,
    Steps,
    With,
)
from raftnb.pluscal.terms import (
    TRUE,
    Call,
    Cases,
    Except,
    Index,
    Infix,
    Let,
    Listed,
    Name,
    Prefix,
    Quantified,
    State,
    Term,
    conjunction,
    disjunction,
    primed,
    replaced,
)
from raftnb.pluscal.words import Definition

Assigned = frozenset[str]


class Formulas:
    """Makes formulas; `definitions` tells which operators are disjunctions inside."""

    def __init__(self, definitions: Mapping[str, Definition], order: list[str]) -> None:
        self.definitions, self.order = definitions, order

    def action(self, guards: list[Term], steps: Steps) -> Term:
        """The formula of an action; what it does not change stays as it is."""
        found, assigned = self.block(steps, frozenset())
        kept = [name for name in self.order if name not in assigned]
        return conjunction([*guards, *found, *self.unchanged(kept)])

    def unchanged(self, names: list[str]) -> list[Term]:
        """That variables stay as they are."""
        kept = tuple(State(name) for name in self.order if name in names)
        if not kept:
            return []
        return [Prefix("UNCHANGED", kept[0] if len(kept) == 1 else Listed("<<", kept))]

    def block(self, steps: Steps, assigned: Assigned) -> tuple[list[Term], Assigned]:
        """The conjuncts of statements, and what is assigned after them."""
        found: list[Term] = []
        for step in steps:
            more, assigned = self._step(step, assigned)
            found += more
        return found, assigned

    def _step(self, step: Step, assigned: Assigned) -> tuple[list[Term], Assigned]:
        if isinstance(step, Await):
            return [self.guard(primed(step.test, assigned))], assigned
        if isinstance(step, Change):
            return [_change(step, assigned)], assigned | {step.variable}
        if isinstance(step, Network | Goto):
            return (
                self._step(step.meaning, assigned) if step.meaning is not None else ([], assigned)
            )
        if isinstance(step, Run):
            return self.block(step.body, assigned)
        if isinstance(step, With):
            inner, after = self.block(step.body, assigned)
            value, body = primed(step.value, assigned), conjunction(inner)
            if step.sign == "=":
                return [Let(step.name, value, body)], after
            return [Quantified("\\E", step.name, value, body)], after
        if isinstance(step, Branch):
            ways, after = self._ways((step.yes, step.no), assigned)
            return [Cases(primed(step.test, assigned), ways[0], ways[1])], after
        assert isinstance(step, Choice)
        ways, after = self._ways(step.ways, assigned)
        return [disjunction(ways)], after

    def _ways(self, ways: tuple[Steps, ...], assigned: Assigned) -> tuple[list[Term], Assigned]:
        """Several ways, each of which says what the others change and it does not."""
        found = [self.block(steps, assigned) for steps in ways]
        after = assigned.union(*(end for _, end in found))
        terms = [
            conjunction([*inner, *self.unchanged([n for n in self.order if n in after - end])])
            for inner, end in found
        ]
        return terms, after

    def guard(self, test: Term) -> Term:
        """A guard as one conjunct: TLC would go each way of a disjunction, and count it twice."""
        return Infix("=", (test, TRUE)) if self._forks(test) else test

    def _forks(self, term: Term, names: frozenset[str] = frozenset()) -> bool:
        """Whether TLC goes several ways in a conjunct; `names` stand for terms where it does."""
        if isinstance(term, Name):
            return term.text in names
        if isinstance(term, Infix):
            inner = term.op == "/\\" and any(self._forks(arg, names) for arg in term.args)
            return inner or term.op in ("\\/", "=>")
        if isinstance(term, Quantified):
            return term.kind == "\\E" or self._forks(term.body, names)
        if isinstance(term, Let):
            more = frozenset({term.name}) if self._forks(term.value, names) else frozenset()
            return self._forks(term.body, names | more)
        if isinstance(term, Cases):
            return self._forks(term.yes, names) or self._forks(term.no, names)
        if isinstance(term, Call) and term.name in self.definitions:
            return self._forks(self.definitions[term.name].body)
        return False


def _change(step: Change, assigned: Assigned) -> Term:
    value = primed(step.value, assigned)
    if step.path:
        path = tuple(primed(one, assigned) for one in step.path)
        old: Term = State(step.variable)
        for place in path:
            old = Index(old, place)
        value = Except(State(step.variable), path, replaced(value, old, Name("@")))
    return Infix("=", (State(step.variable, primed=True), value))
