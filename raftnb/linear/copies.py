"""Copies of sequential objects: what `copy.deepcopy` gives, quickly where fields are plain."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

_PLAIN = {int, str, float, bool, type(None)}


def copy_of(thing: Any) -> Any:
    """An object of the same class whose fields are copies, all the way down."""
    copy = object.__new__(type(thing))
    fields = copy.__dict__
    fields.update(vars(thing))
    changing = {name: value for name, value in fields.items() if not _immutable(value)}
    if len(changing) == 1:
        ((name, value),) = changing.items()
        fields[name] = _copied(value, {id(thing): copy})
    elif changing:  # together, since two fields may be one and the same list
        fields.update(deepcopy(changing, {id(thing): copy}))
    return copy


def _immutable(value: Any) -> bool:
    if type(value) in _PLAIN:
        return True
    if isinstance(value, tuple):
        return _PLAIN.issuperset(map(type, value)) or all(map(_immutable, value))
    return isinstance(value, (int, str, float))


def _copied(value: Any, known: dict[int, Any]) -> Any:
    if isinstance(value, list) and all(map(_immutable, value)):
        return list(value)
    if isinstance(value, dict) and all(map(_immutable, value.values())):
        return dict(value)
    return deepcopy(value, known)
