"""Claims: functions of the state, or of a step, that are true or false."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.values import show
from raftnb.language import source

Property = Callable[..., bool]


def evaluate(claim: Property, arguments: dict[str, Any]) -> bool:
    """Whether a claim is true in the running world; what it raises becomes a `SpecError`."""
    try:
        found = claim(**arguments)
    except RaftnbError as error:
        raise source.placed(error) from error.__cause__
    except Exception as error:
        raise source.spec_error(error, claim.__name__) from error
    if found is not True and found is not False:
        raise SpecError(
            f"{show(found)} ({type(found).__name__}) as what `{claim.__name__}` says",
            place=source.place(claim, source.result_of(claim)),
            allowed="True or False",
            cure="compare: `x is not None`, `x != ()`, `x > 0`",
        )
    return found
