"""The same conditions for a few servers and small numbers, where the solver always has an answer.

Nothing is proved here. It is where a failed step becomes a picture: a state in which the invariant
holds, a step, and a conjunct that does not hold after it. What is found is run again in plain
Python before it is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.values import Map, Message, order
from raftnb.language.claims import Property
from raftnb.language.proof import Proof
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.prove.conditions import Conditions
from raftnb.prove.execute import Case, cases
from raftnb.prove.report import Counterexample
from raftnb.prove.theory import Symbolic, Theory
from raftnb.prove.values import RecordV, SetV, Value, conj, disj, implies, members_of, neg
from raftnb.tree import Program
from raftnb.tree.nodes import (
    Bool,
    Choice,
    Int,
    MapOf,
    Member,
    Option,
    RecordOf,
    SeqOf,
    SetOf,
    Text,
    Type,
)  # fmt: skip


@dataclass(frozen=True)
class Bounds:
    """How large the instance is: numbers go from 0 to `top`, `slots` messages of a kind fly."""

    top: int = 3
    slots: int = 2
    seconds: float = 30.0


class FiniteTheory(Theory):
    """A theory in which every quantifier is written out."""

    def __init__(self, program: Program, model: Model, bounds: Bounds) -> None:
        sizes: dict[str, tuple[str, ...]] = dict(model.names)
        for kind in program.message_kinds():
            sizes[kind.__name__] = tuple(f"{kind.__name__}{i}" for i in range(bounds.slots))
        super().__init__(program, sizes)
        self.model, self.bounds = model, bounds
        self._subsets: dict[str, list[tuple[z3.ExprRef, ...]]] = {}
        self.tables: set[str] = set()

    def named_sort(self, name: str) -> z3.SortRef:
        """An enumeration; for sets, of all the subsets."""
        if name.startswith("Set of ") and name not in self.sorts:
            element = self.set_sorts[name]
            values = self.values(self.sort(element))
            chosen = [c for n in range(len(values) + 1) for c in itertools.combinations(values, n)]
            assert self.sizes is not None
            self.sizes[name] = tuple(f"{name} {i}" for i in range(len(chosen)))
            self._subsets[name] = chosen
            super().named_sort(name)
            self._tabulate(name, element)
        return super().named_sort(name)

    def _tabulate(self, name: str, element: Type) -> None:
        held, size = self.member(SetOf(element)), self.size_function(SetOf(element))
        self.tables |= {held.name(), size.name()}
        for term, inside in zip(self.members[name], self._subsets[name], strict=True):
            self.axioms.append(size(term) == len(inside))
            for value in self.values(self.sort(element)):
                self.axioms.append(held(value, term) == any(value.eq(v) for v in inside))

    def size_function(self, type_: SetOf) -> z3.FuncDeclRef:
        """The sizes of sets, which are tabulated."""
        return self._function(f"size of {self.sort(type_)}", Int(True), (type_,))

    def subset(self, term: z3.ExprRef) -> tuple[z3.ExprRef, ...]:
        """The elements of the set that a term names."""
        name = plain_name(term.sort())
        return next(
            c for t, c in zip(self.members[name], self._subsets[name], strict=True) if t.eq(term)
        )

    def values(self, sort: z3.SortRef) -> list[z3.ExprRef]:
        """All the values of a sort."""
        if sort == z3.IntSort():
            return [z3.IntVal(i) for i in range(self.bounds.top + 1)]
        if sort == z3.BoolSort():
            return [z3.BoolVal(False), z3.BoolVal(True)]
        return self.members[plain_name(sort)]

    def terms(self) -> Iterator[z3.ExprRef]:
        """The values of all declared functions: what a model has to say."""
        for function in list(self.functions.values()):
            sorts = [self.sort(type_) for type_ in function.arguments]
            if function.decl.name() not in self.tables:
                for row in itertools.product(*(self.values(sort) for sort in sorts)):
                    yield function.decl(*row)

    def rows(self, bound: Sequence[z3.ExprRef], body: z3.BoolRef) -> list[z3.BoolRef]:
        """The body for all values of the bound constants."""
        if not bound:
            return [body]
        spaces = [self.values(b.sort()) for b in bound]
        return [
            z3.simplify(z3.substitute(body, *zip(bound, row, strict=True)))
            for row in itertools.product(*spaces)
        ]

    def forall(
        self, bound: Sequence[z3.ExprRef], body: z3.BoolRef, patterns: Any = ()
    ) -> z3.BoolRef:
        """The conjunction."""
        return conj(*self.rows(bound, body))

    def exists(self, bound: Sequence[z3.ExprRef], body: z3.BoolRef) -> z3.BoolRef:
        """The disjunction."""
        return disj(*self.rows(bound, body))

    def _bounded(
        self, function: z3.FuncDeclRef, arguments: Sequence[Type], top: int | None
    ) -> None:
        super()._bounded(function, arguments, top if top is not None else self.bounds.top + 1)


def plain_name(sort: z3.SortRef) -> str:
    """The name of an enumeration without the mark that tells it from those of other theories."""
    return str(sort.name()).partition("@")[0]


class FiniteConditions(Conditions):
    """The conditions of a proof on a finite instance, with majorities as they are."""

    def __init__(self, proof: Proof, model: Model, bounds: Bounds) -> None:
        self.proof, self.only = proof, ()
        self.program = Program(model)
        self.theory = FiniteTheory(self.program, model, bounds)
        self.before = self.theory.state()
        self.opaque = frozenset()
        self._triggers = {}
        self._keep = []
        self.sources = {}
        self._known = {}
        self._about_old = {}

    def invariant(self, state: Symbolic) -> list[z3.BoolRef]:
        """The conjuncts in a state."""
        return [self.holds(lemma.claim, state) for lemma in self.proof.invariant]

    def holds(self, claim: Property, state: Symbolic, after: Symbolic | None = None) -> z3.BoolRef:
        """A claim in a state (and the one after it)."""
        found = self.instances(claim, state, after)
        return conj(*(self.theory.forall(i.bound, implies(i.guard, i.body)) for i in found))

    def after_step(self, claim: Property, case: Case) -> z3.BoolRef:
        """A claim after a case's step, or of it."""
        if claim in self.proof.spec.transitions:
            return self.holds(claim, case.before, case.after)
        return self.holds(claim, case.after)


