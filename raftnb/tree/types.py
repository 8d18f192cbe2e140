"""What annotations stand for: the types of `raftnb.tree.nodes`, and how they are related."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import reduce
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
    Bool,
    Choice,
    DictOf,
    Int,
    ListOf,
    MapOf,
    Member,
    MutableSetOf,
    Never,
    Nothing,
    OneOf,
    Option,
    RecordOf,
    SeqOf,
    SetOf,
    Text,
    TupleOf,
    Type,
)

ALLOWED = "bool, int, Nat, str, enums, domains, records, T | None, Seq, Set, Map, tuple of these"


# Annotations.


def type_of(annotation: Any) -> Type:
    """The type that a resolved annotation stands for; raises `SpecError` for any other."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated and args[0] is int:
        return Int(any(isinstance(a, Natural) for a in args[1:]))
    if origin in (Union, UnionType):
        return _union(annotation, args)
    if origin is Literal and all(type(a) is str for a in args):
        return Text(frozenset(args))
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return SeqOf(type_of(args[0]))
    if origin is tuple and args:
        return TupleOf(tuple(map(type_of, args)))
    if origin is frozenset:
        return SetOf(type_of(args[0]))
    if origin is Map:
        return MapOf(type_of(args[0]), type_of(args[1]))
    plain: dict[Any, Type] = {bool: BOOL, int: INT, str: TEXT, None: NOTHING, NoneType: NOTHING}
    if origin is None and isinstance(annotation, type | None) and annotation in plain:
        return plain[annotation]
    if isinstance(annotation, type):
        return _of_class(annotation)
    raise _unknown(annotation)


def _union(annotation: Any, args: tuple[Any, ...]) -> Type:
    parts = list(map(type_of, args))
    nothing: Type = NEVER
    found = reduce(join, parts, nothing)
    if confusable(found, found):
        raise SpecError(
            f"the type `{annotation}`, some of whose values are equal in Python and yet different",
            allowed=ALLOWED,
            cure="keep truth values and numbers apart",
        )
    if not all(isinstance(one, Text) or fits_one(one, parts) for one in alternatives(found)):
        raise SpecError(
            f"the type `{annotation}`, which has no values with the items of both",
            allowed=ALLOWED,
            cure="say what an item may be, `Seq[A | B]`, or take a record for each",
        )
    return found


def _of_class(cls: type[Any]) -> Type:
    own = _own_meaning(cls)
    if own:
        raise SpecError(
            f"`{cls.__name__}`, which gives `{own}` a meaning of its own",
            allowed="classes whose values are equal, true and made as those of the language are",
            cure=f"take `{own}` out, and define an operator",
        )
    if isinstance(cls, DomainType) and cls.root:
        return Member(cls.root)
    if issubclass(cls, Enum) and not issubclass(cls, int | str):
        return Choice(cls)
    if issubclass(cls, Record) and cls is not Record:
        return RecordOf(cls)
    raise _unknown(cls)


def _own_meaning(cls: type[Any]) -> str:
    """The first special method that a class of the specification defines itself, or ""."""
    for base in cls.__mro__:
        if base.__module__.startswith(("raftnb.data", "raftnb.language", "enum", "builtins")):
            continue
        for name, value in vars(base).items():
            written = isinstance(value, FunctionType) and value.__code__.co_filename != "<string>"
            ours = written and value.__module__ == base.__module__
            if ours and name.startswith("__") and name.endswith("__"):
                return name
    return ""


def _unknown(annotation: Any) -> SpecError:
    name = annotation.__name__ if isinstance(annotation, type) else annotation
    return SpecError(f"the type `{name}`", allowed=ALLOWED, cure="annotate with one of these")


# Types compared and joined.


def join(a: Type, b: Type) -> Type:
    """The type that holds the values of both: of different kinds it is one of several."""
    if fits(b, a):
        return a
    if fits(a, b):
        return b
    if isinstance(a, Nothing | Option) or isinstance(b, Nothing | Option):
        return optional(join(without_none(a), without_none(b)))
    if isinstance(a, OneOf) or isinstance(b, OneOf):
        return _one_of((*alternatives(a), *alternatives(b)))
    return _same_kind(a, b) or OneOf((a, b))


