"""The text of the site as a script, which the search page reads: it works without a server, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

CHAPTER = re.compile(r"(?:\d\d|[a-z])-[^/]*")
LONGEST = 12_000
"""Characters of a section that are searched; outputs beyond them are tables of numbers."""
Section = tuple[int, str, str, str]


def sections_of(tree: nodes.document, page: int) -> Iterator[Section]:
    """Each section of a page: number of the page, anchor, title, and its own text."""
    for section in tree.findall(nodes.section):
        title = section.next_node(nodes.title)
        own = (child for child in section.children if not isinstance(child, nodes.section))
        words = " ".join(_text(child) for child in own if child is not title)
        anchor = section["ids"][0] if section["ids"] else ""
        yield page, anchor, title.astext() if title else "", " ".join(words.split())[:LONGEST]


def _text(node: nodes.Node) -> str:
    """The words of a node; of what is raw HTML none, since they are markup."""
    if isinstance(node, nodes.raw):
        return ""
    if isinstance(node, nodes.Element) and not isinstance(node, nodes.TextElement):
        return " ".join(map(_text, node.children))
    return node.astext()


def write_data(app: Sphinx, failure: Exception | None) -> None:
    """Write what is searched beside the site's other scripts."""
    if failure is not None or app.builder.name != "html":
        return
    pages: list[tuple[str, str, bool]] = []
    sections: list[Section] = []
    for name in sorted(app.env.found_docs, key=lambda name: (not CHAPTER.fullmatch(name), name)):
        title = app.env.titles[name].astext()
        address = app.builder.get_target_uri(name)
        sections += sections_of(app.env.get_doctree(name), len(pages))
        pages.append((address, title, bool(CHAPTER.fullmatch(name))))
    data = json.dumps({"pages": pages, "sections": sections}, ensure_ascii=True)
    target = Path(app.outdir) / "_static" / "searchdata.js"
    target.write_text(f"window.BOOK = {data};\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register as a Sphinx extension."""
    app.connect("build-finished", write_data)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
