"""A trace as a list of its steps, where no script runs: on GitHub, on paper, for a text browser."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from raftnb.data.markup import Markup, escaped
from raftnb.data.trace import Change, State, Trace, difference
from raftnb.data.values import show
from raftnb.draw.text import brief

FLIGHT = "in flight"
HOW = "With scripts, as on the site or in a notebook that is trusted, steps can be chosen here."


def listed(trace: Trace, hidden: Collection[str], history: bool) -> Markup:
    """The steps of a trace, each with what it changed; the first state in full."""
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
    return Markup(f"<p>{HOW}</p><ol>{''.join(rows)}</ol>{again}")


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


__all__ = ["listed"]
