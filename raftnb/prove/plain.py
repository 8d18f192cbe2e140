"""What every kind of value can do, and the kinds that are one term: bool, numbers, text, enums.

See `shapes` for those with parts.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import z3

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.prove.terms import FALSE, TRUE, Value, conj, disj, same
from raftnb.prove.theory import Theory, in_words
from raftnb.tree.nodes import Int, Never, Option, Text, Type

Reader = Callable[..., Value]


class Reading(Protocol):
    """What it takes to read a value of the language out of a solver's model."""

    def constant(self, term: z3.ExprRef) -> z3.ExprRef:
        """The value of a term in the model."""

    def member(self, root: str, term: z3.ExprRef) -> Any:
        """The member of a class that a term stands for."""

    def values(self, type_: Type) -> list[z3.ExprRef]:
        """All the values of a plain type."""


class Supply(Protocol):
    """What random values are made from."""

    chance: random.Random

    def numbers(self, *, natural: bool) -> Sequence[int]:
        """Some whole numbers."""

    def texts(self) -> Sequence[str]:
        """Some texts."""

    def members(self, root: str) -> Sequence[Any]:
        """The members of a class."""


class Shape(ABC):
    """The values of one type; `of` gives the shapes of its parts' types."""

    def __init__(self, theory: Theory, type_: Any, of: Callable[[Type], Shape]) -> None:
        self.theory, self.type, self.of = theory, type_, of

    def possible(self) -> None:
        """Raise `SpecError` where the type, or one of its parts, has no translation."""
        for part in vars(self.type).values():
            if isinstance(part, Type):
                self.of(part).possible()

    @abstractmethod
    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """A value that depends on arguments of plain types, and of which no more is known."""

    @abstractmethod
    def default(self) -> Value:
        """Some value, for where it does not matter which."""

    @abstractmethod
    def literal(self, value: Any) -> Value:
        """A Python value as a symbolic one; raises `SpecError` for one of another type."""

    @abstractmethod
    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """Whether two values are the same."""

    @abstractmethod
    def read(self, value: Value, reading: Reading) -> Any:
        """The Python value of a symbolic one in a solver's model."""

    @abstractmethod
    def sample(self, supply: Supply) -> Any:
        """A random Python value."""

    def all(self, supply: Supply) -> Sequence[Any]:
        """All the values of a type with few of them."""
        return ()

    def natural(self, value: Value) -> z3.BoolRef:
        """Whether every number in it that is annotated as natural is so."""
        return TRUE

    def eligible(self, value: Value) -> z3.BoolRef:
        """Whether it is among the values that parameters of the type take (see `universe`)."""
        return TRUE

    def within(self, value: Value, low: int, top: int) -> z3.BoolRef:
        """Whether its numbers, and the lengths of its sequences, are from `low` to `top`."""
        return TRUE

    def has_numbers_as_keys(self) -> bool:
        """Whether numbers are keys or elements in it: `within` does not look at these."""
        parts = [part for part in vars(self.type).values() if isinstance(part, Type)]
        return any(self.of(part).has_numbers_as_keys() for part in parts)

    def convert(self, value: Value, have: Type) -> Value:
        """A value of another type as one of this; of an option its value (see `accepts`)."""
        if have == self.type:
            return value
        if isinstance(have, Never):
            return self.default()
        if isinstance(have, Option) and not isinstance(self.type, Option):
            return self.convert(value.value, have.of)
        return self.from_other(value, have)

    def accepts(self, value: Value, have: Type) -> z3.BoolRef:
        """Whether a value of another type is one of this: not None where this has no None."""
        if have == self.type or isinstance(have, Never):
            return TRUE
        if isinstance(have, Option) and not isinstance(self.type, Option):
            return conj(value.some, self.accepts(value.value, have.of))
        return self.fits(value, have)

    def from_other(self, value: Value, have: Type) -> Value:
        """What `convert` does for this kind; raises `SpecError` where there is no such value."""
        raise no_such(have, self.type)

    def fits(self, value: Value, have: Type) -> z3.BoolRef:
        """What `accepts` does for this kind."""
        return TRUE

    def wrong(self, value: Any) -> SpecError:
        """The error for a Python value of another type."""
        return SpecError(
            f"the value {value!r}", allowed=in_words(self.type), cure="mend the annotation"
        )


def no_such(have: Type, want: Type) -> SpecError:
    """The error for a value that is not of the type that is needed."""
    return SpecError(
        f"{in_words(have)} where {in_words(want)} is needed",
        allowed="a value of the annotated type; T as T | None",
        cure="mend the annotation, or keep the two apart",
    )


class NothingShape(Shape):
    """None alone."""

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """None."""
        return lambda *a: None

    def default(self) -> Value:
        """None."""
        return None

    def literal(self, value: Any) -> Value:
        """None."""
        if value is not None:
            raise self.wrong(value)
        return None

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """There is only one."""
        return TRUE

    def read(self, value: Value, reading: Reading) -> Any:
        """None."""
        return None

    def sample(self, supply: Supply) -> Any:
        """None."""
        return None


# Values that are one term.


class Plain(Shape):
    """What the values that are one term have in common."""

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """A function to the type's sort."""
        function = self.theory.function(name, self.type, arguments)
        self.obey(function, arguments)
        return lambda *a: function(*a)

    def obey(self, function: z3.FuncDeclRef, arguments: tuple[Type, ...]) -> None:
        """State what the values of a declared function are like."""

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """Equality of terms."""
        return same(a, b)


