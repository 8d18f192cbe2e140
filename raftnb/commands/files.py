"""Files that options name, and commands write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from raftnb.data.errors import UsageError
from raftnb.data.files import write_whole


def file_to_write(option: str, *kinds: str, such_as: str) -> Callable[[str], Path]:
    """For `type`: a file that an option names, of one of some kinds.

    That it can be written, as far as one sees, is known before anything is computed.
    """

    def checked(text: str) -> Path:
        path = Path(text)
        if path.suffix in kinds and path.parent.is_dir() and not path.is_dir():
            return path
        raise UsageError(
            f"`{text}`" if path.parent.is_dir() else f"`{text}`, in a folder that is not there",
            place=f"command line, {option}",
            allowed=f"a file whose name ends in {', '.join(kinds)}",
            cure=f"{option} {such_as}",
        )

    return checked


def is_written(path: Path, text: str, option: str) -> bool:
    """Whether a file that comes with an answer can be written; else standard error says why.

    An answer is not lost with its file.
    """
    try:
        write_text(path, text, option)
    except UsageError as error:
        print(error, file=sys.stderr)
        return False
    return True


def write_text(path: Path, text: str, option: str) -> None:
    """Write a file that an option names; raises `UsageError` where that is not possible."""
    try:
        write_whole(path, text)
    except OSError as error:
        raise unwritable(path, option, error) from None


def unwritable(path: Path, option: str, error: OSError) -> UsageError:
    """What is said of a file that an option names and that cannot be written."""
    return UsageError(
        error.strerror or str(error),
        place=f"command line, {option} {path}",
        allowed="a file that can be written",
        cure="choose another folder",
    )
