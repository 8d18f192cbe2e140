"""A lasso, drawn as what it is: a way in, and a loop that goes round for ever."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin

import graphviz

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.trace import State, Step, Trace
from raftnb.draw.dot import as_label, render
from raftnb.draw.given import trace_of
from raftnb.draw.graph import steps_in_words
from raftnb.draw.picture import Picture
from raftnb.draw.theme import BLUE, GRAY, RED

WIDE, HIGH = 1.5, 0.9
PLAIN = {"shape": "plain", "style": "", "fontsize": "10", "fontcolor": BLUE}
Point = tuple[float, float]


@told_plainly
def draw_lasso(
    trace: Trace,
    label: Callable[[State], str] | None = None,
    *,
    edge: Callable[[Step], str] | None = None,
    alt: str = "",
) -> Picture:
    """Draw a trace that has a loop: the way in from the top, the loop as a ring.

    `label` says what a state shows below its number, `edge` what a step does (process and action
    unless given), both in plain text. Raises `UsageError` for a trace without a loop.
    """
    trace = trace_of(trace, "draw_lasso")
    if trace.loop is None:
        raise UsageError(
            "a trace without a loop", place="draw_lasso", allowed="a lasso", cure="use draw_trace"
        )
    dot = graphviz.Digraph(graph_attr={"splines": "line", "pad": "0.2"})
    dot.attr("node", shape="box", style="rounded", fontsize="11")
    dot.attr("node", margin="0.08,0.04", height="0.2")
    dot.attr("edge", fontsize="10", arrowsize="0.7", fontcolor=BLUE)
    places = positions(trace)
    for number, (x, y) in enumerate(places):
        text = f"\n{label(trace.states[number])}" if label else ""
        mark = {"color": RED, "penwidth": "2"} if number >= trace.loop else {"color": GRAY}
        dot.node(str(number), as_label(f"{number + 1}{text}"), pos=f"{x:.2f},{y:.2f}!", **mark)
    for number, step in enumerate(trace.steps):
        to = number + 1 if number + 1 < len(places) else trace.loop
        mark = {"color": RED, "penwidth": "2"} if number >= trace.loop else {"color": GRAY}
        dot.edge(str(number), str(to), **mark)
        text = (edge or short)(step)
        x, y = beside(places[number], places[to], text)
        dot.node(f"label{number}", as_label(text), pos=f"{x:.2f},{y:.2f}!", **PLAIN)
    if len(trace.steps) == trace.loop:
        dot.edge(str(trace.loop), str(trace.loop), "for ever", color=RED, style="dashed")
    return render(dot, alt=alt or in_words(trace), engine="neato")


def positions(trace: Trace) -> list[Point]:
    """Where each state of a lasso stands, each once, in inches: the way in above the ring."""
    assert trace.loop is not None
    around = max(1, len(trace.steps) - trace.loop)
    radius = 0.0 if around == 1 else max(1.1, around * 0.36)
    ring = [
        (WIDE * radius * sin(2 * pi * i / around), radius * cos(2 * pi * i / around))
        for i in range(around)
    ]
    way_in = [(0.0, radius + HIGH * (trace.loop - i)) for i in range(trace.loop)]
    return way_in + ring


def beside(start: Point, end: Point, text: str) -> Point:
    """Where an arrow's text stands: beside the middle, outside of the ring, right of the way in.

    A level arrow has its text above or below, where it meets neither state.
    """
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    right = 1 if x >= 0 else -1
    rise = 0.14 if y > 0 else -0.14
    if abs(start[1] - end[1]) < 0.01:
        return x, y + rise
    return x + right * (0.036 * len(text) + 0.14), y + (rise if start[0] != end[0] else 0)


def short(step: Step) -> str:
    """A step as process and action."""
    return f"{step.process}.{step.action}"


def in_words(trace: Trace) -> str:
    """What a lasso shows, for those who cannot see it."""
    assert trace.loop is not None
    rounds = Trace(trace.states[trace.loop :], trace.steps[trace.loop :])
    lead = "step leads" if trace.loop == 1 else "steps lead"
    return (
        f"A lasso: {trace.loop} {lead} to state {trace.loop + 1}, "
        f"then round for ever: {steps_in_words(rounds)}"
    )
