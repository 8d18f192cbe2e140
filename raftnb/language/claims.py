"""Claims: functions of the state, or of a step, that are true or false."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any, NoReturn

from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.values import show
from raftnb.language import source
from raftnb.language.processes import Action
from raftnb.language.setting import Setting
from raftnb.language.universe import Populated, universe

Property = Callable[..., bool]
Ranges = dict[str, list[Any]]


def as_function(value: Any) -> FunctionType:
    """The value, if it is a function; `SpecError` for anything else."""
    if isinstance(value, FunctionType):
        return value
    name = getattr(value, "__name__", None) or getattr(value, "name", None)
    cure = "define a function with `def`, and name it here"
    if isinstance(value, Action):
        cure = f"`{name}` takes a step; claim what is true before and after: `def f(...) -> bool`"
    elif isinstance(value, str):
        cure = f"name it without quotes: {value}" if value.isidentifier() else cure
    elif isinstance(value, bool):
        cure = "name the function without calling it"
    raise SpecError(
        f"`{value!r}` as a claim", allowed="functions: `def claim(p: P) -> bool`", cure=cure
    )


def value_of(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """What a function says of the running world; what it raises becomes a `SpecError`."""
    try:
        return function(*arguments)
    except Exception as error:
        raise_placed(error, function.__name__)


def raise_placed(error: Exception, name: str) -> NoReturn:
    """Raise what a function of this name has raised as an error with its place."""
    if isinstance(error, RaftnbError):
        raise source.placed(error) from error.__cause__
    raise source.spec_error(error, name) from error


def evaluate(claim: Any, arguments: Sequence[Any]) -> bool:
    """Whether a claim is true in the running world; what it raises becomes a `SpecError`."""
    return first_false(claim, (arguments,)) is None


def first_false(claim: Any, rows: Iterable[Sequence[Any]]) -> Sequence[Any] | None:
    """The first arguments for which a claim is false in the running world; None if it never is.

    What it raises becomes a `SpecError`. In one loop, since the memo asks it of many states.
    """
    for row in rows:
        try:
            found = claim(*row)
        except Exception as error:
            raise_placed(error, claim.__name__)
        if found is False:
            return row
        if found is not True:
            raise SpecError(
                f"{show(found)} ({type(found).__name__}) as what `{claim.__name__}` says",
                place=source.place(claim, source.result_of(claim)),
                allowed="True or False",
                cure="compare: `x is not None`, `x != ()`, `x > 0`",
            )
    return None


def ranges(claim: Any, model: Setting, world: Populated) -> Ranges:
    """The values for which a claim is evaluated: a constant's, and all of a type."""
    constants, types = model.constants, model.parameters(claim)
    return {n: [constants[n]] if n in constants else universe(t, world) for n, t in types.items()}
