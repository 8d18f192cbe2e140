"""Any text as a part of a page or a picture."""

from __future__ import annotations

import re
from html import escape

UNFIT = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class Markup(str):
    """HTML that is put into a page as it is: made by this package, every text in it escaped."""


def plain(words: str) -> str:
    """A text with the characters that XML and HTML cannot hold written as Python writes them."""
    if words.isprintable():  # then it has none of them, and nearly every text is
        return words
    return re.sub(UNFIT, lambda found: repr(found[0])[1:-1], words)


def escaped(words: str) -> Markup:
    """A text as HTML, fit for an attribute between quotes too."""
    return Markup(escape(plain(words)))


__all__ = ["Markup", "escaped", "plain"]
