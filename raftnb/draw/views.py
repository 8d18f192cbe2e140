"""The last step of a trace in two views: the concrete and the abstract specification's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.markup import escaped
from raftnb.data.trace import State, Step, Trace
from raftnb.draw.text import brief
from raftnb.draw.theme import RED


@dataclass(frozen=True)
class Views:
    """A table of one step in two views; a notebook shows it, its text form is plain."""

    heads: tuple[str, str]
    rows: tuple[tuple[tuple[str, bool], tuple[str, bool]], ...]
    verdict: str
    allowed: tuple[str, ...]

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="text-align:left">{escaped(h)}</th>' for h in self.heads)
        lines = "".join(f"<tr>{_cell(*a)}{_cell(*b)}</tr>" for a, b in self.rows)
        may = ", ".join(f"<code>{escaped(step)}</code>" for step in self.allowed)
        return (
            f"<table><caption>{escaped(self.verdict[:1].upper() + self.verdict[1:])}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
            f"<p>Steps of {escaped(self.heads[1])} from there: {may or 'none'}</p>"
        )

    def __repr__(self) -> str:
        width = max(len(a[0]) for a in [(self.heads[0], False), *(a for a, _ in self.rows)]) + 2
        lines = [self.verdict, f"{self.heads[0]:<{width}} {self.heads[1]}"]
        for (a, changed), (b, also) in self.rows:
            mine, theirs = ("*" if changed else " ") + a, ("*" if also else " ") + b
            lines.append(f"{mine:<{width}}{theirs if b else ''}".rstrip())
        lines.append(f"steps of {self.heads[1]} from there: {', '.join(self.allowed) or 'none'}")
        return "\n".join(lines)


class Refined(Protocol):
    """What is shown of a refinement check: its trace, and the same trace in the other view."""

    @property
    def concrete(self) -> str: ...
    @property
    def abstract(self) -> str: ...
    @property
    def trace(self) -> Trace | None: ...
    @property
    def view(self) -> tuple[State, ...]: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...
    @property
    def allowed(self) -> tuple[tuple[Step, State], ...]: ...


@told_plainly
def show_views(found: Refined) -> Views:
    """The step that has no abstract counterpart, as both specifications see it.

    What it changes is marked. Raises `UsageError` for a refinement that holds, or that fails in
    an initial state.
    """
    if found.trace is None or not found.trace.steps:
        raise UsageError(
            "a refinement without a step to show",
            place="show_views",
            allowed="one that is violated by a step",
            cure="look at its `reasons`",
        )
    before, after = found.trace.states[-2:], found.view[-2:]
    sides = [_lines(*before), _lines(*after)]
    longest = max(map(len, sides))
    padded = [side + [("", False)] * (longest - len(side)) for side in sides]
    rows = tuple(zip(padded[0], padded[1], strict=True))
    allowed = tuple(str(step) for step, _ in found.allowed)
    return Views((found.concrete, found.abstract), rows, found.reasons[0], allowed)


def _lines(before: State, after: State) -> list[tuple[str, bool]]:
    values = zip(before.layout.cells, before.values, after.values, strict=True)
    return [
        (f"{cell}: {brief(a)}" + (f" → {brief(b)}" if a != b else ""), a != b)
        for cell, a, b in values
        if not cell.history
    ]


def _cell(text: str, changed: bool) -> str:
    mark = f";background:rgba(128,128,128,0.25);border-left:4px solid {RED}" if changed else ""
    return f'<td style="text-align:left{mark}">{escaped(text)}</td>'
