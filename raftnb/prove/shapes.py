"""One class for each kind of value: how it is declared, written down, compared, and read back.

A new kind of value is a class here and an entry in `KINDS`. What has parts is made of functions to
terms (see `terms`), so each class says what to do with its parts and leaves them to their own.
"""

from __future__ import annotations

from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Message
from raftnb.prove.plain import (
    BoolShape,
    ChoiceShape,
    IntShape,
    MemberShape,
    NothingShape,
    Reader,
    Reading,
    Shape,
    Supply,
    TextShape,
    no_such,
)
from raftnb.prove.records import MessageShape, RecordShape
from raftnb.prove.terms import (
    FALSE,
    TRUE,
    MapV,
    OptionV,
    SeqV,
    SetV,
    Value,
    choose,
    conj,
    disj,
    implies,
    same,
)
from raftnb.prove.theory import Theory, in_words
from raftnb.tree.nodes import (
    BOOL,
    Bool,
    Choice,
    Int,
    MapOf,
    Member,
    Never,
    Nothing,
    Option,
    RecordOf,
    SeqOf,
    SetOf,
    Text,
    Type,
)


class OptionShape(Shape):
    """`T | None`."""

    @property
    def inner(self) -> Shape:
        """The shape of T."""
        return self.of(self.type.of)

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """Whether it is a T, and which."""
        some = self.of(BOOL).declare(f"{name}.some", arguments)
        value = self.inner.declare(f"{name}.value", arguments)
        return lambda *a: OptionV(some(*a), value(*a))

    def default(self) -> Value:
        """None."""
        return OptionV(FALSE, self.inner.default())

    def literal(self, value: Any) -> Value:
        """None, or a T."""
        return self.default() if value is None else OptionV(TRUE, self.inner.literal(value))

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """Both None, or the same T."""
        inner = self.inner.equal(a.value, b.value)
        return conj(same(a.some, b.some), implies(a.some, inner))

    def natural(self, value: Value) -> z3.BoolRef:
        """None, or natural numbers."""
        return implies(value.some, self.inner.natural(value.value))

    def within(self, value: Value, low: int, top: int) -> z3.BoolRef:
        """None, or within."""
        return implies(value.some, self.inner.within(value.value, low, top))

    def from_other(self, value: Value, have: Type) -> Value:
        """None; another option; a T."""
        if isinstance(have, Nothing):
            return self.default()
        if isinstance(have, Option):
            return OptionV(value.some, self.inner.convert(value.value, have.of))
        return OptionV(TRUE, self.inner.convert(value, have))

    def fits(self, value: Value, have: Type) -> z3.BoolRef:
        """Whether it is None, or its value fits."""
        if isinstance(have, Option):
            return implies(value.some, self.inner.accepts(value.value, have.of))
        return TRUE if isinstance(have, Nothing) else self.inner.accepts(value, have)

    def read(self, value: Value, reading: Reading) -> Any:
        """None or the T."""
        some = z3.is_true(reading.constant(value.some))
        return self.inner.read(value.value, reading) if some else None

    def sample(self, supply: Supply) -> Any:
        """None in one of three."""
        return None if supply.chance.random() < 1 / 3 else self.inner.sample(supply)


