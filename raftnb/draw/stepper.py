"""A trace that can be stepped through in a page, with no kernel and nothing from the network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.markup import Markup, escaped, plain
from raftnb.data.trace import Change, State, Trace, difference
from raftnb.data.values import show
from raftnb.draw.given import trace_of
from raftnb.draw.pages import asset, data_island, filled
from raftnb.draw.rows import Row, page_data
from raftnb.draw.text import brief


@dataclass(frozen=True)
class Stepper:
    """A trace as HTML with buttons, a slider and arrow keys, and as text where there is no HTML.

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
        return filled(asset("trace.html"), {"TITLE": title, "STEPPER": Markup(self.html)})


@told_plainly
def stepper(trace: Trace, hide: Iterable[str] = (), history: bool = False) -> Stepper:
    """Let the reader step through `trace`; changed variables carry a color and a mark.

    `hide` names variables that are not shown; history variables are shown only with `history`.
    The same trace gives the same bytes. Raises `UsageError` for a name in `hide` that no variable
    has. Limits: meant for traces of at most a few hundred steps, since the page holds all of them.
    """
    trace = trace_of(trace, "stepper")
    shown = _shown(trace, set(hide), history)
    data = page_data(trace.states[0], list(_rows(trace)), shown) | {"loop": trace.loop}
    parts = {
        "LABEL": f"A trace of {len(trace)} steps. The left and right arrow keys step through it.",
        "STYLE": asset("stepper.css"),
        "STEPS": _all_steps(trace, shown),
        "DATA": data_island(data),
        "CODE": asset("stepper.js"),
    }
    return Stepper(filled(asset("stepper.html"), parts), str(trace))


def _shown(trace: Trace, hide: set[str], history: bool) -> list[int]:
    cells = trace.states[0].layout.cells
    unknown = hide - {cell.variable for cell in cells}
    if unknown:
        names = ", ".join(dict.fromkeys(cell.variable for cell in cells))
        raise UsageError(
            f"hide={sorted(unknown)}",
            place="stepper",
            allowed=f"names of variables: {names}",
            cure="leave the others out",
        )
    rows = enumerate(cells)
    return [i for i, c in rows if c.variable not in hide and (history or not c.history)]


def _all_steps(trace: Trace, shown: list[int]) -> Markup:
    cells = trace.states[0].layout.cells
    named = {(cells[i].owner, cells[i].variable) for i in shown}
    rows = [f"<li>initial state{_items(_first(trace.states[0], shown))}</li>"]
    for before, step, after in zip(trace.states, trace.steps, trace.states[1:], strict=False):
        told = (_told(c) for c in before.changes(after) if _is_flight(c) or c[:2] in named)
        rows.append(f"<li><code>{escaped(str(step))}</code>{_items(told)}</li>")
    again = "" if trace.loop is None else f"<p>Back to state {trace.loop + 1}, for ever.</p>"
    return Markup(f'<div class="all"><ol>{"".join(rows)}</ol>{again}</div>')


def _items(lines: Iterable[str]) -> str:
    inner = "".join(f"<li><code>{escaped(line)}</code></li>" for line in lines)
    return f"<ul>{inner}</ul>" if inner else ""


def _first(state: State, shown: list[int]) -> list[str]:
    rows = [f"{state.layout.cells[i]}: {brief(state.values[i])}" for i in shown]
    return rows + [f"in flight: {text}" for text, _ in _messages(state)]


def _is_flight(change: Change) -> bool:
    return change.owner == "in flight"


def _told(change: Change) -> str:
    if not _is_flight(change):
        changed = difference(change.before, change.after, brief)
        return f"{change.owner}.{change.variable}{changed}"
    sign = "sent" if change.after > change.before else "no longer in flight"
    return f"{sign}: {change.variable}"


def _messages(state: State) -> list[tuple[str, int]]:
    return [(show(message), count) for message, count in state.messages]


def _rows(trace: Trace) -> Iterator[Row]:
    """What each step of a trace changes."""
    for before, step, after in zip(trace.states, trace.steps, trace.states[1:], strict=False):
        pairs = enumerate(zip(before.values, after.values, strict=True))
        cells = [(i, b) for i, (a, b) in pairs if a != b]
        was, now = dict(before.messages), dict(after.messages)
        counts = [(m, now.get(m, 0)) for m in was | now if was.get(m) != now.get(m)]
        yield Row(str(step), (step.process,), cells, counts)
