"""The book: execute the notebooks, then write the HTML site and the PDF from their outputs."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build"
OFFERS = ("raftnb.explore", "raftnb.linear", "raftnb.prove")
"""Packages that offer the names in their `__all__`; the modules inside are their own business."""


def documented(module: str) -> str:
    """The module whose page in the reference describes `module`."""
    return next((name for name in OFFERS if module.startswith(f"{name}.")), module)


def notebooks() -> list[Path]:
    """The chapters' notebooks in reading order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))
