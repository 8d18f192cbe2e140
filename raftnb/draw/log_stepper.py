"""The log of an implementation beside the behavior that fits it, to be stepped through."""

from __future__ import annotations

from collections.abc import Iterator

from raftnb.data.account import Account, Moment
from raftnb.data.calls import told_plainly
from raftnb.data.markup import Markup, escaped
from raftnb.data.verdict import counted
from raftnb.draw.pages import asset, data_island, filled
from raftnb.draw.rows import Row, page_data
from raftnb.draw.stepper import Stepper
from raftnb.draw.text import brief

LONGEST = 400
LISTED = 50
"""How many lines stand in a page where scripts do not run."""


@told_plainly
def log_stepper(account: Account, history: bool = False) -> Stepper:
    """Let the reader step through a log, line by line, beside the states of the specification.

    The page opens at the line that does not fit, or where a claim is false first; `x` goes to the
    next such line. Values and lines longer than 400 characters are shown without their middle.
    History variables are shown only with `history`. The same account gives the same bytes.
    """
    cells = account.start.layout.cells
    shown = [i for i, cell in enumerate(cells) if history or not cell.history]
    rows = list(_rows(account))
    wrong = [at for at, row in enumerate(rows, 1) if row.remarks]
    data = page_data(account.start, rows, shown, lambda value: clipped(brief(value)))
    begin = len(rows) if account.stop else wrong[0] if wrong else 0
    words = f"A log of {counted(len(account.moments), 'line')} beside a behavior."
    parts = {
        "LABEL": f"{words} The left and right arrow keys step through it.",
        "STYLE": asset("stepper.css"),
        "STEPS": _listed(account),
        "DATA": data_island(data | {"loop": None, "begin": begin}),
        "CODE": asset("stepper.js"),
    }
    return Stepper(filled(asset("stepper.html"), parts), _text(account))


def clipped(text: str) -> str:
    """A text without its middle, if it is long."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def _rows(account: Account) -> Iterator[Row]:
    for one in account.moments:
        actors = tuple(dict.fromkeys(step.process for step in one.steps))
        line = (one.line, clipped(one.text))
        yield Row(_told(one), actors, one.cells, one.messages, line, one.remarks)
    if account.stop is not None:
        line = (account.stop.line, clipped(account.stop.text))
        yield Row(
            "does not fit; this is the state before it", (), (), (), line, account.stop.reasons
        )


def _told(moment: Moment) -> str:
    """What an event stands for."""
    return "\n".join(clipped(str(step)) for step in moment.steps) or "no step: compared"


def _listed(account: Account) -> Markup:
    """The last lines with their steps, and what does not fit: for where scripts do not run."""
    rows = [
        f"<li><code>{one.line} {escaped(clipped(one.text))}</code>: {escaped(_told(one))}</li>"
        for one in account.moments[-LISTED:]
    ]
    return Markup(
        f'<div class="all"><ul>{"".join(rows)}</ul><p>{escaped(_text(account))}</p></div>'
    )


def _text(account: Account) -> str:
    """The account in a few words."""
    many = account.left_out + len(account.moments)
    rows = ["1 event fits" if many == 1 else f"{many:,} events fit"]
    if account.left_out:
        rows.append(f"the first {account.left_out:,} of them are not shown")
    for one in account.moments:
        rows += [f"line {one.line}: {remark}" for remark in one.remarks]
    if account.stop is not None:
        rows.append(f"line {account.stop.line} does not: {'; '.join(account.stop.reasons)}")
    return "\n".join(rows)


__all__ = ["log_stepper"]
