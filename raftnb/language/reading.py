"""States read back from plain JSON data, as `State.as_json` writes them."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from raftnb.data.domains import Domain
from raftnb.data.errors import UsageError
from raftnb.data.trace import State
from raftnb.data.values import Map, Message, Record, SortedSet, is_plain_enum, order, to_json
from raftnb.language.annotations import describe, unalias
from raftnb.language.spec import Model
from raftnb.language.world import World

SAME = "give the constants with which the trace was made: --set NAME=VALUE"
FEW = 3
"""So many variables are named in a message."""


class Unreadable(Exception):
    """Data that is no value of the type."""


def state_of_json(model: Model, data: Mapping[str, Any]) -> State:
    """The state of a model that `State.as_json` has written; its annotations say what is meant.

    Raises `UsageError` for variables that are missing or unknown, and for values of other types.
    """
    _refuse_others(model, data)
    world = World(model)
    reader = Values(model, world)
    hints = [model.annotation_of(variable, cls) for variable, cls in model.variables]
    hints += [tuple[Message, ...]] * len(model.channels)
    with world:
        values = [
            _read(reader, hint, data[cell.owner][cell.variable], str(cell))
            for cell, hint in zip(model.layout.cells, hints, strict=True)
        ]
        messages = [
            (_read(reader, Message, row["message"], "messages"), row["count"])
            for row in _rows(data.get("messages", []))
        ]
        state = State(
            model.layout, tuple(values), tuple(sorted(messages, key=lambda m: order(m[0])))
        )
        world.reset(state)  # refuses what the annotations do not allow
        return world.state


def _refuse_others(model: Model, data: Mapping[str, Any]) -> None:
    """Raise `UsageError` where the variables are not the model's: the state is of another one."""
    known = [(cell.owner, cell.variable) for cell in model.layout.cells]
    given = [
        (owner, name)
        for owner, part in data.items()
        if owner != "messages"
        for name in (part if isinstance(part, dict) and part else ("",))
    ]
    more, fewer = _named(given, known), _named(known, given)
    if more or fewer:
        told = [f"with {more}"] if more else []
        told += [f"without {fewer}"] if fewer else []
        raise UsageError(
            f"a state {', and '.join(told)}",
            allowed="a state of this specification with these constants",
            cure=SAME,
        )


def _named(cells: list[tuple[str, str]], others: list[tuple[str, str]]) -> str:
    """The cells that are not among others, the first few by name."""
    found = [f"{owner}.{name}".rstrip(".") for owner, name in cells if (owner, name) not in others]
    left = f" and {len(found) - FEW} more" if len(found) > FEW else ""
    return ", ".join(found[:FEW]) + left


def _rows(data: Any) -> list[dict[str, Any]]:
    """The messages of a state, as they are written."""
    right = isinstance(data, list) and all(
        isinstance(row, dict) and {"message", "count"} <= set(row) for row in data
    )
    if not right:
        raise UsageError(
            "what a state has under `messages`",
            allowed='a list: [{"message": {...}, "count": 1}, ...]',
            cure="take a state as a trace has it",
        )
    return data  # type: ignore[no-any-return]


def _read(reader: Values, annotation: Any, data: Any, place: str) -> Any:
    try:
        return reader.read(annotation, data)
    except Unreadable:
        raise UsageError(
            f"{data!r} as the value of {place}",
            allowed=describe(annotation),
            cure=SAME,
        ) from None


class Values:
    """Reads values of the types of one model."""

    def __init__(self, model: Model, world: World) -> None:
        self.vocabulary, self.names = model.spec.vocabulary, world.names
        self.records = [c for c in self.vocabulary.kinds if issubclass(c, Record)]

    def read(self, annotation: Any, data: Any) -> Any:
        """The value of a type that data stands for; raises `Unreadable` if there is none."""
        annotation = unalias(annotation)
        origin, args = get_origin(annotation), get_args(annotation)
        if annotation in (None, NoneType, bool, int, str):
            return self._exactly(NoneType if annotation is None else annotation, data)
        if origin is Annotated:
            return self.read(args[0], data)
        if origin is Literal:
            return self._only(
                v for v in args if to_json(v) == data and type(to_json(v)) is type(data)
            )
        if origin in (Union, UnionType):
            return self._only(self._readings(args, data))
        if origin is Map:
            return self._map(args, data)
        if origin in (tuple, frozenset):
            return self._collection(origin, args, data)
        if issubclass(annotation, Domain):
            return self._member(annotation, data)
        if issubclass(annotation, Record):
            return self._record(annotation, data)
        if is_plain_enum(annotation):
            return self._only(m for m in annotation if m.name == data)
        raise Unreadable

    def _exactly(self, cls: type, data: Any) -> Any:
        if type(data) is not cls:
            raise Unreadable
        return data

    def _only(self, found: Any) -> Any:
        """The only one of some values: data that could mean two things is not read."""
        different = list(dict.fromkeys(found))
        if len(different) != 1:
            raise Unreadable
        return different[0]

    def _readings(self, annotations: tuple[Any, ...], data: Any) -> Any:
        for one in annotations:
            with contextlib.suppress(Unreadable):
                yield self.read(one, data)

    def _collection(self, origin: Any, args: tuple[Any, ...], data: Any) -> Any:
        if not isinstance(data, list):
            raise Unreadable
        if origin is frozenset:
            return SortedSet(self.read(args[0], part) for part in data)
        each = args[:1] * len(data) if args[-1:] == (Ellipsis,) else [a for a in args if a != ()]
        if len(each) != len(data):
            raise Unreadable
        return tuple(self.read(a, part) for a, part in zip(each, data, strict=True))

    def _map(self, args: tuple[Any, ...], data: Any) -> Any:
        if not isinstance(data, dict):
            raise Unreadable
        return Map((self._key(args[0], k), self.read(args[1], v)) for k, v in data.items())

    def _key(self, annotation: Any, text: str) -> Any:
        """A key of a map, which JSON has as text: the text itself, or what it says in Python."""
        readings: list[Any] = [text]
        with contextlib.suppress(ValueError, SyntaxError):
            readings.append(ast.literal_eval(text))
        return self._only(v for data in readings for v in self._readings((annotation,), data))

    def _member(self, annotation: Any, data: Any) -> Any:
        member = self.names.get(data) if isinstance(data, str) else None
        if member is None or annotation.root not in ("", member.root):
            raise Unreadable
        return member

    def _record(self, annotation: Any, data: Any) -> Any:
        kinds = [c for c in self.records if issubclass(c, annotation)]
        found = [c for c in kinds if isinstance(data, dict) and c.__name__ == data.get("type")]
        if len(found) != 1:
            raise Unreadable
        hints = self.vocabulary.fields(found[0])
        inner = {name: self.read(hint, data.get(name)) for name, hint in hints.items()}
        return found[0](**inner)


__all__ = ["SAME", "state_of_json"]
