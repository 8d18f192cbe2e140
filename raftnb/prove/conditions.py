"""The conditions of a proof: what is to be shown, and from what."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.language.claims import Property
from raftnb.language.proof import Lemma, Proof
from raftnb.prove.evaluate import Environment, Evaluator
from raftnb.prove.execute import Case, Start, cases, starts
from raftnb.prove.report import START
from raftnb.prove.theory import Family, Symbolic, Theory
from raftnb.prove.values import TRUE, RecordV, SetV, conj, disj, implies, neg
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import Int, Member, RecordOf, SetOf, Type


@dataclass(frozen=True)
class Instance:
    """A claim about any values of some constants that satisfy the guard."""

    bound: tuple[z3.ExprRef, ...]
    guard: z3.BoolRef
    body: z3.BoolRef
    env: Environment
    types: dict[str, Type]
    sent: tuple[z3.BoolRef, ...]


@dataclass
class Obligation:
    """One condition: the goal must follow from the hypotheses.

    `claim` is what it is a part of, `action` the step ("" for a condition on one state).
    """

    claim: str
    action: str
    case: int
    part: int
    hypotheses: list[z3.BoolRef]
    goal: z3.BoolRef
    bound: dict[str, Any] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called in reports."""
        where = f" after {self.action}" if self.action else ""
        return f"{self.claim}{where} [{self.case}.{self.part}]"


