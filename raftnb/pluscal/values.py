"""Types and values of a specification as sets and values of TLA+, as TLC can compare them.

Members of a class with a number of them are model values, one of a class without is a string, and
so are the members of an enum; None is a model value. A record that could be taken for one of
another class has its class as the field `type`. TLC compares values of one kind only, and model
values with everything; types that mix other kinds are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from enum import Enum
from typing import Any

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Message, Record, order, show
from raftnb.pluscal.names import member
from raftnb.pluscal.terms import (
    EMPTY,
    Call,
    Field,
    FunctionSet,
    Infix,
    Listed,
    Name,
    Prefix,
    RecordTerm,
    Term,
    number,
)
from raftnb.tree import Program
from raftnb.tree.nodes import (
    Bool,
    Choice,
    MapOf,
    Member,
    Nothing,
    OneOf,
    Option,
    RecordOf,
    SetOf,
    Text,
    Type,
    children,
    is_nat,
)
from raftnb.tree.scope import shown
from raftnb.tree.types import alternatives

NONE = Name("None")
TYPE = "type"
"""The field that has a record's class."""


class Encoding:
    """How the types and values of a model are written."""

    def __init__(self, program: Program, sets: dict[str, str]) -> None:
        self.program, self.model = program, program.model
        self._sets = sets
        self._tagged: set[type] = set()

    # Which records have their class in them.

    def note(self, types: Iterable[Type]) -> None:
        """Take account of types that occur: where records of several classes meet, and what TLC
        cannot compare; raises `SpecError` for the latter."""
        for type_ in types:
            for part in inside(type_):
                found = alternatives(part) if isinstance(part, OneOf | Option) else ()
                self._refuse_mixed(part, found)
                records = [one.cls for one in found if isinstance(one, RecordOf)]
                if len(records) > 1:
                    self._tagged |= set(records)
                if isinstance(part, RecordOf) and self._has_relatives(part.cls):
                    self._tagged.add(part.cls)

    def _has_relatives(self, cls: type[Record]) -> bool:
        known = self.program.spec.vocabulary.kinds
        return any(
            one is not cls and (issubclass(one, cls) or issubclass(cls, one))
            for one in known
            if issubclass(one, Record)
        )

    def _refuse_mixed(self, whole: Type, found: tuple[Type, ...]) -> None:
        other = [one for one in found if not self._is_model_value(one)]
        kinds = {type(one) for one in other}
        if len(other) > 1 and kinds != {RecordOf}:
            raise SpecError(
                f"the type `{shown(whole)}`",
                allowed="None, members of domains, and records or one kind of other values: TLC "
                "compares no others with each other",
                cure="put each of them into a record of its own",
            )

    def _is_model_value(self, type_: Type) -> bool:
        return isinstance(type_, Nothing) or (isinstance(type_, Member) and self.many(type_.root))

    def many(self, root: str) -> bool:
        """Whether a class has a number of members, and so a set of them in the module."""
        return bool(self.program.classes[root].number)

    def is_tagged(self, cls: type[Record]) -> bool:
        """Whether a record of a class has its class in it."""
        return issubclass(cls, Message) or any(issubclass(cls, one) for one in self._tagged)

    # Values.

    def value(self, value: Any) -> Term:
        """A value of Python's as one of TLA+."""
        if value is None:
            return NONE
        if isinstance(value, bool):
            return Name("TRUE" if value else "FALSE")
        if isinstance(value, int):
            return number(value)
        if isinstance(value, str):
            return string(value)
        if isinstance(value, Enum):
            return string(enum_text(value))
        if isinstance(value, Domain):
            return Name(member(value.name)) if self.many(value.root) else string(value.name)
        return self._composed(value)

    def _composed(self, value: Any) -> Term:
        if isinstance(value, tuple):
            return Listed("<<", tuple(map(self.value, value)))
        if isinstance(value, frozenset):
            return Listed("{", tuple(self.value(one) for one in sorted(value, key=order)))
        if isinstance(value, Map):
            items = [(self.value(k), self.value(v)) for k, v in value.items()]
            return pairs(items[::-1])  # no key is there twice
        if isinstance(value, Record):
            own = [(f.name, self.value(getattr(value, f.name))) for f in fields(value)]  # type: ignore[arg-type]
            return self.record(type(value), own)
        raise SpecError(
            f"the value {show(value)}",
            allowed="values of the language",
            cure="use one of these",
        )

    def record(self, cls: type[Record], own: list[tuple[str, Term]]) -> Term:
        """A record of a class."""
        if any(name == TYPE for name, _ in own):
            raise SpecError(
                f"the field `{TYPE}` of `{cls.__name__}`",
                allowed=f"other names: `{TYPE}` has a record's class in TLA+",
                cure="give the field another name",
            )
        tag = [(TYPE, string(cls.__name__))] if self.is_tagged(cls) else []
        return RecordTerm((*tag, *own))

    # Types.

    def domain(self, type_: Type) -> Term:
        """The set of the values of a type that can be gone through."""
        if isinstance(type_, Member):
            root = type_.root
            return Name(self._sets[root]) if self.many(root) else Listed("{", (self.single(root),))
        if isinstance(type_, Choice):
            return Listed("{", tuple(self.value(one) for one in type_.cls))
        if isinstance(type_, Text) and type_.words is not None:
            return Listed("{", tuple(string(word) for word in sorted(type_.words)))
        if isinstance(type_, Bool):
            return Name("BOOLEAN")
        if is_nat(type_):
            return Infix("..", (number(0), Call("Horizon")))
        if isinstance(type_, Nothing):
            return Listed("{", (NONE,))
        if isinstance(type_, Option | OneOf):
            return Infix("\\cup", tuple(map(self.domain, alternatives(type_))))
        if isinstance(type_, SetOf):
            return Prefix("SUBSET", self.domain(type_.of))
        if isinstance(type_, MapOf):
            return FunctionSet(self.domain(type_.key), self.domain(type_.value))
        raise SpecError(
            f"the values of the type `{type_}`",
            allowed="members, enums, bool, None, Literal, Nat; |, Set, Map of these",
            cure="annotate with one of these",
        )

    def single(self, root: str) -> Term:
        """The one member of a class without a number."""
        return string(self.model.names[root][0])

    def tests(self, value: Term, have: Type, cls: Any) -> list[Term]:
        """What is true of a value of a type exactly where it is of a class."""
        found = alternatives(have)
        if not (isinstance(cls, type) and issubclass(cls, Record)):
            return [Infix("\\in", (value, self._class(cls)))]
        excluded: list[Term] = []
        for one in found:
            if isinstance(one, Nothing):
                excluded.append(Infix("#", (value, NONE)))
            elif not isinstance(one, RecordOf):
                excluded.append(Infix("\\notin", (value, self.domain(one))))
        kinds = {k for one in found if isinstance(one, RecordOf) for k in self.kinds(one.cls)}
        wanted = sorted(k.__name__ for k in kinds if issubclass(k, cls))
        if len(wanted) == len(kinds):
            return excluded
        return [*excluded, self.of_type(value, wanted)]

    def _class(self, cls: Any) -> Term:
        if issubclass(cls, Enum):
            return self.domain(Choice(cls))
        return self.domain(Member(cls.root))

    def kinds(self, cls: type[Record]) -> tuple[type[Record], ...]:
        """The classes that a record may be of where a class is said."""
        if issubclass(cls, Message):
            return tuple(k for k in self.program.message_kinds() if issubclass(k, cls))
        known = self.program.spec.vocabulary.kinds
        return (cls, *(one for one in known if one is not cls and issubclass(one, cls)))

    def of_type(self, value: Term, names: list[str]) -> Term:
        """That a record is of one of the classes of these names."""
        type_ = _type_of(value)
        if len(names) == 1:
            return Infix("=", (type_, string(names[0])))
        return Infix("\\in", (type_, Listed("{", tuple(map(string, names)))))


def _type_of(value: Term) -> Term:
    return Field(value, TYPE)


def pairs(items: list[tuple[Term, Term]]) -> Term:
    """A function written out; what comes later counts."""
    single = [Infix(":>", item) for item in reversed(items)]
    if not single:
        return EMPTY
    return single[0] if len(single) == 1 else Infix("@@", tuple(single))


def string(text: str) -> Term:
    """A string."""
    if not text.isascii() or not text.isprintable() or '"' in text or "\\" in text:
        raise SpecError(
            f"the text {text!r}",
            allowed="texts of plain signs, without quotation marks and backslashes",
            cure="write it with letters",
        )
    return Name(f'"{text}"')


def enum_text(member: Enum) -> str:
    """The string that stands for a member of an enum: its value where all values are texts."""
    return member.value if all(isinstance(m.value, str) for m in type(member)) else member.name


def inside(type_: Type) -> Iterator[Type]:
    """A type and the types it is made of."""
    yield type_
    for one in children(type_, Type):
        yield from inside(one)
