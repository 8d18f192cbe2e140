"""Write the caption of each figure below it, in the notebook itself: `python -m book.captions`.

A figure is an SVG output; JupyterLab and GitHub show it without the words that it has. This
command puts a Markdown cell with number and words below each cell that has figures, and takes out
what stood there before. The site and the PDF have captions of their own, and leave these cells out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell

import book
from book.chapters import BELOW, caption, escape, figures_in, number_of, without_captions


def with_captions(notebook: nbformat.NotebookNode, number: str) -> nbformat.NotebookNode:
    """The same notebook with a caption below each figure; `number` is that of the chapter."""
    cells, figure = [], 0
    for cell in without_captions(notebook.cells):
        cells.append(cell)
        words = []
        for output in figures_in(cell):
            figure += 1
            told = " ".join(output["data"]["text/plain"].split())
            words.append(f"**Figure {number}.{figure}.** {escape(caption(told))}")
        if words:
            cells.append(new_markdown_cell("\n\n".join(words), id=f"{cell.id}{BELOW}"))
    notebook.cells = cells
    return notebook


def main(arguments: list[str]) -> int:
    """Run the command; its exit code is 0."""
    for path in map(Path, arguments) if arguments else book.notebooks():
        notebook = nbformat.read(path, as_version=4)
        before = list(notebook.cells)
        if with_captions(notebook, number_of(path.stem)).cells != before:
            nbformat.write(notebook, path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
