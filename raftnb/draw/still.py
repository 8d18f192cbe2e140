"""One state as a picture, for where nothing can be stepped: its view, or else its variables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from raftnb.data.trace import State
from raftnb.data.values import show
from raftnb.draw.picture import Picture
from raftnb.draw.raft.cluster import role_mark
from raftnb.draw.svg import WIDTH, label, line, picture, rectangle, text_width
from raftnb.draw.text import brief
from raftnb.draw.theme import BLACK, GRAY, GREEN

ROW, LINE, BOX, LEFT = 46.0, 17.0, 28.0, 30.0
ROLES = {"diamond": "candidate", "square": "leader"}
LONGEST = 70
"""Of a value that is written; the rest of it is an ellipsis."""


def draw_parts(parts: Sequence[dict[str, Any]], alt: str) -> Picture:
    """Draw what a view says of a state (docs/explorer.md): a row for each part, with its boxes."""
    words = [
        [part["name"], part.get("head", ""), ", ".join(part.get("lines", ()))] for part in parts
    ]
    left = LEFT + max((text_width(f"{name}  {head}") for name, head, _ in words), default=0) + 20
    left = max(left, LEFT + max((text_width(told, 10) for *_, told in words), default=0) + 20)
    wide = max(
        [BOX, *(text_width(text, 10) + 8 for p in parts for box in p["boxes"] for text in box)]
    )
    drawn: list[Element] = []
    for number, (part, told) in enumerate(zip(parts, words, strict=True)):
        drawn += _part(part, told, 8 + ROW * number, left, wide)
    most = max((len(part["boxes"]) for part in parts), default=0)
    return picture(left + wide * most + 12, ROW * len(parts) + 8, alt, *drawn)


def _part(
    part: dict[str, Any], words: list[str], y: float, left: float, wide: float
) -> list[Element]:
    name, head, told = words
    drawn = [
        role_mark(16, y + 14, ROLES.get(part.get("mark", ""), "")),
        label(LEFT, y + 13, name, font_weight="bold"),
        label(LEFT + text_width(f"{name}  "), y + 13, head),
        label(LEFT, y + 27, told, fill=GRAY, font_size=10),
    ]
    for place, texts in enumerate(part["boxes"]):
        x = left + wide * place
        drawn.append(rectangle(x, y, wide, BOX))
        drawn += [
            label(
                x + wide / 2, y + 12 * n, text, text_anchor="middle", font_size=10, class_="inside"
            )
            for n, text in enumerate(texts, 1)
        ]
    if part.get("barred"):
        end = left + wide * part["barred"]
        drawn.append(line(left, y + BOX + 3, end, y + BOX + 3, stroke=GREEN, stroke_width=4))
    return drawn


def draw_values(state: State, before: State | None, shown: Collection[int], alt: str) -> Picture:
    """Draw the variables of a state as a table; those that differ from `before` have a mark.

    `shown` has the places of the variables to draw.
    """
    cells = state.layout.cells
    rows = [(cells[n].owner, cells[n].variable, brief(state.values[n]), n) for n in shown]
    owners = dict.fromkeys(owner for owner, *_ in rows)
    first = max((text_width(owner) for owner in owners), default=0) + 24
    second = first + max((text_width(name) for _, name, _, _ in rows), default=0) + 14
    drawn: list[Element] = []
    y, last, widest = 4.0, "", 0.0
    for owner, name, value, place in rows:
        y += LINE
        changed = before is not None and before.values[place] != state.values[place]
        if owner != last:
            drawn += [line(4, y - 13, WIDTH, y - 13, stroke=GRAY, stroke_width=0.5)] if last else []
            drawn.append(label(8, y, owner, font_weight="bold"))
        told = f"{'✱ ' if changed else ''}{_short(value)}"
        widest = max(widest, text_width(told))
        weight = "bold" if changed else "normal"
        drawn.append(label(first, y, name, fill=GRAY))
        drawn.append(label(second, y, told, fill=BLACK, font_weight=weight))
        last = owner
    for told in _in_flight(state):
        y += LINE
        widest = max(widest, text_width(told) - second)
        drawn.append(label(8, y, told))
    return picture(max(second + widest + 8, 240), y + 10, alt, *drawn)


def _in_flight(state: State) -> Iterable[str]:
    for message, count in state.messages:
        yield "in flight: " + _short(show(message)) + (f" ×{count}" if count > 1 else "")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


__all__ = ["draw_parts", "draw_values"]
