"""Names in messages: the one that was likely meant, several in a row."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The cure for a name that is spelt like a known one; empty if none is near."""
    names = list(known)
    by_case = [one for one in names if one.lower() == name.lower()]
    near = by_case or difflib.get_close_matches(name, names, n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def listed(names: Iterable[str], none: str = "none") -> str:
    """Names in a row."""
    return ", ".join(dict.fromkeys(names)) or none


__all__ = ["listed", "nearest"]
