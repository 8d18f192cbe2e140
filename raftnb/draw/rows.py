"""What a stepper's page holds: a first state, and row by row what changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from raftnb.data.trace import State
from raftnb.data.values import Message, order, show
from raftnb.draw.text import brief


class Row(NamedTuple):
    """One position of a stepper after the first: what it says, who acts, and what is new then.

    `cells` are (position in the layout, value), `messages` (message, count); `line` is the line of
    a log that is shown beside, its number and its text; `remarks` say what is wrong there.
    """

    text: str
    actors: Sequence[str]
    cells: Iterable[tuple[int, Any]]
    messages: Iterable[tuple[Message, int]]
    line: tuple[int, str] | None = None
    remarks: Sequence[str] = ()


def page_data(
    start: State, rows: Sequence[Row], shown: list[int], text: Callable[[Any], str] = brief
) -> dict[str, Any]:
    """The data of a page: texts of values, messages by number in their order."""
    cells = start.layout.cells
    place = {cell: at for at, cell in enumerate(shown)}
    known = {message for message, _ in start.messages}
    known.update(message for row in rows for message, _ in row.messages)
    number = {message: at for at, message in enumerate(sorted(known, key=order))}
    now = [text(start.values[i]) for i in shown]
    steps = []
    for row in rows:
        changes = []
        for cell, value in row.cells:
            if cell in place and (told := text(value)) != now[place[cell]]:
                now[place[cell]] = told
                changes.append([place[cell], told])
        counts = [[number[message], count] for message, count in row.messages]
        step = {
            "text": row.text,
            "actors": list(row.actors),
            "changes": changes,
            "messages": counts,
        }
        beside = {"line": row.line, "remarks": list(row.remarks)} if row.line else {}
        steps.append(step | beside)
    return {
        "owners": list(dict.fromkeys(cells[i].owner for i in shown)),
        "cells": [[cells[i].owner, cells[i].variable] for i in shown],
        "initial": [text(start.values[i]) for i in shown],
        "texts": [show(message) for message in number],
        "messages": [[number[message], count] for message, count in start.messages],
        "steps": steps,
    }


__all__ = ["Row", "page_data"]