def counterexample(
    proof: Proof,
    claims: str | Sequence[str],
    action: str,
    *,
    bounds: Bounds | None = None,
    **constants: int,
) -> Counterexample | None:
    """A step of the action from a state with the invariant to one where a claim fails, or None.

    `action` is named as in reports: `update_term(RequestVote)`. The first state need not be
    reachable. None says nothing: a larger instance may have one.
    """
    bounds = bounds or Bounds()
    names = [claims] if isinstance(claims, str) else claims
    wanted = [proof.lemma(name).claim for name in names]
    model = instance(proof, bounds, constants)
    conditions = FiniteConditions(proof, model, bounds)
    begin = next((s for s in conditions.starts() if s.name == action), None)
    if begin is None:
        known_names = ", ".join(s.name for s in conditions.starts())
        raise UsageError(f"the action `{action}`", allowed=known_names, cure="use one of these")
    known = conditions.invariant(conditions.before)
    for case in cases(conditions.theory, begin, conditions.before, conditions.opaque):
        goal = conj(*(conditions.after_step(claim, case) for claim in wanted))
        parts = [*known, *case.conditions, neg(goal)]
        found = solve(parts, conditions, bounds, chosen_by(case))
        if found is not None:
            one = replay(proof, model, wanted, case, Reading(conditions, found))
            if one is not None:
                return one
    return None


def instance(proof: Proof, bounds: Bounds, constants: dict[str, int]) -> Model:
    """The model of the finite instance; its bounds say how far properties quantify."""
    spec = proof.spec
    numbers = {cls.number for cls in (*spec.processes, *spec.domains)}
    sizes = {"servers": 3, "values": 2} | constants
    own = {n: sizes.get(n, v) for n, v in spec.constants.items() if n in numbers}
    return spec(history=True, **own, **{n: bounds.top for n in spec.constants if n not in own})


