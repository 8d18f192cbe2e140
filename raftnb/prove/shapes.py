"""One class for each kind of value: how it is declared, written down, compared, and read back.

A new kind of value is a class here and an entry in `KINDS`. What has parts is made of functions to
terms (see `terms`), so each class says what to do with its parts and leaves them to their own.
"""

from __future__ import annotations

from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.data.values import Message
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
from raftnb.prove.sets import MapShape, SetShape
from raftnb.prove.terms import (
    FALSE,
    TRUE,
    OptionV,
    SeqV,
    Value,
    choose,
    conj,
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
    OneOf,
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

    def eligible(self, value: Value) -> z3.BoolRef:
        """None, or eligible."""
        return implies(value.some, self.inner.eligible(value.value))

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
        names = self.inner.names() if isinstance(self.inner, RecordShape) else ()
        has_length = isinstance(self.inner, SeqShape) or "len" in names
        items = f"{name}.item" if has_length else name
        item = self.inner.declare(items, (*arguments, Int()))
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


KINDS: dict[type[Type], type[Shape]] = {
    Nothing: NothingShape,
    Never: NothingShape,
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


def cure_for(type_: Type) -> str:
    """The cure for a type whose values have no translation."""
    options = type_.options if isinstance(type_, OneOf) else ()
    names = [one.cls.__name__ for one in options if isinstance(one, Choice | RecordOf)]
    if options and all(isinstance(one, Choice) for one in options):
        return f"make one enum with the members of {' and '.join(names)}"
    if options and all(isinstance(one, RecordOf) for one in options):
        return (
            f"make one record with the fields of {' and '.join(names)}, each `| None`, and an enum "
            "that says which of them it is"
        )
    if options:
        each = ", ".join(f"one that is {in_words(one)} or None" for one in options)
        return f"make a variable for each: {each}"
    return "keep each in a variable of its own, that may be None"


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
                cure=cure_for(type_),
            )
        return kind(self.theory, type_, self.of)
