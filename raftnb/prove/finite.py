"""The same theory for a few processes and small numbers, where every quantifier is written out.

Nothing is proved here. It is where a failed step becomes a picture (`cti`), where runs of a few
steps are looked at (`bounded`), and where the translation is compared with plain Python
(`agreement`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import cached_property
from typing import Any

import z3

from raftnb.data.errors import UsageError
from raftnb.data.trace import State
from raftnb.data.values import Map, Record
from raftnb.language.claims import Property
from raftnb.language.initial import Each, start_of
from raftnb.language.instances import initial_values
from raftnb.language.network import FAULTS
from raftnb.language.proof import Proof
from raftnb.language.world import World
from raftnb.prove.actions import Case
from raftnb.prove.conditions import Conditions, Needs
from raftnb.prove.small import InstanceSize, model_of
from raftnb.prove.state import Symbolic, Vocabulary
from raftnb.prove.terms import TRUE, conj, disj, implies, neg
from raftnb.prove.theory import Theory
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import Choice, Int, Member, RecordOf, SetOf, Text, Type

MOST_ELEMENTS = 8
"""Of how many values sets may be: each of the sets of them is written out."""


class TooLarge(Exception):
    """A quantifier that would take more to write out than there is room for."""


class FiniteTheory(Theory):
    """A theory in which sorts are enumerations, and every quantifier is written out."""

    def __init__(self, program: Program, size: InstanceSize, texts: list[str]) -> None:
        super().__init__(program)
        self.model, self.size = program.model, size
        self.texts = [*texts, "another text"]
        self.sizes: dict[str, tuple[str, ...]] = dict(self.model.names)
        for kind in program.message_kinds():
            self.sizes[kind.__name__] = tuple(f"{kind.__name__}{i}" for i in range(size.slots))
        self.members: dict[str, list[z3.ExprRef]] = {}
        self.tables: set[str] = set()
        self.cuts: list[z3.BoolRef] | None = None
        self.room: int | None = None

    # Sorts.

    def named_sort(self, name: str) -> z3.SortRef:
        """An enumeration; for sets, of all the subsets."""
        if name in self.sorts:
            return self.sorts[name]
        if name.startswith("Set of "):
            return self._sort_of_sets(name)
        mark = z3.FreshConst(z3.BoolSort(), "@").decl().name()
        names = [f"{value}{mark}" for value in self.sizes[name]]
        self.sorts[name], self.members[name] = z3.EnumSort(f"{name}{mark}", names)
        return self.sorts[name]

    def _sort_of_sets(self, name: str) -> z3.SortRef:
        element = self.set_elements[name]
        values = self.values(element)
        if len(values) > MOST_ELEMENTS:
            raise UsageError(
                f"sets of {len(values)} values, of which there are {2 ** len(values):,}",
                place="a small instance",
                allowed=f"sets of up to {MOST_ELEMENTS} values",
                cure="give smaller sizes",
            )
        chosen = [c for n in range(len(values) + 1) for c in itertools.combinations(values, n)]
        mark = z3.FreshConst(z3.BoolSort(), "@").decl().name()
        names = [f"{name} {i}{mark}" for i in range(len(chosen))]
        self.sorts[name], self.members[name] = z3.EnumSort(f"{name}{mark}", names)
        held, size = self.member(SetOf(element)), self.size_function(SetOf(element))
        self.tables |= {held.name(), size.name()}
        facts = []
        for term, some in zip(self.members[name], chosen, strict=True):
            facts.append(size(term) == len(some))
            inside = set(map(id, some))
            facts += [held(v, term) if id(v) in inside else neg(held(v, term)) for v in values]
        self.axioms.append(conj(*facts))
        return self.sorts[name]

    def size_function(self, type_: SetOf) -> z3.FuncDeclRef:
        """The sizes of sets, which are tabulated."""
        return self.function(f"size of {self.sort(type_)}", Int(True), (self.known_sets(type_),))

    def plain_sort(self, type_: Type) -> z3.SortRef:
        """Enums and texts are enumerations of their own here, so that each has its own range."""
        if isinstance(type_, Choice | Text):
            return self._enumeration(type_)
        return super().plain_sort(type_)

    def _enumeration(self, type_: Choice | Text) -> z3.SortRef:
        if isinstance(type_, Choice):
            name = f"{type_.cls.__module__}.{type_.cls.__qualname__}"
            self.sizes.setdefault(name, tuple(m.name for m in type_.cls))
        else:
            name = "a text"
            self.sizes.setdefault(name, tuple(self.texts))
        return self.named_sort(name)

    def code(self, type_: Choice | Text, number: int) -> z3.ExprRef:
        """A member of the enumeration."""
        return self.values(type_)[number]

    def is_code(self, type_: Choice, term: z3.ExprRef) -> z3.BoolRef:
        """The enumeration has no other values."""
        return TRUE

    def decode(self, type_: Choice | Text, term: z3.ExprRef) -> int:
        """Which member of the enumeration it is."""
        return [value.eq(term) for value in self.values(type_)].index(True)

    def number_of_text(self, value: str) -> int:
        """Its place among the specification's texts."""
        self.plain_sort(Text())
        return self.texts.index(value)

    def known_texts(self) -> list[str]:
        """The specification's texts, and one that it does not name."""
        self.plain_sort(Text())
        return self.texts

    def value_of_constant(self, name: str) -> z3.ArithRef:
        """What it is in the model."""
        self.program.constant_type(name)
        return z3.IntVal(self.model.constants[name])

    def constant(self, root: str, index: int) -> z3.ExprRef:
        """The member with this index."""
        self.named_sort(root)
        return self.members[root][index]

    def only(self, sort: z3.SortRef) -> z3.ExprRef | None:
        """Every class is an enumeration here, also one with a single member."""
        return None

    def size_of(self, root: str) -> z3.ArithRef:
        """How many members a class has in this instance."""
        return z3.IntVal(len(self.sizes[root]))

    # Values.

    def values(self, type_: Type) -> list[z3.ExprRef]:
        """All the values of a type that is one term."""
        return self.values_of_sort(self.sort(type_))

    def values_of_sort(self, sort: z3.SortRef) -> list[z3.ExprRef]:
        """All the values of a sort."""
        if sort == z3.IntSort():
            return [z3.IntVal(i) for i in range(self.size.low, self.size.top + 1)]
        if sort == z3.BoolSort():
            return [z3.BoolVal(False), z3.BoolVal(True)]
        return self.members[plain_name(sort)]

    def terms(self) -> Iterator[z3.ExprRef]:
        """The values of all declared functions: what a model has to say."""
        for function in list(self.functions.values()):
            if function.decl.name() not in self.tables:
                for row in itertools.product(*map(self.values, function.arguments)):
                    yield function.decl(*row)

    def rows(self, bound: Sequence[z3.ExprRef], body: z3.BoolRef) -> list[z3.BoolRef]:
        """The body for all values of the bound constants."""
        if not bound:
            return [body]
        spaces = [self.values_of_sort(b.sort()) for b in bound]
        if self.room is not None:
            self.room -= math.prod(map(len, spaces)) * len(body.sexpr())
            if self.room < 0:
                raise TooLarge
        return [
            z3.simplify(z3.substitute(body, *zip(bound, row, strict=True)))
            for row in itertools.product(*spaces)
        ]

    def forall(
        self, bound: Sequence[z3.ExprRef], body: z3.BoolRef, patterns: Any = ()
    ) -> z3.BoolRef:
        """The conjunction."""
        self._note(bound, neg(body))
        return conj(*self.rows(bound, body))

    def exists(self, bound: Sequence[z3.ExprRef], body: z3.BoolRef) -> z3.BoolRef:
        """The disjunction."""
        self._note(bound, body)
        return disj(*self.rows(bound, body))

    def _note(self, bound: Sequence[z3.ExprRef], matters: z3.BoolRef) -> None:
        """Note, where it is asked for, when a number beyond the instance's would matter."""
        numbers: list[Any] = [b for b in bound if b.sort() == z3.IntSort()]
        if self.cuts is not None and numbers:
            low, top = self.size.low, self.size.top
            beyond = disj(*(z3.Or(number < low, number > top) for number in numbers))
            self.note(conj(beyond, matters))

    def limits(self) -> tuple[int, int]:
        """Those of the instance."""
        return self.size.low, self.size.top

    def note(self, beyond: z3.BoolRef) -> None:
        """Note it in `cuts`, where that is asked for."""
        if self.cuts is not None:
            self.cuts.append(beyond)

    @contextmanager
    def within(self, room: int) -> Iterator[None]:
        """Write out so many characters of formulas at most; more raise `TooLarge`."""
        self.room = room
        try:
            yield
        finally:
            self.room = None

    @contextmanager
    def noting(self, cuts: list[z3.BoolRef]) -> Iterator[None]:
        """Note in `cuts` when quantifiers would have to go beyond the instance's numbers."""
        before, self.cuts = self.cuts, cuts
        try:
            yield
        finally:
            self.cuts = before

    def bounded(
        self, function: z3.FuncDeclRef, arguments: Sequence[Type], top: int | None = None
    ) -> None:
        """Natural numbers stay below the instance's bound; an enumeration needs none."""
        if function.range() == z3.IntSort():
            super().bounded(function, arguments, self.size.top + 1)


