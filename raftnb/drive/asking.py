"""Asking an adapter something: what it raises, or never answers, is told in words."""

from __future__ import annotations

import inspect
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.places import place_in, place_of_error
from raftnb.drive.adapter import Adapter


class Failed(Exception):
    """The implementation raised an exception, or did not answer in time."""


class TooLate(BaseException):
    """No answer in time; no `Exception`, since an implementation might catch it."""


def can_be_limited() -> bool:
    """Whether what an adapter does can be interrupted here."""
    main = threading.current_thread() is threading.main_thread()
    return main and hasattr(signal, "setitimer")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TooLate` after so many seconds, unless another timer is to ring before."""
    running = signal.getitimer(signal.ITIMER_REAL)[0] if can_be_limited() else 0.0
    if not can_be_limited() or 0 < running <= seconds:
        yield
        return

    def stop(*_: Any) -> NoReturn:
        raise TooLate(seconds)

    before, begun = signal.signal(signal.SIGALRM, stop), time.monotonic()
    rest, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if rest:
            left = max(rest - (time.monotonic() - begun), 1e-6)
            signal.setitimer(signal.ITIMER_REAL, left, interval)


def ask(adapter: Adapter, name: str, *arguments: Any, seconds: float) -> Any:
    """What a method of the adapter returns.

    Raises `Failed` for an exception that the implementation raises, or if it takes longer than
    `seconds`; `UsageError` where the method is missing, or where the fault is the adapter's own.
    """
    method = getattr(adapter, name, None)
    if not callable(method):
        raise UsageError(
            f"no method `{name}`",
            place=repr(adapter),
            allowed="a method for each action of the specification that needs no message",
            cure=f'write `def {name}(self, process, ...)`, or `undriven = ("{name}",)`',
        )
    try:
        with limited(seconds):
            return method(*arguments)
    except (KeyboardInterrupt, RaftnbError):
        raise
    except TooLate as error:
        _blame(adapter, name, arguments, error, f"no answer in {seconds:g} seconds")
    except BaseException as error:
        _blame(adapter, name, arguments, error, _words(error))


def _words(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _blame(
    adapter: Adapter, name: str, arguments: tuple[Any, ...], error: BaseException, words: str
) -> NoReturn:
    """Raise `Failed` where the innermost frame is the implementation's, else `UsageError`."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    if not frames or Path(frames[-1].filename) in own_files(adapter):
        inner = ", ".join(f"{one!r:.80}" for one in arguments)
        raise UsageError(
            words,
            place=place_of_error(error) or _place(adapter, name),
            allowed="methods of an adapter that return",
            cure=f"mend the adapter: this was {type(adapter).__name__}.{name}({inner})",
        ) from None
    last = frames[-1]
    at = f"{Path(last.filename).name}, line {last.lineno}, in {last.name}"
    raise Failed(f"{words} ({at})") from None


def own_files(adapter: Adapter) -> set[Path]:
    """The files in which the adapter's classes are written."""
    found = set()
    for cls in type(adapter).__mro__[:-1]:
        try:
            found.add(Path(inspect.getfile(cls)))
        except (TypeError, OSError):
            continue  # a class of a notebook has none
    return found


def _place(adapter: Adapter, name: str) -> str:
    code = getattr(getattr(adapter, name), "__code__", None)
    if code is None:
        return f"{type(adapter).__name__}.{name}"
    return place_in(code.co_filename, code.co_firstlineno, None, code.co_qualname)


def wrong_answer(adapter: Adapter, name: str, found: str, allowed: str, cure: str) -> UsageError:
    """The error for what a method of the adapter returned."""
    return UsageError(
        f"{found}, from {type(adapter).__name__}.{name}",
        place=_place(adapter, name),
        allowed=allowed,
        cure=cure,
    )


__all__ = ["Failed", "ask", "can_be_limited", "wrong_answer"]
