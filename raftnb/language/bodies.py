"""What stands in a class: variables, constants and methods, and nothing else."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from types import FunctionType
from typing import Any

from raftnb.data.domains import TAKEN
from raftnb.data.errors import SpecError
from raftnb.data.places import place_of_declaration
from raftnb.data.values import order
from raftnb.language import source
from raftnb.language.attributes import functions_of
from raftnb.language.idle import refuse_idle
from raftnb.language.processes import Action, Variable
from raftnb.language.vocabulary import ROOTS, Vocabulary

ALLOWED = "variables with annotations, constants, and methods: `def name(self, ...)`"
WRAPPED: dict[type, str] = {
    property: "take `@property` away, and call it: `x.{0}()`",
    cached_property: "take `@cached_property` away, and call it: `x.{0}()`",
    staticmethod: "take `@staticmethod` away and give it `self`, or define it outside of the class",
    classmethod: "take `@classmethod` away: `self` is one member, `for x in {1}` are all of them",
}
PLAIN: dict[type, str] = {
    list: "declare it, with a tuple as its value: `{0}: Seq[...] = ()`",
    set: "declare it: `{0}: Set[...] = frozenset()`",
    dict: "declare it: `{0}: Map[..., ...] = Map({{...}})`",
    float: "use whole numbers; `//` divides them",
}
DUNDERS = {
    "__init__": "take it away, and give each variable its value in the class: `{2}: Type = value`",
    "__post_init__": "take it away: what is so at the start is in `initially=` of the Spec",
}


def refuse_bodies(vocabulary: Vocabulary) -> None:
    """Raise `SpecError` for what stands in a class and is no variable, constant or method."""
    for cls in vocabulary.kinds:
        for base in cls.__mro__:
            if base not in ROOTS and issubclass(base, ROOTS):
                _refuse_body(base)
        _refuse_selfless(cls)
    refuse_idle(vocabulary)


def _refuse_body(cls: type) -> None:
    """Raise `SpecError` for what a class, but none of its bases, has in it."""
    made, fields = vars(cls).get("__dataclass_params__"), vars(cls).get("__annotations__", {})
    if made is not None and made.repr:  # a record's own has none
        raise SpecError(
            f"`@dataclass` on `{cls.__name__}`",
            place=place_of_declaration(vars(cls), cls.__name__, next(iter(fields), "")),
            allowed=f"`class {cls.__name__}(Record)`, which is a frozen dataclass already",
            cure="take `@dataclass` away",
        )
    members = dict(cls.__members__) if issubclass(cls, Enum) else {}
    values = {name: member.value for name, member in members.items()}
    for name, value in {**vars(cls), **values}.items():
        if _is_value(value) if name in members else _may_stand(name, value):
            continue
        if isinstance(value, FunctionType) and not name.startswith("__"):
            raise SpecError(
                f"the method `{name}` of `{cls.__name__}`, which nothing can run",
                place=source.place(value),
                allowed="methods whose names begin with a letter",
                cure=f"call it `{name.strip('_')}`",
            )
        raise SpecError(
            f"`{name}` ({type(value).__name__}) in the class `{cls.__name__}`",
            place=place_of_declaration(vars(cls), cls.__name__, name),
            allowed=ALLOWED,
            cure=_cure(cls, name, value),
        )


def _cure(cls: type, name: str, value: Any) -> str:
    """The cure for what may not stand in a class."""
    if name.startswith("__"):
        known = DUNDERS.get(name, "take it away: members compare by name, records by their fields")
    elif hasattr(value, "__wrapped__") and type(value) not in WRAPPED:
        known = "take the decorator away: a method is read as it is written"
    else:
        known = (
            WRAPPED.get(type(value))
            or PLAIN.get(type(value))
            or ("write a method with a return annotation, or a function outside the class")
        )
    sets = source.assigned_attributes(value) if name == "__init__" else ()
    variable = next(iter(sorted(sets)), "count")
    return known.format(name, cls.__name__, variable)


def _refuse_selfless(cls: type) -> None:
    """Raise `SpecError` for a method that takes no `self`, or reads one that it does not take."""
    for name, function in functions_of(cls).items():
        if isinstance(vars(cls).get(name), staticmethod) or not _lacks_self(function):
            continue
        code = function.__code__
        parameters = ", ".join(["self", *code.co_varnames[: code.co_argcount]])
        raise SpecError(
            f"`{name}` of `{cls.__name__}` without `self`",
            place=source.place(function, source.parse(function)),
            allowed="methods: `def name(self, ...)`",
            cure=f"write `def {name}({parameters})`",
        )


def _lacks_self(function: FunctionType) -> bool:
    code = function.__code__
    given = code.co_varnames[: code.co_argcount]
    if "self" in given:
        return False
    reads = any(node.id == "self" for node in source.free_names(function))
    return reads or not given or given[0] in function.__annotations__


def _may_stand(name: str, value: Any) -> bool:
    if isinstance(value, FunctionType):
        return not name.startswith("_") or _is_generated(value)
    if name.startswith("_") or name in TAKEN:
        return not isinstance(value, tuple(WRAPPED))
    if isinstance(value, type):
        return issubclass(value, ROOTS)
    return isinstance(value, Variable | Action) or _is_value(value)


def _is_generated(function: FunctionType) -> bool:
    """Whether a method comes from `dataclass`, from `Enum`, or from this package."""
    return function.__code__.co_filename in ("<string>", _ENUM) or source.is_ours(function)


_ENUM = Enum.__format__.__code__.co_filename


def _is_value(value: Any) -> bool:
    try:
        order(value)
    except SpecError:
        return False
    return True


__all__ = ["refuse_bodies"]