class SeqShape(Shape):
    """Sequences."""

    @property
    def inner(self) -> Shape:
        """The shape of the items."""
        return self.of(self.type.of)

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """A length that is not negative, and an item for every index."""
        length = self.theory.function(f"{name}.len", Int(True), arguments)
        self.theory.bounded(length, arguments)
        item = self.inner.declare(name, (*arguments, Int()))
        return lambda *a: SeqV(length(*a), lambda k: item(*a, k))

    def default(self) -> Value:
        """The empty sequence."""
        return SeqV(z3.IntVal(0), lambda k: self.inner.default())

    def literal(self, value: Any) -> Value:
        """Written out."""
        if not isinstance(value, tuple):
            raise self.wrong(value)
        return self.listed([self.inner.literal(v) for v in value])

    def listed(self, items: list[Value]) -> SeqV:
        """The sequence of these items."""

        def at(k: z3.ArithRef) -> Value:
            found = items[-1] if items else self.inner.default()
            for i in reversed(range(len(items) - 1)):
                found = choose(same(k, z3.IntVal(i)), items[i], found)
            return found

        return SeqV(z3.IntVal(len(items)), at)

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """As long, and the same items."""
        k = self.theory.fresh("k", z3.IntSort())
        inner = self.inner.equal(a.at(k), b.at(k))
        each = self.theory.forall([k], implies(conj(k >= 0, k < a.length), inner))
        return conj(same(a.length, b.length), each)

    def natural(self, value: Value) -> z3.BoolRef:
        """Natural numbers in every item."""
        k = self.theory.fresh("k", z3.IntSort())
        inner = self.inner.natural(value.at(k))
        return self.theory.forall([k], implies(conj(k >= 0, k < value.length), inner))

    def within(self, value: Value, low: int, top: int) -> z3.BoolRef:
        """The length, and every item."""
        k = self.theory.fresh("k", z3.IntSort())
        inner = implies(conj(k >= 0, k < value.length), self.inner.within(value.at(k), low, top))
        return conj(value.length <= top, self.theory.forall([k], inner))

    def from_other(self, value: Value, have: Type) -> Value:
        """The empty one; one whose items can be converted."""
        if not isinstance(have, SeqOf):
            raise no_such(have, self.type)
        if isinstance(have.of, Never):
            return self.default()
        self.inner.convert(value.at(z3.IntVal(0)), have.of)
        return SeqV(value.length, lambda k: self.inner.convert(value.at(k), have.of))

    def fits(self, value: Value, have: Type) -> z3.BoolRef:
        """Whether every item fits."""
        if not isinstance(have, SeqOf) or isinstance(have.of, Never):
            return TRUE
        k = self.theory.fresh("k", z3.IntSort())
        inner = self.inner.accepts(value.at(k), have.of)
        return self.theory.forall([k], implies(conj(k >= 0, k < value.length), inner))

    def read(self, value: Value, reading: Reading) -> Any:
        """The tuple."""
        length: Any = reading.constant(value.length)
        items = [value.at(z3.IntVal(i)) for i in range(length.as_long())]
        return tuple(self.inner.read(item, reading) for item in items)

    def sample(self, supply: Supply) -> Any:
        """At most two items."""
        return tuple(self.inner.sample(supply) for _ in range(supply.chance.choice((0, 1, 1, 2))))


class SetShape(Shape):
    """Sets of plain values."""

    def possible(self) -> None:
        """Elements must be plain."""
        self.theory.set_sort(self.type)

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """A set that has a name."""
        function = self.theory.function(name, self.type, arguments)
        return lambda *a: self.named(function(*a))

    def named(self, name: z3.ExprRef) -> SetV:
        """The set that a term names."""
        member = self.theory.member(self.type)
        return SetV(lambda x: member(x, name), name)

    def default(self) -> Value:
        """The empty set."""
        return SetV(lambda x: FALSE)

    def literal(self, value: Any) -> Value:
        """Written out."""
        if not isinstance(value, frozenset):
            raise self.wrong(value)
        return self.holding([self.of(self.type.of).literal(v) for v in value])

    def holding(self, items: list[z3.ExprRef]) -> SetV:
        """The set of these."""
        if items:
            self.theory.plain_sort(self.type.of)
        return SetV(lambda x: disj(*(same(x, item) for item in items)))

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """The same elements."""
        x = self.theory.fresh("x", self.theory.plain_sort(self.type.of))
        return self.theory.forall([x], same(a.has(x), b.has(x)))

    def has_numbers_as_keys(self) -> bool:
        """Whether its elements are numbers."""
        return isinstance(self.type.of, Int)

    def from_other(self, value: Value, have: Type) -> Value:
        """The empty one; one with elements of the same kind."""
        if not isinstance(have, SetOf):
            raise no_such(have, self.type)
        if isinstance(have.of, Never):
            return self.default()
        self.of(self.type.of).convert(self.of(have.of).default(), have.of)
        return value

    def read(self, value: Value, reading: Reading) -> Any:
        """The frozenset."""
        inside = reading.values(self.type.of)
        held = [v for v in inside if z3.is_true(reading.constant(value.has(v)))]
        return frozenset(self.of(self.type.of).read(v, reading) for v in held)

    def sample(self, supply: Supply) -> Any:
        """At most two draws."""
        draws = range(supply.chance.choice((0, 1, 2)))
        return frozenset(self.of(self.type.of).sample(supply) for _ in draws)


