"""A progress bar for what takes long."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

from tqdm import tqdm

EVERY = 60.0
"""Seconds between two lines of a log."""


def progress_bar(
    unit: str,
    show: bool | None = True,
    total: int | None = None,
    *,
    delay: float = 1,
    title: str | None = None,
) -> Any:
    """A bar that appears after `delay` seconds and goes away at the end.

    It stands on standard error, in a notebook below the cell; in a file or a pipe it is a line
    every minute instead. With `show=None` it is only where somebody sees it, in a notebook or on a
    terminal. With `show`, the environment variable TQDM_DISABLE can still turn it off.
    """
    options: dict[str, Any] = {"total": total, "desc": title}
    display = _display_of_a_notebook()
    if display is not None:
        options |= {"file": Line(display), "ncols": 80}
    elif not sys.stderr.isatty():
        options |= {"file": Log(sys.stderr), "ncols": 100}
    if show is False:
        options["disable"] = True
    elif show is None and display is None:
        options["disable"] = None  # tqdm looks whether there is a terminal
    return tqdm(delay=delay, leave=False, unit=f" {unit}", unit_scale=True, **options)


def _display_of_a_notebook() -> Any:
    """What shows something below a cell; None where no notebook runs."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return ipython.display.display if getattr(shell, "kernel", None) else None  # type: ignore[union-attr]


class Log:
    """The bar in a file: its text now and then, each time on a line of its own."""

    encoding = "utf-8"

    def __init__(self, file: TextIO) -> None:
        self._file, self._due = file, 0.0

    def write(self, text: str) -> None:
        """Print a text that is not empty, if the last one is a minute old."""
        words, now = text.strip("\r\n "), time.monotonic()
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
        words = text.strip("\r\n ")
        if self._shown is not None:
            self._shown.update({"text/plain": words} if words else {}, raw=True)
        elif words:
            self._shown = self._display({"text/plain": words}, raw=True, display_id=True)

    def flush(self) -> None:
        """Nothing is kept back."""


__all__ = ["progress_bar"]
