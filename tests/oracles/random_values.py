"""Random values of the types of the typed tree."""

from __future__ import annotations

import random
from typing import Any

from raftnb.data.values import Map, SortedSet
from raftnb.language.world import World
from raftnb.tree import nodes
from raftnb.tree.types import alternatives


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
    if isinstance(type_, nodes.SeqOf):
        return tuple(random_value(rng, type_.of, world) for _ in many)
    if isinstance(type_, nodes.SetOf):
        return SortedSet(random_value(rng, type_.of, world) for _ in many)
    if isinstance(type_, nodes.MapOf):
        keys = [random_value(rng, type_.key, world) for _ in many]
        return Map((key, random_value(rng, type_.value, world)) for key in keys)
    if isinstance(type_, nodes.RecordOf):
        cls = rng.choice([type_.cls, *type_.cls.__subclasses__()])
        fields = {name: rng.randint(-2, 3) for name in cls.__dataclass_fields__}
        return cls(**fields)
    assert isinstance(type_, nodes.Nothing)
    return None
