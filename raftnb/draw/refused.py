"""What an action answers where it is not enabled: a result to show, not an error to end with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftnb.data.errors import NotEnabled, UsageError


class Refusal(str):
    """One line: which action is not enabled, and which `when` is false."""

    def __repr__(self) -> str:
        return str(self)


def refused(action: Callable[..., object], *arguments: object, **named: Any) -> Refusal:
    """Call an action, or a scene that ends in one, where it must not be enabled; say why not.

    The action changes nothing. Raises `UsageError` if it was enabled after all, and was taken.
    """
    try:
        action(*arguments, **named)
    except NotEnabled as error:
        return Refusal(error.found)
    name = getattr(action, "__name__", str(action))
    raise UsageError(
        f"`{name}` was enabled, and was taken",
        allowed="an action that is not enabled in this state",
        cure="call it without `refused`",
    )