def plain_name(sort: z3.SortRef) -> str:
    """The name of an enumeration without the mark that tells it from those of other theories."""
    return str(sort.name()).partition("@")[0]


def routines(program: Program, proof: Proof) -> Iterator[nodes.Routine]:
    """The actions of a proof's specification, and what the proof claims."""
    for cls in program.model.processes:
        for name, action in cls.actions.items():
            if action.function not in FAULTS:
                yield program.action(cls, name)
    yield from (program.claim(lemma.claim) for lemma in proof.lemmas())
    yield from map(program.operator, proof.mapped)


def texts_named(program: Program, proof: Proof) -> list[str]:
    """Every text that a proof and its specification name, labels first."""
    found: list[str] = []
    for cls in program.model.processes:
        found += cls.cycle.labels if cls.cycle is not None else ()
    for routine in routines(program, proof):
        for node in nodes.parts(routine):
            found += texts_of(program, node)
    for kind in program.message_kinds():
        found += words_of(program, RecordOf(kind))
    for variable, cls in program.model.variables:
        found += words_of(program, program.variable_type(cls.root, variable.name))
        initial = start_of(variable.initial)
        found += texts_in(initial.value if isinstance(initial, Each) else initial)
    return list(dict.fromkeys(found))


def words_of(program: Program, type_: Any, above: tuple[Any, ...] = ()) -> Iterator[str]:
    """The words that a type lists."""
    if isinstance(type_, Text):
        yield from sorted(type_.words or ())
    parts = list(vars(type_).values()) if isinstance(type_, Type) and type_ not in above else []
    if isinstance(type_, RecordOf) and parts:
        names = type_.cls.__dataclass_fields__  # type: ignore[attr-defined]
        parts = [program.field_type(type_.cls, name) for name in names]
    for part in parts:
        for one in part if isinstance(part, tuple) else (part,):
            yield from words_of(program, one, (*above, type_))


