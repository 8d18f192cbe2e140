"""The book: execute the notebooks, then write the HTML site and the PDF from their outputs."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build"
NAMED = re.compile(r"(\d\d|[a-z])-")
"""How a notebook's name begins: the number of a chapter, or the letter of an appendix."""
OFFERS = ("raftnb.explore", "raftnb.linear", "raftnb.prove")
"""Packages that offer the names in their `__all__`; the modules inside are their own business."""


def documented(module: str) -> str:
    """The module whose page in the reference describes `module`."""
    return next((name for name in OFFERS if module.startswith(f"{name}.")), module)


def notebooks() -> list[Path]:
    """The notebooks in reading order: chapters by number, then appendices by letter."""
    return [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if NAMED.match(path.name)]