def solve(
    parts: list[z3.BoolRef],
    conditions: FiniteConditions,
    bounds: Bounds,
    chosen: Sequence[z3.ExprRef] = (),
) -> z3.ModelRef | None:
    """A model of the parts, or None; as much as possible is as it is initially."""
    solver = z3.Solver()
    solver.set("timeout", int(bounds.seconds * 1000))
    solver.add(*conditions.theory.axioms, *parts)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    for wish in wishes(conditions):
        if z3.is_true(model.eval(wish, model_completion=True)):
            solver.add(wish)
        elif solver.check(wish) == z3.sat:
            model = solver.model()
            solver.add(wish)
    theory: FiniteTheory = conditions.theory  # type: ignore[assignment]
    return settled(solver, model, [*theory.terms(), *chosen], theory)


def chosen_by(case: Case) -> list[z3.ExprRef]:
    """The constants of a step: whose it is, its message, its arguments."""
    values = [v.name if isinstance(v, RecordV) else v for v in case.env.values()]
    return [value for value in values if isinstance(value, z3.ExprRef)]


def settled(
    solver: z3.Solver, model: z3.ModelRef, terms: list[z3.ExprRef], theory: FiniteTheory
) -> z3.ModelRef:
    """The model in which each value is the first possible: the same whatever the solver tried."""
    for term in terms:
        for value in theory.values(term.sort()):
            if model.eval(term, model_completion=True).eq(value):
                break
            if solver.check(term == value) == z3.sat:
                model = solver.model()
                break
        solver.add(term == model.eval(term, model_completion=True))
    return model


def wishes(conditions: FiniteConditions) -> Iterator[z3.BoolRef]:
    """What makes a state simple: nothing in flight, variables with their initial values."""
    theory: FiniteTheory = conditions.theory  # type: ignore[assignment]
    before, first = conditions.before, theory.initial()
    for kind in theory.program.message_kinds():
        for slot in theory.values(theory.sort(RecordOf(kind))):
            yield neg(before.sent[kind.__name__](slot))
    for (root, name), type_ in theory.variables().items():
        owners = theory.values(theory.sort(Member(root))) if theory.has_owner(root) else [None]
        for owner in owners:
            value, initial = before.read(root, name, owner), first.read(root, name, owner)
            yield theory.equal(value, initial, type_)
            if isinstance(type_, MapOf):
                for key in theory.values(theory.sort(type_.key)):
                    yield implies(value.has(key), initial.has(key))


