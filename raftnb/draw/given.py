"""What a drawing is given: a trace, and not the world or the result that has one."""

from __future__ import annotations

from raftnb.data.errors import UsageError
from raftnb.data.trace import Trace


def trace_of(given: object, place: str) -> Trace:
    """The trace that is given to the function `place`; raises `UsageError` for anything else."""
    if isinstance(given, Trace):
        return given
    named = "world" if hasattr(given, "state") else "result"
    has_one = isinstance(getattr(given, "trace", None), Trace)
    raise UsageError(
        "None, where nothing is violated" if given is None else f"a {type(given).__name__}",
        place=place,
        allowed="a Trace",
        cure=f"write `{named}.trace`" if has_one else "look whether the result has a trace",
    )


__all__ = ["trace_of"]