class MapShape(Shape):
    """Maps from plain keys."""

    def possible(self) -> None:
        """Keys must be plain."""
        self.theory.plain_sort(self.type.key)
        super().possible()

    @property
    def inner(self) -> Shape:
        """The shape of the values."""
        return self.of(self.type.value)

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """Which keys it has (natural ones where so annotated), and a value for every key."""
        keys = (*arguments, self.type.key)
        self.theory.plain_sort(self.type.key)
        has = self.of(BOOL).declare(f"{name}.has", keys)
        if isinstance(self.type.key, Int) and self.type.key.natural:
            bound = [self.theory.fresh("x", self.theory.sort(t)) for t in keys]
            held = has(*bound)
            fact = self.theory.forall(bound, implies(held, bound[-1] >= 0), [held])
            self.theory.axioms.append(fact)
        get = self.inner.declare(f"{name}.of", keys)
        return lambda *a: MapV(lambda k: has(*a, k), lambda k: get(*a, k))

    def default(self) -> Value:
        """The empty map."""
        return MapV(lambda k: FALSE, lambda k: self.inner.default())

    def literal(self, value: Any) -> Value:
        """Written out."""
        if not isinstance(value, Map):
            raise self.wrong(value)
        key = self.of(self.type.key)
        return self.paired([(key.literal(k), self.inner.literal(v)) for k, v in value.items()])

    def paired(self, pairs: list[tuple[z3.ExprRef, Value]]) -> MapV:
        """The map of these keys and values; of equal keys the last counts."""
        if pairs:
            self.theory.plain_sort(self.type.key)

        def get(k: z3.ExprRef) -> Value:
            found = pairs[0][1] if pairs else self.inner.default()
            for key, value in pairs[1:]:
                found = choose(same(k, key), value, found)
            return found

        return MapV(lambda k: disj(*(same(k, key) for key, _ in pairs)), get)

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """The same keys, and the same value for each."""
        k = self.theory.fresh("k", self.theory.plain_sort(self.type.key))
        inner = implies(a.has(k), self.inner.equal(a.get(k), b.get(k)))
        return self.theory.forall([k], conj(same(a.has(k), b.has(k)), inner))

    def natural(self, value: Value) -> z3.BoolRef:
        """Natural numbers in every key and value."""
        k = self.theory.fresh("k", self.theory.plain_sort(self.type.key))
        inner = conj(self.of(self.type.key).natural(k), self.inner.natural(value.get(k)))
        return self.theory.forall([k], implies(value.has(k), inner))

    def within(self, value: Value, low: int, top: int) -> z3.BoolRef:
        """Every value."""
        k = self.theory.fresh("k", self.theory.plain_sort(self.type.key))
        inner = self.inner.within(value.get(k), low, top)
        return self.theory.forall([k], implies(value.has(k), inner))

    def has_numbers_as_keys(self) -> bool:
        """Whether its keys are numbers, or something in its values."""
        return isinstance(self.type.key, Int) or self.inner.has_numbers_as_keys()

    def from_other(self, value: Value, have: Type) -> Value:
        """The empty one; one whose keys are of the same kind and whose values can be converted."""
        if not isinstance(have, MapOf):
            raise no_such(have, self.type)
        if isinstance(have.key, Never):
            return self.default()
        key = self.of(have.key).default()
        self.of(self.type.key).convert(key, have.key)
        self.inner.convert(value.get(key), have.value)
        return MapV(value.has, lambda k: self.inner.convert(value.get(k), have.value))

    def fits(self, value: Value, have: Type) -> z3.BoolRef:
        """Whether every value fits."""
        if not isinstance(have, MapOf) or isinstance(have.key, Never):
            return TRUE
        k = self.theory.fresh("k", self.theory.plain_sort(have.key))
        inner = self.inner.accepts(value.get(k), have.value)
        return self.theory.forall([k], implies(value.has(k), inner))

    def read(self, value: Value, reading: Reading) -> Any:
        """The map."""
        keys = reading.values(self.type.key)
        held = [k for k in keys if z3.is_true(reading.constant(value.has(k)))]
        key = self.of(self.type.key)
        return Map((key.read(k, reading), self.inner.read(value.get(k), reading)) for k in held)

    def sample(self, supply: Supply) -> Any:
        """At most three draws."""
        draws = range(supply.chance.choice((0, 1, 2, 3)))
        key = self.of(self.type.key)
        return Map((key.sample(supply), self.inner.sample(supply)) for _ in draws)


KINDS: dict[type[Type], type[Shape]] = {
    Nothing: NothingShape,
    Bool: BoolShape,
    Int: IntShape,
    Text: TextShape,
    Choice: ChoiceShape,
    Member: MemberShape,
    Option: OptionShape,
    SeqOf: SeqShape,
    SetOf: SetShape,
    MapOf: MapShape,
    RecordOf: RecordShape,
}


class Shapes:
    """The shapes of all types, over one theory."""

    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        self._known: dict[Type, Shape] = {}

    def of(self, type_: Type) -> Shape:
        """The shape of a type; raises `SpecError` for one whose values have no translation."""
        if type_ not in self._known:
            self._known[type_] = self._made(type_)
        return self._known[type_]

    def _made(self, type_: Type) -> Shape:
        kind = next((KINDS[t] for t in type(type_).__mro__ if t in KINDS), None)
        if isinstance(type_, RecordOf) and issubclass(type_.cls, Message):
            kind = MessageShape if type_.cls is not Message else None
        if kind is None:
            raise SpecError(
                f"{in_words(type_)} as a value",
                allowed="bool, numbers, text, enums, members, records and messages of one class, "
                "T | None, Seq, Set, Map of these",
                cure="use one class with an enum or an option in it",
            )
        return kind(self.theory, type_, self.of)
