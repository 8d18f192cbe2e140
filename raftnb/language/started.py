"""The world that a model starts, to be run by hand."""

from __future__ import annotations

from typing import Any

from raftnb.language import world
from raftnb.language.by_hand import no_attribute_of_a_world


class World(world.World):
    """A world that says what it has where it is asked for something else.

    Those of engines do not: in a class with `__getattr__` Python looks up every attribute the slow
    way, which was a tenth of what filling the memo takes.
    """

    def __getattr__(self, name: str) -> Any:
        raise no_attribute_of_a_world(name, self.__dict__.get("names", {}))
