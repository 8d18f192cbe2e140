"""A cluster as the Raft paper draws it (Figures 6 to 8): a row of log entries for each server.

Works on any state whose processes have a `log` of entries with a `term`; `role`, `currentTerm`,
`votedFor` and `commitIndex` are shown where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from raftnb.data.errors import UsageError
from raftnb.data.trace import State
from raftnb.draw.given import state_of
from raftnb.draw.picture import Picture
from raftnb.draw.svg import (
    circle,
    element,
    group,
    label,
    line,
    picture,
    rectangle,
    text_width,
)
from raftnb.draw.text import brief
from raftnb.draw.theme import (
    BLACK,
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PALE,
    PINK,
    SKY,
    WHITE,
    YELLOW,
)

TERM_COLORS = (WHITE, SKY, YELLOW, PINK, PALE, ORANGE)
GONE = {"fill": WHITE, "stroke_dasharray": "3 2"}
ROLE_COLORS = {"follower": WHITE, "candidate": ORANGE, "leader": BLUE}
BOX, ROW, TOP = 30.0, 46.0, 46.0


def draw_cluster(
    state: State, *, title: str = "", messages: bool = False, alt: str = ""
) -> Picture:
    """Draw one state: for each server its role, term and vote, and its log, committed part barred.

    `messages` adds the messages in flight, as text. `alt` is the caption; by default it says in
    words what is drawn.
    """
    return draw_clusters([(title, state)], messages=messages, alt=alt)


def draw_clusters(
    scenes: Sequence[tuple[str, State]], *, messages: bool = False, alt: str = ""
) -> Picture:
    """Draw several states side by side, each with a title, as the paper's Figure 8 does."""
    scenes = [_scene(scene) for scene in scenes]
    single = len(scenes) == 1
    owners = servers_of(scenes[0][1]) if scenes else []
    if not owners:
        raise UsageError(
            "no state, or one in which no process has a log and a currentTerm",
            place="draw_cluster",
            allowed="states of a specification such as `raft`",
            cure="use draw_trace, or show, for others",
        )
    longest = max(len(state[owner, "log"]) for _, state in scenes for owner in owners)
    left = 150.0 if single else 78.0
    width = left + BOX * max(longest, 2) + (12 if single else 20)
    panels, spare = [], 0 if any(title for title, _ in scenes) else 22
    for number, (title, state) in enumerate(scenes):
        shift = f"translate({number * width:.0f} {-spare})"
        panels.append(group(*_panel(title, state, left, longest, single), transform=shift))
    height = TOP + ROW * len(owners) + 8 - spare
    notes = in_flight_lines(scenes[-1][1]) if messages else []
    panels += [label(10, height + 14 * i + 8, text, fill=GRAY) for i, text in enumerate(notes)]
    total = max([width * len(scenes), *(text_width(text) + 20 for text in notes)])
    words = alt or "; ".join(in_words(title, state) for title, state in scenes)
    return picture(total, height + 14 * len(notes) + (6 if notes else 0), words, *panels)


def _scene(scene: Any) -> tuple[str, State]:
    if isinstance(scene, tuple) and len(scene) == 2:
        return str(scene[0]), state_of(scene[1], "draw_cluster")
    raise UsageError(
        f"a {type(scene).__name__}",
        place="draw_clusters",
        allowed="pairs of a title and a state",
        cure='write `("before", state)`',
    )


def servers_of(state: State) -> list[str]:
    """The processes of a state that have a log and a term."""
    index = state.layout.index
    owners = state.layout.owners
    return [o for o in owners if (o, "log") in index and (o, "currentTerm") in index]


def entries(seen: dict[str, Any]) -> tuple[Any, ...]:
    """The log of a server; nothing for what has no term."""
    return tuple(seen.get("log", ())) if "currentTerm" in seen else ()


def role_mark(x: float, y: float, role: str, radius: float = 6) -> Element:
    """A follower is a white circle, a candidate an orange diamond, a leader a blue square."""
    fill = ROLE_COLORS.get(role, WHITE)
    if role == "candidate":
        r = radius + 1
        points = f"{x},{y - r} {x + r},{y} {x},{y + r} {x - r},{y}"
        return element("polygon", points=points, fill=fill, stroke=BLACK)
    if role == "leader":
        return rectangle(x - radius, y - radius, 2 * radius, 2 * radius, fill=fill)
    return circle(x, y, radius, fill=fill, stroke=BLACK)


