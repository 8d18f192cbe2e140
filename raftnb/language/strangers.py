"""Names that match nothing, though they look as if they did.

A fairness condition on what the Spec does not name, a method of a variant that is spelt nearly like
the one that it should override, a bound of a network that there is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import FunctionType
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.names import listed, nearest
from raftnb.language import source
from raftnb.language.processes import Action, Process
from raftnb.language.temporal import Fairness
from raftnb.language.vocabulary import ROOTS

SHORT = 2
"""Names of so many letters are all near each other."""


def refuse_strangers(
    processes: Sequence[Any], shared: Sequence[Any], fairness: Sequence[Fairness]
) -> None:
    """Raise `SpecError` for what a Spec names, or a class writes, that matches nothing."""
    refuse_near_misses((*processes, *shared))
    refuse_strange_fairness(fairness, processes)


def refuse_strange_fairness(
    fairness: Iterable[Fairness], processes: Iterable[type[Process]]
) -> None:
    """Raise `SpecError` for a condition on a class or an action that is not among these."""
    known = tuple(processes)
    for condition in fairness:
        for part in condition.parts:
            if not any(is_part_of(part, cls) for cls in known):
                names = [f"{cls.__name__}.{name}" for cls in known for name in cls.actions]
                classes = [cls.__name__ for cls in known]
                own = part.name if isinstance(part, Action) else part.__name__
                near = nearest(own, [name for cls in known for name in cls.actions] + classes)
                raise SpecError(
                    f"`{own}` in `{condition}`, which the Spec does not name",
                    allowed=listed([*classes, *names]),
                    cure=near or f"add its class to `processes`, or take `{own}` out",
                )


def is_part_of(part: Any, cls: type[Process]) -> bool:
    """Whether a part of a fairness condition is a class, or an action of it or of its bases."""
    if not isinstance(part, Action):
        return bool(part.root == cls.root)
    owned = any(vars(base).get(part.name) is part for base in cls.__mro__)
    return owned and part.name in cls.actions


def refuse_near_misses(classes: Iterable[Any]) -> None:
    """Raise `SpecError` for a method of a variant whose name is nearly one of what it varies."""
    for cls in classes:
        for at, one in enumerate(cls.__mro__):
            if one in ROOTS or not issubclass(one, ROOTS):
                continue
            above = [base for base in cls.__mro__[at + 1 :] if base not in ROOTS]
            known = {name: kind for base in above for name, kind in methods_of(base)}
            for name, kind in methods_of(one):
                near = [n for n, other in known.items() if other == kind and is_near(n, name)]
                if name not in known and near:
                    raise SpecError(
                        f"`{name}` of `{one.__name__}`, which overrides nothing",
                        place=source.place(function_of(vars(one)[name])),
                        allowed=f"`{near[0]}`, which it would override; names that are less alike",
                        cure=f"did you mean `{near[0]}`? If not, call it by what it does",
                    )


def function_of(value: Any) -> Any:
    """The function of an action, or of a method that is none."""
    return value.function if isinstance(value, Action) else value


def methods_of(cls: type) -> list[tuple[str, str]]:
    """The methods that a class itself writes: their names, and what kind they are."""
    return [
        (name, "action" if isinstance(value, Action) else "operator")
        for name, value in vars(cls).items()
        if isinstance(value, Action | FunctionType) and not name.startswith("_")
    ]


def is_near(one: str, other: str) -> bool:
    """Whether names differ by one letter, two that change places, capitals or underscores.

    The first letter is seldom the wrong one: `make` is another word than `take`.
    """
    a, b = (name.lower().replace("_", "") for name in (one, other))
    if a == b or a[:1] != b[:1] or min(len(a), len(b)) < SHORT:
        return a == b
    front = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    x, y = a[front:], b[front:]
    if len(x) == len(y):
        return (x[1:] == y[1:] and not (x[0] + y[0]).isdigit()) or (
            x[:2] == y[1::-1] and x[2:] == y[2:]
        )
    longer, shorter = (x, y) if len(x) > len(y) else (y, x)
    return longer[1:] == shorter and not longer[0].isdigit()
