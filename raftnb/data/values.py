"""The values of the language: members of finite domains, records, messages, sequences, sets, maps.

All of them are immutable and hashable, so that a state built of them is a value too.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping
from collections.abc import Set as AnySet
from dataclasses import dataclass, fields
from enum import Enum, Flag
from functools import cache
from types import NoneType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    NamedTuple,
    Self,
    TypeVar,
    dataclass_transform,
)

from raftnb.data.domains import Domain, running
from raftnb.data.errors import SpecError

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

Seq = tuple[T, ...]
"""A sequence of values: an immutable tuple, of any length."""
Set = frozenset[T]
"""A set of values: an immutable frozenset."""


@dataclass_transform(frozen_default=True)
class Record:
    """A frozen dataclass: `class Entry(Record): term: Term; value: Value`.

    Where a world is running, it checks the fields against their annotations.
    """

    _names: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        """A record is made of a class of its own, which has an `__init__` with its fields."""
        raise SpecError(
            "`Record()`, a record of no class of its own",
            allowed="records of classes: `class Entry(Record): ...`",
            cure="define a class with the fields, and make one of it",
        )

    def __init_subclass__(cls, kw_only: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = vars(cls).get("__hash__") is not None  # which a Spec refuses
        dataclass(frozen=True, repr=False, kw_only=kw_only)(cls)
        cls._names = tuple(f.name for f in fields(cls))  # type: ignore[arg-type]
        if not own:
            cls.__hash__ = Record._cached_hash  # type: ignore[method-assign, assignment]

    def __post_init__(self) -> None:
        world = running.get(None)
        for name, value in world.model.made(self).items() if world is not None else ():
            object.__setattr__(self, name, value)

    def _cached_hash(self) -> int:
        known = self.__dict__
        found: int | None = known.get("_hash")
        if found is None:  # as nearly always, since most records are made to be looked up once
            inner = map(known.__getitem__, self._names)
            found = known["_hash"] = hash((type(self).__name__, *inner))
        return found

    def __repr__(self) -> str:
        inner = ", ".join(f"{f.name}={show(getattr(self, f.name))}" for f in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__name__}({inner})"


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Message(Record, kw_only=True):
    """A record in flight from `source` to `dest`, both filled in by `send` and `reply`."""

    source: Any = None
    dest: Any = None

    if TYPE_CHECKING:  # an action may receive any message, and read a field that all kinds have

        def __getattr__(self, name: str) -> Any: ...

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(kw_only=True, **options)

    def between(self, source: Any, dest: Any) -> Self:
        """The same message between two processes; its fields were checked when it was made."""
        found = object.__new__(type(self))
        known = vars(found)
        known.update(vars(self), source=source, dest=dest)
        known.pop("_hash", None)
        known.pop("_order", None)
        return found


class SortedSet(frozenset[T]):
    """A frozenset that is iterated over in the language's order, which `order` gives.

    A plain frozenset has the order of its hashes, which two runs of Python need not share. It is
    equal to a plain one, and so are the sets that operators and methods make of it.
    """

    __slots__ = ("_members",)
    _members: tuple[T, ...]

    def __iter__(self) -> Iterator[T]:
        try:
            return iter(self._members)
        except AttributeError:
            self._members = tuple(sorted(frozenset.__iter__(self), key=order))
            return iter(self._members)

    def __repr__(self) -> str:
        return show(self)

    def __or__(self, other: AnySet[Any]) -> SortedSet[Any]:
        return _as_sorted(frozenset.__or__(self, other))

    def __and__(self, other: AnySet[Any]) -> SortedSet[T]:
        return _as_sorted(frozenset.__and__(self, other))

    def __sub__(self, other: AnySet[Any]) -> SortedSet[T]:
        return _as_sorted(frozenset.__sub__(self, other))

    def __xor__(self, other: AnySet[Any]) -> SortedSet[Any]:
        return _as_sorted(frozenset.__xor__(self, other))

    def __rsub__(self, other: AnySet[Any]) -> SortedSet[Any]:
        return _as_sorted(frozenset.__rsub__(self, other))  # type: ignore[attr-defined]

    __ror__, __rand__, __rxor__ = __or__, __and__, __xor__

    def union(self, *others: Iterable[Any]) -> SortedSet[Any]:
        """The members of any of the sets."""
        return _as_sorted(frozenset.union(self, *others))

    def intersection(self, *others: Iterable[Any]) -> SortedSet[T]:
        """The members of all the sets."""
        return _as_sorted(frozenset.intersection(self, *others))

    def difference(self, *others: Iterable[Any]) -> SortedSet[T]:
        """The members that are in none of the others."""
        return _as_sorted(frozenset.difference(self, *others))

    def symmetric_difference(self, other: Iterable[Any]) -> SortedSet[Any]:
        """The members of exactly one of the two sets."""
        return _as_sorted(frozenset.symmetric_difference(self, other))

    def copy(self) -> SortedSet[T]:
        """The set itself."""
        return self


def _as_sorted(made: Any) -> SortedSet[Any]:
    return NotImplemented if made is NotImplemented else SortedSet(made)


class Map(Mapping[K, V], Generic[K, V]):
    """An immutable, hashable map: TLA+'s function with a finite domain; `m | {k: v}` is EXCEPT.

    Its keys come in the language's order (see `order`), in whatever order they were put in.
    """

    __slots__ = ("_items", "_hash", "_sorted")

    def __init__(self, items: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        self._items: dict[K, V] = dict(items)
        self._hash: int | None = None
        self._sorted = len(self._items) < 2

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[K]:
        if not self._sorted:
            self._items = {key: self._items[key] for key in sorted(self._items, key=order)}
            self._sorted = True
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def items(self) -> ItemsView[K, V]:
        """The keys with their values, in the keys' order."""
        iter(self)
        return self._items.items()

    def pairs(self) -> ItemsView[K, V]:
        """The keys with their values in any order: keys may be values that the language has not."""
        return self._items.items()

    def __or__(self, other: Mapping[K, V]) -> Map[K, V]:
        found = Map({**self._items, **other})
        found._sorted = found._sorted or (self._sorted and len(found._items) == len(self._items))
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Map) and self._items == other._items

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    def __repr__(self) -> str:
        return show(self)


