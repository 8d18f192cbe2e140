"""Definitions, comments and lists, as lines of a module."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from raftnb.pluscal.layout import Align, Doc, Group, Line, Nest, render, row
from raftnb.pluscal.printing import WIDTH, document
from raftnb.pluscal.terms import Term


def comment(text: str, indent: int = 0) -> list[str]:
    """A text as lines of a comment, none for an empty text."""
    width = WIDTH - indent - 3
    return [f"{' ' * indent}\\* {line}" for line in textwrap.wrap(plain(text), width)]


def plain(text: str) -> str:
    """A text in the signs that TLA+'s tools read everywhere, without ends of comments."""
    swaps = {"≪": "<<", "≫": ">>", "–": "-", "—": "-", "’": "'", "“": '"', "”": '"', "…": "..."}
    for sign, other in swaps.items():
        text = text.replace(sign, other)
    text = text.encode("ascii", "replace").decode()
    return text.replace("(*", "( *").replace("*)", "* )")


def definition(name: str, parameters: Iterable[str], body: Term, indent: int = 0) -> list[str]:
    """An operator's definition, on one line where it fits."""
    listed = ", ".join(parameters)
    head = f"{name}({listed}) ==" if listed else f"{name} =="
    found = Group(row(head, Nest(2, row(Line(), Align(Group(document(body)))))))
    return block(found, indent)


def defined(
    about: str, name: str, parameters: Iterable[str], body: Term, indent: int = 0
) -> list[str]:
    """An operator's definition, with what it says of itself before it and an empty line after."""
    return [*comment(about, indent), *definition(name, parameters, body, indent), ""]


def block(doc: Doc, indent: int = 0) -> list[str]:
    """A document as lines that begin at a column."""
    return (" " * indent + render(doc, WIDTH, indent)).split("\n")


def listed(head: str, names: list[str], indent: int = 0) -> list[str]:
    """A word and a list of names after it, in as many lines as they take."""
    width = WIDTH - indent - 2
    if len(head) + 1 + len(", ".join(names)) + indent <= WIDTH:
        return [f"{' ' * indent}{head} {', '.join(names)}"]
    lines = textwrap.wrap(", ".join(names), width, break_long_words=False)
    return [f"{' ' * indent}{head}", *(f"{' ' * (indent + 2)}{line}" for line in lines)]


def section(title: str) -> list[str]:
    """A line that begins a part of a module."""
    return ["-" * WIDTH, *comment(title), ""]
