"""Values as short text for pictures: mathematics rather than Python."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any

from raftnb.data.values import Map, Record, order


def brief(value: Any) -> str:
    """A value of the language in a few characters: (a, b), {a, b}, k → v, Record(a, b)."""
    if isinstance(value, Enum):
        return value.name.lower()
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(brief, value)) + ")"
    if isinstance(value, frozenset):
        return "{" + ", ".join(map(brief, sorted(value, key=order))) + "}"
    if isinstance(value, Map):
        items = sorted(value.items(), key=lambda item: order(item[0]))
        return ", ".join(f"{brief(k)} → {brief(v)}" for k, v in items) or "{}"
    if isinstance(value, Record):
        inner = (brief(getattr(value, f.name)) for f in fields(value))  # type: ignore[arg-type]
        return f"{type(value).__name__}({', '.join(inner)})"
    return str(value)
