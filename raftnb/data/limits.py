"""What stops after some seconds, and says what it has found till then."""

from __future__ import annotations

import gc
import math
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from types import FrameType
from typing import Any, TypeVar

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Answer

A = TypeVar("A", bound=Answer)
SOON = 0.05
"""Seconds until it is tried again where nobody would hear it."""


class TimeIsUp(KeyboardInterrupt):
    """The time is up: engines stop as for Ctrl-C, and keep what they have."""


def _is_unheard(frame: FrameType | None) -> bool:
    """Whether no exception comes out: of a callback of the compiler, of one of the collector of
    garbage (hypothesis has one) or of a weak reference, or of a `__del__` (Z3's)."""
    collector = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    while frame is not None:
        code = frame.f_code
        if "llvmlite" in code.co_filename or code.co_filename == weakref.__file__:
            return True
        if code.co_name == "__del__" or code in collector:
            return True
        frame = frame.f_back
    return False


def within(seconds: float | None, ask: Callable[[], A]) -> A:
    """What `ask` answers, stopped after so many seconds; raises `TimeIsUp` if it then has none.

    Wherever `ask` is stopped, by Ctrl-C, too, the running world is the one that it was.
    """
    apart = copy_context()
    if seconds is None:
        return apart.run(ask)
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        raise UsageError(
            "max_seconds where no timer can be set",
            allowed="systems with timers, and there the main thread of a program; other bounds",
            cure="leave it out, and stop it with Ctrl-C",
        )
    bound = f"max_seconds {seconds:g}"

    def stop(_: int, frame: FrameType | None) -> None:
        if _is_unheard(frame):
            signal.setitimer(signal.ITIMER_REAL, SOON)
        else:
            raise TimeIsUp(bound)

    until = time.monotonic() + seconds
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        answer = apart.run(ask)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    told = answer.bound or ""
    if time.monotonic() < until or "interrupted" not in told:
        return answer
    named: Any = answer
    return replace(named, bound=told.replace("interrupted", bound, 1))  # type: ignore[no-any-return]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C, and the end of the time that was given, are heard when this is left.

    For what a library, once it was left half done, could not do any more in this process.
    """
    numbers = [getattr(signal, name, None) for name in ("SIGINT", "SIGALRM")]
    heard = {number: signal.getsignal(number) for number in numbers if number is not None}
    if threading.current_thread() is not threading.main_thread() or None in heard.values():
        yield  # nothing is raised there; or another program than Python hears it
        return
    came: list[int] = []
    for number in heard:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)


def in_time(seconds: float | None, ask: Callable[[], A], nothing: Callable[[str], A]) -> A:
    """What `ask` answers within so many seconds of this call, if they are given.

    Where the time is up before there is an answer, it is `nothing`, told the bound. Raises
    `UsageError` for what is no number of seconds.
    """
    if seconds is not None and not (isinstance(seconds, int | float) and 0 < seconds < math.inf):
        raise UsageError(f"max_seconds={seconds!r}", allowed="a number above 0", cure="use 10")
    try:
        return within(seconds, ask)
    except TimeIsUp as stop:
        return nothing(str(stop))


__all__ = ["TimeIsUp", "in_time", "undisturbed", "within"]
