"""What an annotation allows: which annotations there are, and checks of values against them.

Python does not look at annotations; the language does, so that a variable never holds two values
that are equal and yet differ, as `True` and `1` do, and every engine knows what it may hold.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Record, SortedSet, is_plain_enum, show
from raftnb.language.misfits import cure_of_annotation, cure_of_value
from raftnb.language.processes import Process
from raftnb.language.universe import is_natural

Check = Callable[[Any], Any]
ALLOWED = (
    "bool, int, Nat, str, None, Literal, enum, domain, process and record classes; "
    "Seq, Set, Map, tuple of these, and |"
)


MARK = "_checked"  # where a record says which `Checks` it has passed


class Mismatch(Exception):
    """A value that an annotation does not allow."""

    def __init__(self, value: Any, annotation: Any) -> None:
        super().__init__(value, annotation)
        self.value, self.annotation = value, annotation

    def as_error(self, whole: Any, what: str) -> SpecError:
        """The error for a value, of which this is a part, as what it was to be."""
        inside = "" if self.value is whole else f" in {show(whole)}"
        return SpecError(
            f"{show(self.value)} ({type(self.value).__name__}){inside} as the value of {what}",
            allowed=describe(self.annotation),
            cure=cure_of_value(self.value, self.annotation, describe(self.annotation)),
        )


def parts_of(annotation: Any) -> tuple[Any, ...]:
    """The annotations inside one: alternatives, elements, keys and values."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return args[:1]
    if origin in (Union, UnionType, frozenset, Map):
        return args
    return tuple(a for a in args if a is not Ellipsis) if origin is tuple else ()