class Conditions:
    """Makes the conditions of a proof over one theory."""

    def __init__(
        self,
        proof: Proof,
        sizes: dict[str, tuple[str, ...]] | None = None,
        only: tuple[str, ...] = (),
    ) -> None:
        self.proof, self.only = proof, only
        self.program = Program(proof.spec(history=True))
        self.theory = Theory(self.program, sizes)
        self.before = self.theory.state()
        self.opaque = frozenset(proof.opaque)
        self._triggers = {lemma.claim: lemma.triggers for lemma in (*proof.lemmas(), *proof.axioms)}
        self._keep: list[Any] = []
        self.sources: dict[int, str] = {}
        self._known: dict[Property, list[z3.BoolRef]] = {}
        self._about_old: dict[Property, list[Instance]] = {}

    # Claims as formulas.

    def evaluator(self, state: Symbolic, after: Symbolic | None = None) -> Evaluator:
        """An evaluator off any path."""
        return Evaluator(self.theory, state, after, None, self.opaque)

    def instances(
        self, claim: Property, state: Symbolic, after: Symbolic | None = None,
        given: Environment | None = None,
    ) -> list[Instance]:  # fmt: skip
        """A claim in a state, its outer quantifiers turned into constants."""
        routine = self.program.claim(claim)
        env: Environment = {}
        bound: list[z3.ExprRef] = []
        guard = TRUE
        for name, type_ in routine.parameters:
            if given is not None and name in given:
                env[name] = given[name]
                continue
            const = self.theory.fresh(name, self.theory.sort(type_))
            bound.append(const)
            env[name] = self.theory.named_set(type_, const) if isinstance(type_, SetOf) else const
            if isinstance(type_, Int) and type_.natural:
                guard = conj(guard, const >= 0)
        evaluator = self.evaluator(state, after)
        types = dict(routine.parameters)
        first = Instance(tuple(bound), guard, TRUE, env, types, ())
        return list(self._peel(routine.body, first, evaluator, state))

    def _peel(
        self,
        body: tuple[nodes.Statement, ...],
        outer: Instance,
        evaluator: Evaluator,
        state: Symbolic,
    ) -> Iterator[Instance]:
        """Turn `return all(... for x in ...)` into more constants, as long as there are such."""
        statement = body[0]
        only = isinstance(statement, nodes.Return) and isinstance(statement.value, nodes.EachOf)
        each = statement.value if isinstance(statement, nodes.Return) else None
        if not only or not isinstance(each, nodes.EachOf) or each.kind != "all":
            truth = evaluator.block(body, outer.env, nodes.BOOL)
            yield Instance(outer.bound, outer.guard, truth, outer.env, outer.types, outer.sent)
            return
        for family in evaluator.families(each.domain, outer.env):
            env = {**outer.env, each.name: family.value}
            condition = evaluator.value(each.condition, env)
            in_flight = isinstance(each.domain, nodes.InFlight) and family.value.name is not None
            inner = Instance(
                (*outer.bound, *family.bound),
                conj(outer.guard, family.guard, condition),
                TRUE,
                env,
                {**outer.types, each.name: self._element(each.domain.type)},
                (*outer.sent, family.guard) if in_flight else outer.sent,
            )
            yield from self._peel((nodes.Return(each.line, each.body),), inner, evaluator, state)

    def _element(self, type_: Type) -> Type:
        if isinstance(type_, nodes.MapOf):
            return type_.key
        return type_.of  # type: ignore[attr-defined, no-any-return]

    def known(self, claim: Property) -> list[z3.BoolRef]:
        """A claim as a hypothesis, of the state before the step."""
        if claim not in self._known:
            self._known[claim] = self.assumed(claim, self.instances(claim, self.before))
            self.source_of(claim, self._known[claim])
        return self._known[claim]

    def source_of(self, claim: Property, formulas: list[z3.BoolRef]) -> None:
        """Remember which claim some hypotheses come from."""
        self.sources.update((formula.get_id(), claim.__name__) for formula in formulas)

    def assumed(self, claim: Property, found: list[Instance]) -> list[z3.BoolRef]:
        """A claim's instances as hypotheses, with their triggers."""
        return [
            self.theory.forall(i.bound, implies(i.guard, i.body), self._patterns(claim, i))
            for i in found
        ]

    def _patterns(self, claim: Property, instance: Instance) -> list[Any]:
        triggers = self._triggers.get(claim, ())
        if not triggers:
            return []
        found = []
        for trigger in triggers:
            terms = [self._term(claim, text, instance) for text in trigger]
            terms += list(instance.sent)
            found.append(z3.MultiPattern(*terms) if len(terms) > 1 else terms[0])
            self._keep.append(terms)
        return found

    def _term(self, claim: Property, text: str, instance: Instance) -> z3.ExprRef:
        expr = self.program.term(claim, text, instance.types)
        term = self.evaluator(self.before).value(expr, instance.env)
        if not z3.is_app(term) or term.decl().kind() != z3.Z3_OP_UNINTERPRETED:
            raise SpecError(
                f"the trigger `{text}` of `{claim.__name__}`",
                allowed="a variable, an item, a field, `key in map`, `x in set`",
                cure="take out arithmetic and conditions",
            )
        return term

    # Obligations.

    def facts(self) -> list[z3.BoolRef]:
        """What is always true of the theory's functions."""
        return self.theory.axioms

    def of_states(self, claims: tuple[Property, ...]) -> tuple[Property, ...]:
        """Those of the claims that are about states: a cut is about its action's steps only."""
        cuts = {cut.claim for group in self.proof.cuts.values() for cut in group}
        return tuple(claim for claim in claims if claim not in cuts)

    def uses(self, lemma: Lemma, action: str = "") -> tuple[Property, ...]:
        """What a lemma's proof assumes of the state."""
        return self.of_states(lemma.uses_for(action))

    def about(self, claims: tuple[Property, ...], env: Environment) -> list[z3.BoolRef]:
        """Claims assumed of a goal's own constants, where they have the same names and types."""
        found = []
        for claim in dict.fromkeys(claims):
            parameters = self.program.claim(claim).parameters
            names = [name for name, _ in parameters]
            if names and all(n in env and not isinstance(env[n], SetV | RecordV) for n in names):
                if all(self.theory.sort(t) == env[n].sort() for n, t in parameters):
                    given = {name: env[name] for name in names}
                    known = self.instances(claim, self.before, given=given)
                    mine = [implies(i.guard, i.body) for i in known if not i.bound]
                    self.source_of(claim, mine)
                    self._keep.append(mine)
                    found += mine
        return found

    def hypotheses(self, claims: tuple[Property, ...]) -> list[z3.BoolRef]:
        """Claims assumed of the state before the step."""
        return [f for claim in dict.fromkeys(claims) for f in self.known(claim)]

    def initially(self) -> Iterator[Obligation]:
        """The conjuncts hold in every initial state."""
        first = self.theory.initial()
        for lemma in self.wanted(self.proof.invariant):
            for goal in self.goals(lemma.claim, self.instances(lemma.claim, first)):
                yield self.obligation(lemma.name, START, 0, goal, [])

    def implied(self) -> Iterator[Obligation]:
        """What follows from the conjuncts in the same state."""
        goals = [g for g in self.proof.goals if g.claim not in self.proof.spec.transitions]
        for lemma in self.wanted((*self.proof.derived, *goals)):
            uses = self.uses(lemma)
            known = self.hypotheses(uses)
            for goal in self.goals(lemma.claim, self.instances(lemma.claim, self.before)):
                mine = [*known, *self.about(uses, goal[2])]
                yield self.obligation(lemma.name, "", 0, goal, mine)

    def wanted(self, lemmas: Iterable[Lemma]) -> list[Lemma]:
        """Those of the lemmas that are to be proved."""
        return [lemma for lemma in lemmas if not self.only or lemma.name in self.only]

    def steps(self, start: Start, only_case: int | None = None) -> Iterator[Obligation]:
        """Every conjunct, and every claim about steps, after an action (in one of its cases)."""
        for number, case in enumerate(cases(self.theory, start, self.before, self.opaque)):
            if only_case in (None, number):
                yield from self.of_case(start.name, number, case)

    def of_case(self, action: str, number: int, case: Case) -> Iterator[Obligation]:
        """The conditions for one way through an action."""
        yield from self._defined(action, number, case)
        proved: dict[Property, list[z3.BoolRef]] = {}
        for cut in self.proof.cuts.get(case.action, ()):
            found = self.instances(cut.claim, case.before, case.after, given=case.env)
            if self.wanted([cut]):
                known = [*self._for_case(cut, case, proved), *case.conditions]
                for goal in self.goals(cut.claim, found):
                    yield self.obligation(cut.name, action, number, goal, known)
            proved[cut.claim] = self.assumed(cut.claim, found)
            self.source_of(cut.claim, proved[cut.claim])
        for lemma in self.wanted(self.proof.invariant):
            known = [*self.known(lemma.claim), *self._for_case(lemma, case, proved)]
            found = self.instances(lemma.claim, case.after)
            for goal in self.goals(lemma.claim, found, old=self._old(lemma.claim)):
                yield self.obligation(lemma.name, action, number, goal, [*known, *case.conditions])
        for lemma in self.wanted(self.proof.goals):
            if lemma.claim in self.proof.spec.transitions:
                known = [*self._for_case(lemma, case, proved), *case.conditions]
                found = self.instances(lemma.claim, case.before, case.after)
                for goal in self.goals(lemma.claim, found):
                    yield self.obligation(lemma.name, action, number, goal, known)

    def _defined(self, action: str, number: int, case: Case) -> Iterator[Obligation]:
        """Every step has a value: indices are in range, keys are there, naturals are natural."""
        if self.only:
            return
        defined = self.hypotheses(self.of_states(self.proof.defined))
        for need in case.requirements:
            goal: Any = ([], need.condition, {})
            yield self.obligation(f"line {need.line}: {need.text}", action, number, goal, defined)

    def _for_case(
        self, lemma: Lemma, case: Case, proved: dict[Property, list[z3.BoolRef]]
    ) -> list[z3.BoolRef]:
        cuts = [f for u in lemma.uses_for(case.action) if u in proved for f in proved[u]]
        return [*self.hypotheses(self.uses(lemma, case.action)), *cuts]

    def _old(self, claim: Property) -> list[Instance]:
        if claim not in self._about_old:
            self._about_old[claim] = self.instances(claim, self.before)
        return self._about_old[claim]

    def goals(
        self, claim: Property, found: list[Instance], old: list[Instance] | None = None
    ) -> Iterator[tuple[list[z3.BoolRef], z3.BoolRef, dict[str, Any]]]:
        """The parts of a claim, each with what is known of its constants."""
        for number, instance in enumerate(found):
            known = [] if z3.is_true(instance.guard) else [instance.guard]
            if old is not None and number < len(old):
                known.append(at_the_same(old[number], instance))
            for part in split(instance.body):
                yield known, part, instance.env

    def obligation(
        self, claim: str, action: str, number: int, goal: Any, known: list[z3.BoolRef]
    ) -> Obligation:
        """One condition, without what is always true (see `facts`)."""
        mine, part, env = goal
        return Obligation(claim, action, number, 0, [*known, *mine], part, env)

    def starts(self) -> list[Start]:
        """Every action of the specification."""
        return starts(self.theory)


def at_the_same(old: Instance, new: Instance) -> z3.BoolRef:
    """The claim about the state before, for the same constants."""
    pairs = list(zip(old.bound, new.bound, strict=True))
    formula = implies(old.guard, old.body)
    return z3.substitute(formula, *pairs) if pairs else formula


def split(goal: z3.BoolRef) -> list[z3.BoolRef]:
    """Formulas that together say the same: conjunctions are taken apart, also inside `or`."""
    if z3.is_true(goal):
        return []
    if z3.is_and(goal):
        return [part for child in goal.children() for part in split(child)]
    if z3.is_not(goal) and z3.is_or(goal.arg(0)):
        return [part for child in goal.arg(0).children() for part in split(neg(child))]
    if z3.is_or(goal):
        parts = [split(child) or [TRUE] for child in goal.children()]
        if any(len(p) == 1 and z3.is_true(p[0]) for p in parts):
            return []
        if sum(len(p) > 1 for p in parts) >= 1 and len(list(itertools.product(*parts))) <= 16:
            return [disj(*row) for row in itertools.product(*parts)]
    return [goal]


__all__ = ["Conditions", "Family", "Instance", "Member", "Obligation", "RecordOf", "SetV", "split"]