def _same_kind(a: Type, b: Type) -> Type | None:
    if isinstance(a, Text) and isinstance(b, Text) and a.words and b.words:
        return Text(a.words | b.words)
    if isinstance(a, TupleOf) and isinstance(b, TupleOf) and len(a.items) == len(b.items):
        return TupleOf(tuple(map(join, a.items, b.items)))
    if isinstance(a, TupleOf) or isinstance(b, TupleOf):
        a, b = sequence(a), sequence(b)
    if isinstance(a, SetOf) and isinstance(b, SetOf):
        return (SetOf if type(a) is type(b) is SetOf else MutableSetOf)(join(a.of, b.of))
    if isinstance(a, SeqOf) and isinstance(b, SeqOf) and type(a) is type(b):
        return type(a)(join(a.of, b.of))
    if isinstance(a, MapOf) and isinstance(b, MapOf) and type(a) is type(b):
        return type(a)(join(a.key, b.key), join(a.value, b.value))
    return None


def _one_of(options: tuple[Type, ...]) -> Type:
    kept: list[Type] = []
    for option in options:
        at = [i for i, old in enumerate(kept) if not isinstance(join(old, option), OneOf)]
        if at:
            kept[at[0]] = join(kept[at[0]], option)
        else:
            kept.append(option)
    return kept[0] if len(kept) == 1 else OneOf(tuple(kept))


def alternatives(type_: Type) -> tuple[Type, ...]:
    """The types of which a type is one."""
    if isinstance(type_, Option):
        return (*alternatives(type_.of), NOTHING)
    if isinstance(type_, OneOf):
        return type_.options
    return () if isinstance(type_, Never) else (type_,)


def fits(have: Type, want: Type) -> bool:
    """Whether every value of a type is one of another."""
    if len(alternatives(have)) != 1:
        return all(fits(option, want) for option in alternatives(have))
    if len(alternatives(want)) != 1:
        return fits_one(have, alternatives(want))
    if isinstance(have, TupleOf) and isinstance(want, TupleOf):
        return len(have.items) == len(want.items) and all(map(fits, have.items, want.items))
    if isinstance(have, TupleOf) and isinstance(want, SeqOf):
        return fits(sequence(have), want)
    if isinstance(have, SetOf) and isinstance(want, MutableSetOf):
        return fits(have.of, want.of)
    if isinstance(have, SeqOf | SetOf):
        return type(have) is type(want) and fits(have.of, want.of)
    if isinstance(have, MapOf) and isinstance(want, MapOf):
        return (
            type(have) is type(want) and fits(have.key, want.key) and fits(have.value, want.value)
        )
    if isinstance(have, RecordOf) and isinstance(want, RecordOf):
        return issubclass(have.cls, want.cls) and have.sent == want.sent
    if isinstance(have, Text) and isinstance(want, Text):
        return want.words is None or (have.words is not None and have.words <= want.words)
    return have == want or (isinstance(have, Int) and want == INT)


def fits_one(have: Type, options: Iterable[Type]) -> bool:
    """Whether every value of a type is one of the same of several others."""
    return any(fits(have, option) for option in options)


def overlap(a: Type, b: Type) -> bool:
    """Whether a value of one type can be equal to one of the other."""
    if isinstance(a, Never) or isinstance(b, Never):
        return True
    return any(_may_equal(x, y) for x in alternatives(a) for y in alternatives(b))


