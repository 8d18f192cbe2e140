"""The constants of a model, checked against what the Spec declares for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any, NamedTuple

from raftnb.data.errors import UsageError
from raftnb.data.names import nearest

Constant = int | tuple[str, ...]


class Sort(NamedTuple):
    """What a constant may be: a test, and the same in words."""

    takes: Callable[[Any], bool]
    allowed: str


def is_number(value: Any) -> bool:
    """Whether a value is a whole number, which True and False are not."""
    return type(value) is int


def are_names(value: Any) -> bool:
    """Whether a value is a tuple of different names for members."""
    return (
        isinstance(value, tuple | list)
        and len(value) > 0
        and all(isinstance(v, str) and v.isidentifier() and not iskeyword(v) for v in value)
        and len(set(value)) == len(value)
    )


SIZE = Sort(
    lambda value: are_names(value) or (is_number(value) and value >= 1),
    "a number of at least 1, or different names, as in ('a', 'b')",
)
SWITCH = Sort(lambda value: isinstance(value, int) and value in (0, 1), "0 or 1")
NATURAL = Sort(lambda value: is_number(value) and value >= 0, "a number of at least 0")
INTEGER = Sort(is_number, "a whole number")


def sort_of(default: Any) -> Sort:
    """What a constant that is no size may be, by its default."""
    if isinstance(default, bool):
        return SWITCH
    return INTEGER if is_number(default) and default < 0 else NATURAL


def refuse_given(
    spec: str, given: tuple[Any, ...], history: Any, defaults: Mapping[str, Any]
) -> None:
    """Raise `UsageError` for constants without a name, and for a `history` that is no switch."""
    if given:
        named = f"{[*defaults, 'NAME'][0]}={given[0]!r}"
        raise UsageError(
            f"`{spec}` called with {given[0]!r}, which has no name",
            allowed=f"constants by name: {', '.join(defaults) or 'it has none'}",
            cure="unpack it: `SPEC(**...)`"
            if isinstance(given[0], Mapping)
            else f"`SPEC({named})`",
        )
    if type(history) is not bool:
        raise UsageError(
            f"history={history!r}, which is a switch and no constant",
            place=f"the model of `{spec}`",
            allowed="True or False",
            cure="write `history=True` to keep the history variables",
        )


def checked_constants(
    spec: str, given: Mapping[str, Any], defaults: Mapping[str, Any], sorts: Mapping[str, Sort]
) -> dict[str, Constant]:
    """The constants given for a specification; `UsageError` for one that its sort does not take."""
    found: dict[str, Constant] = {}
    for name, value in given.items():
        if name not in sorts:
            raise UsageError(
                f"the constant `{name}` for `{spec}`",
                allowed=", ".join(sorts) or "no constants",
                cure=nearest(name, [*sorts, "history"]) or "use one of these names",
            )
        if not sorts[name].takes(value):
            raise UsageError(
                f"{value!r} for the constant `{name}` of `{spec}`",
                allowed=sorts[name].allowed,
                cure=_cure(name, value, sorts[name], defaults.get(name)),
            )
        found[name] = tuple(value) if isinstance(value, tuple | list) else int(value)
    return found


def _cure(name: str, value: Any, sort: Sort, default: Any) -> str:
    """The cure for a value that is none of a constant's: as near to what was meant as can be."""
    if isinstance(value, str) and value.strip("-").isdigit() and sort.takes(int(value)):
        return f"without quotes: `{name}={value}`"
    if isinstance(value, float) and abs(value) < 10**9 and sort.takes(round(value)):
        return f"a whole number: `{name}={round(value)}`"
    usual = default if sort.takes(default) else 1
    if sort is SIZE and is_number(value):
        return f"a class has at least one member: `{name}={usual}`"
    if sort is NATURAL and is_number(value):
        return f"`{name}={-value}`; or give it a default below 0 in the Spec, if it may be negative"
    return f"for example `{name}={usual}`"