class Kind(NamedTuple):
    """A kind of value: which classes are of it, and what is done with their values.

    `order` gives a sort key among the values of the kind, `show` Python text that is the same in
    every process, `json` plain JSON data, `rename` the value with its members replaced.
    """

    name: str
    has: Callable[[type], bool]
    order: Callable[[Any], tuple[Any, ...]]
    show: Callable[[Any], str] = repr
    json: Callable[[Any], Any] = lambda value: value
    rename: Callable[[Any, Mapping[Any, Any]], Any] = lambda value, names: value


def is_plain_enum(cls: type) -> bool:
    """Whether a class is an enumeration whose members are equal to nothing but themselves."""
    if not issubclass(cls, Enum) or issubclass(cls, Flag):
        return False
    return vars(cls)["_member_type_"] is object and cls.__eq__ is object.__eq__


def place_of_class(cls: type) -> tuple[str, ...]:
    """Where a class stands among the classes of records, in the language's order."""
    return (cls.__name__, cls.__module__, cls.__qualname__)


def _order_record(record: Any) -> tuple[Any, ...]:
    known = vars(record)  # a record never changes, and messages are sorted again and again
    if "_order" not in known:
        inside = [order(known[name]) for name in record._names]
        known["_order"] = (*place_of_class(type(record)), *inside)
    return known["_order"]  # type: ignore[no-any-return]


def _show_tuple(value: tuple[Any, ...]) -> str:
    return "(" + ", ".join(map(show, value)) + ("," if len(value) == 1 else "") + ")"


def _show_set(value: frozenset[Any]) -> str:
    return (
        f"frozenset({{{', '.join(map(show, sorted(value, key=order)))}}})"
        if value
        else "frozenset()"
    )


