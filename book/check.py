"""What a reader would see as broken in the finished pages: links, markup, remote loads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib

LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}
REMOTE = re.compile(r"(?:https?:)?//")
CSS_LOAD = re.compile(r"(?:@import\s+|url\()\s*[\"']?((?:https?:)?//[^\"')]+)")


@dataclass(frozen=True)
class Page:
    """One HTML file of the site."""

    path: Path

    def __str__(self) -> str:
        return self.path.name

    @cached_property
    def parser(self) -> html5lib.HTMLParser:
        """The parser after it read the page; its `errors` say where the page is no valid HTML."""
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        parser.tree_of_page = parser.parse(self.path.read_text(encoding="utf-8"))
        return parser

    @cached_property
    def elements(self) -> list[Element]:
        """All elements of the page."""
        return [e for e in self.parser.tree_of_page.iter() if isinstance(e.tag, str)]

    @cached_property
    def anchors(self) -> list[str]:
        """Every id of the page, in order."""
        return [e.attrib["id"] for e in self.elements if "id" in e.attrib]


def pages_of(site: Path) -> dict[Path, Page]:
    """Every page of the site, by its full path."""
    return {path.resolve(): Page(path) for path in sorted(site.rglob("*.html"))}


def broken_links(pages: dict[Path, Page]) -> list[str]:
    """Links inside the site whose file or anchor does not exist."""
    return [
        f"{page}: {link}"
        for page in pages.values()
        for link in _links(page)
        if not _arrives(page, link, pages)
    ]


def _links(page: Page) -> Iterator[str]:
    for element in page.elements:
        for name in ("href", "src"):
            if name in element.attrib and not urlsplit(element.attrib[name]).scheme:
                yield element.attrib[name]


def _arrives(page: Page, link: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    path = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
    if not parts.fragment or path not in pages:
        return path.exists()
    return unquote(parts.fragment) in pages[path].anchors


def remote_loads(pages: dict[Path, Page]) -> list[str]:
    """What the pages would fetch from the network when they are opened."""
    return [
        f"{page}: {address}"
        for page in pages.values()
        for element in page.elements
        if REMOTE.match(address := element.attrib.get(LOADING.get(element.tag, ""), ""))
    ]


def remote_loads_of_styles(site: Path) -> list[str]:
    """What the style sheets would fetch from the network."""
    sheets = ((path, path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.css")))
    return [f"{path.name}: {load}" for path, text in sheets for load in CSS_LOAD.findall(text)]


def invalid_markup(pages: dict[Path, Page]) -> list[str]:
    """Where a page is no valid HTML: parse errors, an id used twice, a picture without words."""
    return [f"{page}: {fault}" for page in pages.values() for fault in _faults(page)]


def _faults(page: Page) -> Iterator[str]:
    for (line, _), what, _ in page.parser.errors:
        yield f"line {line}: {what}"
    for anchor in sorted(set(page.anchors)):
        if page.anchors.count(anchor) > 1:
            yield f"the id {anchor} is used twice"
    for element in page.elements:
        if element.tag == "img" and not element.get("alt"):
            yield f"the picture {element.get('src')} has no words"
