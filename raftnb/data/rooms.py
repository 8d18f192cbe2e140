"""A folder of the package that is called like what it does: `prove(...)` says what to import."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, NoReturn

from raftnb.data.errors import UsageError


class Room(ModuleType):
    """A folder that says, when it is called, which of its functions is meant."""

    meant: str

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        """Raise the `UsageError` with the line that imports the function."""
        raise UsageError(
            f"a call of `{self.__name__}`, a folder of the package",
            allowed=", ".join(self.__all__),
            cure=f"import the function: `from {self.__name__} import {self.meant}`",
        )


def room_of(folder: str, meant: str) -> None:
    """Let a folder say, when it is called, that this one of its functions is meant."""
    module = sys.modules[folder]
    module.__class__ = Room
    module.__dict__["meant"] = meant


__all__ = ["Room", "room_of"]