def _show_map(value: Map[Any, Any]) -> str:
    return "Map({" + ", ".join(f"{show(k)}: {show(v)}" for k, v in value.items()) + "})"


def _json_record(record: Any) -> dict[str, Any]:
    inner = {field.name: to_json(getattr(record, field.name)) for field in fields(record)}
    return {"type": type(record).__name__, **inner}


def _rename_record(record: Any, names: Mapping[Any, Any]) -> Any:
    inner = {field.name: rename(getattr(record, field.name), names) for field in fields(record)}
    return type(record)(**inner)


KINDS = (
    Kind("None", lambda cls: cls is NoneType, lambda value: ()),
    Kind("bool", lambda cls: cls is bool, lambda value: (value,)),
    Kind("int", lambda cls: cls is int, lambda value: (value,)),
    Kind("str", lambda cls: cls is str, lambda value: (value,)),
    Kind(
        "enum",
        is_plain_enum,
        lambda value: (type(value).__name__, value.name, *place_of_class(type(value))[1:]),
        show=lambda value: f"{type(value).__name__}.{value.name}",
        json=lambda value: value.name,
    ),
    Kind(
        "domain member",
        lambda cls: issubclass(cls, Domain),
        lambda value: (value.root, value.index, value.name),
        json=lambda value: value.name,
        rename=lambda value, names: names.get(value, value),
    ),
    Kind(
        "tuple",
        lambda cls: cls is tuple,
        lambda value: (len(value), *map(order, value)),
        show=_show_tuple,
        json=lambda value: list(map(to_json, value)),
        rename=lambda value, names: tuple(rename(v, names) for v in value),
    ),
    Kind(
        "frozenset",
        lambda cls: cls in (frozenset, SortedSet),
        lambda value: (len(value), *sorted(map(order, frozenset.__iter__(value)))),
        show=_show_set,
        json=lambda value: list(map(to_json, sorted(value, key=order))),
        rename=lambda value, names: SortedSet(rename(v, names) for v in value),
    ),
    Kind(
        "Map",
        lambda cls: cls is Map,
        lambda value: (len(value), *((order(k), order(v)) for k, v in value.items())),
        show=_show_map,
        json=lambda value: {str(to_json(k)): to_json(v) for k, v in value.items()},
        rename=lambda value, names: Map(
            (rename(k, names), rename(v, names)) for k, v in value.items()
        ),
    ),
    Kind(
        "Record",
        lambda cls: issubclass(cls, Record),
        _order_record,
        json=_json_record,
        rename=_rename_record,
    ),
)
ALLOWED = ", ".join(kind.name for kind in KINDS)


@cache
def _kind_of(cls: type) -> tuple[int, Kind] | None:
    found = ((rank, kind) for rank, kind in enumerate(KINDS) if kind.has(cls))
    return next(found, None)


def kind_of(value: Any) -> str | None:
    """The name of a value's kind; None for a foreign one."""
    found = _kind_of(value.__class__)
    return found[1].name if found else None


def order(value: Any) -> tuple[Any, ...]:
    """A sort key that is total over the language's values, and the same in every process."""
    found = _kind_of(value.__class__)
    if found is None:
        raise SpecError(
            f"{value!r} ({type(value).__name__}) as a value of the state",
            allowed=ALLOWED,
            cure="use the immutable kind: tuple for list, frozenset for set, Map for dict",
        )
    rank, kind = found
    return (rank, *kind.order(value))


def show(value: Any) -> str:
    """A value as Python text that is the same in every process (sets and maps are sorted)."""
    found = _kind_of(value.__class__)
    return found[1].show(value) if found else repr(value)


def to_json(value: Any) -> Any:
    """A value as plain JSON data: records as objects with a `type`, sets sorted, names as text."""
    found = _kind_of(value.__class__)
    return found[1].json(value) if found else value


def rename(value: Any, names: Mapping[Any, Any]) -> Any:
    """The value with every domain member replaced as `names` says: symmetry's permutation."""
    found = _kind_of(value.__class__)
    return found[1].rename(value, names) if found else value
