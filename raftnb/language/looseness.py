"""What of a value has no order that means anything: the order of hashes, or that of members.

`OfHashes` is about every function of a specification, `OfMembers` about an exploration with
symmetry. Which functions let such an order show is found in `ordering`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, NoReturn, Union, get_args, get_origin

from raftnb.data.domains import Domain, DomainType
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Message, Record, SortedSet
from raftnb.language.annotations import classes_in
from raftnb.language.rounds import Rounds
from raftnb.language.universe import Nat
from raftnb.language.vocabulary import Vocabulary


class Looseness(NamedTuple):
    """Whether the order of a value's elements may be a loose one, and whether it may hold such.

    `is_set` and `has_sets` say the same of any set, whatever its order. What is `plain` may be a
    set that the function makes: with one element it shows no order, with more it is loose.
    """

    loose: bool = False
    deep: bool = False
    is_set: bool = False
    has_sets: bool = False
    plain: bool = False

    @property
    def inside(self) -> Looseness:
        """What the elements of such a value may be."""
        return Looseness(self.deep, self.deep, self.has_sets, self.has_sets, self.deep)

    @property
    def firm(self) -> Looseness:
        """The same elements in an order of their own."""
        return Looseness(False, self.deep, False, self.has_sets)


FIRM = Looseness()


def join(found: Iterable[Looseness]) -> Looseness:
    """What a value may be that is one of these."""
    return Looseness(*map(any, zip(FIRM, *found, strict=True)))


def holding(found: Iterable[Looseness]) -> Looseness:
    """What a value may be that holds these."""
    one = join(found)
    deep = one.loose or one.deep or one.plain
    return Looseness(False, deep, False, one.is_set or one.has_sets)


def set_of(found: Looseness, *, loose: bool, plain: bool = True) -> Looseness:
    """What a set may be whose elements are inside `found`."""
    return Looseness(loose, found.deep, True, found.has_sets, plain)


class OfHashes:
    """The order of hashes, which two runs of Python need not share.

    Sets in variables, messages and parameters have the language's order; those that a function
    makes have not.
    """

    of_hashes = True
    """Else options are not told apart by where they stand, and maps have no order of their own."""

    def of_type(self, annotation: Any) -> Looseness:
        """What a value of a variable, a field or a parameter may be."""
        parts = [self.of_type(part) for part in get_args(annotation) if not isinstance(part, str)]
        if get_origin(annotation) in (Union, UnionType, Annotated):
            return join(parts)
        if annotation is frozenset or get_origin(annotation) is frozenset:
            return set_of(holding(parts), loose=self.is_loose(annotation), plain=False)
        return holding(parts)._replace(loose=self.is_loose(annotation))

    def is_loose(self, annotation: Any) -> bool:
        """Whether what is annotated so has an order that means nothing."""
        return False

    def of_constant(self, value: Any) -> Looseness:
        """What a constant of the module is."""
        if isinstance(value, frozenset):
            inside, plain = holding(map(self.of_constant, value)), not isinstance(value, SortedSet)
            return set_of(inside, loose=plain and len(value) > 1, plain=plain)
        if isinstance(value, tuple):
            return holding(map(self.of_constant, value))
        if isinstance(value, Map):
            return holding(map(self.of_constant, value.values()))
        return FIRM

    def allows(
        self,
        function: ast.FunctionDef,
        loop: ast.For,
        names: Mapping[str, Any],
        looks: bool,
        by_key: bool,
    ) -> bool:
        """Whether the order of a loop's rounds does not show (see `Rounds`)."""
        return False

    def refuse(self, text: str, place: str, cure: str) -> NoReturn:
        """Raise the error for an expression whose order shows."""
        raise SpecError(
            f"`{text}`, a set that is gone through in the order of its hashes",
            place=place,
            allowed="sets in variables, which have an order; `all`, `any`, `len`, `sum`, sets",
            cure=f"{cure or 'put it in order: `sorted(...)`'}; or keep it in a variable",
        )


class OfMembers(OfHashes):
    """The order of members that may change places, and of whatever comes in the order of such.

    `roots` are their classes. With `queues`, a process hears in the order in which it was told.
    """

    of_hashes = False

    def __init__(self, vocabulary: Vocabulary, roots: frozenset[str], *, queues: bool) -> None:
        self.vocabulary, self.roots, self.queues = vocabulary, roots, queues

    def is_loose(self, annotation: Any) -> bool:
        """Whether its elements, or keys, come in the order of such members."""
        origin = get_origin(annotation)
        if annotation is frozenset or origin is frozenset:
            return self._mentions(get_args(annotation))
        return origin is Map and self._mentions(get_args(annotation)[:1])

    def _mentions(self, annotations: tuple[Any, ...]) -> bool:
        todo = [cls for annotation in annotations for cls in classes_in(annotation)]
        seen: set[type] = set()
        while todo:
            cls = todo.pop()
            if getattr(cls, "root", None) in self.roots or issubclass(cls, Message):
                return True
            if cls not in seen and issubclass(cls, Record):
                hints = self.vocabulary.fields(cls).values()
                todo += [part for hint in hints for part in classes_in(hint)]
            seen.add(cls)
        return False

    def of_constant(self, value: Any) -> Looseness:
        """What a name of the module stands for: a class of such members is gone through, too."""
        if isinstance(value, DomainType):
            return FIRM._replace(loose=value.root in self.roots)
        return super().of_constant(value)

    def allows(
        self,
        function: ast.FunctionDef,
        loop: ast.For,
        names: Mapping[str, Any],
        looks: bool,
        by_key: bool,
    ) -> bool:
        """Whether the order of a loop's rounds does not show."""
        rounds = Rounds(function, loop, names, self.numbers, self.queues, looks, by_key)
        return rounds.may_change_places()

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The variables and fields that are numbers wherever they are declared."""
        found: dict[str, bool] = {}
        for cls in self.vocabulary.kinds:
            for name, hint in self.vocabulary.declared(cls):
                found[name] = found.get(name, True) and hint in (int, Nat)
        return frozenset(name for name, always in found.items() if always)

    def refuse(self, text: str, place: str, cure: str) -> NoReturn:
        """Raise the error for an expression whose order shows."""
        raise SpecError(
            f"the order of the members in `{text}`, in an exploration with symmetry",
            place=place,
            allowed="what means the same when two members of a symmetric domain change places: "
            "`all`, `any`, `len`, `sum`, sets, `either(*...)`; loops that send",
            cure="say it of all members alike, or leave `symmetry` out",
        )


class Attributes:
    """What variables and fields may be, by the annotations of all that have such a name."""

    def __init__(self, order: OfHashes, declared: Iterable[tuple[str, Any]]) -> None:
        self._hints: dict[str, list[Any]] = {}
        for name, hint in declared:
            self._hints.setdefault(name, []).append(hint)
        self._types = {n: join(map(order.of_type, hints)) for n, hints in self._hints.items()}

    def of(self, base: Looseness, name: str) -> Looseness:
        """What an attribute of a value may be; what is always one thing holds no others."""
        if name in self._hints and all(map(is_one_thing, self._hints[name])):
            return FIRM
        return join([base.inside, self._types.get(name, FIRM)])


def is_one_thing(annotation: Any) -> bool:
    """Whether all that is annotated so are numbers, texts or members, which hold nothing."""
    if get_origin(annotation) in (Union, UnionType):
        return all(map(is_one_thing, get_args(annotation)))
    of = annotation.__origin__ if get_origin(annotation) is Annotated else annotation
    return isinstance(of, type) and issubclass(of, int | str | NoneType | Enum | Domain)
