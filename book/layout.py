"""How large a picture is on paper: no letter of it is smaller than six points."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from book.chapters import size_of

LEAST = 6.0
"""The size in points of the smallest letters that are printed."""
TEXT, WIDEST, HIGH = 448.0, 542.0, 600.0
"""In points: the width of the text, the width of what reaches into both margins, the height."""
ASIDE_WIDE, ASIDE_HIGH = 680.0, 405.0
"""The width and height of a picture that lies on its side."""
OVERLAP = 14.0
"""What two parts of a picture have in common, so that a line which is cut is whole in one."""
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
FREE = re.compile(r'<text (?![^>]*class="inside")')
FAMILY = re.compile(r'font-family(="|:)[^;"]*')


class Layout(NamedTuple):
    """The width and height of a picture in points, whether on its side, in how many parts."""

    width: float
    height: float
    aside: bool
    parts: int

    @property
    def part(self) -> float:
        """The height of a part; all but the last have it."""
        return min(self.height, ASIDE_HIGH if self.aside else HIGH)


def layout(svg: str) -> Layout:
    """Where a picture fits with letters that can be read.

    It stands in the text if it can, then reaches into the margins, then lies on its side; what is
    higher than the page is printed in parts.
    """
    width, height = size_of(svg)
    least = LEAST / smallest_letter(svg)
    scale = min(1.0, TEXT / width, HIGH / height)
    if scale >= least:
        return Layout(width * scale, height * scale, False, 1)
    aside = width * least > WIDEST
    high = ASIDE_HIGH if aside else HIGH
    scale = max(least, min(1.0, ASIDE_WIDE / width, high / height)) if aside else least
    parts = max(1, math.ceil((height * scale - OVERLAP) / (high - OVERLAP)))
    return Layout(width * scale, height * scale, aside, parts)


def smallest_letter(svg: str) -> float:
    """The size in points of the smallest letters of a picture at its own size."""
    opening = svg[: svg.index(">")]
    box = re.search(r'viewBox="[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)', opening)
    unit = size_of(svg)[0] / float(box[1]) if box else 0.75
    sizes = re.findall(r'font-size(?:="|:)([\d.]+)', svg)
    return unit * min(map(float, sizes), default=12.0)


def for_paper(svg: str, font: str) -> str:
    """A picture for a program that knows fonts by name and no style sheets: with its halos."""
    halo = '<text paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round" '
    return FAMILY.sub(rf"font-family\g<1>{font}", FREE.sub(halo, STYLE.sub("", svg)))
