"""The operators of the language in C, which are given words."""

from __future__ import annotations

from collections.abc import Callable


def _chain(op: str) -> Callable[..., str]:
    """`min` and `max` of several numbers."""

    def written(*args: str) -> str:
        found = args[0]
        for arg in args[1:]:
            found = f"({arg} {op} {found} ? {arg} : {found})"
        return found

    return written


OPERATORS: dict[str, Callable[..., str]] = {
    "+": lambda a, b: f"counted(number({a}) + number({b}))",
    "-": lambda a, b: f"counted(number({a}) - number({b}))",
    "*": lambda a, b: f"counted(number({a}) * number({b}))",
    "//": lambda a, b: f"floored({a}, {b}, 0)",
    "%": lambda a, b: f"floored({a}, {b}, 1)",
    "neg": lambda a: f"counted(-number({a}))",
    "abs": lambda a: f"({a} < ZERO ? counted(-number({a})) : {a})",
    "min": _chain("<"),
    "max": _chain(">"),
    "range": lambda a, b: f"counting({a}, {b})",
    "least": lambda items, *default: f"extreme({items}, 0, {default[0] if default else 'UNBOUND'})",
    "largest": lambda items, *default: (
        f"extreme({items}, 1, {default[0] if default else 'UNBOUND'})"
    ),
    "index": lambda items, key: f"item({items}, {key})",
    "item": lambda items, place: f"item({items}, {place})",
    "slice": lambda items, low, high: f"slice({items}, {low}, {high})",
    "union": lambda a, b: f"joined({a}, {b})",
    "minus": lambda a, b: f"minus({a}, {b})",
    "meet": lambda a, b: f"common({a}, {b})",
    "xor": lambda a, b: f"differing({a}, {b})",
    "position": lambda items, item: f"position({items}, {item})",
    "merge": lambda a, b: f"merged({a}, {b})",
    "get": lambda items, key, default: f"map_get({items}, {key}, {default})",
    "the": lambda a: f"some({a})",
}
