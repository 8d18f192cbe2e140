"""How functions are compiled, and when what was compiled before is out of date."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])
njit: Any = numba.njit
OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}
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


def compiled(function: F) -> F:
    """Compile without the interpreter's lock or reference counts, and keep the result on disk."""
    compiler = njit(cache=True, **OPTIONS)(function)
    drop_stale(compiler.stats.cache_path)
    return cast(F, compiler)


def inlined(function: F) -> F:
    """Compile into each caller: handing the tables on costs more than the work."""
    return cast(F, njit(forceinline=True, **OPTIONS)(function))


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
