"""A progress bar for what takes long."""

from __future__ import annotations

import math
import sys
import time
from typing import Any, Self, TextIO

EVERY = 60.0
"""Seconds between two lines of a log."""
WITH_TOTAL = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_noinv_fmt}{postfix}]"
WITHOUT = "{n_fmt}{unit} [{elapsed}, {rate_noinv_fmt}{postfix}]"
"""What tqdm writes, but always in states a second, never in seconds a state."""


def progress_bar(
    unit: str,
    show: bool | None = True,
    total: int | None = None,
    *,
    delay: float = 1,
    title: str | None = None,
) -> Bar:
    """A bar that appears after `delay` seconds and goes away at the end.

    It stands on standard error, in a notebook below the cell; in a file or a pipe it is a line
    every minute instead, the first one after a second. With `show=None` it is only where somebody
    sees it, in a notebook or on a terminal. With `show`, the environment variable TQDM_DISABLE can
    still turn it off.
    """
    options: dict[str, Any] = {"total": total, "desc": title, "unit": f" {unit}"}
    head = f"{title}: ".replace("{", "{{").replace("}", "}}") if title else ""
    options["bar_format"] = head + WITHOUT if total is None else WITH_TOTAL
    display = _display_of_a_notebook()
    if display is not None:
        options |= {"file": Line(display), "ncols": 80}
    elif not sys.stderr.isatty():
        options |= {"file": Log(sys.stderr), "ncols": 100}
    seen = display is not None or sys.stderr.isatty()
    never = show is False or (show is None and not seen)
    return Bar(math.inf if never else delay, options)


class Bar:
    """A bar of tqdm that is made when it appears: to import tqdm takes as long as a small check."""

    def __init__(self, delay: float, options: dict[str, Any]) -> None:
        self.n = 0
        self._delay, self._options = delay, options
        self._begun = time.time()
        self._shown: Any = None
        self._postfix: dict[str, Any] = {}
        self._appear()

    def update(self, n: int = 1) -> None:
        """So many more."""
        self.n += n
        self._appear()
        if self._shown is not None:
            self._shown.set_postfix(self._postfix, refresh=False)
            self._shown.update(self.n - self._shown.n)

    def set_postfix(self, **numbers: Any) -> None:
        """What stands behind it from the next update on."""
        self._postfix = numbers

    def write(self, line: str) -> None:
        """Print a line above it."""
        if self._shown is None:
            print(line)
        else:
            self._shown.write(line)

    def clear(self) -> None:
        """Take it away until the next update."""
        if self._shown is not None:
            self._shown.clear()

    def close(self) -> None:
        """Take it away."""
        if self._shown is not None:
            self._shown.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _appear(self) -> None:
        """Make tqdm's bar if it is time; its own time began with this one."""
        if self._shown is None and time.time() >= self._begun + self._delay:
            from tqdm import tqdm

            self._shown = tqdm(leave=False, unit_scale=True, delay=self._delay, **self._options)
            self._shown.start_t = self._shown.last_print_t = self._begun


def _display_of_a_notebook() -> Any:
    """What shows something below a cell; None where no notebook runs."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return ipython.display.display if getattr(shell, "kernel", None) else None  # type: ignore[union-attr]


def words_of(text: str) -> str:
    """What tqdm writes without its ways to another line, where a bar stands in another one."""
    return text.replace("\x1b[A", "").strip("\r\n ")


class Log:
    """The bar in a file: its text now and then, each time on a line of its own.

    What is over within a second leaves none.
    """

    encoding = "utf-8"

    def __init__(self, file: TextIO) -> None:
        self._file, self._due = file, time.monotonic() + 1

    def write(self, text: str) -> None:
        """Print a text that is not empty, if the last one is a minute old."""
        words, now = words_of(text), time.monotonic()
        if words and now >= self._due:
            self._file.write(f"{words}\n")
            self._file.flush()
            self._due = now + EVERY

    def flush(self) -> None:
        """Nothing is kept back."""

    def isatty(self) -> bool:
        """It is no terminal."""
        return False


class Line:
    """One line below a cell of a notebook, which is written anew each time, and may be empty.

    Standard error has a red box there, which stays when the bar has gone.
    """

    encoding = "utf-8"

    def __init__(self, display: Any) -> None:
        self._display, self._shown = display, None

    def write(self, text: str) -> None:
        """Show this text instead of the one before."""
        words = words_of(text)
        if self._shown is not None:
            self._shown.update({"text/plain": words} if words else {}, raw=True)
        elif words:
            self._shown = self._display({"text/plain": words}, raw=True, display_id=True)

    def flush(self) -> None:
        """Nothing is kept back."""


__all__ = ["Bar", "progress_bar"]
