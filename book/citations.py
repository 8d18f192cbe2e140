"""Make citations readable where no book is built: `python -m book.citations [NOTEBOOK]...`.

An author writes `[@ongaro2014, section 5.4]`. This command makes of it what JupyterLab and GitHub
show well: a link `(Ongaro and Ousterhout 2014, section 5.4)` to `references.bib`, with the title
for whoever points at it. The site and the PDF make citations of both.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

import nbformat
from pybtex.database import Entry, parse_file

import book
from book import ROOT
from book.chapters import BIBLIOGRAPHY, CITATION, outside_code

BRACES = re.compile(r"[{}\\\\\"]")


@cache
def entries() -> dict[str, Entry]:
    """The entries of the bibliography, by key."""
    return dict(parse_file(str(ROOT / BIBLIOGRAPHY)).entries)


def name_of(key: str) -> str:
    """An entry as one cites it: its authors' last names and its year."""
    entry = entries()[key]
    last = [
        BRACES.sub("", " ".join(p.prelast_names + p.last_names)) for p in entry.persons["author"]
    ]
    authors = f"{last[0]} et al." if len(last) > 2 else " and ".join(last)
    return f"{authors} {entry.fields['year']}" if "year" in entry.fields else authors


def link(key: str, place: str = "") -> str:
    """A citation as a link; raises `KeyError` for a key that the bibliography lacks."""
    title = BRACES.sub("", entries()[key].fields["title"])
    told = f"{name_of(key)}, {place}" if place else name_of(key)
    return f'[({told})](../{BIBLIOGRAPHY}#{key} "{title}")'


def readable(text: str) -> str:
    """Markdown with each citation by key as a link."""

    def linked(match: re.Match[str]) -> str:
        keys = re.findall(r"@([\w-]+)", match[1])
        return ", ".join([*map(link, keys[:-1]), link(keys[-1], match[2] or "")])

    return outside_code(text, lambda part: CITATION.sub(linked, part))


def main(arguments: list[str]) -> int:
    """Run the command; its exit code is 0."""
    for path in map(Path, arguments) if arguments else book.notebooks():
        notebook = nbformat.read(path, as_version=4)
        before = [cell.source for cell in notebook.cells]
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = readable(cell.source)
        if before != [cell.source for cell in notebook.cells]:
            nbformat.write(notebook, path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
