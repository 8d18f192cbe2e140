"""State graphs and counterexamples, drawn by Graphviz."""

from __future__ import annotations

from collections.abc import Callable

import graphviz

from raftnb.data.calls import told_plainly
from raftnb.data.markup import escaped
from raftnb.data.trace import State, StateGraph, Step, Trace, difference
from raftnb.data.verdict import counted
from raftnb.draw.dot import as_label, render
from raftnb.draw.given import graph_of, trace_of
from raftnb.draw.picture import Picture
from raftnb.draw.text import brief
from raftnb.draw.theme import BLUE, GRAY, RED, RUST

Label = Callable[[State], str]


@told_plainly
def draw_graph(
    graph: StateGraph,
    label: Label | None = None,
    *,
    edge: Callable[[Step], str] | None = None,
    highlight: Trace | None = None,
    alt: str = "",
    direction: str = "TB",
) -> Picture:
    """Draw a state graph: one node a state, one arrow a step.

    `label` says what a node shows (all variables unless given), `edge` what an arrow does (process
    and action), both in plain text. The steps of `highlight` are thick and orange-red. A state
    without a successor has a double border; an arrow from nowhere marks an initial state. Made for
    up to about 200 states.
    """
    graph, show_step = graph_of(graph, "draw_graph"), edge or short_step
    highlight = highlight and trace_of(highlight, "draw_graph, highlight")
    dot = graphviz.Digraph(graph_attr={"rankdir": direction, "nodesep": "0.15", "ranksep": "0.3"})
    dot.attr("node", shape="box", style="rounded", fontsize="10", margin="0.08,0.04", height="0.2")
    dot.attr("edge", fontsize="9", arrowsize="0.6", color=GRAY, fontcolor=BLUE)
    moving = {i for i, _, _ in graph.edges}
    onward = set(zip(highlight.states, highlight.states[1:], strict=False)) if highlight else set()
    on_path = set(highlight.states) if highlight else set()
    for i, state in enumerate(graph.states):
        attributes = {"peripheries": "1" if i in moving else "2"}
        attributes |= {"color": RED, "penwidth": "2.5"} if state in on_path else {}
        text = as_label(label(state)) if label else as_label(full_label(state), "\\l")
        dot.node(str(i), text, **attributes)
    for i in range(graph.initial):
        dot.node(f"start{i}", "", shape="point")
        dot.edge(f"start{i}", str(i))
    for i, step, j in graph.edges:
        thick = (graph.states[i], graph.states[j]) in onward
        dot.edge(str(i), str(j), as_label(show_step(step)), **(THICK if thick else {}))
    return render(dot, alt=alt or graph_in_words(graph, moving))


THICK = {"color": RED, "penwidth": "2.5", "fontcolor": RUST}


def graph_in_words(graph: StateGraph, moving: set[int]) -> str:
    """What a state graph shows, for those who cannot see it."""
    stuck = len(graph.states) - len(moving)
    ends = {0: "none of them", 1: "one of them"}.get(stuck, f"{stuck} of them")
    steps, states = counted(len(graph.edges), "step"), counted(len(graph.states), "state")
    part = "" if graph.complete else "the first part of "
    words = f"{part}a state graph: {states}, {ends} stuck, {steps}"
    return words[0].upper() + words[1:]


def full_label(state: State) -> str:
    """Every variable of a state, a line for each owner."""
    rows = []
    for owner in state.layout.owners:
        rows.append(f"{owner}: " + ", ".join(f"{k}={brief(v)}" for k, v in state.of(owner).items()))
    rows += [f"in flight: {brief(m)}" + (f" ×{n}" if n > 1 else "") for m, n in state.messages]
    return "".join(f"{row}\n" for row in rows)


def short_step(step: Step) -> str:
    """A step as process and action, with what was chosen."""
    inner = [brief(value) for _, value in step.arguments] + [brief(c) for c in step.choices]
    return f"{step.process}.{step.action}({', '.join(inner)})"


@told_plainly
def draw_trace(trace: Trace, alt: str = "") -> Picture:
    """Draw a trace from top to bottom: what each step changes, and the last state marked.

    A variable that a step changes is shown with its new value. With a loop, an arrow leads back.
    """
    trace = trace_of(trace, "draw_trace")
    dot = graphviz.Digraph(graph_attr={"ranksep": "0.25"})
    dot.attr("node", shape="plain", fontsize="11")
    dot.attr("edge", fontsize="11", arrowsize="0.7", fontcolor=BLUE)
    rows = [f"{c}={brief(v)}" for c, v in zip_cells(trace.states[0])]
    last = len(trace.steps)
    dot.node("0", table(1, rows, marked=last == 0))
    for i, (before, (step, after)) in enumerate(zip(trace.states, trace, strict=False), start=1):
        changed = [
            f"{c.owner}: {c.variable}{difference(c.before, c.after, brief)}"
            if c.owner != "in flight"
            else f"{c.variable}: {c.before} → {c.after} in flight"
            for c in before.changes(after)
        ]
        dot.node(str(i), table(i + 1, changed or ["(nothing changes)"], marked=i == last))
        dot.edge(str(i - 1), str(i), as_label(f"  {short_step(step)}"))
    if trace.loop is not None:
        dot.edge(str(last), str(trace.loop), "  for ever", style="dashed", color=RED)
    return render(dot, alt=alt or f"A trace of {counted(last, 'step')}: {steps_in_words(trace)}")


def zip_cells(state: State) -> list[tuple[str, object]]:
    """Each variable of a state by its full name, with its value."""
    cells = zip(state.layout.cells, state.values, strict=True)
    return [(f"{cell.owner}: {cell.variable}", value) for cell, value in cells]


def steps_in_words(trace: Trace) -> str:
    """The steps of a trace in one line."""
    return ", ".join(map(short_step, trace.steps)) or "none"


def table(number: int, rows: list[str], *, marked: bool) -> str:
    """A node of a trace: the state's number, and a line for each variable."""
    lines = "".join(f'<tr><td align="left">{escaped(row)}</td></tr>' for row in rows)
    border, color = ("3", RED) if marked else ("1", GRAY)
    head = f'<tr><td align="left"><b>state {number}</b></td></tr>'
    return (
        f'<<table border="{border}" color="{color}" cellborder="0" cellspacing="0" '
        f'cellpadding="3">{head}{lines}</table>>'
    )
