"""Which lines of an action's text run in a step."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from raftnb.language.processes import Action


class Lines:
    """Notes the lines of an action that run while `noted`; 0 is the first of its text."""

    def __init__(self, action: Action) -> None:
        self._code: Any = getattr(inspect.unwrap(action.function), "__code__", None)
        self._found: set[int] = set()

    def clear(self) -> None:
        """Forget the lines: another run begins."""
        self._found.clear()

    @property
    def found(self) -> tuple[int, ...]:
        """The lines that ran, in order."""
        return tuple(sorted(self._found))

    def noted(self, runs: Iterator[None]) -> Iterator[None]:
        """The same runs, with Python telling of their lines."""
        while True:
            with self._told():
                ended = next(runs, runs) is runs
            if ended:
                return
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        before = sys.gettrace()  # a debugger, which goes on afterwards
        sys.settrace(self._trace)
        try:
            yield
        finally:
            sys.settrace(before)

    def _trace(self, frame: Any, event: str, _: Any) -> Any:
        code = frame.f_code
        if code is not self._code:
            return None
        if event == "line":
            self._found.add(frame.f_lineno - code.co_firstlineno)
        return self._trace


__all__ = ["Lines"]
