"""Which values are small: a set of nothing else is a word with a bit for each of its members.

That is said of values and not of types, so two sets are equal exactly if their words are, whatever
their variables may hold besides: a set with a member that is not small is a node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.values import Record, order
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import Type
from raftnb.tree.types import type_of

MASK = 0x60000000
"""The word of the empty set; those of sets with small members have some of the bits below."""
PLACES, NO_PLACE = 29, 31
NUMBERS = 16
"""So many places are for natural numbers, where a set may have numbers for members."""


class Masks:
    """The small values, each at its place among the bits, in the language's order.

    They are the first natural numbers, and all members of those enums and domains that stand in
    sets and are few enough. `groups` says of these where the first member is.
    """

    def __init__(self, program: Program, members: Mapping[str, tuple[Any, ...]]) -> None:
        wanted = set(types_in_sets(program))
        room = PLACES - (NUMBERS if any(isinstance(type_, nodes.Int) for type_ in wanted) else 0)
        found: list[tuple[Type, list[Any]]] = []
        groups = [(type_, values_of(type_, members)) for type_ in wanted]
        for type_, values in sorted(groups, key=lambda g: (len(g[1]), *map(order, g[1][:1]))):
            if 0 < len(values) <= room:
                found.append((type_, values))
                room -= len(values)
        self.numbers = PLACES - sum(len(values) for _, values in found)
        self.groups: dict[Type, int] = {}
        self.values: list[Any] = list(range(self.numbers))
        for type_, values in sorted(found, key=lambda g: order(g[1][0])):
            self.groups[type_] = len(self.values)
            self.values += values
        self.places = {value: i for i, value in enumerate(self.values)}

    def of(self, members: Iterable[Any]) -> int | None:
        """The word of a set, or None where one of its members is not small."""
        word = MASK
        for member in members:
            is_truth = isinstance(member, bool)  # which Python has for numbers
            place = None if is_truth else self.places.get(member)
            if place is None:
                return None
            word |= 1 << place
        return word

    def members(self, word: int) -> list[Any]:
        """The members of a set by its word."""
        return [value for i, value in enumerate(self.values) if word >> i & 1]


def types_in_sets(program: Program) -> set[Type]:
    """The types of members of sets, as variables and fields of records are annotated."""
    model = program.model
    classes: tuple[Any, ...] = (*model.processes, *model.spec.shared)
    found = [program.variable_type(cls.root, name) for cls in classes for name in cls.variables]
    for kind in model.spec.vocabulary.kinds:
        with suppress(SpecError):  # what is annotated otherwise is in no program
            if issubclass(kind, Record):
                found += map(type_of, model.annotations(kind).values())
    parts = [part for type_ in found for part in parts_of(type_)]
    return {part.of for part in parts if isinstance(part, nodes.SetOf)}


def parts_of(type_: Type) -> Iterator[Type]:
    """A type and those that it is made of, but for the fields of records."""
    yield type_
    for value in vars(type_).values():
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Type):
                yield from parts_of(part)


def values_of(type_: Type, members: Mapping[str, tuple[Any, ...]]) -> list[Any]:
    """The values of an enum or a domain, in the language's order; none for other types."""
    if isinstance(type_, nodes.Choice):
        return sorted(set(type_.cls.__members__.values()), key=order)
    return list(members[type_.root]) if isinstance(type_, nodes.Member) else []
