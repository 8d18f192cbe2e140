"""Web pages from templates: whatever is put in stands there as text, and cannot be anything else.

A template is an asset of this folder; `@NAME@` in it is a place to fill. All places are filled in
one pass, so that a text which itself says `@NAME@` is left as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from raftnb.data.markup import Markup, escaped, plain

PLACE = re.compile("@([A-Z]+)@")


def asset(name: str) -> Markup:
    """The text of a file in `draw/assets`."""
    return Markup((files("raftnb.draw") / "assets" / name).read_text(encoding="utf-8"))


def data_island(data: Any) -> Markup:
    """A value as JSON that can stand in `<script type="application/json">`.

    It has no `<`, without which a browser sees neither the script's end nor a comment in it, and
    what no page can hold is written as in the page's other texts.
    """
    return Markup(json.dumps(_plain(data), separators=(",", ":")).replace("<", "\\u003c"))


def _plain(data: Any) -> Any:
    if isinstance(data, str):
        return plain(data)
    if isinstance(data, dict):
        return {plain(key): _plain(value) for key, value in data.items()}
    return [_plain(one) for one in data] if isinstance(data, list | tuple) else data


def filled(template: Markup, parts: Mapping[str, str]) -> Markup:
    """A template with a part in each place; parts that are not `Markup` are escaped.

    Raises `KeyError` for a place without a part.
    """
    ready = {n: p if isinstance(p, Markup) else escaped(p) for n, p in parts.items()}
    return Markup(PLACE.sub(lambda place: ready[place[1]], template))


def whole_page(title: str, body: Markup, *, margin: str, width: str) -> Markup:
    """A page of its own around a part of one, with its title above; lengths are those of CSS."""
    parts = {"TITLE": title, "BODY": body, "MARGIN": margin, "WIDTH": width}
    return filled(asset("page.html"), parts)


__all__ = ["asset", "data_island", "filled", "whole_page"]
