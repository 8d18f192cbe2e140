"""What is brought to a good end after Ctrl-C, in place of being left where it was."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Stopped = Callable[[], bool]
"""Whether Ctrl-C was pressed, for who can stop by himself."""


@contextmanager
def put_off() -> Iterator[Stopped]:
    """The first Ctrl-C is noted only, and what this gives says whether there was one.

    The next one is heard as ever. Where nobody would hear the first one either (outside of the main
    thread, or where it is ignored) nothing is changed.
    """
    before = signal.getsignal(signal.SIGINT)
    noted: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        noted.append(number)
        signal.signal(number, before)

    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: False
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(noted)
    finally:
        signal.signal(signal.SIGINT, before)


__all__ = ["Stopped", "put_off"]
