"""A trace without scripts (on GitHub, in a notebook that is not trusted, on paper).

A picture of its last state, as the explorer shows it, then the list of its steps.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable

from raftnb.data.markup import Markup, escaped
from raftnb.data.trace import Change, State, Trace, difference
from raftnb.data.values import show
from raftnb.draw.picture import Picture
from raftnb.draw.still import draw_parts, draw_values
from raftnb.draw.text import brief
from raftnb.explorer.beside import View

FLIGHT = "in flight"
HOW = (
    "A still picture. To choose steps here, run this cell, or trust the notebook "
    "(in JupyterLab: Activate Command Palette, Trust Notebook); on the site nothing is needed."
)


def listed(trace: Trace, hidden: Collection[str], history: bool, view: View | None) -> Markup:
    """The last state as a picture, and the steps, each with what it changed; the first in full."""
    cells = trace.states[0].layout.cells
    shown = [
        n for n, c in enumerate(cells) if c.variable not in hidden and (history or not c.history)
    ]
    named = {(cells[n].owner, cells[n].variable) for n in shown}
    rows = [f"<li>initial state{_items(_first(trace.states[0], shown))}</li>"]
    for before, step, after in zip(trace.states, trace.steps, trace.states[1:], strict=False):
        changes = before.changes(after)
        told = (_told(c) for c in changes if c.owner == FLIGHT or c[:2] in named)
        rows.append(f"<li><code>{escaped(str(step))}</code>{_items(told)}</li>")
    again = "" if trace.loop is None else f"<p>Back to state {trace.loop + 1}, for ever.</p>"
    picture = _image(pictured(trace, shown, view))
    return Markup(f"{picture}<p>{HOW}</p><ol>{''.join(rows)}</ol>{again}")


def pictured(trace: Trace, shown: Collection[int], view: View | None) -> Picture:
    """The last state as its view shows it, or else its variables, the changed ones marked."""
    steps = len(trace.steps)
    told = f", after {trace.steps[-1]}" if steps else ""
    alt = f"State {steps + 1} of {steps + 1}{told}"
    parts = view(trace.last) if view is not None else None
    if parts:
        return draw_parts(parts, alt)
    return draw_values(trace.last, trace.states[-2] if steps else None, shown, alt)


def _image(picture: Picture) -> str:
    """A picture as an element that no sanitizer takes out, with its words below it."""
    data = base64.b64encode(picture.svg.encode("utf-8")).decode("ascii")
    words = escaped(picture.alt)
    return f'<p><img alt="{words}" src="data:image/svg+xml;base64,{data}"></p><p>{words}.</p>'


def _items(lines: Iterable[str]) -> str:
    inner = "".join(f"<li><code>{escaped(line)}</code></li>" for line in lines)
    return f"<ul>{inner}</ul>" if inner else ""


def _first(state: State, shown: list[int]) -> list[str]:
    rows = [f"{state.layout.cells[i]}: {brief(state.values[i])}" for i in shown]
    return rows + [f"{FLIGHT}: {show(message)}" for message, _ in state.messages]


def _told(change: Change) -> str:
    if change.owner != FLIGHT:
        changed = difference(change.before, change.after, brief)
        return f"{change.owner}.{change.variable}{changed}"
    sign = "sent" if change.after > change.before else "no longer in flight"
    return f"{sign}: {change.variable}"


__all__ = ["listed", "pictured"]
