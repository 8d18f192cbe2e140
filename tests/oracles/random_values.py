"""Random values of the types of the typed tree, and random states of a model."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from raftnb.data.trace import State
from raftnb.data.values import Map, Message, SortedSet, order
from raftnb.language.world import World
from raftnb.tree import nodes
from raftnb.tree.types import alternatives, type_of


def random_value(rng: random.Random, type_: nodes.Type, world: World) -> Any:
    """A small value of a type; members are those of the world."""
    if len(alternatives(type_)) > 1:
        return random_value(rng, rng.choice(alternatives(type_)), world)
    if isinstance(type_, nodes.Int):
        return rng.randint(0 if type_.natural else -3, 4)
    if isinstance(type_, nodes.Bool):
        return rng.random() < 0.5
    if isinstance(type_, nodes.Text):
        return rng.choice(sorted(type_.words or {"a", "b", "red"}))
    if isinstance(type_, nodes.Choice):
        return rng.choice(list(type_.cls))
    if isinstance(type_, nodes.Member):
        return rng.choice(world.members_by_root[type_.root])
    return _with_parts(rng, type_, world)


def _with_parts(rng: random.Random, type_: nodes.Type, world: World) -> Any:
    many = range(rng.randint(0, 3))
    if isinstance(type_, nodes.TupleOf):
        return tuple(random_value(rng, item, world) for item in type_.items)
    if isinstance(type_, nodes.SeqOf):
        return tuple(random_value(rng, type_.of, world) for _ in many)
    if isinstance(type_, nodes.SetOf):
        return SortedSet(random_value(rng, type_.of, world) for _ in many)
    if isinstance(type_, nodes.MapOf):
        keys = [random_value(rng, type_.key, world) for _ in many]
        return Map((key, random_value(rng, type_.value, world)) for key in keys)
    if isinstance(type_, nodes.RecordOf):
        return _record(rng, rng.choice([type_.cls, *type_.cls.__subclasses__()]), world)
    assert isinstance(type_, nodes.Nothing)
    return None


def _record(rng: random.Random, cls: Any, world: World) -> Any:
    hints, found = world.model.annotations(cls), {}
    for name in cls.__dataclass_fields__:
        if name in ("source", "dest") and issubclass(cls, Message):
            found[name] = rng.choice(_ends(world))
        else:
            found[name] = random_value(rng, type_of(hints[name]), world)
    return cls(**found)


def _ends(world: World) -> list[Any]:
    """The processes that messages are sent by and to."""
    classes = [cls for cls in world.model.processes if not cls.everywhere]
    return [member for cls in classes for member in world.members_by_root[cls.root]]


def random_states(rng: random.Random, world: World, base: State, count: int) -> Iterator[State]:
    """States whose variables have random values of their annotated types, or those of `base`."""
    model = world.model
    for _ in range(count):
        cells, share = list(base.values), rng.choice((0.3, 1.0))
        for at, (variable, cls) in enumerate(model.variables):
            if variable.name != "pc" and rng.random() < share:
                hint = type_of(model.annotation_of(variable, cls))
                cells[at] = random_value(rng, hint, world)
        flying = set(_messages(rng, world)) if model.delivery is not None else set()
        for ends, at in model.channels.items():
            cells[at] = tuple(m for m in flying if (m.source.name, m.dest.name) == ends)
        bag = () if model.channels else tuple((m, 1) for m in sorted(flying, key=order))
        yield State(model.layout, tuple(cells), bag)


def _messages(rng: random.Random, world: World) -> Iterator[Any]:
    for kind in world.model.spec.vocabulary.kinds:
        if issubclass(kind, Message) and _ends(world):
            for _ in range(rng.choice((0, 1, 1, 2))):
                yield _record(rng, kind, world)
