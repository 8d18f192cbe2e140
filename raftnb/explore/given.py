"""What the engines are given: a model and numbers, or an error that says what they take."""

from __future__ import annotations

from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.trace import State
from raftnb.language.claims import Property
from raftnb.language.spec import Model, Spec


def the_model(given: Any) -> Model:
    """The model itself; raises `UsageError` for a specification without constants, or else."""
    if isinstance(given, Model):
        return given
    what = f"{given!r} ({type(given).__name__})"
    if isinstance(given, Spec):
        what = f"the specification `{given.name}` (Spec)"
    elif isinstance(given, type):
        what = f"the class `{given.__name__}`"
    raise UsageError(
        f"{what} as a model",
        allowed="a model: a specification with its constants",
        cure="call the specification: `SPEC()`, or `SPEC(servers=3)`",
    )


def begun(given: Any, start: State | None) -> Model:
    """The model that is given, starting in a state if one is given."""
    model = the_model(given)
    return model if start is None else model.starting_at(start)


ASKED = ("invariants", "transitions", "sometimes", "possible")
"""The fields of a Spec whose claims an exploration asks, in the order in which it answers them."""


def asked(model: Model, *fields: str) -> tuple[Property, ...]:
    """The claims in these fields that can be evaluated, without those that are left out."""
    return tuple(
        claim
        for field in fields
        for claim in model.checked(getattr(model.spec, field))
        if (field, claim.__name__) not in model.left_out
    )


def at_least(least: int, **numbers: Any) -> None:
    """Raise `UsageError` for what is no whole number, or a smaller one (None is fine)."""
    for name, number in numbers.items():
        if number is not None and (type(number) is not int or number < least):
            raise UsageError(
                f"{name}={number!r}",
                allowed=f"a whole number of at least {least}",
                cure="leave it out, or raise it",
            )
