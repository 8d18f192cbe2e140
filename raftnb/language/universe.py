"""All the values of a type, and what is no value at all."""

from __future__ import annotations

import itertools
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, SortedSet, order


class Natural:
    """Marks an int annotation as a natural number: `Term = Annotated[int, Natural()]`."""

    def __repr__(self) -> str:
        return "Natural()"


Nat = Annotated[int, Natural()]
"""The natural numbers, 0 among them: a variable that is never below zero."""


class Populated(Protocol):
    """What the values of a type depend on: who the members are, and how far numbers go."""

    @property
    def horizon(self) -> int: ...

    def members(self, domain: type[Any]) -> tuple[Any, ...]: ...


def universe(annotation: Any, world: Populated) -> list[Any]:
    """All the values of a type, in a fixed order; natural numbers up to the model's horizon."""
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Domain):
        return list(world.members(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return list(annotation)
    if annotation is bool:
        return [False, True]
    if annotation in (None, NoneType):
        return [None]
    if is_natural(annotation):
        return list(range(world.horizon + 1))
    if origin is Literal:
        return list(args)
    if origin in (Union, UnionType):
        return [value for part in args for value in universe(part, world)]
    if origin is frozenset:
        return subsets(universe(args[0], world))
    if origin is Map:
        keys, values = universe(args[0], world), universe(args[1], world)
        rows = itertools.product(values, repeat=len(keys))
        return [Map(zip(keys, row, strict=True)) for row in rows]
    raise SpecError(
        f"`{annotation}` as something to choose from",
        allowed="a domain or process class, enum, bool, None, Literal, Nat; |, Set, Map of these",
        cure="annotate with one of these, or use `either(*options)`",
    )


def how_many(annotation: Any, world: Populated) -> int:
    """How many values a type has, without a list of them."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return sum(how_many(part, world) for part in args)
    if origin is frozenset:
        return 1 << how_many(args[0], world)
    if origin is Map:
        values: int = how_many(args[1], world) ** how_many(args[0], world)
        return values
    return len(universe(annotation, world))


def is_listed(annotation: Any) -> bool:
    """Whether all the values of a type can be listed, once it is known who the members are."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType, frozenset, Map):
        return all(map(is_listed, args))
    if isinstance(annotation, type) and issubclass(annotation, Domain | Enum):
        return True
    known = annotation in (bool, None, NoneType) or is_natural(annotation)
    return known or origin is Literal


def is_natural(annotation: Any) -> bool:
    """Whether an annotation is `Nat`, or another int marked as `Natural`."""
    parts = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return any(isinstance(part, Natural) for part in parts)


def subsets(values: list[Any]) -> list[SortedSet[Any]]:
    """All the subsets, small ones first."""
    sizes = range(len(values) + 1)
    return [SortedSet(c) for n in sizes for c in itertools.combinations(values, n)]


def check_value(place: Any, value: Any) -> None:
    """Raise `SpecError` naming the variable if a value is not one of the language's."""
    try:
        hash(value)
        order(value)
    except (SpecError, TypeError) as error:
        raise SpecError(
            f"{value!r} ({type(value).__name__}) as the value of `{place}`",
            allowed="None, bool, int, str, enum, domain member, Record, tuple, frozenset, Map",
            cure="use the immutable kind: tuple for list, frozenset for set, Map for dict",
        ) from error
