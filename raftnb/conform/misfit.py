"""What does not fit, and what cannot be read: reasons as one sentence, errors with a cure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.values import Message, show


class Misfit(RaftnbError):
    """An alternative that does not fit the state or the event; its text is the reason."""


class EventError(UsageError):
    """An event that a mapping cannot read: an unknown name, a server that nobody named."""

    def __init__(self, found: str, *, allowed: str, cure: str, place: str = "") -> None:
        super().__init__(found, place=place, allowed=allowed, cure=cure)


def told(value: Any) -> str:
    """A value as a reason has it: names and sets in short, and JSON as it is logged."""
    if value is None:
        return "null"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(told, value))) + "}"
    if isinstance(value, bool | list | dict):
        return json.dumps(value)
    return show(value)


def differ(what: str, is_: Any, logged: Any) -> str:
    """How two values that are not equal differ; of sequences and maps, where they first do."""
    if isinstance(is_, tuple | list) and isinstance(logged, type(is_)) and (is_ or logged):
        for index, (mine, theirs) in enumerate(zip(is_, logged, strict=False), 1):
            if mine != theirs:
                return f"{what} at {index} is {told(mine)}, logged {told(theirs)}"
        return f"the length of {what} is {len(is_)}, logged {len(logged)}"
    if isinstance(is_, Mapping) and isinstance(logged, Mapping) and is_.keys() == logged.keys():
        key = next(key for key in is_ if is_[key] != logged[key])
        return differ(f"{what}[{told(key)}]", is_[key], logged[key])
    return f"{what} is {told(is_)}, logged {told(logged)}"


def absent(
    kind: type[Message], ends: tuple[Any, Any], known: Mapping[str, Any], there: Iterable[Message],
    where: str = "in flight",
) -> str:  # fmt: skip
    """Why no message is the one with these fields: how the nearest of those there differs."""
    what = f"{kind.__name__} from {ends[0]} to {ends[1]}"
    wrong = [[(n, getattr(m, n), v) for n, v in known.items() if getattr(m, n) != v] for m in there]
    if not wrong:
        return f"no {what} is {where}"
    how = "; ".join(differ(*one) for one in min(wrong, key=len))
    return f"no such {what} is {where}; of the nearest {how}"


def fields_of(message: Message) -> dict[str, Any]:
    """The fields of a message, without its ends."""
    rest = {f.name: getattr(message, f.name) for f in fields(message)}
    return {name: value for name, value in rest.items() if name not in ("source", "dest")}
