"""The conditions of a proof: what is to be shown, and from what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.language import source
from raftnb.language.claims import Property
from raftnb.language.proof import Lemma, Proof
from raftnb.prove.actions import Case, Start, starts
from raftnb.prove.evaluate import Environment, Evaluator
from raftnb.prove.execute import cases
from raftnb.prove.formulas import ClaimInstance, alike, at_the_same, split
from raftnb.prove.meaning import evaluator
from raftnb.prove.report import START
from raftnb.prove.scope import Requirement, Scope
from raftnb.prove.sets import SetShape
from raftnb.prove.state import Symbolic, Vocabulary
from raftnb.prove.terms import TRUE, Value, conj, implies
from raftnb.prove.theory import Theory, in_words
from raftnb.prove.triggers import pattern
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import RecordOf, SetOf, Type
from raftnb.tree.types import fits, plain

Needs = list[Requirement]


@dataclass
class Obligation:
    """One condition: the goal must follow from the hypotheses.

    `claim` is what it is a part of, `action` the step ("" for a condition on one state). `defined`
    tells that it is not about the claim's truth but about its having a value.
    """

    claim: str
    action: str
    case: int
    hypotheses: list[z3.BoolRef]
    goal: z3.BoolRef
    defined: bool = False


def unbounded(proof: Proof) -> Vocabulary:
    """What a proof speaks of: any number of processes, all whole numbers."""
    return Vocabulary(Theory(Program(proof.spec(history=True))))


class Conditions:
    """Makes the conditions of a proof over one theory."""

    def __init__(
        self,
        proof: Proof,
        words: Vocabulary,
        *,
        only: tuple[str, ...] = (),
        opaque: tuple[Any, ...] | None = None,
    ) -> None:
        self.proof, self.words, self.only = proof, words, only
        self.program, self.theory = words.program, words.theory
        self.before = words.state()
        self.opaque = frozenset(proof.opaque if opaque is None else opaque)
        self._triggers = {lemma.claim: lemma.triggers for lemma in (*proof.lemmas(), *proof.axioms)}
        self._keep: list[Any] = []
        self.sources: dict[int, str] = {}
        self._known: dict[Property, list[z3.BoolRef]] = {}
        self._about_old: dict[Property, list[ClaimInstance]] = {}
        self._always = self.taken_for_granted(self.before, proof.spec.assuming)

    # Claims as formulas.

    def evaluator(
        self,
        state: Symbolic,
        after: Symbolic | None = None,
        function: Any = None,
        needs: Needs | None = None,
    ) -> Evaluator:
        """An evaluator off any path."""
        scope = Scope(self.words, state, after, None, needs, self.opaque, function)
        return evaluator(scope)

    def instances(
        self,
        claim: Property,
        state: Symbolic,
        after: Symbolic | None = None,
        given: Environment | None = None,
        needs: Needs | None = None,
    ) -> list[ClaimInstance]:
        """A claim in a state, its outer quantifiers turned into constants."""
        routine = self.program.claim(claim)
        env: Environment = {}
        bound: list[z3.ExprRef] = []
        guard = TRUE
        for name, type_ in routine.parameters:
            if name in self.program.model.constants:  # whatever else is called so where it is used
                env[name] = self.theory.value_of_constant(name)
                continue
            if given is not None and name in given:
                env[name] = given[name]
                continue
            const = self.theory.fresh(name, self.parameter_sort(claim, name, type_))
            bound.append(const)
            env[name] = self.parameter(const, type_)
            guard = conj(guard, self.words.of(type_).eligible(env[name]))
        at = self.evaluator(state, after, routine.function, needs)
        types = dict(routine.parameters)
        first = ClaimInstance(tuple(bound), guard, TRUE, env, types, ())
        with at.scope.under(guard, bound=tuple(bound) if needs is not None else ()):
            return list(self._peel(routine.body, first, at))

    def cut(self, claim: Property, case: Case) -> list[ClaimInstance]:
        """A claim of an action's step, in the parameters of the action."""
        routine = self.program.claim(claim)
        for name, want in routine.parameters:
            have = case.types.get(name, want)
            records = isinstance(have, RecordOf) and isinstance(want, RecordOf)
            if plain(have) != plain(want) and not (records and fits(have, want)):
                raise SpecError(
                    f"`{name}` of the cut `{claim.__name__}`, which is {in_words(want)} there and "
                    f"{in_words(have)} in `{case.root}.{case.action}`",
                    place=source.place(routine.function),
                    allowed="the action's own parameters: a cut is of every action of its name",
                    cure="annotate it alike, or give one of two actions another name",
                )
        return self.instances(claim, case.before, case.after, given=case.env)

    def parameter(self, const: z3.ExprRef, type_: Type) -> Value:
        """The value of a parameter: what the constant is, or the set that it names."""
        shape = self.words.of(type_)
        return shape.named(const) if isinstance(shape, SetShape) else const

    def parameter_sort(self, claim: Property, name: str, type_: Type) -> z3.SortRef:
        """The sort of a claim's parameter: a plain value or a set."""
        try:
            if isinstance(type_, SetOf):
                return self.theory.set_sort(type_)
            return self.theory.plain_sort(type_)
        except SpecError as error:
            error.place = error.place or f"parameter `{name}` of `{claim.__name__}`"
            raise

    def _peel(
        self, body: tuple[nodes.Statement, ...], outer: ClaimInstance, at: Evaluator
    ) -> Iterator[ClaimInstance]:
        """Turn `return all(... for x in ...)` into more constants, as long as there are such."""
        statement = body[0]
        each = statement.value if isinstance(statement, nodes.Return) else None
        if not isinstance(each, nodes.EachOf) or each.kind != "all":
            truth = at.block(body, outer.env, nodes.BOOL)
            yield ClaimInstance(outer.bound, outer.guard, truth, outer.env, outer.types, outer.sent)
            return
        asked = at.scope.needs is not None
        for family in at.families(each.domain, outer.env):
            env = {**outer.env, each.name: family.value}
            with at.scope.under(family.guard, bound=family.bound if asked else ()):
                condition = at.value(each.condition, env)
            in_flight = isinstance(each.domain, nodes.InFlight) and family.value.name is not None
            inner = ClaimInstance(
                (*outer.bound, *family.bound),
                conj(outer.guard, family.guard, condition),
                TRUE,
                env,
                {**outer.types, each.name: at.element(each.domain)},
                (*outer.sent, family.guard) if in_flight else outer.sent,
            )
            with at.scope.under(family.guard, condition, bound=family.bound if asked else ()):
                yield from self._peel((nodes.Return(each.line, each.body),), inner, at)

    def known(self, claim: Property) -> list[z3.BoolRef]:
        """A claim as a hypothesis, of the state before the step."""
        if claim not in self._known:
            self._known[claim] = self.assumed(claim, self.instances(claim, self.before))
            self.source_of(claim, self._known[claim])
        return self._known[claim]

    def source_of(self, claim: Property, formulas: list[z3.BoolRef]) -> None:
        """Remember which claim some hypotheses come from."""
        self.sources.update((formula.get_id(), claim.__name__) for formula in formulas)

    def assumed(self, claim: Property, found: list[ClaimInstance]) -> list[z3.BoolRef]:
        """A claim's instances as hypotheses, with their triggers."""
        return [
            self.theory.forall(i.bound, implies(i.guard, i.body), self._patterns(claim, i))
            for i in found
        ]

    def _patterns(self, claim: Property, instance: ClaimInstance) -> list[Any]:
        free, found = self.theory.free(instance.bound), []
        for texts in self._triggers.get(claim, ()):
            terms = [self._term(claim, text, instance) for text in texts] + list(instance.sent)
            found.append(pattern(claim, texts, terms, free))
            self._keep.append(terms)
        return found

    def _term(self, claim: Property, text: str, instance: ClaimInstance) -> z3.ExprRef:
        expr = self.program.term(claim, text, instance.types)
        return self.evaluator(self.before, function=claim).value(expr, instance.env)

    # Obligations.

    def taken_for_granted(self, state: Symbolic, claims: tuple[Property, ...]) -> list[z3.BoolRef]:
        """What a specification assumes, in a state."""
        return [f for claim in claims for f in self.assumed(claim, self.instances(claim, state))]

    def facts(self) -> list[z3.BoolRef]:
        """What is always true: of the theory's functions, and of what no action writes."""
        return [*self.theory.axioms, *self._always]

    def of_states(self, claims: tuple[Property, ...]) -> tuple[Property, ...]:
        """Those of the claims that are about states: a cut is about its action's steps only."""
        cuts = {cut.claim for group in self.proof.cuts.values() for cut in group}
        return tuple(claim for claim in claims if claim not in cuts)

    def uses(self, lemma: Lemma, action: str = "") -> tuple[Property, ...]:
        """What a lemma's proof assumes of the state."""
        return self.of_states(lemma.uses_for(action))

    def about(
        self,
        claims: tuple[Property, ...],
        env: Environment,
        case: Case | None = None,
        proved: Collection[Property] = (),
    ) -> list[z3.BoolRef]:
        """Claims assumed of a goal's own constants, where they have the same names and types.

        Of cuts, those that are `proved` for the steps of a case.
        """
        found = []
        for claim in dict.fromkeys((*self.of_states(claims), *(c for c in claims if c in proved))):
            constants = self.program.model.constants
            parameters = [p for p in self.program.claim(claim).parameters if p[0] not in constants]
            fixed = case.env if case is not None and claim in proved else {}
            free = [(name, type_) for name, type_ in parameters if name not in fixed]
            if not free or not all(self._fits(env.get(name), type_) for name, type_ in free):
                continue
            given = {**fixed, **{name: env[name] for name, _ in free}}
            after = case.after if case is not None and claim in proved else None
            known = self.instances(claim, self.before, after, given)
            within = [self.words.of(type_).eligible(env[name]) for name, type_ in free]
            mine = [implies(conj(*within, i.guard), i.body) for i in known if not i.bound]
            self.source_of(claim, mine)
            self._keep.append(mine)
            found += mine
        return found

    def _fits(self, value: Any, type_: Type) -> bool:
        """Whether something is a constant that a parameter of this type may be."""
        return isinstance(value, z3.ExprRef) and self.theory.sort(type_) == value.sort()

    def hypotheses(self, claims: tuple[Property, ...]) -> list[z3.BoolRef]:
        """Claims assumed of the state before the step."""
        return [f for claim in dict.fromkeys(claims) for f in self.known(claim)]

    def initially(self) -> Iterator[Obligation]:
        """The conjuncts hold in every initial state."""
        first, spec = self.words.initial(), self.proof.spec
        known = self.taken_for_granted(first, (*spec.assuming, *spec.initially))
        for lemma in self.wanted(self.proof.invariant):
            for goal in self.goals(lemma.claim, self.instances(lemma.claim, first)):
                yield self.obligation(lemma.name, START, 0, goal, known)

    def implied(self) -> Iterator[Obligation]:
        """What follows from the conjuncts in the same state."""
        goals = [g for g in self.proof.goals if g.claim not in self.proof.spec.transitions]
        for lemma in self.wanted((*self.proof.derived, *goals)):
            uses = self.uses(lemma)
            known = self.hypotheses(uses)
            for goal in self.goals(lemma.claim, self.instances(lemma.claim, self.before)):
                mine = [*known, *self.about((*uses, *lemma.own), goal[2])]
                yield self.obligation(lemma.name, "", 0, goal, mine)

    def wanted(self, lemmas: Iterable[Lemma]) -> list[Lemma]:
        """Those of the lemmas that are to be proved."""
        return [lemma for lemma in lemmas if not self.only or lemma.name in self.only]

    def steps(self, start: Start, only_case: int | None = None) -> Iterator[Obligation]:
        """Every conjunct, and every claim about steps, after an action (in one of its cases)."""
        for number, case in enumerate(self.cases(start)):
            if only_case in (None, number):
                yield from self.of_case(start.name, number, case)
                yield from self.steps_defined(start.name, number, case)

    def of_case(self, action: str, number: int, case: Case) -> Iterator[Obligation]:
        """The conditions for one way through an action."""
        yield from self._defined(action, number, case)
        proved: dict[Property, list[z3.BoolRef]] = {}
        for cut in self.proof.cuts.get(case.action, ()):
            found = self.cut(cut.claim, case)
            if self.wanted([cut]):
                known = [*self._for_case(cut, case, proved), *case.conditions]
                for goal in self.goals(cut.claim, found):
                    mine = [*known, *self.about(cut.own, goal[2], case, proved)]
                    yield self.obligation(cut.name, action, number, goal, mine)
            proved[cut.claim] = self.assumed(cut.claim, found)
            self.source_of(cut.claim, proved[cut.claim])
        for lemma in self.wanted(self.proof.invariant):
            itself = () if lemma.claim in lemma.own else self.known(lemma.claim)
            known = [*itself, *self._for_case(lemma, case, proved), *case.conditions]
            found = self.instances(lemma.claim, case.after)
            for goal in self.goals(lemma.claim, found, old=self._old(lemma.claim)):
                mine = [*known, *self.about(lemma.own, goal[2], case, proved)]
                yield self.obligation(lemma.name, action, number, goal, mine)
        for lemma in self.wanted(self.proof.goals):
            if lemma.claim in self.proof.spec.transitions:
                known = [*self._for_case(lemma, case, proved), *case.conditions]
                found = self.instances(lemma.claim, case.before, case.after)
                for goal in self.goals(lemma.claim, found):
                    mine = [*known, *self.about(lemma.own, goal[2], case, proved)]
                    yield self.obligation(lemma.name, action, number, goal, mine)

    def _defined(self, action: str, number: int, case: Case) -> Iterator[Obligation]:
        """Every step has a value: indices are in range, keys are there, naturals are natural."""
        if self.only:
            return
        defined = self.hypotheses(self.of_states(self.proof.defined))
        for need in case.requirements:
            goal: Any = ([], need.condition, {})
            yield self.obligation(str(need), action, number, goal, defined)

    def claims_defined(self) -> Iterator[Obligation]:
        """Every claim about a state has a value in it: Python does not raise where it is asked."""
        goals = [g for g in self.proof.goals if g.claim not in self.proof.spec.transitions]
        for lemma in self.wanted((*self.proof.invariant, *self.proof.derived, *goals)):
            needs: Needs = []
            self.instances(lemma.claim, self.before, needs=needs)
            yield from self._has_value(lemma, needs, "", 0, [])

    def steps_defined(self, action: str, number: int, case: Case) -> Iterator[Obligation]:
        """Every claim about steps has a value for those of a case."""
        for lemma in self.wanted(self.proof.goals):
            if lemma.claim in self.proof.spec.transitions:
                needs: Needs = []
                self.instances(lemma.claim, case.before, case.after, needs=needs)
                yield from self._has_value(lemma, needs, action, number, case.conditions)

    def _has_value(
        self, lemma: Lemma, needs: Needs, action: str, number: int, step: list[z3.BoolRef]
    ) -> Iterator[Obligation]:
        proved = {other.claim for other in self.proof.invariant}
        mine = (lemma.claim,) if lemma.claim in proved else ()
        known = self.hypotheses(self.of_states((*self.proof.defined, *lemma.all_uses(), *mine)))
        for need in needs:
            yield Obligation(
                f"{lemma.name}, {need}", action, number, [*known, *step], need.condition, True
            )

    def _for_case(
        self, lemma: Lemma, case: Case, proved: dict[Property, list[z3.BoolRef]]
    ) -> list[z3.BoolRef]:
        cuts = [f for u in lemma.uses_for(case.action) if u in proved for f in proved[u]]
        return [*self.hypotheses(self.uses(lemma, case.action)), *cuts]

    def _old(self, claim: Property) -> list[ClaimInstance]:
        if claim not in self._about_old:
            self._about_old[claim] = self.instances(claim, self.before)
        return self._about_old[claim]

    def goals(
        self, claim: Property, found: list[ClaimInstance], old: list[ClaimInstance] | None = None
    ) -> Iterator[tuple[list[z3.BoolRef], z3.BoolRef, dict[str, Any]]]:
        """The parts of a claim, each with what is known of its constants."""
        for number, instance in enumerate(found):
            known = [] if z3.is_true(instance.guard) else [instance.guard]
            if old is not None and number < len(old) and alike(old[number], instance):
                known.append(at_the_same(old[number], instance))
            for part in split(instance.body):
                yield known, part, instance.env

    def obligation(
        self, claim: str, action: str, number: int, goal: Any, known: list[z3.BoolRef]
    ) -> Obligation:
        """One condition, without what is always true (see `facts`)."""
        mine, part, _ = goal
        return Obligation(claim, action, number, [*known, *mine], part)

    def cases(self, start: Start) -> Iterator[Case]:
        """The ways through an action."""
        return cases(self.words, start, self.before, self.opaque)

    def starts(self) -> list[Start]:
        """Every action of the specification."""
        return starts(self.words)
