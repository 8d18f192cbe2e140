"""Files that are written whole: their name is never that of a part of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: str | Path) -> Iterator[TextIO]:
    """A file of text that gets its name when all is in it; until then what was there stays.

    If something is raised meanwhile, or the disk is full, it stays for good. What is no file (a
    terminal, a pipe) is written at once, and so is a file in a folder that cannot be written. A
    link goes on leading where it led. Raises `OSError` as `open` does.
    """
    target = Path(path).resolve()
    if Path(path).exists() and not (target.is_file() and os.access(target.parent, os.W_OK)):
        with _opened(Path(path)) as file:
            yield file
        return
    if target.exists():
        with target.open("r+"):  # who may not change a file is not to replace it
            pass
    with tempfile.TemporaryDirectory(dir=target.parent, ignore_cleanup_errors=True) as folder:
        beside = Path(folder) / target.name
        with _opened(beside) as file:
            yield file
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)


def write_whole(path: str | Path, text: str) -> None:
    """Write a file of text as `whole_file` does."""
    with whole_file(path) as file:
        file.write(text)


def _opened(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="\n")


__all__ = ["whole_file", "write_whole"]
