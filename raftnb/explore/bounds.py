"""What bounds an exploration: the Spec's constraints, and how long a channel may grow."""

from __future__ import annotations

from collections.abc import Callable

from raftnb.language.claims import Property
from raftnb.language.spec import Model
from raftnb.language.world import World


def bounding(model: Model) -> tuple[tuple[Property, ...], Callable[[World], bool]]:
    """The functions that bound a model, and whether a world is within them (no bag is looked at).

    There are none where nothing bounds it but what the bag may hold.
    """
    constraints, name = model.checked(model.spec.constraints), model.spec.channel_length
    cells = tuple(model.channels.values()) if name is not None else ()
    limit = model.constants[name] if name is not None else 0
    assert isinstance(limit, int)

    def channels_are_short(world: World) -> bool:
        return all(len(world.read(cell)) <= limit for cell in cells)

    def is_within(world: World) -> bool:
        return channels_are_short(world) and all(world.failure(c) is None for c in constraints)

    return (*constraints, *([channels_are_short] if cells else [])), is_within
