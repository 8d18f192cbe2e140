"""Build the book: `python -m book` writes build/html/index.html and build/raftnb.pdf."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import book
from book import BUILD, execute, pages, pdf
from book.execute import ExecutionError
from book.pages import BookError


def build(notebooks: list[Path], target: Path, names: list[str]) -> None:
    """Write `target/html` and `target/raftnb.pdf` from notebooks that hold their outputs.

    `names` are the modules that the reference describes. Raises `BookError` for anything that a
    reader would see as broken.
    """
    source = target / "source"
    pages.write_sources(notebooks, source, names)
    warnings = pages.build_html(source, target / "html", target / "doctrees")
    if warnings:
        raise BookError("the site has faults:\n" + "\n".join(warnings))
    document = pdf.build(notebooks, target / "print", target / "raftnb.pdf")
    shutil.copyfile(document, target / "html" / document.name)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 0, or 1 with one clear message."""
    parser = argparse.ArgumentParser(prog="python -m book", description=__doc__)
    parser.parse_args(arguments)
    try:
        build(execute.every(execute.execute_to_build, book.notebooks()), BUILD, pages.modules())
    except (ExecutionError, BookError) as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was built so far is kept in build/", file=sys.stderr)
        return 130
    print(f"{BUILD / 'html' / 'index.html'}\n{BUILD / 'raftnb.pdf'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
