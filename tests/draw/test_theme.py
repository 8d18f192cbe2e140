"""Pictures on light paper and on dark: known colors, and words and lines that can be seen."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import pytest

from raftnb.draw import theme
from raftnb.draw.dot import render
from tests.draw.test_hostile import PICTURES

SVG = "{http://www.w3.org/2000/svg}"
LAB = "#111111"
WORDS = (theme.BLACK, *theme.WORDS)
GROUNDS = (theme.WHITE, theme.SKY, theme.YELLOW, theme.PINK, theme.ORANGE, theme.PALE)
BARS = (theme.ICE, theme.PEACH)


def luminance(color: str) -> float:
    """Of a color as the Web Content Accessibility Guidelines define it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("color", WORDS)
def test_words_can_be_read_on_light_paper_and_on_dark(color: str) -> None:
    assert contrast(color, theme.WHITE) >= 4.5
    dark = theme.MOON if color == theme.BLACK else theme.WORDS[color]
    assert min(contrast(dark, theme.NIGHT), contrast(dark, LAB)) >= 4.5


@pytest.mark.parametrize("ground", GROUNDS + BARS)
def test_words_in_a_box_can_be_read_in_light_and_in_dark(ground: str) -> None:
    assert contrast(theme.BLACK, ground) >= 4.5
    assert contrast(theme.MOON, theme.AREAS[ground]) >= 4.5


@pytest.mark.parametrize("line", [theme.GRAY, theme.RED, theme.GREEN, theme.BLUE])
def test_lines_can_be_seen_whatever_the_picture_is_told_of_its_page(line: str) -> None:
    for color in (line, theme.LINES.get(line, line)):
        assert contrast(color, LAB) >= 3
    assert contrast(line, theme.WHITE) >= 3


def used(root: Element, attribute: str) -> dict[str, Element]:
    return {e.get(attribute, "none"): e for e in root.iter()}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_the_colors_of_the_theme_and_no_paper(name: str) -> None:
    svg = PICTURES[name]("words").svg
    root = fromstring(svg)
    assert root.get("class") == "raftnb"
    known = {getattr(theme, n) for n in theme.__all__ if n.isupper()} | {"none"}
    assert used(root, "fill").keys() | used(root, "stroke").keys() <= known
    for light in used(root, "fill").keys() & theme.AREAS.keys() - {theme.BLACK}:
        assert f'.raftnb [fill="{light}"]{{fill:{theme.AREAS[light]}}}' in svg
    width = float((root.get("width") or "").removesuffix("pt"))
    papers = [e for e in root.iter(f"{SVG}rect") if float(e.get("width", 0)) >= width]
    assert not papers
    assert 'fill="#ffffff" stroke="none"' not in svg


def test_words_across_lines_have_a_halo_and_words_in_boxes_none() -> None:
    svg = PICTURES["timeline"]("words").svg
    assert "text:not(.inside)" in svg
    assert re.search(r'<text [^>]*class="inside"[^>]*>[^<]', svg)


def test_a_graph_has_the_page_behind_it() -> None:
    svg = render("digraph { a -> b }", "a graph").svg
    assert 'fill="white"' not in svg
    assert "black" not in svg
    assert "prefers-color-scheme:dark" in svg