class BoolShape(Plain):
    """True and False."""

    def default(self) -> Value:
        """False."""
        return FALSE

    def literal(self, value: Any) -> Value:
        """As it is."""
        if not isinstance(value, bool):
            raise self.wrong(value)
        return z3.BoolVal(value)

    def read(self, value: Value, reading: Reading) -> Any:
        """True or False."""
        return bool(z3.is_true(reading.constant(value)))

    def sample(self, supply: Supply) -> Any:
        """Either."""
        return supply.chance.random() < 0.5

    def all(self, supply: Supply) -> Sequence[Any]:
        """Both."""
        return (False, True)


class IntShape(Plain):
    """Whole numbers, and natural ones."""

    def obey(self, function: z3.FuncDeclRef, arguments: tuple[Type, ...]) -> None:
        """Natural numbers are not negative."""
        if self.type.natural:
            self.theory.bounded(function, arguments)

    def default(self) -> Value:
        """0."""
        return z3.IntVal(0)

    def literal(self, value: Any) -> Value:
        """As it is."""
        if type(value) is not int:
            raise self.wrong(value)
        if value < 0 and self.type.natural:
            raise SpecError(
                f"{value} where a natural number is annotated",
                allowed="0, 1, 2, ...",
                cure="annotate it as `int`",
            )
        return z3.IntVal(value)

    def natural(self, value: Value) -> z3.BoolRef:
        """Not below 0, where so annotated."""
        return value >= 0 if self.type.natural else TRUE

    def eligible(self, value: Value) -> z3.BoolRef:
        """Not below 0, where natural; parameters are never just `int`."""
        return self.natural(value)

    def within(self, value: Value, low: int, top: int) -> z3.BoolRef:
        """Compared with both."""
        return conj(value >= low, value <= top)

    def from_other(self, value: Value, have: Type) -> Value:
        """Natural numbers are numbers, and a number may be natural (`natural` says when)."""
        if not isinstance(have, Int):
            raise no_such(have, self.type)
        return value

    def read(self, value: Value, reading: Reading) -> Any:
        """The number."""
        return reading.constant(value).as_long()

    def sample(self, supply: Supply) -> Any:
        """A small one."""
        return supply.chance.choice(supply.numbers(natural=self.type.natural))


class TextShape(Plain):
    """Texts."""

    def obey(self, function: z3.FuncDeclRef, arguments: tuple[Type, ...]) -> None:
        """One of the words, where the type lists them (what is written `fits`)."""
        if self.type.words is not None:
            bound = [self.theory.fresh("x", self.theory.sort(t)) for t in arguments]
            term = function(*bound)
            self.theory.axioms.append(self.theory.forall(bound, self.eligible(term), [term]))

    def eligible(self, value: Value) -> z3.BoolRef:
        """One of the words."""
        words = self.type.words
        if words is None:
            return TRUE
        return disj(*(same(value, self.theory.text(word)) for word in sorted(words)))

    def default(self) -> Value:
        """The first text."""
        return self.theory.code(self.type, 0)

    def literal(self, value: Any) -> Value:
        """The text's code."""
        if type(value) is not str or value not in (self.type.words or (value,)):
            raise self.wrong(value)
        return self.theory.text(value)

    def from_other(self, value: Value, have: Type) -> Value:
        """Texts are texts, whatever words the type lists (`fits` says which are among them)."""
        if not isinstance(have, Text):
            raise no_such(have, self.type)
        return value

    def fits(self, value: Value, have: Type) -> z3.BoolRef:
        """Whether it is one of the words."""
        mine = self.type.words
        if mine is None or (isinstance(have, Text) and have.words and have.words <= mine):
            return TRUE
        return self.eligible(value)

    def read(self, value: Value, reading: Reading) -> Any:
        """The text with that code."""
        return self.theory.text_of(self.theory.decode(self.type, reading.constant(value)))

    def sample(self, supply: Supply) -> Any:
        """One of its words, or of the specification's."""
        return supply.chance.choice(sorted(self.type.words or supply.texts()))


class ChoiceShape(Plain):
    """Members of an enum: a member's number is its place."""

    def obey(self, function: z3.FuncDeclRef, arguments: tuple[Type, ...]) -> None:
        """The number is one of the members'."""
        self.theory.bounded(function, arguments, len(self.members))

    def eligible(self, value: Value) -> z3.BoolRef:
        """The number is one of the members'."""
        return self.theory.is_code(self.type, value)

    @property
    def members(self) -> list[Any]:
        """The members in order."""
        return list(self.type.cls)

    def default(self) -> Value:
        """The first one."""
        return self.theory.code(self.type, 0)

    def literal(self, value: Any) -> Value:
        """The member's code."""
        if type(value) is not self.type.cls:
            raise self.wrong(value)
        return self.theory.code(self.type, self.members.index(value))

    def read(self, value: Value, reading: Reading) -> Any:
        """The member with that code."""
        return self.members[self.theory.decode(self.type, reading.constant(value))]

    def sample(self, supply: Supply) -> Any:
        """Any of them."""
        return supply.chance.choice(self.members)

    def all(self, supply: Supply) -> Sequence[Any]:
        """All the members."""
        return self.members


class MemberShape(Plain):
    """Members of a domain or process class."""

    def default(self) -> Value:
        """Some member."""
        return z3.Const(f"some {self.type.root}", self.theory.sort(self.type))

    def literal(self, value: Any) -> Value:
        """The member's constant, where the members are known."""
        if not isinstance(value, Domain) or value.root != self.type.root:
            raise self.wrong(value)
        return self.theory.constant(value.root, value.index)

    def read(self, value: Value, reading: Reading) -> Any:
        """The member."""
        return reading.member(self.type.root, reading.constant(value))

    def sample(self, supply: Supply) -> Any:
        """Any of them."""
        return supply.chance.choice(supply.members(self.type.root))

    def all(self, supply: Supply) -> Sequence[Any]:
        """All the members."""
        return supply.members(self.type.root)
