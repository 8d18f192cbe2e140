"""SVG elements with few words: made as a tree, so that every text is escaped."""

from __future__ import annotations

from typing import TypeAlias
from xml.etree.ElementTree import Element, tostring

from raftnb.data.markup import plain
from raftnb.draw.picture import Picture
from raftnb.draw.theme import BLACK, WHITE, style_sheet

FONT = "Helvetica,Arial,sans-serif"
WIDTH = 760
"""The width in pixels that a notebook shows without scrolling."""

Attribute: TypeAlias = str | float


def element(tag: str, *children: Element | str, **attributes: Attribute) -> Element:
    """An SVG element; `_` in an attribute's name stands for `-`, numbers keep one decimal."""
    made = Element(tag, {_name(name): _text(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        else:
            made.text = (made.text or "") + plain(child)
    return made


def group(*children: Element, **attributes: Attribute) -> Element:
    """A `<g>`; its attributes hold for its children."""
    return element("g", *children, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: Attribute) -> Element:
    """A straight line, black unless `stroke` says otherwise."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **{"stroke": BLACK, **attributes})


def rectangle(x: float, y: float, width: float, height: float, **attributes: Attribute) -> Element:
    """A rectangle, white with a black border unless said otherwise."""
    box: dict[str, Attribute] = {"fill": WHITE, "stroke": BLACK, **attributes}
    return element("rect", x=x, y=y, width=width, height=height, **box)


def circle(x: float, y: float, radius: float, **attributes: Attribute) -> Element:
    """A circle around (x, y)."""
    return element("circle", cx=x, cy=y, r=radius, **attributes)


def label(x: float, y: float, words: str, **attributes: Attribute) -> Element:
    """A text whose baseline starts at (x, y); `text_anchor` may be middle or end."""
    return element("text", words, x=x, y=y, **attributes)


def tooltip(words: str) -> Element:
    """The text that a reader sees who points at the element which this is put into, first."""
    return element("title", words)


def text_width(words: str, size: float = 12) -> float:
    """About how wide `words` are in pixels in a text of `size` pixels; a little too wide."""
    return 0.58 * size * len(words)


def picture(width: float, height: float, alt: str, *children: Element, size: float = 12) -> Picture:
    """The whole picture, `width` by `height` pixels; `alt` says in words what it shows.

    It shrinks with the page, never grows over its own width, and has the page's color behind it.
    """
    drawn = "".join(tostring(child, encoding="unicode") for child in children)
    root = element(
        "svg",
        tooltip(alt),
        element("style", style_sheet(drawn)),
        *children,
        class_="raftnb",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_text(width)} {_text(height)}",
        width=width,
        height=height,
        role="img",
        style=f"max-width:100%;height:auto;font-family:{FONT};font-size:{_text(size)}px",
    )
    root.set("aria-label", plain(alt))
    return Picture(tostring(root, encoding="unicode"), alt)


def _name(name: str) -> str:
    return name if name == "viewBox" else name.rstrip("_").replace("_", "-")


def _text(value: Attribute) -> str:
    return plain(value) if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
