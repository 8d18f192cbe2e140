"""A difference drawn: the scene as the specification plays it, and where the other one leaves."""

from __future__ import annotations

from raftnb.draw.picture import Picture
from raftnb.draw.raft import draw_sequence
from raftnb.drive.play import Difference


def drawn(difference: Difference) -> Picture:
    """The scene as a message sequence diagram; below it, what the implementation does instead."""
    return draw_sequence(difference.trace, note=difference.note)


__all__ = ["drawn"]
