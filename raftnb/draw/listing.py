"""The text of a specification, shown where a chapter speaks of it: it is written once."""

from __future__ import annotations

import difflib
import inspect
import re
import textwrap
from dataclasses import dataclass
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.markup import plain


@dataclass(frozen=True)
class Listing:
    """Program text that a page shows with colors, and plain text elsewhere."""

    text: str
    syntax: str = "python"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", self.text)), default=0))
        page = plain(f"{fence}{self.syntax}\n{self.text}\n{fence}")
        return {"text/markdown": page, "text/plain": plain(self.text)}

    def __repr__(self) -> str:
        return self.text


@told_plainly
def show_source(*parts: Any) -> Listing:
    """The source text of classes, actions and functions, one after the other."""
    return Listing("\n\n".join(map(source_of, parts)))


@told_plainly
def show_change(before: Any, after: Any) -> Listing:
    """What one class, action or function changes of another, line by line."""
    old, new = source_of(before).split("\n"), source_of(after).split("\n")
    lines = list(difflib.unified_diff(old, new, n=len(old), lineterm=""))
    return Listing("\n".join(lines[3:]), "diff")


def source_of(part: Any) -> str:
    """The text of one class, action or function, moved to the left margin.

    Raises `UsageError` for anything else, and for what was not written in a file or a cell.
    """
    written = getattr(part, "function", part)  # an action has the method that it was made from
    try:
        return textwrap.dedent(inspect.getsource(written)).rstrip()
    except (TypeError, OSError):
        raise UsageError(
            f"a {type(part).__name__}",
            place="show_source or show_change",
            allowed="a class, an action or a function that is written in a file or a cell",
        ) from None
