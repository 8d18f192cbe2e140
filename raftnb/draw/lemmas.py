"""Which claim is used to prove which: a proof's lemmas as a graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import graphviz

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.verdict import counted
from raftnb.draw.dot import as_label, render
from raftnb.draw.picture import Picture
from raftnb.draw.theme import GRAY


@told_plainly
def draw_lemmas(
    uses: Mapping[str, Collection[str]], goals: Collection[str] = (), alt: str = ""
) -> Picture:
    """Draw an arrow to each claim from each claim that its proof uses.

    `uses` is as `Proof.graph` and `Report.dependencies` give it; `goals` have a double border.
    Claims that neither use nor are used are left out. `alt` says in words what is drawn.
    """
    if not isinstance(uses, Mapping):
        raise UsageError(
            f"a {type(uses).__name__}",
            place="draw_lemmas",
            allowed="for each claim, the names of those that its proof uses",
            cure="give `proof.graph()` or `report.dependencies`",
        )
    edges = [(used, name) for name, others in uses.items() for used in others if used != name]
    shown = dict.fromkeys(name for edge in edges for name in edge)
    graph = graphviz.Digraph()
    graph.attr(rankdir="TB", ranksep="0.35", nodesep="0.3")
    graph.attr("node", shape="box", fontsize="11", height="0.3", margin="0.08,0.04")
    graph.attr("edge", color=GRAY, arrowsize="0.6")
    number = {name: str(i) for i, name in enumerate(sorted(shown))}
    for name, node in number.items():
        double = "2" if name in goals else "1"
        graph.node(node, as_label(name.replace("_", " ")), peripheries=double)
    for used, name in sorted(edges):
        graph.edge(number[used], number[name])
    claims, arrows = counted(len(shown), "claim"), counted(len(edges), "arrow")
    words = f"{claims}, and {arrows} to a claim from one that its proof uses"
    return render(graph, alt=alt or words)


__all__ = ["draw_lemmas"]
