"""Lay out a Graphviz graph and return it as a picture whose bytes never vary.

The program that does the layout comes with the wheel `graphviz-pure`, on every machine: different
Graphviz versions write different bytes, and the notebooks' outputs are compared byte for byte.
The environment variable `RAFTNB_DOT` may name another program.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import graphviz

from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.markup import escaped, plain
from raftnb.draw.picture import Picture, needed
from raftnb.draw.theme import GRAY, style_sheet

PROGRAM = "graphviz-pure"
VARIABLE = "RAFTNB_DOT"
ENGINES = ("dot", "neato", "fdp", "circo", "twopi", "sfdp")
FONTS = tuple(f"-{part}fontname=Arial" for part in "GNE")  # the layout knows Arial's widths
COLORS = ("-Gbgcolor=transparent", f"-Ncolor={GRAY}", f"-Ecolor={GRAY}")
FAMILY = 'font-family="Helvetica,Arial,sans-serif"'
TAG = re.compile("<[^<>]*>")
LINK = re.compile(r"</?a(\s[^<>]*)?>")
Graph: TypeAlias = graphviz.Digraph | graphviz.Graph | str


class DotError(RaftnbError):
    """The layout program is missing, or it refused the graph."""


def render(graph: Graph, alt: str, engine: str = "dot") -> Picture:
    """Lay out `graph` (a `graphviz` graph or DOT source) and return it as a `Picture`.

    `alt` says in words what the picture shows; it must not be empty. `engine` is one of `ENGINES`.
    Raises `UsageError` for an empty `alt` or an unknown engine, `DotError` when the program is
    missing or refuses the graph. Limits: a graph of a few thousand nodes takes minutes.
    """
    if engine not in ENGINES:
        raise UsageError(f"engine={engine!r}", place="render", allowed=", ".join(ENGINES))
    source = graph if isinstance(graph, str) else getattr(graph, "source", None)
    if source is None:
        raise UsageError(
            f"a {type(graph).__name__}",
            place="render",
            allowed="a graph of `graphviz`, or DOT source",
        )
    words = needed(alt)
    return Picture(clean_svg(_lay_out(source, engine), words), words)


def as_label(words: object, line_end: str = "\\n") -> str:
    """A text as a label of a `graphviz` graph: nothing in it is markup or an escape.

    Lines end with `line_end`. Quotes are left to `graphviz`: the label is not safe in DOT source.
    """
    safe = plain(str(words)).replace("\\", "\\\\").replace("&", "&amp;").replace("\n", line_end)
    label: str = graphviz.nohtml(safe)
    return label


def find_program() -> str:
    """The full path of the layout program: `RAFTNB_DOT` if set, else the one of the wheel."""
    wanted = os.environ.get(VARIABLE) or PROGRAM
    beside_python = str(Path(sys.executable).parent)
    found = shutil.which(wanted) or shutil.which(wanted, path=beside_python)
    if found is None:
        raise _missing(wanted)
    return found


def clean_svg(svg: str, alt: str) -> str:
    """The `<svg>` element alone, named by `alt`, with ids that no other picture on a page has.

    Links are taken out: a text that DOT source quotes wrongly could make one, to any address.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<title>.*?</title>\s*", "", body, flags=re.DOTALL)
    body = LINK.sub("", body)
    body = TAG.sub(lambda tag: tag[0].replace('font-family="Arial"', FAMILY), body)
    body = re.sub(r"<g id=\"[^\"]*\"", "<g", body)
    mark = "p" + sha256(body.encode()).hexdigest()[:8]
    body = TAG.sub(lambda tag: re.sub(r"( id=\"|url\(#)", rf"\g<1>{mark}-", tag[0]), body)
    text = escaped(alt)
    opened = f'<svg role="img" class="raftnb" aria-label="{text}"'
    body = body.replace("<svg", opened, 1)
    end = body.index(">") + 1
    head = f"<title>{text}</title>\n<style>{style_sheet(body)}</style>"
    return f"{body[:end]}\n{head}{body[end:]}".strip() + "\n"


def _lay_out(source: str, engine: str) -> str:
    command = [find_program(), f"-K{engine}", "-Tsvg", *FONTS, *COLORS]
    done = subprocess.run(command, input=source, capture_output=True, text=True, encoding="utf-8")
    if done.returncode or "<svg" not in done.stdout:
        raise DotError(
            f"{command[0]} did not draw the graph: {done.stderr.strip() or 'it wrote no SVG'}",
            place="render",
            allowed="a graph in the DOT language",
        )
    return done.stdout


def _missing(wanted: str) -> DotError:
    if wanted == PROGRAM:
        return DotError(
            f"no layout program {PROGRAM!r} beside {sys.executable}",
            cure=f"run `pip install {PROGRAM}`, or set {VARIABLE} to a Graphviz `dot`",
        )
    return DotError(
        f"{VARIABLE} names {wanted!r}, which is no program on the PATH", cure="unset it, or mend it"
    )
