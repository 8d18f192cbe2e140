"""Whether a value of the specification and a plain one of an implementation are the same."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AnySet
from dataclasses import fields
from enum import Enum
from typing import Any

from raftnb.data.domains import Domain
from raftnb.data.values import Map, Record

SEQUENCES = (list, tuple)


class Incomparable(Exception):
    """A plain value that is none of the variable's, whatever the specification has there."""

    def __init__(self, given: Any, allowed: str) -> None:
        super().__init__(given, allowed)
        self.given, self.allowed = given, allowed


def same(value: Any, given: Any) -> bool:
    """Whether they are the same; raises `Incomparable` for what can never be."""
    if given is None or value is None:
        return given is value
    if isinstance(value, Enum):
        return _same_member(value, given)
    if isinstance(value, Domain):
        if not isinstance(given, str):
            raise Incomparable(given, f"a name, as {value.name!r}")
        return value.name == given
    if isinstance(value, Record):
        return _same_record(value, given)
    if isinstance(value, Map):
        return _same_map(value, given)
    if isinstance(value, tuple):
        if not isinstance(given, SEQUENCES):
            raise Incomparable(given, "a list")
        pairs = [same(one, other) for one, other in zip(value, given, strict=False)]
        return len(value) == len(given) and all(pairs)
    if isinstance(value, frozenset):
        return _same_set(value, given)
    if type(given) is not type(value):
        raise Incomparable(given, f"a value of type {type(value).__name__}")
    return bool(value == given)


def _same_member(value: Enum, given: Any) -> bool:
    """An enumeration's member by its name or its value, in small letters or large."""
    known = {str(text).lower(): m for m in type(value) for text in (m.name, m.value)}
    key = str(getattr(given, "name", given)).lower()
    if key not in known:
        raise Incomparable(given, ", ".join(repr(m.name.lower()) for m in type(value)))
    return known[key] is value


def _same_record(value: Record, given: Any) -> bool:
    names = [f.name for f in fields(value)]  # type: ignore[arg-type]
    if isinstance(given, SEQUENCES) and len(given) == len(names):
        given = dict(zip(names, given, strict=True))
    if not isinstance(given, Mapping) or not given.keys() <= set(names):
        raise Incomparable(given, f"a dict or tuple of {', '.join(names)}")
    return all(same(getattr(value, name), part) for name, part in given.items())


def _same_map(value: Map[Any, Any], given: Any) -> bool:
    if not isinstance(given, Mapping):
        raise Incomparable(given, "a dict")
    mine = {_key(key): inner for key, inner in value.items()}
    theirs = {_key(key): inner for key, inner in given.items()}
    return mine.keys() == theirs.keys() and all(same(mine[k], theirs[k]) for k in mine)


def _same_set(value: frozenset[Any], given: Any) -> bool:
    if not isinstance(given, AnySet | list | tuple):
        raise Incomparable(given, "a set")
    return {_key(one) for one in value} == {_key(one) for one in given}


def _key(value: Any) -> Any:
    """A member of a set or a key of a map as something plain."""
    if isinstance(value, Domain):
        return value.name
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, Record):
        return tuple(_key(getattr(value, f.name)) for f in fields(value))  # type: ignore[arg-type]
    if isinstance(value, list | tuple):
        return tuple(map(_key, value))
    return value


def plain(value: Any) -> Any:
    """A value of the specification as an adapter is given it: names as text."""
    if isinstance(value, Domain):
        return value.name
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, Record):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}  # type: ignore[arg-type]
    if isinstance(value, Map):
        return {plain(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, frozenset):
        return {_key(part) for part in value}
    return value


__all__ = ["Incomparable", "plain", "same"]
