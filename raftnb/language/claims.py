"""Claims: functions of the state, or of a step, that are true or false."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftnb.data.errors import RaftnbError
from raftnb.language.grammar import spec_error

Property = Callable[..., bool]


def evaluate(claim: Property, arguments: dict[str, Any]) -> bool:
    """Whether a claim is true in the running world; what it raises becomes a `SpecError`."""
    try:
        return bool(claim(**arguments))
    except RaftnbError:
        raise
    except Exception as error:
        raise spec_error(error, claim.__name__) from error