def _may_equal(a: Type, b: Type) -> bool:
    if isinstance(a, TupleOf) and isinstance(b, TupleOf):
        return len(a.items) == len(b.items) and all(map(overlap, a.items, b.items))
    if isinstance(b, TupleOf):
        a, b = b, a
    if isinstance(a, TupleOf):
        return type(b) is SeqOf and all(overlap(item, b.of) for item in a.items)
    if isinstance(a, SetOf) and isinstance(b, SetOf):
        return overlap(a.of, b.of)
    if isinstance(a, SeqOf) and isinstance(b, SeqOf):
        return type(a) is type(b) and overlap(a.of, b.of)
    if isinstance(a, MapOf) and isinstance(b, MapOf):
        return type(a) is type(b) and overlap(a.key, b.key) and overlap(a.value, b.value)
    if isinstance(a, RecordOf) and isinstance(b, RecordOf):
        return a.sent == b.sent and (issubclass(a.cls, b.cls) or issubclass(b.cls, a.cls))
    if isinstance(a, Text) and isinstance(b, Text):
        return a.words is None or b.words is None or bool(a.words & b.words)
    return a == b or (isinstance(a, Int) and isinstance(b, Int))


def confusable(a: Type, b: Type) -> bool:
    """Whether Python may call a truth value of one type equal to a number of the other."""
    pairs = [(x, y) for x in alternatives(a) for y in alternatives(b)]
    return any(
        {type(x), type(y)} == {Bool, Int}
        or any(confusable(p, q) for p, q in zip(*_parts(x, y), strict=False))
        for x, y in pairs
    )


def _parts(a: Type, b: Type) -> tuple[tuple[Type, ...], tuple[Type, ...]]:
    """The types of which two are made, those beside each other whose values stand in one place."""
    if isinstance(a, TupleOf) and isinstance(b, TupleOf):
        return a.items, b.items
    return _made_of(sequence(a)), _made_of(sequence(b))


def _made_of(type_: Type) -> tuple[Type, ...]:
    if isinstance(type_, SeqOf | SetOf):
        return (type_.of,)
    return (type_.key, type_.value) if isinstance(type_, MapOf) else ()


# Types taken apart.


def sequence(type_: Type) -> Type:
    """A tuple's type as that of a sequence of any of its types; any other as it is."""
    return SeqOf(reduce(join, type_.items)) if isinstance(type_, TupleOf) else type_


def optional(type_: Type) -> Type:
    """`T | None`, once."""
    if isinstance(type_, Never):
        return NOTHING
    return type_ if isinstance(type_, Option | Nothing) else Option(type_)


def unwrapped(type_: Type) -> Type:
    """`T` for `T | None`."""
    return type_.of if isinstance(type_, Option) else type_


def without_none(type_: Type) -> Type:
    """`T` for `T | None`, and no type at all for None."""
    return NEVER if isinstance(type_, Nothing) else unwrapped(type_)


def plain(type_: Type) -> Type:
    """The type without the claim that its numbers are natural ones."""
    if isinstance(type_, Int):
        return INT
    if isinstance(type_, TupleOf):
        return TupleOf(tuple(map(plain, type_.items)))
    if isinstance(type_, Option | SeqOf | SetOf):
        return type(type_)(plain(type_.of))
    if isinstance(type_, MapOf):
        return type(type_)(plain(type_.key), plain(type_.value))
    return OneOf(tuple(map(plain, type_.options))) if isinstance(type_, OneOf) else type_


def is_kept(type_: Type) -> bool:
    """Whether a value of a type can be kept: lists, dicts and sets that can change cannot."""
    return not any(isinstance(t, ListOf | MutableSetOf | DictOf) for t in alternatives(type_))


def frozen(type_: Type) -> Type:
    """The type of a tuple, Map or frozenset of what a list, dict or set holds; others as it is."""
    if isinstance(type_, DictOf):
        return MapOf(type_.key, type_.value)
    if isinstance(type_, ListOf):
        return SeqOf(type_.of)
    return SetOf(type_.of) if isinstance(type_, MutableSetOf) else type_


def function_of(attribute: Any) -> FunctionType | None:
    """The plain function behind a class's attribute."""
    if isinstance(attribute, Action):
        return attribute.function
    return attribute if isinstance(attribute, FunctionType) else None


def attribute_of(cls: type[Any], name: str) -> Any:
    """A class's attribute as it is written there (a `staticmethod` is none of its functions)."""
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)


def is_domain(value: Any) -> bool:
    """Whether a value is a domain or process class of a specification."""
    return isinstance(value, DomainType) and bool(value.root)
