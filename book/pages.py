"""The HTML site: Sphinx sources from the executed notebooks, then Sphinx."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

import raftnb
from book import OFFERS, ROOT, documented, lists
from book.chapters import glossary_terms, prepare, write_if_changed

SITE = Path(__file__).parent / "site"
GUIDES = ("CONTRIBUTING", "STYLE", "CHANGELOG")


COLORS = re.compile(r"\x1b\[[0-9;]*m")
MODULE = """\
{name}
{line}

.. automodule:: {name}
   :members:
   :undoc-members:
   :{members}:
   :exclude-members: {elsewhere}
   :member-order: bysource
"""


class BookError(RuntimeError):
    """The site or the PDF could not be written; the message says where."""


def write_sources(notebooks: Iterable[Path], target: Path, names: Iterable[str]) -> None:
    """Write what Sphinx reads to `target`, touching only what changed since the last time.

    `names` are the modules that the reference describes.
    """
    terms = glossary_terms((SITE / "glossary.md").read_text(encoding="utf-8"))
    found = {path for path in SITE.rglob("*") if path.is_file() and path.name != "index.md"}
    for path in (target / path.relative_to(SITE) for path in found):
        _copy_if_changed(SITE / path.relative_to(target), path)
    for path in sorted((ROOT / "figures").iterdir()):
        _copy_if_changed(path, target / "figures" / path.name)
    for path in guides():
        _copy_if_changed(path, target / path.relative_to(ROOT))
    stems, notebooks = [], list(notebooks)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first = (SITE / "index.md").read_text(encoding="utf-8")
    write_if_changed(target / "index.md", lists.first_page(first, readme, notebooks))
    write_if_changed(target / "mistakes.md", lists.mistakes(notebooks))
    for path in notebooks:
        prepared = prepare(path, terms, lists.public(), target / "figures")
        write_if_changed(target / path.name, nbformat.writes(prepared))
        _copy_if_changed(path, target / "_notebooks" / path.name)
        stems.append(path.stem)
    _write_reference(target, list(names))
    _forget(target.glob("*.ipynb"), {f"{stem}.ipynb" for stem in stems})


def guides() -> list[Path]:
    """The project's own documents, for those who change it: they are part of the site."""
    files = [path for path in (ROOT / "docs").rglob("*") if path.is_file()]
    found = [path for path in files if "__pycache__" not in path.parts]
    return sorted([*found, *(ROOT / f"{name}.md" for name in GUIDES)])


def modules() -> list[str]:
    """The modules that the reference describes, by full name."""
    found = {documented(m.name) for m in pkgutil.walk_packages(raftnb.__path__, "raftnb.")}
    hidden = re.compile(r"\._|^raftnb\.commands")
    return sorted(name for name in found if not hidden.search(name))


def _write_reference(target: Path, names: list[str]) -> None:
    for name in names:
        members = "imported-members" if name in OFFERS else "ignore-module-all"
        elsewhere = ", ".join(_described_elsewhere(name)) if name in OFFERS else ""
        page = MODULE.format(name=name, line="=" * 99, members=members, elsewhere=elsewhere)
        write_if_changed(target / "api" / f"{name}.rst", page)
    _forget((target / "api").glob("*.rst"), {f"{name}.rst" for name in (*names, "raftnb")})
    write_if_changed(target / "api" / "raftnb.rst", lists.face())
    write_if_changed(target / "api.rst", lists.reference(names))


def _described_elsewhere(name: str) -> list[str]:
    """The names that a package offers and that another module's page describes."""
    module = importlib.import_module(name)
    homes = {each: getattr(getattr(module, each), "__module__", name) for each in module.__all__}
    return [each for each, home in homes.items() if not f"{home}.".startswith(f"{name}.")]


def build_html(source: Path, out: Path, doctrees: Path) -> list[str]:
    """Run Sphinx and return its warnings, which must be none for a book that one publishes."""
    log = _Log()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            str(source),
            str(source),
            str(out),
            str(doctrees),
            "html",
            status=None,
            warning=log,
        )
        app.build()
    if app.statuscode:
        raise BookError(f"Sphinx ended with {app.statuscode}:\n{log.text()}")
    return log.lines()


class _Log:
    """A text stream that keeps the lines written to it."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.parts.append(text)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def text(self) -> str:
        return "".join(self.parts)

    def lines(self) -> list[str]:
        return [line for line in COLORS.sub("", self.text()).splitlines() if line.strip()]


def _copy_if_changed(source: Path, target: Path) -> None:
    if not target.exists() or target.read_bytes() != source.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _forget(paths: Iterable[Path], wanted: set[str]) -> None:
    for path in paths:
        if path.name not in wanted:
            path.unlink()
