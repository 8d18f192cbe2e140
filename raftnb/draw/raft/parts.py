"""A cluster as data, for a page that draws it: what the explorer's picture of Raft shows."""

from __future__ import annotations

from typing import Any

from raftnb.data.markup import plain
from raftnb.data.trace import State
from raftnb.draw.raft.cluster import compacted, servers_of
from raftnb.draw.text import brief

MARKS = {"candidate": "diamond", "leader": "square"}


def cluster_parts(state: State) -> list[dict[str, Any]] | None:
    """A part for each server: its role, term and votes, its log, and how much is committed.

    None for a state in which no process has a log and a term. The form is that of
    `raftnb.explorer`: `mark` is circle, diamond or square; each box has two texts, and the first
    `barred` of them have a bar.
    """
    return [_part(owner, state.of(owner)) for owner in servers_of(state)] or None


def _part(owner: str, seen: dict[str, Any]) -> dict[str, Any]:
    role = brief(seen["role"]) if "role" in seen else ""
    lines = [f"term {brief(seen['currentTerm'])}"]
    if seen.get("votedFor") is not None:
        lines.append(f"voted {brief(seen['votedFor'])}")
    if role == "candidate" and "votesGranted" in seen:
        lines.append(f"votes {brief(seen['votesGranted'])}")
    entries = [e for e in seen["log"] if hasattr(e, "term")] if _is_log(seen["log"]) else []
    boxes = [[brief(e.term), brief(getattr(e, "value", ""))] for e in entries]
    if gone := compacted(seen):
        boxes[:gone] = [*[["–", "–"]] * (gone - 1), [boxes[gone - 1][0], "–"]]
    committed = seen.get("commitIndex", 0)
    return {
        "name": plain(owner),
        "mark": MARKS.get(role, "circle"),
        "head": plain(role),
        "lines": list(map(plain, lines)),
        "boxes": [[plain(text) for text in box] for box in boxes],
        "barred": min(committed, len(boxes)) if isinstance(committed, int) else 0,
    }


def _is_log(value: Any) -> bool:
    return isinstance(value, tuple)


__all__ = ["cluster_parts"]
