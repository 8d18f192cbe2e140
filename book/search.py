"""The text of the site as a script, which the search page reads: it works without a server, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from book.citations import entries, name_of

CITED = re.compile(r"([^{]+)(?:\{(.*)\})?")
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
    """The words of a node as a page shows them; of what is raw HTML none, since they are markup."""
    match node:
        case nodes.raw():
            return ""
        case nodes.container() if node.get("nb_element") == "mime_bundle":
            return next(filter(None, map(_text, node.children)), "")  # one of its forms
        case addnodes.pending_xref_condition() if node["condition"] != "resolved":
            return ""  # a type once more, with the name of its module
        case addnodes.pending_xref() if node["refdomain"] == "cite":
            return _cited(node.astext())
        case addnodes.desc_parameterlist():
            return f"({', '.join(map(_text, node.children))})"
        case addnodes.desc_returns():
            return " \u2192 " + "".join(map(_text, node.children))
        case nodes.TextElement():
            return "".join(map(_text, node.children))
        case nodes.Element():
            return " ".join(map(_text, node.children))
    return node.astext()


def _cited(text: str) -> str:
    """A citation in words, from its keys and the place that stands with them."""
    match = CITED.fullmatch(text)
    keys = [key.strip() for key in match[1].split(",")] if match else []
    if match is None or not entries().keys() >= set(keys):
        return text  # Sphinx has complained of it
    names = ", ".join(map(name_of, keys))
    return f"({names}, {match[2]})" if match[2] else f"({names})"


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