def compacted(seen: dict[str, Any]) -> int:
    """How many entries of a server's log a snapshot covers: of them it has the last one's term."""
    base = seen.get("base", 0)
    return min(base, len(entries(seen))) if isinstance(base, int) else 0


def log_boxes(
    x: float,
    y: float,
    log: Sequence[Any],
    committed: int,
    box: float,
    *,
    values: bool = False,
    gone: int = 0,
) -> list[Element]:
    """A log as boxes, each with its entry's term (and value); a bar under the committed ones.

    The first `gone` entries are in a snapshot: dashed boxes, the last of them with its term.
    """
    drawn = []
    size = 0.7 * box if not values else 0.42 * box
    for i, entry in enumerate(log):
        style = {"fill": TERM_COLORS[entry.term % len(TERM_COLORS)]} if i >= gone else GONE
        middle = x + (i + 0.5) * box
        drawn.append(rectangle(x + i * box, y, box, box, **style))
        at = y + (0.74 if not values else 0.46) * box
        if i >= gone - 1:
            drawn.append(_inside(middle, at, str(entry.term), size))
        if values and i >= gone and hasattr(entry, "value"):
            drawn.append(_inside(middle, y + 0.86 * box, brief(entry.value), 0.33 * box))
    if committed > 0 and log:
        end = x + min(committed, len(log)) * box
        drawn.append(line(x, y + box + 3, end, y + box + 3, stroke=GREEN, stroke_width=4))
    return drawn


def _inside(x: float, y: float, words: str, size: float) -> Element:
    return label(x, y, words, text_anchor="middle", font_size=size, class_="inside")


def in_flight_lines(state: State) -> list[str]:
    """The messages in flight as lines of text."""
    lines = [f"{m!r}" + (f" ×{n}" if n > 1 else "") for m, n in state.messages]
    return ["in flight:", *lines] if lines else []


def in_words(title: str, state: State) -> str:
    """A cluster in one sentence."""
    rows = []
    for owner in servers_of(state):
        seen = state.of(owner)
        role = f"{brief(seen['role'])} " if "role" in seen else ""
        terms = " ".join(str(entry.term) for entry in seen["log"]) or "none"
        known = f", {seen['commitIndex']} committed" if seen.get("commitIndex") else ""
        known += f", {compacted(seen)} in a snapshot" if compacted(seen) else ""
        rows.append(f"{role}{owner} in term {seen.get('currentTerm', '?')} with entries of terms")
        rows[-1] += f" {terms}{known}"
    return (f"{title}: " if title else "") + ", ".join(rows)


def _panel(title: str, state: State, left: float, longest: int, single: bool) -> list[Element]:
    drawn = [label(10, 18, title, font_weight="bold")] if title else []
    for i in range(longest):
        x = left + (i + 0.5) * BOX
        drawn.append(label(x, TOP - 8, str(i + 1), text_anchor="middle", fill=GRAY, font_size=10))
    for number, owner in enumerate(servers_of(state)):
        drawn += _row(owner, state.of(owner), left, TOP + ROW * number, single)
    return drawn


def _row(owner: str, seen: dict[str, Any], left: float, y: float, single: bool) -> list[Element]:
    middle = y + BOX / 2
    role = brief(seen["role"]) if "role" in seen else ""
    drawn = [role_mark(16, middle, role), label(30, middle - 1, owner, font_weight="bold")]
    term = f"term {seen['currentTerm']}" if "currentTerm" in seen else ""
    drawn.append(label(30, middle + 12, term, font_size=10, fill=GRAY))
    if single and role:
        drawn.append(label(82, middle - 1, role, font_size=11))
        if seen.get("votedFor") is not None:
            vote = f"voted {brief(seen['votedFor'])}"
            drawn.append(label(82, middle + 12, vote, font_size=10, fill=GRAY))
    log, known, gone = seen["log"], seen.get("commitIndex", 0), compacted(seen)
    return drawn + log_boxes(left, y, log, known, BOX, values=True, gone=gone)


__all__ = ["draw_cluster", "draw_clusters"]
