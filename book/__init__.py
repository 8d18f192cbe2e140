"""The book: execute the notebooks, then write the HTML site and the PDF from their outputs."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build"


def notebooks() -> list[Path]:
    """The chapters' notebooks in reading order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))
