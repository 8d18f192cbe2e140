"""What the solver is told of a specification: sorts, functions, what they obey, quantifiers.

`Theory` is for any number of processes and all whole numbers: classes are sorts of which nothing
is known, and quantifiers stay. `finite.FiniteTheory` is the same for a few members.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.data.values import Message
from raftnb.language.constants import SWITCH
from raftnb.prove.terms import SetV, choose, conj, implies
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import (
    Choice,
    Int,
    SetOf,
    Text,
    Type,
)  # fmt: skip


@dataclass
class Function:
    """A function of the state or of a message, as declared: for reading a model back."""

    decl: z3.FuncDeclRef
    arguments: tuple[Type, ...]
    result: Type


@dataclass
class Filter:
    """The items of a sequence that satisfy a condition: which, how many, and where they were."""

    fits: Callable[[z3.ArithRef], z3.BoolRef]
    length: z3.ArithRef
    old: Callable[[z3.ArithRef], z3.ArithRef]


class Theory:
    """Sorts, functions and quantifiers for one program, and the axioms that go with them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.axioms: list[z3.BoolRef] = []
        self.functions: dict[str, Function] = {}
        self.set_elements: dict[str, Type] = {}
        self.sorts: dict[str, z3.SortRef] = {}
        self.texts: list[str] = []
        self.named_sets: dict[int, tuple[z3.BoolRef, z3.FuncDeclRef]] = {}
        self._opaque: dict[Any, str] = {}
        self.filters: list[Filter] = []
        self._fresh: set[int] = set()
        self._kept: list[z3.ExprRef] = []
        self._count = itertools.count(1)

    def of(self, program: Program) -> Theory:
        """The same sorts and functions, for what another program says of them."""
        other = copy.copy(self)
        other.program = program
        return other

    # Sorts.

    def named_sort(self, name: str) -> z3.SortRef:
        """An uninterpreted sort."""
        if name not in self.sorts:
            self.sorts[name] = z3.DeclareSort(name)
        return self.sorts[name]

    def sort(self, type_: Type) -> z3.SortRef:
        """The sort of what is one term: plain values, named sets, messages."""
        if isinstance(type_, SetOf):
            return self.set_sort(type_)
        if isinstance(type_, nodes.RecordOf) and issubclass(type_.cls, Message):
            return self.named_sort(type_.cls.__name__)
        return self.plain_sort(type_)

    def plain_sort(self, type_: Type) -> z3.SortRef:
        """The sort of a value without parts: a key, an element of a set, an index."""
        if isinstance(type_, nodes.Bool):
            return z3.BoolSort()
        if isinstance(type_, Int | Text | Choice):
            return z3.IntSort()
        if isinstance(type_, nodes.Member):
            return self.named_sort(type_.root)
        asked = "take it as a parameter of the action, `x: T`, and ask: `when(self.x == x)`"
        raise SpecError(
            f"{in_words(type_)} as a key, an argument, or a member of a set",
            allowed="bool, numbers, text, enums, members of domains and process classes",
            cure=asked if isinstance(type_, nodes.Option) else "use one of these there",
        )

    def set_sort(self, type_: SetOf) -> z3.SortRef:
        """The sort of the names of sets."""
        self.plain_sort(type_.of)
        name = f"Set of {element_name(type_.of)}"
        self.set_elements.setdefault(name, type_.of)
        return self.named_sort(name)

    def known_sets(self, type_: SetOf) -> SetOf:
        """The type that sets of this sort have here; others say which numbers, or words, are in."""
        self.set_sort(type_)
        return SetOf(self.set_elements[f"Set of {element_name(type_.of)}"])

    def code(self, type_: Choice | Text, number: int) -> z3.ExprRef:
        """The term for an enum's member, or a text, of this number.

        Both are numbers to the solver. Only values of the same type are ever compared (`shapes`).
        """
        return z3.IntVal(number)

    def is_code(self, type_: Choice, term: z3.ExprRef) -> z3.BoolRef:
        """Whether a term is the code of a member: quantifiers meet all numbers."""
        number: Any = term
        members: Any = type_.cls
        return conj(number >= 0, number < len(members))

    def decode(self, type_: Choice | Text, term: z3.ExprRef) -> int:
        """The number of what a constant term stands for."""
        return int(term.as_long())

    def constant(self, root: str, index: int) -> z3.ExprRef:
        """The term for a member of a class; only a finite theory knows its members."""
        raise SpecError(
            f"one certain member of `{root}`",
            allowed="members that a variable, a parameter or a quantifier names",
            cure="take it as a parameter, or say it of all members",
        )

    def value_of_constant(self, name: str) -> z3.ArithRef:
        """A constant of the specification: any number of its sort, always the same.

        One that says how many members classes have is that number; what the network does is fixed.
        """
        program, known = self.program, f"constant {name}"
        if name not in program.spec.constants:
            return z3.IntVal(program.model.constants[name])
        is_new, type_ = known not in self.functions, program.constant_type(name)
        value = self.function(known, type_, ())()
        if is_new:
            self.axioms += [value >= 0] if type_.natural else []
            self.axioms += [value <= 1] if program.spec.sorts[name] is SWITCH else []
            classes = program.classes.items()
            of_this_size = [r for r, cls in classes if getattr(cls, "number", None) == name]
            self.axioms += [value == self.size_of(root) for root in of_this_size]
        return value

    def text(self, value: str) -> z3.ExprRef:
        """The term for a text."""
        return self.code(Text(), self.number_of_text(value))

    def number_of_text(self, value: str) -> int:
        """A text's number: its place in the order in which texts were met."""
        if value not in self.texts:
            self.texts.append(value)
        return self.texts.index(value)

    def text_of(self, number: int) -> str:
        """The text with a number; of a number that no text of the specification has, a new one."""
        known = 0 <= number < len(self.texts)
        return self.texts[number] if known else f"another text ({number})"

    # Constants and functions.

    def number(self) -> int:
        """A number that was not given before, for a name that must be new."""
        return next(self._count)

    def fresh(self, name: str, sort: z3.SortRef) -> z3.ExprRef:
        """A new constant; of a class with exactly one member, that member."""
        if (only := self.only(sort)) is not None:
            return only
        made = z3.Const(f"{name}!{self.number()}", sort)
        self._fresh.add(made.get_id())
        self._kept.append(made)
        return made

    def dependent(
        self, bound: Sequence[z3.ExprRef], *formulas: z3.ExprRef
    ) -> tuple[z3.ExprRef, ...]:
        """What a term that formulas describe depends on: bound constants in them, and new ones.

        A quantifier may bind these constants only later: where a claim becomes a hypothesis, or a
        value is read that was made elsewhere (an item of a map, a variable of a mapping). A term
        that does not depend on them would be one for all, and as wrong as "some" in place of "all".
        """
        may = self._fresh | {one.get_id() for one in bound}
        found, seen, left = list[z3.ExprRef](), set[int](), list(formulas)
        while left:
            term = left.pop()
            if term.get_id() not in seen:
                seen.add(term.get_id())
                left += [term.body()] if z3.is_quantifier(term) else term.children()
                found += [term] if term.get_id() in may else []
        return tuple(found)

    def fresh_function(self, name: str, *sorts: z3.SortRef) -> z3.FuncDeclRef:
        """A new function; the last sort is that of its values."""
        return z3.Function(f"{name}!{self.number()}", *sorts)

    def only(self, sort: z3.SortRef) -> z3.ExprRef | None:
        """The member of a class that has exactly one."""
        cls = self.program.classes.get(str(sort.name()))
        if cls is not None and getattr(cls, "number", "") is None:
            return z3.Const(f"the {cls.root}", sort)
        return None

    def function(self, name: str, type_: Type, arguments: tuple[Type, ...]) -> z3.FuncDeclRef:
        """The function of this name."""
        if name not in self.functions:
            decl = z3.Function(name, *map(self.sort, arguments), self.sort(type_))
            self.functions[name] = Function(decl, arguments, type_)
            self._only_value(decl)
        known = self.functions[name]
        if (known.arguments, known.result) != (arguments, type_):
            raise SpecError(
                f"`{name}`, which stands for two things",
                allowed="names of classes, variables and fields that tell them apart",
                cure="rename one of the classes or fields",
            )
        return self.functions[name].decl

    def _only_value(self, function: z3.FuncDeclRef) -> None:
        """A function to a class that has exactly one member has no other value than that one."""
        only = self.only(function.range())
        if only is not None:
            bound = [self.fresh("x", function.domain(i)) for i in range(function.arity())]
            term = function(*bound)
            self.axioms.append(self.forall(bound, term == only, [term] if bound else ()))

    def opaque(self, operator: Any, arguments: tuple[Type, ...]) -> z3.FuncDeclRef:
        """The relation that an operator stands for of which only axioms are known."""
        taken = self._opaque.setdefault(operator, f"{operator.__name__}")
        if list(self._opaque.values()).count(taken) > 1:
            taken = self._opaque[operator] = f"{taken}!{self.number()}"
        return self.function(taken, nodes.BOOL, arguments)

    def bounded(
        self, function: z3.FuncDeclRef, arguments: Sequence[Type], top: int | None = None
    ) -> None:
        """Let a function's values be natural numbers, below `top` where it is given.

        That what is written to a `Nat` is natural is proved of each step (`Shape.natural`).
        """
        bound = [self.fresh("x", self.sort(t)) for t in arguments]
        term = function(*bound)
        fact = conj(term >= 0, term < top) if top is not None else term >= 0
        self.axioms.append(self.forall(bound, fact, [term]))

    def holds_naturals(self, types: Sequence[Type], holds: Callable[..., z3.BoolRef]) -> None:
        """Let a predicate be true of natural numbers only, as the last of its arguments."""
        bound = [self.fresh("x", self.sort(t)) for t in types]
        held = holds(*bound)
        self.axioms.append(self.forall(bound, implies(held, bound[-1] >= 0), [held]))

    def limits(self) -> tuple[int, int] | None:
        """From where to where numbers go; None where they have no bounds."""
        return None

    def note(self, beyond: z3.BoolRef) -> None:
        """Note when a value beyond these bounds would matter."""

    # Sets with names, and their sizes.

    def member(self, type_: SetOf) -> z3.FuncDeclRef:
        """The relation between elements and named sets."""
        known = self.known_sets(type_)
        return self.function(f"in {self.sort(type_)}", nodes.BOOL, (known.of, known))

    def name_of(self, value: SetV, type_: SetOf, bound: tuple[z3.ExprRef, ...]) -> z3.ExprRef:
        """A term that names a set: every set has a name, the same where its predicate is.

        A set is a predicate, and functions of sets (its size, an opaque operator) need a term. So
        a new term is made, with the axiom that says who is in it; it depends on what is bound
        where the set is written. To find out whether two sets are the same text, both predicates
        are applied to one constant, the probe: Z3 gives equal terms the same id, so a set that is
        written twice gets one name, and what is known of the one is known of the other; one that
        is written of two constants gets one function of them.
        """
        if value.name is not None:
            return value.name
        if value.either is not None:
            test, yes, no = value.either
            names = self.name_of(yes, type_, bound), self.name_of(no, type_, bound)
            return choose(test, *names)
        probe = self.fresh("any", self.sort(type_.of))
        inside = value.has(probe)
        outer = tuple(b for b in self.dependent(bound, inside) if not b.eq(probe))
        places = [(b, z3.Const(f"place {i} {b.sort()}", b.sort())) for i, b in enumerate(outer)]
        text = z3.substitute(
            inside, *places, (probe, z3.Const(f"any {probe.sort()}", probe.sort()))
        )
        if text.get_id() not in self.named_sets:
            name = self.fresh_function("set", *(b.sort() for b in outer), self.sort(type_))
            held = self.member(type_)(probe, name(*outer))
            self.axioms.append(self.forall([*outer, probe], held == inside, [held]))
            self.named_sets[text.get_id()] = (text, name)
        return self.named_sets[text.get_id()][1](*outer)

    def cardinality(self, value: SetV, type_: SetOf, bound: tuple[z3.ExprRef, ...]) -> z3.ArithRef:
        """The size of a set: a number of which nothing is known but that it is not negative."""
        return self.size_function(type_)(self.name_of(value, type_, bound))

    def size_function(self, type_: SetOf) -> z3.FuncDeclRef:
        """The sizes of sets of a type."""
        name, known = f"size of {self.sort(type_)}", self.known_sets(type_)
        if name not in self.functions:
            self.bounded(self.function(name, Int(True), (known,)), (known,))
        return self.function(name, Int(True), (known,))

    def size_of(self, root: str) -> z3.ArithRef:
        """How many members a domain or process class has."""
        return z3.Int(f"size of {root}")

    # Quantifiers.

    def free(self, bound: Sequence[z3.ExprRef]) -> list[z3.ExprRef]:
        """Those of the constants that can have more than one value."""
        return [b for b in bound if self.only(b.sort()) is None]

    def forall(
        self, bound: Sequence[z3.ExprRef], body: z3.BoolRef, patterns: Any = ()
    ) -> z3.BoolRef:
        """For all values of the bound constants."""
        free = self.free(bound)
        if not free or z3.is_true(body) or z3.is_false(body):
            return body
        if z3.is_quantifier(body) and body.is_forall() and not patterns:
            more, body = self.opened(body)
            free += more
        return z3.ForAll(free, body, patterns=list(patterns))

    def exists(self, bound: Sequence[z3.ExprRef], body: z3.BoolRef) -> z3.BoolRef:
        """For some values of the bound constants."""
        free = self.free(bound)
        if not free or z3.is_true(body) or z3.is_false(body):
            return body
        if z3.is_quantifier(body) and body.is_exists():
            more, body = self.opened(body)
            free += more
        return z3.Exists(free, body)

    def opened(self, quantifier: z3.QuantifierRef) -> tuple[list[z3.ExprRef], z3.BoolRef]:
        """What a quantifier binds, as new constants, and its body; nothing if it has patterns.

        So a quantifier in one of its kind becomes one that binds both: the solver finds a pattern
        for the whole, where for the outer one alone there is none.
        """
        if quantifier.num_patterns():
            return [], quantifier
        bound = [
            z3.Const(f"{quantifier.var_name(i)} {self.number()}", quantifier.var_sort(i))
            for i in range(quantifier.num_vars())
        ]
        return bound, z3.substitute_vars(quantifier.body(), *reversed(bound))


