"""A picture that Jupyter shows, a page embeds, and a screen reader can read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.files import write_whole
from raftnb.data.markup import plain


@dataclass(frozen=True)
class Picture:
    """An SVG picture and its text alternative.

    `svg` is one `<svg>` element as text; `alt` says in words what it shows and must not be empty,
    or `UsageError` is raised. A notebook shows the picture; its plain-text form is `alt`.
    """

    svg: str
    alt: str

    def __post_init__(self) -> None:
        needed(self.alt)
        if not self.svg.startswith("<svg"):
            raise UsageError(
                f"svg={self.svg[:20]!r}...", place="a picture", allowed="one <svg> element"
            )

    def save(self, path: str | Path) -> Path:
        """Write the SVG to `path` and return it; raises `OSError` where it cannot be written."""
        write_whole(path, self.svg)
        return Path(path)

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": plain(self.alt)}

    def __repr__(self) -> str:
        return self.alt


def needed(alt: object) -> str:
    """The text that stands for a picture; raises `UsageError` where there is none."""
    if isinstance(alt, str) and alt.strip():
        return alt
    raise UsageError(
        f"alt={alt!r}",
        place="a picture",
        allowed="a text for those who cannot see it",
        cure="say in words what the picture shows",
    )
