"""Write every figure of the book into `figures/`: `python -m book.figures`.

A figure is a picture in a chapter's committed outputs. Its file is named by its number and the
first words of what it shows, as `fig-5-2-two-servers-ask-for-votes.svg`. Two pages show them all:
`figures/README.md`, which GitHub and the site show in the reader's theme, and `figures/index.html`,
which shows each on light and on dark. What is no figure any more is removed. The picture of the
package's imports is drawn too (`book.architecture`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from html import escape as as_html
from pathlib import Path
from typing import NamedTuple

import nbformat

import book
from book import ROOT, architecture
from book.chapters import escape, figure_file, figures_of, number_of

FIGURES = ROOT / "figures"
OWN = ("*.svg", "README.md", "index.html")
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Figures of Raft, specified once</title>
<style>
:root { color-scheme: light dark; }
body { font-family: sans-serif; margin: 1rem auto; max-width: 100rem; padding: 0 1rem; }
figure { margin: 0 0 2.5rem; }
figcaption { margin-top: 0.5rem; max-width: 50rem; }
.both { display: grid; grid-template-columns: 1fr 1fr; border: 1px solid #767676; }
.both > div { padding: 0.75rem; min-width: 0; }
.light { color-scheme: light; background: #ffffff; }
.dark { color-scheme: dark; background: #131416; }
img { max-width: 100%; height: auto; }
@media (max-width: 48rem) { .both { grid-template-columns: 1fr; } }
</style>
</head>
<body>
<main>
<h1>Figures of <cite>Raft, specified once</cite></h1>
<p>Each as it looks on a light page and on a dark one; a click on a picture opens its file, which
may be used under the book's license. Written by <code>make figures</code> from the chapters.</p>
@SHOWN@
</main>
</body>
</html>
"""
FIGURE = """\
<figure id="{name}">
<div class="both">
<div class="light"><a href="{file}"><img loading="lazy" src="{file}" alt="{alt}"></a></div>
<div class="dark"><a href="{file}"><img loading="lazy" src="{file}" alt="{alt}, on dark"></a></div>
</div>
<figcaption><strong>Figure {number}.</strong> {alt}
<a href="{file}" download>{file}</a></figcaption>
</figure>"""
LIST = """\
# Figures

Every figure of the book under its number, to be taken for a talk or a page of your own (the license
is the book's). They fit light pages and dark ones; `figures/index.html` shows each on both. Written
by `make figures` from the outputs of the chapters.
"""


class Figure(NamedTuple):
    """A numbered figure: the title of its chapter, its number, its words, its SVG."""

    chapter: str
    number: str
    alt: str
    svg: str

    @property
    def file(self) -> str:
        """The name of its file."""
        return figure_file(self.number, self.alt)


def figures(notebooks: Iterable[Path]) -> list[Figure]:
    """Every figure of the notebooks, in order, from the outputs that they hold."""
    found = []
    for path in notebooks:
        notebook, number = nbformat.read(path, as_version=4), number_of(path.stem)
        title = notebook.cells[0].source.split("\n")[0].removeprefix("# ")
        for index, output in enumerate(figures_of(notebook), 1):
            alt = " ".join(output["data"]["text/plain"].split())
            svg = output["data"]["image/svg+xml"]
            found.append(Figure(title, f"{number}.{index}", alt, svg))
    return found


def wanted(shown: list[Figure]) -> dict[str, str]:
    """The files of `figures/` with what belongs in each."""
    files = {figure.file: figure.svg for figure in shown}
    return files | {"README.md": _list(shown), "index.html": _page(shown)}


def _list(shown: list[Figure]) -> str:
    parts, chapter = [LIST], ""
    for figure in shown:
        if figure.chapter != chapter:
            chapter = figure.chapter
            parts.append(f"## {chapter}\n")
        words = escape(figure.alt)
        parts.append(f"![{words}]({figure.file})\n\n**Figure {figure.number}.** {words}\n")
    return "\n".join(parts)


def _page(shown: list[Figure]) -> str:
    parts, chapter = [], ""
    for figure in shown:
        if figure.chapter != chapter:
            chapter = figure.chapter
            parts.append(f"<h2>{as_html(chapter)}</h2>")
        name = figure.file.removesuffix(".svg")
        words = {"name": name, "file": figure.file, "number": figure.number}
        parts.append(FIGURE.format(alt=as_html(figure.alt), **words))
    return PAGE.replace("@SHOWN@", "\n".join(parts))


def write(folder: Path, files: dict[str, str]) -> list[Path]:
    """Make `folder` hold these files and no other figure; return their paths."""
    folder.mkdir(exist_ok=True)
    for old in (path for pattern in OWN for path in folder.glob(pattern)):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in files]


def main() -> int:
    """Run the command; its exit code is 0."""
    written = write(FIGURES, wanted(figures(book.notebooks())))
    print(f"{len(written)} files in {FIGURES}", architecture.write(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
