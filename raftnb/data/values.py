"""The values of the language: members of finite domains, records, messages, sequences, sets, maps.

All of them are immutable and hashable, so that a state built of them is a value too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, dataclass_transform

from raftnb.data.errors import SpecError

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

Seq = tuple[T, ...]
Set = frozenset[T]


class Members(Protocol):
    """What a domain class asks of the running world: its members there."""

    def members(self, domain: type[Any]) -> tuple[Any, ...]: ...


running: ContextVar[Any] = ContextVar("running world")


def running_world() -> Any:
    """The world in which an action, an invariant or a `with world:` block runs just now."""
    world = running.get(None)
    if world is None:
        raise SpecError(
            "a domain, a shared variable or the network was used where no world is running",
            allowed="inside an action or a property, or inside `with world:`",
            cure="write `with world:` around it, where `world = model.start()`",
        )
    return world


class DomainType(type):
    """The metaclass of domains: a domain class can be iterated over and has a length."""

    root: str
    number: str | None

    def __new__(
        mcs, name: str, bases: tuple[type, ...], space: dict[str, Any], **options: Any
    ) -> DomainType:
        cls = super().__new__(mcs, name, bases, space)
        parent = bases[0] if bases else None
        if parent is None or not getattr(parent, "root", ""):
            abstract = space.get("__module__", "").startswith("raftnb.") and name in ABSTRACT
            cls.root = "" if abstract else name
            cls.number = options.get("number")
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any], **_: Any) -> None:
        super().__init__(name, bases, space)

    def __iter__(cls: type[T]) -> Iterator[T]:
        return iter(running_world().members(cls))

    def __len__(cls) -> int:
        return len(running_world().members(cls))

    def __bool__(cls) -> bool:
        return True


ABSTRACT = {"Domain", "Process"}


class Domain(metaclass=DomainType):
    """A finite set of named values; how many is a constant, given when a model is made.

    `class Key(Domain, number="keys")` declares the domain and the constant `keys`.
    Members compare by name; a variant's members equal those of the class it varies.
    """

    __slots__ = ("index", "name", "_hash")

    root: ClassVar[str]
    number: ClassVar[str | None]

    def __init__(self, index: int, name: str) -> None:
        self.index, self.name = index, name
        self._hash = hash((index, len(name)))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Domain) and self.name == other.name and self.root == other.root
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return self.name


def member_names(cls: type[Domain], size: int | tuple[str, ...]) -> tuple[str, ...]:
    """The names of a domain's members: as given, or the class's initial and a number."""
    if not isinstance(size, int):
        return size
    if cls.number is None:
        return (cls.root[0].lower() + cls.root[1:],)
    return tuple(f"{cls.root[0].lower()}{i + 1}" for i in range(size))


@dataclass_transform(frozen_default=True)
class Record:
    """A frozen dataclass: `class Entry(Record): term: Term; value: Value`."""

    def __init_subclass__(cls, kw_only: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclass(frozen=True, repr=False, kw_only=kw_only)(cls)
        cls.__hash__ = Record._cached_hash  # type: ignore[method-assign, assignment]

    def _cached_hash(self) -> int:
        try:
            return self.__dict__["_hash"]  # type: ignore[no-any-return]
        except KeyError:
            inner = (getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]
            object.__setattr__(self, "_hash", hash((type(self).__name__, *inner)))
            return self.__dict__["_hash"]  # type: ignore[no-any-return]

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


class Map(Mapping[K, V], Generic[K, V]):
    """An immutable, hashable map: TLA+'s function with a finite domain; `m | {k: v}` is EXCEPT."""

    __slots__ = ("_items", "_hash")

    def __init__(self, items: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        self._items: dict[K, V] = dict(items)
        self._hash: int | None = None

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __or__(self, other: Mapping[K, V]) -> Map[K, V]:
        return Map({**self._items, **other})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Map) and self._items == other._items

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    def __repr__(self) -> str:
        return show(self)


def order(value: Any) -> tuple[Any, ...]:
    """A sort key that is total over the language's values, and the same in every process."""
    if isinstance(value, Enum):
        return (3, type(value).__name__, value.name)
    if value is None:
        return (0,)
    if isinstance(value, int):
        return (1, int(value))
    if isinstance(value, str):
        return (2, value)
    if isinstance(value, Domain):
        return (4, value.root, value.index)
    if isinstance(value, tuple):
        return (5, len(value), *map(order, value))
    if isinstance(value, frozenset):
        return (6, len(value), *sorted(map(order, value)))
    if isinstance(value, Map):
        return (7, len(value), *sorted((order(k), order(v)) for k, v in value.items()))
    if isinstance(value, Record):
        inner = (order(getattr(value, f.name)) for f in fields(value))  # type: ignore[arg-type]
        return (8, type(value).__name__, *inner)
    raise SpecError(
        f"{value!r} ({type(value).__name__}) as a value of the state",
        allowed="None, bool, int, str, enum, domain member, Record, tuple, frozenset, Map",
        cure="use the immutable kind: tuple for list, frozenset for set, Map for dict",
    )


def show(value: Any) -> str:
    """A value as Python text that is the same in every process (sets and maps are sorted)."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, Map):
        items = sorted(value.items(), key=lambda kv: order(kv[0]))
        return "Map({" + ", ".join(f"{show(k)}: {show(v)}" for k, v in items) + "})"
    if isinstance(value, frozenset):
        inside = ", ".join(map(show, sorted(value, key=order)))
        return f"frozenset({{{inside}}})" if value else "frozenset()"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(show, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value)


def to_json(value: Any) -> Any:
    """A value as plain JSON data: records as objects with a `type`, sets sorted, names as text."""
    if isinstance(value, Enum | Domain):
        return value.name
    if isinstance(value, Map):
        items = sorted(value.items(), key=lambda kv: order(kv[0]))
        return {str(to_json(k)): to_json(v) for k, v in items}
    if isinstance(value, frozenset):
        return [to_json(v) for v in sorted(value, key=order)]
    if isinstance(value, tuple):
        return [to_json(v) for v in value]
    if isinstance(value, Record):
        inner = {f.name: to_json(getattr(value, f.name)) for f in fields(value)}  # type: ignore[arg-type]
        return {"type": type(value).__name__, **inner}
    return value


def rename(value: Any, names: Mapping[Any, Any]) -> Any:
    """The value with every domain member replaced as `names` says: symmetry's permutation."""
    if isinstance(value, Domain):
        return names.get(value, value)
    if isinstance(value, Map):
        return Map((rename(k, names), rename(v, names)) for k, v in value.items())
    if isinstance(value, frozenset):
        return frozenset(rename(v, names) for v in value)
    if isinstance(value, tuple):
        return tuple(rename(v, names) for v in value)
    if isinstance(value, Record):
        inner = {f.name: rename(getattr(value, f.name), names) for f in fields(value)}  # type: ignore[arg-type]
        return type(value)(**inner)
    return value
