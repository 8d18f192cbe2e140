"""The front end put into a page, with the states that it is to show: one file, nothing else."""

from __future__ import annotations

import base64
import json
import re
import zlib
from importlib.resources import files
from typing import Any

from raftnb.data.markup import Markup
from raftnb.draw import pages
from raftnb.draw.pages import data_island, filled

PARTS = ("sequence", "cluster", "beside", "panels")
MODULES = ("elements", "sights", "graph", "journey", *PARTS, "explorer")
"""The modules of the front end; each imports only from those before it, and no name is in two."""
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=async |function |class |const )", re.MULTILINE)


def asset(name: str) -> Markup:
    """The text of a file in `explorer/assets`."""
    return Markup((files("raftnb.explorer") / "assets" / name).read_text(encoding="utf-8"))


def code(entry: str) -> Markup:
    """The modules as one text, which needs no loader: imports and exports are left out.

    `entry` is the module that begins: page or widget.
    """
    texts = (asset(f"{name}.js") for name in (*MODULES, entry))
    return Markup("\n".join(EXPORT.sub("", IMPORT.sub("", text)) for text in texts))


def embedded(data: dict[str, Any], still: Markup, label: str) -> Markup:
    """An explorer as a part of a page; its bytes are the same for the same data."""
    return _explorer(data_island(data), "application/json", still, label, "no")


def whole_page(data: dict[str, Any], still: Markup, label: str, title: str) -> Markup:
    """A page of its own, its data deflated; its address tells where one is."""
    text = json.dumps(data, separators=(",", ":")).encode("utf-8")
    packed = Markup(base64.b64encode(zlib.compress(text, 9)).decode("ascii"))
    explorer = _explorer(packed, "text/plain", still, label, "yes")
    return pages.whole_page(title, explorer, margin="1em", width="105em")


def _explorer(data: Markup, kind: str, still: Markup, label: str, alone: str) -> Markup:
    parts = {
        "ALONE": alone,
        "LABEL": label,
        "STYLE": asset("explorer.css"),
        "STILL": still,
        "KIND": kind,
        "DATA": data,
        "CODE": code("page"),
    }
    return filled(asset("explorer.html"), parts)


__all__ = ["asset", "code", "embedded", "whole_page"]
