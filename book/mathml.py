"""Formulas as MathML, made when the book is built: no script runs in the reader's browser.

Pandoc turns all formulas of a page into MathML in one go; the result is kept with the page.
"""

from __future__ import annotations

import re
from typing import Any

import pypandoc
from docutils import nodes
from sphinx.application import Sphinx

MATH = re.compile(r"<math .*?</math>", re.DOTALL)


def convert(formulas: list[str]) -> list[str]:
    """One `<math>` element for each formula, which stands in its dollar signs."""
    page = "\n\n".join(formulas)
    html = pypandoc.convert_text(page, "html", "markdown", extra_args=["--mathml", "--wrap=none"])
    found = MATH.findall(html)
    if len(found) != len(formulas):
        raise ValueError(f"{len(formulas)} formulas gave {len(found)} MathML elements:\n{page}")
    return found


def add_mathml(app: Sphinx, tree: nodes.document) -> None:
    """Convert every formula of a page that was just read."""
    maths = [*tree.findall(nodes.math), *tree.findall(nodes.math_block)]
    if not maths:
        return
    texts = [dollars(node) for node in maths]
    for node, markup in zip(maths, convert(texts), strict=True):
        node["mathml"] = markup


def dollars(node: nodes.Element) -> str:
    """The formula of a node between one or two dollar signs, on one line."""
    tex = re.sub(r"\s+", " ", node.astext()).strip()
    tex = re.sub(r"\\(begin|end)\{align\*?\}", r"\\\1{aligned}", tex)
    return f"$${tex}$$" if isinstance(node, nodes.math_block) else f"${tex}$"


def visit_inline(writer: Any, node: nodes.math) -> None:
    """Write the MathML of a formula in running text."""
    writer.body.append(node["mathml"])
    raise nodes.SkipNode


def visit_block(writer: Any, node: nodes.math_block) -> None:
    """Write the MathML of a displayed formula, which scrolls when it is wide."""
    writer.body.append(f'<div class="math">{node["mathml"]}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register as a Sphinx extension."""
    app.connect("doctree-read", add_mathml)
    app.add_node(nodes.math, override=True, html=(visit_inline, None))
    app.add_node(nodes.math_block, override=True, html=(visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
