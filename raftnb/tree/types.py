"""What annotations stand for: the types of `raftnb.tree.nodes`, and how they are joined."""

from __future__ import annotations

from enum import Enum
from types import FunctionType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from raftnb.data.domains import DomainType
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Record
from raftnb.language.processes import Action
from raftnb.language.universe import Natural
from raftnb.tree.nodes import (
    BOOL,
    INT,
    NEVER,
    NOTHING,
    TEXT,
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
    Type,
)


def type_of(annotation: Any) -> Type:
    """The type that a resolved annotation stands for; raises `SpecError` for any other."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Int(any(isinstance(a, Natural) for a in args[1:]))
    if origin in (Union, UnionType) and len(args) == 2 and NoneType in args:
        return Option(type_of(next(a for a in args if a is not NoneType)))
    if origin in (Union, UnionType):
        return OneOf(tuple(map(type_of, args)))
    if origin is Literal and all(isinstance(a, str) for a in args):
        return TEXT
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return SeqOf(type_of(args[0]))
    if origin is frozenset:
        return SetOf(type_of(args[0]))
    if origin is Map:
        return MapOf(type_of(args[0]), type_of(args[1]))
    plain: dict[Any, Type] = {bool: BOOL, int: INT, str: TEXT, None: NOTHING, NoneType: NOTHING}
    if annotation in plain:
        return plain[annotation]
    if isinstance(annotation, DomainType):
        return Member(annotation.root)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Choice(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return RecordOf(annotation)
    raise SpecError(
        f"the type `{annotation}`",
        allowed="bool, int, Nat, str, enums, domains, records, T | None, Seq, Set, Map of these",
        cure="annotate with one of these",
    )


def join(a: Type, b: Type) -> Type:
    """The type that holds the values of both."""
    if a == b or isinstance(b, Never):
        return a
    if isinstance(a, Never):
        return b
    if isinstance(a, Nothing | Option) or isinstance(b, Nothing | Option):
        return optional(join(without_none(a), without_none(b)))
    if isinstance(a, Int) and isinstance(b, Int):
        return INT
    for kind in (SeqOf, SetOf):
        if isinstance(a, kind) and isinstance(b, kind):
            return kind(join(a.of, b.of))
    if isinstance(a, MapOf) and isinstance(b, MapOf):
        return MapOf(join(a.key, b.key), join(a.value, b.value))
    return a


def without_none(type_: Type) -> Type:
    """`T` for `T | None`, and no type at all for None."""
    return NEVER if isinstance(type_, Nothing) else unwrapped(type_)


def optional(type_: Type) -> Type:
    """`T | None`, once."""
    if isinstance(type_, Never):
        return NOTHING
    return type_ if isinstance(type_, Option | Nothing) else Option(type_)


def unwrapped(type_: Type) -> Type:
    """`T` for `T | None`."""
    return type_.of if isinstance(type_, Option) else type_


def function_of(attribute: Any) -> FunctionType | None:
    """The plain function behind a class's attribute."""
    if isinstance(attribute, Action):
        return attribute.function
    return attribute if isinstance(attribute, FunctionType) else None
