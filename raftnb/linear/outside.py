"""What the methods of a class can reach beside their arguments and the fields of `self`.

A checker runs methods in orders that no program would, and remembers what they did. So what lies
outside must stay as it is: a list that all objects of a class share would tell the next order what
the last one did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache, partial
from inspect import getmro, ismodule
from types import CellType, CodeType, FunctionType
from typing import Any, TypeAlias

from raftnb.data.errors import SpecError
from raftnb.data.events import Value, exact, freeze

Place: TypeAlias = tuple[str, Callable[[], Any]]
"""The name of something that lies outside, and how to look at it."""
VOCABULARY = frozenset(("partition", "stands_for", "claims", "constant"))
"""What a class says of its operations; it never changes."""


class Outside:
    """What lies outside of the objects of a class, as it is now."""

    def __init__(self, cls: Any) -> None:
        self._class, self._before = cls, _seen(cls)

    def check(self) -> None:
        """Raise `SpecError` if it has changed since."""
        after = _seen(self._class)
        changed = [name for name, value in self._before.items() if value != after.get(name)]
        if changed:
            raise SpecError(
                f"its methods change {', '.join(changed)}",
                place=f"model {self._class.__name__}",
                allowed="methods that change the fields of self, which __init__ makes",
                cure=f"write self.{changed[0].rpartition('.')[2]} = ... in __init__",
            )


def _seen(cls: Any) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, look in _places(cls):
        with suppress(TypeError, ValueError, RecursionError):  # what cannot be compared is let be
            found[name] = exact(freeze(look()))
    return found


@lru_cache(256)
def _places(cls: Any) -> tuple[Place, ...]:
    found: dict[str, Place] = {}
    known: set[CodeType] = set()
    for base in getmro(cls)[:-1]:
        for name, value in vars(base).items():
            function = getattr(value, "__func__", getattr(value, "fget", value))
            if isinstance(function, FunctionType):
                found |= {place[0]: place for place in _reached(function, known)}
            elif not name.startswith("__") and name not in VOCABULARY and _is_value(value):
                word = f"{base.__name__}.{name}"
                found[word] = word, partial(vars(base).get, name)
    return tuple(found.values())


def _reached(function: FunctionType, known: set[CodeType]) -> Iterator[Place]:
    """What a function names outside of itself, and what the functions name that it names."""
    if function.__code__ in known:
        return
    known.add(function.__code__)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    looks: dict[str, Callable[[], Any]] = {
        name: partial(_content, cell) for name, cell in cells.items()
    }
    everything = function.__globals__
    for name in _names(function.__code__) & everything.keys():
        looks.setdefault(name, partial(everything.get, name))
    for name, look in looks.items():
        value = look()
        if isinstance(value, FunctionType):
            if value.__module__ == function.__module__:
                yield from _reached(value, known)
        elif _is_value(value):
            yield name, look


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty yet
        return None


def _names(code: CodeType) -> set[str]:
    inner = (part for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _is_value(value: Any) -> bool:
    return not (isinstance(value, type) or ismodule(value) or callable(value))
