"""Where results are kept between runs: a folder that only this user can write."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def user_caches() -> Path:
    """The folder: `RAFTNB_CACHE`, or `raftnb` in the user's folder for caches."""
    named = os.environ.get("RAFTNB_CACHE")
    if named:
        return Path(named)
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else _home() / ".cache") / "raftnb"


def _home() -> Path:
    """The user's home; "/" for a user whom the machine does not know, as containers say it."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def is_mine(path: Path) -> bool:
    """Whether nobody but this user can write a file or a folder."""
    told = path.lstat()
    plain = stat.S_ISDIR(told.st_mode) or stat.S_ISREG(told.st_mode)
    mine = not hasattr(os, "getuid") or told.st_uid == os.getuid()
    return plain and mine and not told.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
