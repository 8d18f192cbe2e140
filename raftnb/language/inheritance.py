"""What a class has from those it is made of, and names that would mean two things in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import FunctionType
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.places import place_in, place_of_declaration

Inherited = tuple[dict[str, Any], dict[str, Any], Any]
"""Variables and actions by name, and the order of actions."""


def inherited(metaclass: type, name: str, bases: tuple[Any, ...], action: type) -> Inherited:
    """The variables, actions and order that a class has from its bases."""
    base = bases[0]
    if len(bases) > 1:
        return mixed(metaclass, name, bases, action)
    variables, actions = getattr(base, "variables", {}), getattr(base, "actions", {})
    return dict(variables), dict(actions), getattr(base, "cycle", None)


def mixed(metaclass: type, name: str, bases: tuple[Any, ...], action: type) -> Inherited:
    """The same of several bases: of one name what Python finds first, each variable placed anew."""
    try:
        above: Any = type.__new__(metaclass, name, bases, {}).__mro__[1:]
    except TypeError as error:
        raise SpecError(
            f"`{name}` with the bases {', '.join(base.__name__ for base in bases)}: {error}",
            allowed="bases in one order, and none before what is made of it",
            cure="name the most special one first",
        ) from None

    def first(key: str) -> Any:
        own = (vars(base)[key] for base in above if key in vars(base))
        return next(value for value in own if getattr(value, "is_own", True))

    names = dict.fromkeys(key for base in bases for key in base.variables)
    variables = {
        key: replace(first(key), position=at, is_own=False) for at, key in enumerate(names)
    }
    called = dict.fromkeys(key for base in bases for key in base.actions)
    actions = {key: first(key) for key in called if isinstance(first(key), action)}
    orders = dict.fromkeys(base.cycle for base in bases if base.cycle is not None)
    clashes = [key for key in names if key in called]
    if len(orders) > 1 or clashes:
        found = f"with `{clashes[0]}` as a variable and an action" if clashes else "with two cycles"
        raise SpecError(
            f"`{name}`, {found}, from its bases",
            allowed="bases that have nothing in common, or that have it from one class",
            cure="rename one of them" if clashes else "write one `cycle`, below both",
        )
    return variables, actions, next(iter(orders), None)


def refuse_clashes(
    name: str, space: dict[str, Any], variables: Iterable[str], actions: Iterable[str]
) -> None:
    """Raise `SpecError` for a method called like a variable, or a variable like an action."""
    declared_here = space.get("__annotations__", {})
    for key in space:
        if key in variables and key not in declared_here and not key.startswith("__"):
            raise SpecError(
                f"`{key}` in `{name}`, which is a variable of what `{name}` is made of",
                place=place_of_declaration(space, name, key),
                allowed=f"`{key}: Type = value` for another type or initial value; other names",
                cure=f"call it `{key}_`, or what it does",
            )
    for key in declared_here:
        if key in actions or isinstance(space.get(key), FunctionType):
            raise SpecError(
                f"`{key}` of `{name}`, a variable and a method",
                place=place_of_declaration(space, name, key),
                allowed="different names",
                cure="rename one of the two",
            )


def refuse_lost_action(name: str, key: str, value: Any) -> None:
    """Raise `SpecError` for an action that would become an operator, and be taken no more."""
    if isinstance(value, FunctionType) and not hasattr(value, "__macro__"):
        raise SpecError(
            f"`{key}` of `{name}`, an operator in place of an action",
            place=place_in(value.__code__.co_filename, value.__code__.co_firstlineno, None, key),
            allowed="an action: a method that returns nothing; `@macro` for a part of actions",
            cure=f"write `def {key}(self, ...) -> None`; what never happens asks `when(False)`",
        )


def refuse_borrowed(name: str, space: dict[str, Any], action: type) -> None:
    """Raise `SpecError` for a method that stands elsewhere: it has another name, or none."""
    for key, value in space.items():
        is_function = isinstance(value, FunctionType) and value.__name__ not in (key, "<lambda>")
        if isinstance(value, action) or (is_function and not key.startswith("_")):
            raise SpecError(
                f"`{key} = {getattr(value, 'function', value).__qualname__}` in `{name}`",
                place=place_of_declaration(space, name, key),
                allowed="methods that are written in the class, or in one of its bases",
                cure=f"write `def {key}(self)`; what two classes share stands in a base of both",
            )
