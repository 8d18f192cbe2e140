"""Text in lines of a given width: documents that are flat where they fit and broken where not.

The algorithm is Wadler's (A prettier printer, 1998), with `align`, since the lists of TLA+ that
begin with /\\ or \\/ are read by their columns.
"""

from __future__ import annotations

from dataclasses import dataclass


class Doc:
    """A piece of text that can be laid out."""


@dataclass(frozen=True)
class Text(Doc):
    """A text that is never broken."""

    text: str


@dataclass(frozen=True)
class Line(Doc):
    """A new line where the group around it is broken, otherwise `flat`; one that `must` be new."""

    flat: str = " "
    must: bool = False


@dataclass(frozen=True)
class Row(Doc):
    """Pieces one after the other."""

    parts: tuple[Doc, ...]


@dataclass(frozen=True)
class Nest(Doc):
    """A piece whose new lines stand `by` columns further in than those around it."""

    by: int
    inner: Doc


@dataclass(frozen=True)
class Align(Doc):
    """A piece whose new lines stand in the column in which it begins."""

    inner: Doc


@dataclass(frozen=True)
class Group(Doc):
    """A piece that is flat where it fits into the line."""

    inner: Doc


@dataclass(frozen=True)
class Either(Doc):
    """One text where the group around it is broken, another where it is flat."""

    broken: Doc
    flat: Doc


def row(*parts: Doc | str) -> Doc:
    """Pieces and texts one after the other."""
    return Row(tuple(Text(part) if isinstance(part, str) else part for part in parts))


def joined(parts: list[Doc], separator: Doc) -> Doc:
    """Pieces with a separator between them."""
    found: list[Doc] = []
    for part in parts:
        found += [separator, part] if found else [part]
    return Row(tuple(found))


def render(doc: Doc, width: int, indent: int = 0) -> str:
    """The text of a document whose first line begins at column `indent`."""
    out: list[str] = []
    column = indent
    todo: list[tuple[int, bool, Doc]] = [(indent, True, doc)]
    while todo:
        at, broken, one = todo.pop()
        if isinstance(one, Text):
            out.append(one.text)
            column += len(one.text)
        elif isinstance(one, Line) and broken:
            out.append("\n" + " " * at)
            column = at
        elif isinstance(one, Group):
            fits = _fits(width - column, [*todo, (at, False, one.inner)])
            todo.append((at, not fits, one.inner))
        else:
            todo += _opened(at, column, broken, one)
    return "\n".join(line.rstrip() for line in "".join(out).split("\n"))


def _opened(at: int, column: int, broken: bool, doc: Doc) -> list[tuple[int, bool, Doc]]:
    """What a document that is no text is made of, the first part last."""
    if isinstance(doc, Row):
        return [(at, broken, part) for part in reversed(doc.parts)]
    if isinstance(doc, Nest):
        return [(at + doc.by, broken, doc.inner)]
    if isinstance(doc, Align):
        return [(column, broken, doc.inner)]
    if isinstance(doc, Either):
        return [(at, broken, doc.broken if broken else doc.flat)]
    if isinstance(doc, Group):
        return [(at, broken, doc.inner)]
    assert isinstance(doc, Line)
    return [(at, broken, Text(doc.flat))]


def _fits(room: int, todo: list[tuple[int, bool, Doc]]) -> bool:
    """Whether what is on top of a stack fits into the rest of a line."""
    todo = list(todo)
    while todo and room >= 0:
        at, broken, one = todo.pop()
        if isinstance(one, Text):
            room -= len(one.text)
        elif isinstance(one, Line) and (broken or one.must):
            return broken
        else:
            todo += _opened(at, 0, broken, one)
    return room >= 0
