"""What a reader would see as broken in the finished pages: links, markup, remote loads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import html5lib

LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}
REMOTE = re.compile(r"(?:https?:)?//")
CSS_LOAD = re.compile(r"(?:@import\s+|url\()\s*[\"']?((?:https?:)?//[^\"')]+)")


class Element(NamedTuple):
    """An opening tag and its attributes."""

    tag: str
    attributes: dict[str, str]


class _Tags(HTMLParser):
    """Collects opening tags; much faster than building the tree."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(Element(tag, {name: value or "" for name, value in attrs}))


@dataclass(frozen=True)
class Page:
    """One HTML file of the site."""

    path: Path

    def __str__(self) -> str:
        return self.path.name

    @cached_property
    def text(self) -> str:
        """The page as it is written."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def elements(self) -> list[Element]:
        """All opening tags of the page, in order."""
        reader = _Tags()
        reader.feed(self.text)
        return reader.found

    @cached_property
    def errors(self) -> list[str]:
        """Where the page is no valid HTML, by the rules of the HTML standard's own parser."""
        parser = html5lib.HTMLParser()
        parser.parse(self.text)
        return [f"line {line}: {what}" for (line, _), what, _ in parser.errors]

    @cached_property
    def anchors(self) -> Counter[str]:
        """Every id of the page, and how often it is used."""
        return Counter(e.attributes["id"] for e in self.elements if "id" in e.attributes)


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
            if name in element.attributes and not urlsplit(element.attributes[name]).scheme:
                yield element.attributes[name]


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
        if REMOTE.match(address := element.attributes.get(LOADING.get(element.tag, ""), ""))
    ]


def remote_loads_of_styles(site: Path) -> list[str]:
    """What the style sheets would fetch from the network."""
    sheets = ((path, path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.css")))
    return [f"{path.name}: {load}" for path, text in sheets for load in CSS_LOAD.findall(text)]


def invalid_markup(pages: dict[Path, Page]) -> list[str]:
    """Where a page is no valid HTML: parse errors, an id used twice, a picture without words."""
    return [f"{page}: {fault}" for page in pages.values() for fault in _faults(page)]


def _faults(page: Page) -> Iterator[str]:
    if "_modules" not in page.path.parts:  # thousands of spans, all written by one function
        yield from page.errors
    for anchor, count in page.anchors.items():
        if count > 1:
            yield f"the id {anchor} is used twice"
    for element in page.elements:
        if element.tag == "img" and not element.attributes.get("alt"):
            yield f"the picture {element.attributes.get('src')} has no words"
