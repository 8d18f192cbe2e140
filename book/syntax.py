"""The constructs of the language and who takes them: `docs/syntax.md`, from the tables of the code.

`python -m book.syntax` writes it anew; a test keeps it current.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from raftnb.language.syntax import BUILTINS, METHODS, SYNTAX, Support
from raftnb.language.words import WORDS, Word

PAGE = Path(__file__).parent.parent / "docs" / "syntax.md"
HEAD = """# The language: its words, and what it has of Python

A specification is plain Python, of which the language has what stands here; everything else is
refused, with its place, what was found, what is allowed, and a cure. Everything is run, walked and
explored with exactly its meaning in Python. What has *prove* has the same meaning in a typed tree
(`raftnb.tree`), from which conditions for Z3 are made; the prover may still refuse a use of it,
and then says so. What has *print* is said in PlusCal and TLA+ as well (`raftnb.pluscal`), which
may refuse a use of it too. (This page is made from the tables in `raftnb/language/words.py` and
`syntax.py`, by `python -m book.syntax`.)

A specification in a file is checked, walked and proved from the shell: `python -m raftnb check
FILE.py:NAME`, or `MODULE:NAME`, or `NOTEBOOK.ipynb:NAME`; without a NAME, the only one in the file.
`--variant FILE.py:CLASS` puts a subclass in place of the class that it varies. `--trace FILE.html`
keeps the counterexample (also `.txt`, `.json`, `.svg`), `--start FILE.json` begins where one ends.
"""
PARTS: tuple[tuple[str, Mapping[Any, Support]], ...] = (
    ("Syntax", SYNTAX),
    ("Python's own functions", BUILTINS),
    ("Methods", METHODS),
)


def rows(table: Mapping[Any, Support]) -> Iterable[str]:
    """The lines of a table."""
    yield "| construct | run | explore | prove | print |"
    yield "|-|-|-|-|-|"
    for support in dict.fromkeys(table.values()):
        marks = ("yes" if taken else "" for taken in support[1:5])
        name = support.name.replace("|", "\\|")
        yield f"| `{name}` | {' | '.join(marks)} |"


def cell(text: str) -> str:
    """A text as code in a table; nothing where there is none."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def word_rows(words: Iterable[Word]) -> Iterable[str]:
    """The lines of a table of words."""
    yield "| word | for example | PlusCal, TLA+ | what it says | prove |"
    yield "|-|-|-|-|-|"
    for word in words:
        cells = (cell(word.name), cell(word.example), cell(word.elsewhere), word.says)
        yield f"| {' | '.join(cells)} | {'yes' if word.prove else ''} |"


def text() -> str:
    """The page."""
    words = (f"## {title}\n\n" + "\n".join(word_rows(some)) + "\n" for title, some in WORDS.items())
    parts = (f"## {title}\n\n" + "\n".join(rows(table)) + "\n" for title, table in PARTS)
    return HEAD + "\n" + "\n".join((*words, *parts))


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