class Reading:
    """Reads a state of the language back from a solver's model."""

    def __init__(self, conditions: FiniteConditions, model: z3.ModelRef) -> None:
        self.conditions, self.model = conditions, model
        self.theory: FiniteTheory = conditions.theory  # type: ignore[assignment]
        self.instance = self.theory.model
        self.members = World(self.instance).members_by_root

    def state(self, of: Symbolic | None = None) -> State:
        """The state before the step, or another one."""
        symbolic = of or self.conditions.before
        cells: list[Any] = []
        for cell, (variable, cls) in zip(
            self.instance.layout.cells, self.instance.variables, strict=True
        ):
            key = (cls.root, variable.name)
            if key not in symbolic.variables:
                cells.append(self.instance.initial_states[0].values[len(cells)])
                continue
            owner = self.owner(cls.root, cell.owner)
            type_ = self.theory.variables()[key]
            cells.append(self.value(symbolic.read(*key, owner), type_))
        messages = sorted(set(self.messages(symbolic)), key=order)
        return State(self.instance.layout, tuple(cells), tuple((m, 1) for m in messages))

    def owner(self, root: str, name: str) -> z3.ExprRef | None:
        """The term of a process."""
        if not self.theory.has_owner(root):
            return None
        return self.theory.members[root][self.instance.names[root].index(name)]

    def messages(self, symbolic: Symbolic) -> list[Message]:
        """The messages in flight."""
        found = []
        for kind in self.theory.program.message_kinds():
            for slot in self.theory.values(self.theory.sort(RecordOf(kind))):
                if self.truth(symbolic.sent[kind.__name__](slot)):
                    found.append(self.value(self.theory.message(kind, slot), RecordOf(kind)))
        for new in symbolic.new:
            rows = itertools.product(*(self.theory.values(b.sort()) for b in new.bound))
            for row in rows:
                pairs = list(zip(new.bound, row, strict=True))
                if self.truth(z3.substitute(new.guard, *pairs) if pairs else new.guard):
                    fields = {
                        f: self.value(new.value.fields[f], t, pairs)
                        for f, t in self.theory.fields(new.value.cls)
                    }
                    found.append(new.value.cls(**fields))
        return found

    def truth(self, term: z3.BoolRef) -> bool:
        """Whether a term is true in the model."""
        return bool(z3.is_true(self.model.eval(term, model_completion=True)))

    def value(self, value: Value, type_: Type, pairs: Any = ()) -> Any:
        """A value of the language."""
        if isinstance(type_, Option):
            some = self.plain(value.some, Bool(), pairs)
            return self.value(value.value, type_.of, pairs) if some else None
        if isinstance(type_, SeqOf):
            length = self.plain(value.length, Int(), pairs)
            return tuple(self.value(value.at(z3.IntVal(i)), type_.of, pairs) for i in range(length))
        if isinstance(type_, SetOf):
            inside = self.theory.values(self.theory.sort(type_.of))
            return frozenset(
                self.plain(v, type_.of) for v in inside if self.plain(value.has(v), Bool(), pairs)
            )
        if isinstance(type_, MapOf):
            keys = self.theory.values(self.theory.sort(type_.key))
            held = [k for k in keys if self.plain(value.has(k), Bool(), pairs)]
            return Map(
                (self.plain(k, type_.key), self.value(value.get(k), type_.value, pairs))
                for k in held
            )
        if isinstance(type_, RecordOf):
            fields = self.theory.fields(type_.cls)
            return type_.cls(**{f: self.value(value.fields[f], t, pairs) for f, t in fields})
        return self.plain(value, type_, pairs)

    def plain(self, term: z3.ExprRef, type_: Type, pairs: Any = ()) -> Any:
        """A value without parts."""
        term = z3.substitute(term, *pairs) if pairs else term
        found = self.model.eval(term, model_completion=True)
        if isinstance(type_, Bool):
            return bool(z3.is_true(found))
        if isinstance(type_, Member):
            names = self.theory.members[type_.root]
            return self.members[type_.root][[n.eq(found) for n in names].index(True)]
        number = found.as_long()
        if isinstance(type_, Choice):
            return members_of(type_)[number]
        return self.theory.text_of(number) if isinstance(type_, Text) else number

    def arguments(self, case: Case) -> dict[str, Any]:
        """The arguments of the step."""
        found = {}
        for name, type_ in list(case.types.items())[1:]:
            value = case.env[name]
            of = RecordOf(value.cls) if isinstance(value, RecordV) else type_
            found[name] = self.value(value, of) if not isinstance(value, SetV) else None
        return found

    def process(self, case: Case) -> Any:
        """Whose step it is."""
        return self.plain(next(iter(case.env.values())), Member(case.root))


def replay(
    proof: Proof, model: Model, claims: Sequence[Property], case: Case, reading: Reading
) -> Counterexample | None:
    """The step run by the interpreter: None where plain Python does not agree that it is one."""
    state = reading.state()
    before = World(model, state)
    if any(before.failure(lemma.claim) is not None for lemma in proof.invariant):
        return None
    who, arguments = str(reading.process(case)), reading.arguments(case)
    for step, after in World(model, state).successors(state):
        if (step.process, step.action) == (who, case.action) and dict(step.arguments) == arguments:
            for claim in claims:
                values = failing_values(proof, model, claim, state, after)
                if values is not None:
                    return Counterexample(claim.__name__, state, step, after, values)
    return None


def failing_values(
    proof: Proof, model: Model, claim: Property, state: State, after: State
) -> dict[str, Any] | None:
    """What a claim fails for, after a step; None if it holds, or has no value there."""
    judge = World(model, after)
    if claim in proof.spec.transitions:
        judge = World(model, state)
        judge.next = World(model, after)
    try:
        return judge.failure(claim)
    except SpecError:
        return None


__all__ = ["Bounds", "FiniteConditions", "FiniteTheory", "Reading", "counterexample"]