MakeTheory = Callable[[Program], Theory]


def element_name(type_: Type) -> str:
    """What a set of these is called: different types have different names."""
    if isinstance(type_, nodes.Member):
        return type_.root
    if isinstance(type_, Choice):
        return f"{type_.cls.__module__}.{type_.cls.__qualname__}"
    return type(type_).__name__


def in_words(type_: Type) -> str:
    """A type as a specification writes it."""
    match type_:
        case nodes.Member(root):
            return f"`{root}`"
        case Choice(cls) | nodes.RecordOf(cls):
            return f"`{cls.__name__}`"
        case nodes.MapOf(key, value):
            return f"a map from {in_words(key)} to {in_words(value)}"
        case nodes.TupleOf(items):
            return f"a tuple of {', '.join(map(in_words, items))}"
        case nodes.OneOf(options):
            return " or ".join(map(in_words, options))
    parts = [in_words(p) for p in vars(type_).values() if isinstance(p, Type)]
    words = {
        "Int": "a number", "Text": "a text", "Nothing": "None", "Bool": "a bool",
        "Never": "what an empty collection holds", "Option": "an optional", "Range": "a range of",
        "SeqOf": "a sequence of", "SetOf": "a set of", "MutableSetOf": "a set of",
    }  # fmt: skip
    kind = type(type_).__name__
    return " ".join([words.get(kind, f"a {kind}"), *parts])
