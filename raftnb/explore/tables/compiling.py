"""How functions are compiled, and when what was compiled before is out of date."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import event
from numba.core.caching import FunctionCache
from numba.core.registry import cpu_target

from raftnb.data.limits import undisturbed
from raftnb.data.progress import Bar, progress_bar

F = TypeVar("F", bound=Callable[..., Any])
njit: Any = numba.njit
# It reads the types that it knows of when it is first asked for a function. Where that is
# interrupted its generators are at their end, and no function can be had any more.
TARGET: Any = cpu_target.target_context
TARGET.refresh = undisturbed()(TARGET.refresh)
KEPT: Any = FunctionCache
OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}
TITLE = "compiling the engine's loops, once after an installation"
PACKAGE = Path(__file__).parent.parent.parent
SOURCES = (
    "explore/memo/bags.py",
    "explore/tables/backward.py",
    "explore/tables/canonical.py",
    "explore/tables/compiling.py",
    "explore/tables/contents.py",
    "explore/tables/hashing.py",
    "explore/tables/kernels.py",
    "explore/tables/layout.py",
)


def _if_possible(save: Callable[..., None]) -> Callable[..., None]:
    def saved(*given: Any) -> None:
        with suppress(OSError):
            save(*given)

    return saved


# It raises where the disk is full, and the function that was compiled could not be had.
KEPT.save_overload = _if_possible(KEPT.save_overload)


def compiled(function: F) -> F:
    """Compile without the interpreter's lock or reference counts, and keep the result on disk.

    Where neither this package's folder nor the user's can be written, or the disk is full, each
    process compiles anew.
    """
    try:
        compiler = njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # numba knows no place
        return cast(F, njit(**OPTIONS)(function))
    drop_stale(compiler.stats.cache_path)
    return cast(F, compiler)


def inlined(function: F) -> F:
    """Compile into each caller: handing the tables on costs more than the work."""
    return cast(F, njit(forceinline=True, **OPTIONS)(function))


class Compiling(event.Listener):
    """Shows that functions are compiled, while they are: each also has those that it calls made."""

    def __init__(self, show: bool, title: str) -> None:
        self._show, self._title, self._inside = show, title, 0
        self._bar: Bar | None = None

    def on_start(self, event: Any) -> None:
        """A function is to be compiled."""
        if self._bar is None:
            self._bar = progress_bar("functions", self._show, title=self._title)
        self._inside += 1

    def on_end(self, event: Any) -> None:
        """It is."""
        assert self._bar is not None
        self._inside -= 1
        self._bar.update()
        if not self._inside:
            self._bar.clear()

    def close(self) -> None:
        """Nothing more is shown."""
        if self._bar is not None:
            self._bar.close()


@contextmanager
def compiling_shown(show: bool, title: str = TITLE) -> Iterator[None]:
    """Show when functions are compiled, under a title, once it has taken a second.

    That is in the first run after an installation: some 15 seconds of the processor.
    """
    shown = Compiling(show, title)
    try:
        with event.install_listener("numba:compile", shown):
            yield
    finally:
        shown.close()


@cache
def drop_stale(directory: str) -> None:
    """Remove what was compiled from other sources: one file's change is compiled into others."""
    texts = [(PACKAGE / name).read_bytes() for name in SOURCES]
    digest = hashlib.sha256(b"".join(texts)).hexdigest()
    stamp = Path(directory) / "raftnb-kernels.txt"
    try:
        if stamp.exists() and stamp.read_text() == digest:
            return
        for name in SOURCES:
            for old in Path(directory).glob(f"{Path(name).stem}.*.nb[ic]"):
                old.unlink(missing_ok=True)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest)
    except OSError:
        return
