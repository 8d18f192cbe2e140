"""What helps where a value is not of its type, or an annotation is no type of the language."""

from __future__ import annotations

from collections import deque
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, get_args, get_origin

from raftnb.data.domains import Domain
from raftnb.data.values import Map
from raftnb.language.universe import is_natural

VALUES: dict[Any, str] = {
    list: "use a tuple: (a, b)",
    deque: "use a tuple: `()`, `log[1:]`, `(*log, x)`",
    set: "use frozenset(...)",
    dict: "use Map({...})",
    float: "use whole numbers; `//` divides them",
    bool: "use 0 and 1, or declare a bool",
}
TYPES: dict[Any, str] = {
    list: "use Seq[...], and tuples as values",
    deque: "use Seq[...], and tuples as values",
    set: "use Set[...], and frozensets as values",
    dict: "use Map[..., ...]",
    float: "use whole numbers",
    bytes: "use a tuple of numbers, or a domain",
    Any: "say which values it may hold",
    object: "say which values it may hold",
}


def cure_of_value(value: Any, annotation: Any, text: str) -> str:
    """The cure for a value that an annotation, written so, does not allow."""
    if is_natural(annotation) and type(value) is int:
        return "guard it, as `when(x > 0)`; or declare it `int`"
    if get_origin(annotation) is tuple and type(value) in (int, str, bool):
        return f"a tuple of one has a comma: `({value!r},)`"
    if get_origin(annotation) is tuple and type(value) is tuple and ... not in get_args(annotation):
        return (
            f"`{text}` has exactly {len(get_args(annotation))}; declare `Seq[...]` for any length"
        )
    if get_origin(annotation) is frozenset and value == {}:
        return "write `frozenset()`: `{}` is an empty dict"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        members = annotation.__members__.items()
        for name, member in members if isinstance(value, str | int) else ():
            if value in (name, member.value):
                return f"name the member: `{text}.{name}`"
    if value is None:
        return f"declare it `{text} | None`, or give it another value"
    return VALUES.get(type(value), "give it a value of this type, or declare another")


def cure_of_annotation(annotation: Any) -> str:
    """The cure for an annotation that is no type of the language."""
    origin = get_origin(annotation) or annotation
    if origin in (tuple, frozenset, Map):
        return "say of what: Seq[int], Set[int], Map[int, bool], tuple[int, bool]"
    if not isinstance(origin, type):
        found = TYPES.get(origin) if origin in (Any,) else ""
        return found or "for a few values: `Literal[0, 1, 2]`; for numbers: `Nat`, and a claim"
    if issubclass(origin, Domain):
        return f"add `{origin.__name__}` to the processes or domains of the Spec"
    if issubclass(origin, Enum):
        return f"write `class {origin.__name__}(Enum)`: its members equal no number and no text"
    if origin in TYPES:
        return TYPES[origin]
    if is_dataclass(origin) or issubclass(origin, tuple) or origin.__module__ != "builtins":
        name = origin.__name__
        return f"write `class {name}(Record)` for what has fields, `class {name}(Domain)` for names"
    return "annotate with one of these"


__all__ = ["cure_of_annotation", "cure_of_value"]
