"""Pages of the site that are lists: the names of `raftnb`, the modules, the mistakes in Raft."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import nbformat
from sphinx.errors import PycodeError
from sphinx.pycode import ModuleAnalyzer

import raftnb
from book import OFFERS, documented
from book.chapters import anchor, escape, number_of
from raftnb.specs.raft.mistakes import FAMILIES
from raftnb.specs.raft.mistakes.mutant import Mutant

SECTION = re.compile(r"@README ([^@]+)@")
NOTEBOOK = re.compile(r"\[([^\]]+)\]\((?:notebooks/)?([\w-]+\.ipynb)((?:#[^)]*)?)\)")
FACE = """\
raftnb
======

{what}

.. list-table::
   :header-rows: 1

   * - name
     - what it is
{rows}
"""
REFERENCE = """\
Reference
=========

Begin with :doc:`raftnb <api/raftnb>`: the names that one imports to write a specification, to check
it, and to draw what comes out. The other engines are in folders of their own. Below are all public
modules, each with the first line of its description.

.. toctree::
   :hidden:

   api/raftnb
{hidden}
{listed}
"""
MISTAKES = """\
# Mistakes in Raft

{count} mistakes, each a subclass of `Server` or of what stands on it, and how each is found out.
One that is *equivalent* does no harm. A click on a head sorts by that column. The last two columns
lead to the section that shows a mistake, and to where it was made.

```{{list-table}}
:header-rows: 1
:class: sortable

* - number
  - mistake
  - about
  - breaks
  - found by
  - chapter
  - made in
{rows}
```
"""
LINKED = re.compile(r"\[([^\[\]]+)\]\((https?://[^)]+)\)")


@cache
def home(name: str, module: str = "raftnb") -> str:
    """The module in which a name that `module` offers is defined, read from its imports."""
    source = inspect.getsource(importlib.import_module(module))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("raftnb"):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return home(alias.name, node.module)
    return module


def full_name(name: str, module: str = "raftnb") -> str:
    """What the reference calls a name that `module` offers."""
    return f"{documented(home(name, module))}.{name}"


def summary(name: str, module: str = "raftnb") -> str:
    """The first sentence of what is said of a name, on one line."""
    where = home(name, module)
    value = getattr(importlib.import_module(where), name)
    said = inspect.getdoc(value) if inspect.isroutine(value) or inspect.isclass(value) else None
    try:
        attributes = ModuleAnalyzer.for_module(where).find_attr_docs()
    except PycodeError:
        attributes = {}
    told = "\n".join(attributes.get(("", name), ())) or said or ""
    first = " ".join(told.split("\n\n")[0].split())
    return re.split(r"(?<=[.:]) (?=[A-Z`])", first)[0]


@cache
def public() -> dict[str, str]:
    """Every name that a chapter may introduce, with what the reference calls it."""
    folders = ("raftnb", *OFFERS, "raftnb.draw", "raftnb.draw.raft", "raftnb.liveness")
    folders += ("raftnb.refine", "raftnb.explorer", "raftnb.experiments", "raftnb.pluscal")
    found: dict[str, str] = {}
    for module in folders:
        for name in getattr(importlib.import_module(module), "__all__", ()):
            found.setdefault(name, full_name(name, module))
    return found


def face() -> str:
    """The first page of the reference: what can be imported from `raftnb`."""
    rows = "\n".join(
        f"   * - :py:obj:`{name} <{full_name(name)}>`\n     - {summary(name)}"
        for name in sorted(raftnb.__all__, key=str.lower)
    )
    return FACE.format(what=inspect.getdoc(raftnb), rows=rows)


def reference(names: Iterable[str]) -> str:
    """The page that lists all modules, by folder."""
    names, folder, listed = list(names), "", []
    for name in names:
        mine = ".".join(name.split(".")[:2])
        if mine != folder:
            folder = mine
            listed.append(f"\n{mine}\n{'-' * len(mine)}\n")
        said = (inspect.getdoc(importlib.import_module(name)) or "").split("\n\n")[0]
        listed.append(f"- :doc:`{name} <api/{name}>`: {' '.join(said.split())}")
    hidden = "".join(f"   api/{name}\n" for name in names)
    return REFERENCE.format(hidden=hidden, listed="\n".join(listed))


def first_page(text: str, readme: str, notebooks: Iterable[Path]) -> str:
    """The site's first page, with a section of the README for each `@README its title@`.

    A link to a chapter that is not built is its words.
    """
    built = {path.name for path in notebooks}
    text = SECTION.sub(lambda place: section(readme, place[1]), text)
    return NOTEBOOK.sub(lambda m: f"[{m[1]}]({m[2]}{m[3]})" if m[2] in built else m[1], text)


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level in a Markdown text."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError(f"README.md has no section {title!r}, which the site's first page shows")
    return found[1].strip()


def mistakes(notebooks: Iterable[Path]) -> str:
    """The table of the mistakes in Raft, with links to the sections of these notebooks."""
    found = [mutant for mutants in FAMILIES.values() for mutant in mutants]
    own: dict[int, str] = {}
    mentioned: dict[int, str] = {}
    addresses: dict[str, str] = {}
    for path in notebooks:
        for title, text in _sections(path):
            addresses |= dict(LINKED.findall(text))
            link = f"[{number_of(path.stem)}](<{path.name}#{anchor(title.replace('`', ''))}>)"
            for mutant in found if title else ():
                if title.startswith(f"{mutant.row}. "):
                    own[mutant.row] = link
                elif _mentions(text, mutant):
                    mentioned.setdefault(mutant.row, link)
    shown = mentioned | own
    rows = [
        _row(family, mutant, shown.get(mutant.row, ""), addresses)
        for family, mutants in FAMILIES.items()
        for mutant in mutants
    ]
    return MISTAKES.format(count=len(rows), rows="\n".join(rows))


def _sections(path: Path) -> Iterator[tuple[str, str]]:
    """The sections of a notebook below its title, each with all its text and code."""
    cells = nbformat.read(path, as_version=4).cells
    parts = re.split(r"^##+ (.*)$", "\n".join(cell.source for cell in cells), flags=re.MULTILINE)
    yield from zip(["", *parts[1::2]], parts[::2], strict=True)


def _mentions(text: str, mutant: Mutant) -> bool:
    return re.search(rf"\b{mutant.server.__name__}\b", text) is not None


def _row(family: str, mutant: Mutant, section: str, addresses: dict[str, str]) -> str:
    word = mutant.title.split(" ")[0]
    title = mutant.title if word != word.lower() else mutant.title[0].upper() + mutant.title[1:]
    cells = [
        str(mutant.row),
        f"{title} (`{mutant.server.__name__}`)",
        family,
        f"`{mutant.breaks.__name__}`",
        mutant.how,
        section,
        ", ".join(_made(mutant.seen_in, addresses)),
    ]
    return "* - " + "\n  - ".join(cells)


def _made(places: Iterable[str], addresses: dict[str, str]) -> Iterator[str]:
    for place in places:
        yield f"[{place}]({addresses[place]})" if place in addresses else escape(place)
