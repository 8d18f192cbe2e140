"""Write the pictures that the README and others show: `python -m book.figures`."""

from __future__ import annotations

import sys

from book import ROOT

FIGURES = ROOT / "figures"


def main() -> int:
    """Write every figure anew; exit code 0."""
    raise SystemExit("no figures yet")


if __name__ == "__main__":
    sys.exit(main())
