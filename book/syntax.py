"""The constructs of the language and who takes them: `docs/syntax.md`, from the tables of the code.

`python -m book.syntax` writes it anew; a test keeps it current.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from raftnb.language.syntax import BUILTINS, METHODS, SYNTAX, Support

PAGE = Path(__file__).parent.parent / "docs" / "syntax.md"
HEAD = """# What the language has of Python, and who takes it

A specification is plain Python, of which the language has the part below; everything else is
refused, with its place, what was found, what is allowed, and a cure. What stands here with *run*
and *explore* has exactly its meaning in Python. With *prove* it has the same meaning in a typed
tree (`raftnb.tree`), from which conditions for Z3 are made; the prover may still refuse a use of
it, and then says so. A construct without *prove* is refused by the tree. (This page is made from
the tables in `raftnb/language/syntax.py`, by `python -m book.syntax`.)
"""
PARTS: tuple[tuple[str, Mapping[Any, Support]], ...] = (
    ("Syntax", SYNTAX),
    ("Python's own functions", BUILTINS),
    ("Methods", METHODS),
)


def rows(table: Mapping[Any, Support]) -> Iterable[str]:
    """The lines of a table."""
    yield "| construct | run | explore | prove |"
    yield "|-|-|-|-|"
    for support in dict.fromkeys(table.values()):
        marks = ("yes" if taken else "" for taken in support[1:4])
        name = support.name.replace("|", "\\|")
        yield f"| `{name}` | {' | '.join(marks)} |"


def text() -> str:
    """The page."""
    parts = (f"## {title}\n\n" + "\n".join(rows(table)) + "\n" for title, table in PARTS)
    return HEAD + "\n" + "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
