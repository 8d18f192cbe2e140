"""What can be stepped through in a page, with no kernel and nothing from the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from raftnb.data.markup import Markup, plain
from raftnb.draw.pages import whole_page


@dataclass(frozen=True)
class Stepper:
    """Rows as HTML with buttons, a slider and arrow keys, and as text where there is no HTML.

    Where scripts do not run (GitHub, paper) the page shows every step with what it changed.
    """

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": plain(self.text)}

    def __repr__(self) -> str:
        return self.text

    def page(self, title: str) -> str:
        """A web page of its own, which needs nothing from elsewhere."""
        return whole_page(title, Markup(self.html), margin="1.5em", width="75em")


__all__ = ["Stepper"]