def classes_in(annotation: Any) -> Iterator[type]:
    """The classes that an annotation names, from the outside in."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        yield annotation
    for value in get_args(annotation) if get_origin(annotation) is Literal else ():
        yield type(value)
    for part in parts_of(annotation):
        yield from classes_in(part)


def refuse_annotation(annotation: Any, place: Callable[[], str]) -> None:
    """Raise `SpecError` for an annotation that is no type of the language."""
    annotation = unalias(annotation)
    if get_origin(annotation) in (Union, UnionType):
        for one, other in itertools.combinations(get_args(annotation), 2):
            if may_be_equal(one, other):
                _refuse(
                    f"`{describe(annotation)}`, some of whose values are equal though they differ",
                    place, "say which of the two it is; `True == 1` in Python",
                )  # fmt: skip
    elif not _is_known(annotation):
        _refuse(f"the annotation `{describe(annotation)}`", place, cure_of_annotation(annotation))
    for part in parts_of(annotation):
        refuse_annotation(part, place)


def _refuse(found: str, place: Callable[[], str], cure: str) -> NoReturn:
    raise SpecError(found, place=place(), allowed=ALLOWED, cure=cure)


def _is_known(annotation: Any) -> bool:
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation in (None, NoneType, bool, int, str) or is_natural(annotation):
        return True
    if any(isinstance(part, TypeVar) for part in args):  # `Seq`, without saying of what
        return False
    if origin is Literal:
        kinds = {type(value) for value in args}
        plain = all(kind in (bool, int, str, NoneType) or is_plain_enum(kind) for kind in kinds)
        return plain and not {bool, int} <= kinds
    if origin is None and isinstance(annotation, type):
        return issubclass(annotation, Domain | Record) or is_plain_enum(annotation)
    return origin in (Union, UnionType, frozenset, Map, tuple, Annotated)


def unalias(annotation: Any) -> Any:
    """What a `type X = ...` statement stands for."""
    while type(annotation).__name__ == "TypeAliasType":
        annotation = annotation.__value__
    return annotation


def may_be_equal(one: Any, other: Any) -> bool:
    """Whether two types have values that are equal, and yet one is a bool and the other an int."""
    pairs = itertools.product(_alternatives(one), _alternatives(other))
    return any(_may_clash(a, b) for a, b in pairs)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    annotation = unalias(annotation)
    union = get_origin(annotation) in (Union, UnionType)
    return get_args(annotation) if union else (annotation,)


def _may_clash(one: Any, other: Any) -> bool:
    if {_number(one), _number(other)} == {bool, int}:
        return True
    if get_origin(one) is get_origin(other) and get_origin(one) in (tuple, frozenset, Map):
        pairs = itertools.product(parts_of(one), parts_of(other))
        return any(may_be_equal(a, b) for a, b in pairs)
    return False


def _number(annotation: Any) -> Any:
    """bool or int, where all the values of a type are of the one or the other."""
    if get_origin(annotation) is Literal:
        kinds = {type(value) for value in get_args(annotation)}
        return next((kind for kind in (bool, int) if kind in kinds), None)
    if get_origin(annotation) is Annotated:
        return _number(get_args(annotation)[0])
    return annotation if annotation in (bool, int) else None


def describe(annotation: Any) -> str:
    """An annotation as one writes it."""
    origin, args = get_origin(annotation), get_args(annotation)
    if is_natural(annotation):
        return "Nat"
    if annotation in (None, NoneType):
        return "None"
    if origin is Annotated:
        return describe(args[0])
    if origin in (Union, UnionType):
        return " | ".join(map(describe, args))
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, args))}]"
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return f"Seq[{describe(args[0])}]"
    if origin is not None and args:
        names = {frozenset: "Set"}
        inner = ", ".join("..." if a is Ellipsis else describe(a) for a in args)
        return f"{names.get(origin, getattr(origin, '__name__', str(origin)))}[{inner}]"
    return getattr(annotation, "__name__", None) or str(annotation)


class Checks:
    """Checks of values, made once for each annotation.

    A check returns the value, its sets made `SortedSet`s, or raises `Mismatch`. `names` has the
    names of the members of every domain and process class, `fields` gives a record's annotations.
    Every value that is written is checked, so checks are quick: a record that passed as it is
    carries a mark, and is not looked into again.
    """

    def __init__(
        self, names: Mapping[str, tuple[str, ...]], fields: Callable[[type], dict[str, Any]]
    ) -> None:
        self._names = {root: frozenset(members) for root, members in names.items()}
        self._fields = fields
        self._records: dict[type, tuple[tuple[str, Check], ...]] = {}
        self._mark = object()

    def of(self, annotation: Any) -> Check:
        """The check of an annotation, which `refuse_annotation` must have let pass."""
        annotation = unalias(annotation)
        origin, args = get_origin(annotation), get_args(annotation)
        if annotation in (None, NoneType, bool, int, str):
            return self._plain(NoneType if annotation is None else annotation, annotation)
        if is_natural(annotation):
            return self._natural(annotation)
        if origin is Annotated:
            return self.of(args[0])
        if origin is Literal:
            return self._literal(annotation)
        if origin in (Union, UnionType):
            return self._union(annotation)
        if origin is tuple:
            return self._tuple(annotation)
        if origin is frozenset:
            return self._set(annotation)
        if origin is Map:
            return self._map(annotation)
        if issubclass(annotation, Domain):
            return self._member(annotation)
        if issubclass(annotation, Record):
            return self._record(annotation)
        return self._plain(annotation, annotation)

    def made(self, record: Record) -> dict[str, Any]:
        """The fields of a new record that must be changed, since they hold plain sets."""
        known = vars(record)
        if known.get(MARK) is self._mark:
            return {}
        changed = {}
        for name, check in self._records.get(type(record)) or self._fields_of(type(record)):
            old = known[name]
            new = check(old)
            if new is not old:
                changed[name] = new
        if not changed:
            known[MARK] = self._mark
        return changed

    def _plain(self, cls: type, annotation: Any) -> Check:
        def check(value: Any) -> Any:
            if type(value) is not cls:
                raise Mismatch(value, annotation)
            return value

        return check

    def _natural(self, annotation: Any) -> Check:
        def check(value: Any) -> Any:
            if type(value) is not int or value < 0:
                raise Mismatch(value, annotation)
            return value

        return check

    def _literal(self, annotation: Any) -> Check:
        allowed = {(type(value), value) for value in get_args(annotation)}

        def check(value: Any) -> Any:
            if (type(value), value) not in allowed:
                raise Mismatch(value, annotation)
            return value

        return check

    def _union(self, annotation: Any) -> Check:
        checks = [self.of(part) for part in get_args(annotation)]
        passed: dict[type, Check] = {}  # the one that let the last value of a class pass

        def search(value: Any) -> Any:
            inside: Mismatch | None = None
            for one in checks:
                try:
                    found = one(value)
                    passed[type(value)] = one
                    return found
                except Mismatch as mismatch:
                    inside = mismatch if mismatch.value is not value else inside
            raise inside or Mismatch(value, annotation)

        def check(value: Any) -> Any:
            try:
                return passed[type(value)](value)
            except (KeyError, Mismatch):
                return search(value)

        return check

    def _tuple(self, annotation: Any) -> Check:
        args = get_args(annotation)
        if len(args) == 2 and args[1] is Ellipsis:
            return self._sequence(annotation, self.of(args[0]))
        checks = [self.of(part) for part in args if part != ()]

        def check(value: Any) -> Any:
            if type(value) is not tuple or len(value) != len(checks):
                raise Mismatch(value, annotation)
            new = tuple([one(part) for one, part in zip(checks, value, strict=True)])
            return value if all(map(operator.is_, value, new)) else new

        return check

    def _sequence(self, annotation: Any, of: Check) -> Check:
        def check(value: Any) -> Any:
            if type(value) is not tuple:
                raise Mismatch(value, annotation)
            for part in value:
                if of(part) is not part:
                    return tuple([of(part) for part in value])
            return value

        return check

    def _set(self, annotation: Any) -> Check:
        of = self.of(get_args(annotation)[0])

        def check(value: Any) -> Any:
            if type(value) is not SortedSet and type(value) is not frozenset:
                raise Mismatch(value, annotation)
            for part in frozenset.__iter__(value):
                if of(part) is not part:
                    return SortedSet([of(part) for part in frozenset.__iter__(value)])
            return value if type(value) is SortedSet else SortedSet(value)

        return check

    def _map(self, annotation: Any) -> Check:
        keys, values = map(self.of, get_args(annotation))

        def check(value: Any) -> Any:
            if type(value) is not Map:
                raise Mismatch(value, annotation)
            for key, part in value.items():
                if keys(key) is not key or values(part) is not part:
                    return Map([(keys(key), values(part)) for key, part in value.items()])
            return value

        return check

    def _member(self, annotation: Any) -> Check:
        anyone = annotation in (Domain, Process)
        allowed: dict[type, frozenset[str]] = {}  # for each class, the names of its members

        def members(cls: Any) -> frozenset[str]:
            right = issubclass(cls, annotation if anyone else Domain)
            if not right or not (anyone or cls.root == annotation.root):
                return frozenset()
            return self._names.get(cls.root, frozenset())

        def check(value: Any) -> Any:
            cls = type(value)
            if cls not in allowed:
                allowed[cls] = members(cls)
            names = allowed[cls]
            if not names or value.name not in names:
                raise Mismatch(value, annotation)
            return value

        return check

    def _record(self, annotation: Any) -> Check:
        def check(value: Any) -> Any:
            if not isinstance(value, annotation):
                raise Mismatch(value, annotation)
            changed = self.made(value)
            return replace(value, **changed) if changed else value

        return check

    def _fields_of(self, cls: type) -> tuple[tuple[str, Check], ...]:
        found = tuple((name, self.of(part)) for name, part in self._fields(cls).items())
        self._records[cls] = found
        return found
