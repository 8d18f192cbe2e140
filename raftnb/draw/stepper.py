"""What can be stepped through in a page, with no kernel and nothing from the network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from raftnb.data.markup import Markup, plain
from raftnb.draw.pages import whole_page


class Steppable(ABC):
    """What a notebook shows as HTML, and as `text` where there is no HTML.

    Where scripts do not run (GitHub, paper) the HTML shows every step with what it changed.
    """

    text: str

    @property
    @abstractmethod
    def html(self) -> str:
        """The HTML, as a part of a page."""

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": plain(self.text)}

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, repr=False)
class Stepper(Steppable):
    """Rows with buttons, a slider and arrow keys."""

    rows: Markup
    text: str

    @property
    def html(self) -> str:
        """The HTML, as a part of a page."""
        return self.rows

    def page(self, title: str) -> str:
        """A web page of its own, which needs nothing from elsewhere."""
        return whole_page(title, self.rows, margin="1.5em", width="75em")


__all__ = ["Steppable", "Stepper"]
