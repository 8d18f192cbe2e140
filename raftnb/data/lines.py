"""A file of JSON lines that is written while something happens."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from raftnb.data.errors import UsageError


class LineFile:
    """JSON lines, each written at once and unbuffered: none is lost when the program dies.

    The file is new, unless it was begun by another process of the machine and is joined: `allowed`
    says what it may be. `one` and `many` are what a line tells of ("a call", "calls"). Raises
    `UsageError` for a file that is there already, or is not, and for a line after it was closed.
    """

    def __init__(
        self, path: str | Path, *, allowed: str, one: str, many: str, joined: bool = False
    ) -> None:
        new = 0 if joined else os.O_CREAT | os.O_EXCL
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | new, 0o644)
        except OSError as error:
            raise UsageError(
                error.strerror or str(error),
                place=str(path),
                allowed=allowed,
                cure="choose another name, or delete the file",
            ) from None
        self._one, self._many = one, many
        self._open = True

    def write(self, fields: dict[str, Any]) -> None:
        """Write a line; raises `TypeError` or `ValueError` for what JSON has no form for."""
        if not self._open:
            raise UsageError(
                f"{self._one} after the recorder was closed",
                allowed=f"{self._many} within its `with` block",
                cure="close it when all threads have ended",
            )
        line = json.dumps(fields).encode() + b"\n"
        while line:
            line = line[os.write(self._file, line) :]

    def close(self) -> None:
        """Close the file, once."""
        if self._open:
            self._open = False
            os.close(self._file)


__all__ = ["LineFile"]
