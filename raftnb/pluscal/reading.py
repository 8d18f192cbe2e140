"""Counterexamples of TLC, Apalache and Quint as traces of a model, to be drawn, stepped and judged.

The states are read by the types of the model's variables, and each step is found again in plain
Python: a behavior that the model does not have is refused.
"""

from __future__ import annotations

import itertools
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.trace import Cell, State, Step, Trace
from raftnb.data.values import Map, Message, Record, SortedSet, order, show
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.pluscal.frames import Frames, Pairs, Several, frames, value_of
from raftnb.pluscal.translation import Translation
from raftnb.pluscal.values import TYPE, enum_text
from raftnb.tree.nodes import (
    Bool,
    Choice,
    Int,
    MapOf,
    Member,
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
from raftnb.tree.types import alternatives


class _OtherTypeError(Exception):
    """A value that is not of the type it should be of."""


@told_plainly
def read_trace(text: str, model: Model) -> Trace:
    """The trace of a model that a counterexample in another tool's form describes.

    `text` is TLC's output, the file of its `-dumpTrace json`, or ITF, of a module that
    `raftnb.pluscal` printed for this model. Raises `UsageError` where it cannot be read, or where a
    step is none of the model's.
    """
    found = frames(text)
    reading = _Reading(model)
    states = [reading.state(number, frame) for number, frame in enumerate(found.states, start=1)]
    return _trace(model, states, found)


def _trace(model: Model, states: list[State], found: Frames) -> Trace:
    world = World(model)
    steps: list[Step] = []
    if states[0] not in model.initial_states:
        raise _refused(1, "a state in which the model does not begin")
    for number, (before, after) in enumerate(itertools.pairwise(states), start=1):
        step = next((s for s, state in world.successors(before) if state == after), None)
        if step is None and before == after and found.loop is not None:
            return Trace(tuple(states[:number]), tuple(steps))  # it stays where it is for ever
        if step is None:
            raise _refused(number + 1, "a state to which no step of the model leads")
        steps.append(step)
    return Trace(tuple(states), tuple(steps), found.loop)


def _refused(number: int, found: str) -> UsageError:
    return UsageError(
        found,
        place=f"the counterexample, state {number}",
        allowed="behaviors of the model",
        cure="make the model with the constants, and the history, with which it was printed",
    )


class _Reading:
    """Reads states by the types of a model's variables."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.translation = Translation(model)
        self.program = self.translation.program
        self.initial = model.initial_states[0]
        world = World(model)
        self.members = {
            (root, member.name): member
            for root in model.names
            for member in world.members_by_root.get(root, ())
        }

    def state(self, number: int, frame: dict[str, Any]) -> State:
        """A state of the model; raises `UsageError` where it is none."""
        values = []
        pairs = zip(self.model.layout.cells, self.initial.values, strict=True)
        owners = [(cls.root, variable) for variable, cls in self.model.variables]
        for at, (cell, initial) in enumerate(pairs):
            root = owners[at][0] if at < len(owners) else ""
            try:
                values.append(self._cell(root, cell, initial, frame))
            except _OtherTypeError as error:
                raise _refused(number, f"the value {error} of {cell}") from None
        try:
            return State(self.model.layout, tuple(values), self._messages(frame))
        except _OtherTypeError as error:
            raise _refused(number, f"the message {error}") from None

    def _cell(self, root: str, cell: Cell, initial: Any, frame: dict[str, Any]) -> Any:
        if not root:
            return self._channel(cell, frame)
        variable = self.translation.variable(root, cell.variable)
        if variable is None:
            return initial
        if variable.name not in frame:
            raise _OtherTypeError("that is missing")
        raw = frame[variable.name]
        if variable.indexed:
            raw = _at(raw, cell.owner)
        return self.value(self.program.variable_type(root, cell.variable), raw)

    def _channel(self, cell: Cell, frame: dict[str, Any]) -> Any:
        ends = cell.owner.split(" to ")
        for key, queue in _items(frame.get(self.translation.wire.variable)):
            if isinstance(key, Several) and list(key.items) == ends:
                return tuple(self._message(one) for one in _listed(queue))
        raise _OtherTypeError("that is missing")

    def _messages(self, frame: dict[str, Any]) -> tuple[tuple[Message, int], ...]:
        wire = self.translation.wire
        if self.model.delivery is None or wire.kind == "queues":
            return ()
        raw = frame.get(wire.variable)
        if wire.kind == "set":
            found = [(self._message(one), 1) for one in _listed(raw)]
        else:
            found = [(self._message(key), int(count)) for key, count in _items(raw)]
        return tuple(sorted(found, key=lambda item: order(item[0])))

    def _message(self, raw: Any) -> Message:
        return typing.cast(Message, self._record(Message, raw))

    # Values.

    def value(self, type_: Type, raw: Any) -> Any:
        """A value of a type; raises `_OtherTypeError` where it is of another one."""
        if isinstance(type_, Option | OneOf):
            return self._one_of(alternatives(type_), raw)
        if isinstance(type_, Nothing) and raw == "None":
            return None
        if isinstance(type_, Bool) and isinstance(raw, bool):
            return raw
        if isinstance(type_, Int) and type(raw) is int:
            return raw
        if isinstance(type_, Text) and isinstance(raw, str):
            if type_.words is None or raw in type_.words:
                return raw
        if isinstance(type_, Choice):
            for member in type_.cls:
                if enum_text(member) == raw:
                    return member
        if isinstance(type_, Member) and (type_.root, raw) in self.members:
            return self.members[type_.root, raw]
        return self._composed(type_, raw)

    def _one_of(self, types: Iterable[Type], raw: Any) -> Any:
        for type_ in types:
            try:
                return self.value(type_, raw)
            except (_OtherTypeError, TypeError):
                continue
        raise _OtherTypeError(_shown(raw))

    def _composed(self, type_: Type, raw: Any) -> Any:
        if isinstance(type_, TupleOf):
            return self._tuple(type_, _listed(raw))
        if isinstance(type_, SeqOf):
            return tuple(self.value(type_.of, one) for one in _listed(raw))
        if isinstance(type_, SetOf):
            return SortedSet(self.value(type_.of, one) for one in _listed(raw))
        if isinstance(type_, MapOf):
            return Map(
                (self.value(type_.key, key), self.value(type_.value, value))
                for key, value in _items(raw, texts=not isinstance(type_.key, Text | Choice))
            )
        if isinstance(type_, RecordOf):
            return self._record(type_.cls, raw)
        raise _OtherTypeError(_shown(raw))

    def _tuple(self, type_: TupleOf, items: Sequence[Any]) -> tuple[Any, ...]:
        if len(items) != len(type_.items):
            raise _OtherTypeError(_shown(items))
        return tuple(map(self.value, type_.items, items))

    def _record(self, cls: type[Record], raw: Any) -> Record:
        if isinstance(raw, str) and raw.startswith("["):
            raw = value_of(raw)
        if not isinstance(raw, Pairs):
            raise _OtherTypeError(_shown(raw))
        found = dict(raw.items)
        name = found.pop(TYPE, cls.__name__)
        kind = next((k for k in self.translation.encoding.kinds(cls) if k.__name__ == name), None)
        if kind is None:
            raise _OtherTypeError(_shown(raw))
        made = {}
        for field, value in found.items():
            type_ = self.program.field_type(kind, field)
            if type_ is None:
                raise _OtherTypeError(_shown(raw))
            made[field] = self.value(type_, value)
        try:
            return kind(**made)
        except TypeError:
            raise _OtherTypeError(_shown(raw)) from None


def _at(raw: Any, name: str) -> Any:
    for key, value in _items(raw):
        if key == name:
            return value
    raise _OtherTypeError(_shown(raw))


def _listed(raw: Any) -> tuple[Any, ...]:
    if not isinstance(raw, Several):
        raise _OtherTypeError(_shown(raw))
    return raw.items


def _items(raw: Any, *, texts: bool = False) -> list[tuple[Any, Any]]:
    """The arguments and values of a function; one from 1 to n is written as a sequence."""
    if isinstance(raw, Several):
        return list(enumerate(raw.items, start=1))
    if not isinstance(raw, Pairs):
        raise _OtherTypeError(_shown(raw))
    if not texts:
        return list(raw.items)
    return [(_key(key), value) for key, value in raw.items]


def _key(key: Any) -> Any:
    """An argument: TLC's JSON writes those that are no texts as text."""
    return int(key) if isinstance(key, str) and key.lstrip("-").isdigit() else key


def _shown(raw: Any) -> str:
    return show(raw)[:80]