def texts_of(program: Program, node: Any) -> Iterator[str]:
    """The texts that a part of a function names, in its text and in its types."""
    if isinstance(node, nodes.Const) and type(node.value) is str:
        yield node.value
    if isinstance(node, nodes.Expr):
        yield from words_of(program, node.type)
    if isinstance(node, nodes.Routine):
        for _, type_ in node.parameters:
            yield from words_of(program, type_)


def texts_in(value: Any) -> Iterator[str]:
    """The texts in an initial value."""
    inside: Any = ()
    if type(value) is str:
        yield value
    elif isinstance(value, tuple | frozenset):
        inside = value
    elif isinstance(value, Map):
        inside = (*value, *value.values())
    elif isinstance(value, Record):
        inside = [getattr(value, field.name) for field in fields(value)]  # type: ignore[arg-type]
    for one in inside:
        yield from texts_in(one)


class Instance:
    """A proof's specification with a few processes, in the finite theory."""

    def __init__(self, proof: Proof, size: InstanceSize, constants: dict[str, int]) -> None:
        self.proof, self.size = proof, size
        self.model = model_of(proof, size, constants)
        self.program = Program(self.model)
        self.theory = FiniteTheory(self.program, size, texts_named(self.program, proof))
        self.words = Vocabulary(self.theory)
        self.conditions = Conditions(proof, self.words, opaque=())
        self.before = self.conditions.before

    @cached_property
    def members(self) -> dict[str, tuple[Any, ...]]:
        """The members of every class, by its root."""
        return World(self.model).members_by_root

    def invariant(self, state: Symbolic) -> list[z3.BoolRef]:
        """The conjuncts in a state, and what is assumed of it."""
        claims = (*self.proof.spec.assuming, *(lemma.claim for lemma in self.proof.invariant))
        return [self.holds(claim, state) for claim in claims]

    def holds(
        self,
        claim: Property,
        state: Symbolic,
        after: Symbolic | None = None,
        needs: Needs | None = None,
    ) -> z3.BoolRef:
        """A claim in a state (and the one after it)."""
        found = self.conditions.instances(claim, state, after, None, needs)
        return conj(*(self.theory.forall(i.bound, implies(i.guard, i.body)) for i in found))

    def starts_in(self, state: Symbolic) -> z3.BoolRef:
        """Whether a state is one of the model's initial states: those of plain Python."""
        parts = []
        with World(self.model) as world:
            for (root, name), type_ in self.words.variables.items():
                cls, shape = self.program.classes[root], self.words.of(type_)
                values = initial_values(cls.variables[name], cls, world)
                firsts = [shape.literal(value) for value in values]
                for owner in self.owners(root):
                    here = state.read(root, name, owner)
                    parts.append(disj(*(shape.equal(here, first) for first in firsts)))
        for kind in self.words.kinds:
            parts += [neg(state.sent[kind.__name__](slot)) for slot in self.slots(kind)]
        begun = (*self.proof.spec.assuming, *self.proof.spec.initially)
        return conj(*parts, *(self.holds(claim, state) for claim in begun))

    def variables(self, state: State) -> tuple[Any, ...]:
        """The values of the variables of a state that are translated."""
        known = self.words.variables
        pairs = zip(state.values, self.model.variables, strict=False)  # queues come last
        return tuple(value for value, (v, cls) in pairs if (cls.root, v.name) in known)

    def defined(self, claim: Property, state: Symbolic, after: Symbolic | None) -> z3.BoolRef:
        """Whether a claim has a value, as far as the translation knows."""
        needs: Needs = []
        self.holds(claim, state, after, needs)
        return conj(*(self.theory.forall(need.bound, need.condition) for need in needs))

    def after_step(self, claim: Property, case: Case) -> z3.BoolRef:
        """A claim after a case's step, or of it."""
        if claim in self.proof.spec.transitions:
            return self.holds(claim, case.before, case.after)
        return self.holds(claim, case.after)

    def owners(self, root: str) -> list[z3.ExprRef | None]:
        """The processes that have a variable of a class; None for a shared one."""
        if not self.words.has_owner(root):
            return [None]
        return [*self.theory.values(Member(root))]

    def slots(self, kind: type[Any]) -> list[z3.ExprRef]:
        """The terms for messages of a kind."""
        return self.theory.values(RecordOf(kind))


__all__ = ["FiniteTheory", "Instance", "plain_name"]
