"""Write the figures that the README and the guides show: `python -m book.figures`.

A figure is a picture in a chapter's committed outputs, named by its number in the book: Figure 5.2
is `figures/fig-5-2.svg`. Those that the README mentions are written, all others removed. The
picture of the package's imports is drawn too (`book.architecture`).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat

import book
from book import ROOT, architecture
from book.chapters import figures_of, number_of

FIGURES = ROOT / "figures"
MENTIONED = re.compile(r"figures/(fig-(\d+|[a-z])-(\d+)\.svg)")


class NoSuchFigureError(ValueError):
    """The README shows a figure that no chapter has; the message says which there are."""


def wanted() -> dict[str, str]:
    """The file names that the README mentions, each with the SVG that belongs in it."""
    mentioned = MENTIONED.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    return {name: svg_of(chapter.upper(), int(index)) for name, chapter, index in mentioned}


def svg_of(chapter: str, index: int) -> str:
    """The SVG of a chapter's `index`-th figure; raises `NoSuchFigureError` if there is none."""
    found = [p for p in book.notebooks() if number_of(p.stem) == chapter]
    figures = figures_of(nbformat.read(found[0], as_version=4)) if found else []
    if not 1 <= index <= len(figures):
        raise NoSuchFigureError(
            f"Figure {chapter}.{index} does not exist: "
            + (f"chapter {chapter} has {len(figures)}" if found else f"no chapter {chapter}")
        )
    return str(figures[index - 1]["data"]["image/svg+xml"])


def write(folder: Path) -> list[Path]:
    """Make `folder` hold the wanted figures and no other SVG; return their paths."""
    files = wanted()
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.svg"):
        if old.name not in files:
            old.unlink()
    for name, svg in files.items():
        (folder / name).write_text(svg, encoding="utf-8", newline="\n")
    return [folder / name for name in files]


def main() -> int:
    """Run the command; exit code 0, or 1 when a figure does not exist."""
    try:
        print(*write(FIGURES), architecture.write(), sep="\n")
    except NoSuchFigureError as error:
        print(f"README.md: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
