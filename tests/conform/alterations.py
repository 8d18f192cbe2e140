"""Logs with one value altered: of each kind that a mapping compares, chosen by a seed."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple


class Alteration(NamedTuple):
    """A value that was altered: at which line, where in the event, and what it was and is."""

    line: int
    path: tuple[Any, ...]
    old: Any
    new: Any


NOT_COMPARED = {"time", "seq", "ts", "conf", "why", "lead", "applied", "first", "nlog"}
"""Fields that no mapping compares: clocks, numbers of lines, what Raft does not have."""
NAMES = {"event", "name", "tag", "ev", "server", "nid", "type", "library", "seed", "servers"}
"""What says which event it is: altered, it is another event, or none that can be read."""


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The numbers, names of roles and truth values in an event, and where they are."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in NOT_COMPARED and key not in NAMES:
                yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from places(inner, (*path, at))
    elif value is None or isinstance(value, int | str):
        yield path, value


ROLES = ("follower", "candidate", "leader")


def other(value: Any, chance: random.Random) -> Any:
    """Another value of the same kind."""
    if value is None:
        return chance.choice([0, 1])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return max(0, value + chance.choice([-1, 1, 1, 2])) if value else 1
    if value.isdigit():
        return str((int(value) + 1) % 4)
    kinds = [role for role in ROLES if role not in value.lower()]
    front = "State" if value.startswith("State") else ""
    made = chance.choice(kinds)
    return front + (made.capitalize() if value[0].isupper() else made)


def altered(
    events: Sequence[Any], matters: Any, count: int, seed: int
) -> Iterator[tuple[Alteration, list[Any]]]:
    """Logs in which one value that matters is another one, each with what was altered."""
    chance = random.Random(seed)
    while count:
        at = chance.randrange(1, len(events))
        found = [(p, v) for p, v in places(events[at]) if matters(events[at], p)]
        if not found:
            continue
        path, old = chance.choice(found)
        new = other(old, chance)
        if new == old:
            continue
        event = copy.deepcopy(events[at])
        inner = event
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = new
        count -= 1
        yield Alteration(at + 1, path, old, new), [*events[:at], event, *events[at + 1 :]]
