"""Lassos on which a property fails: a shortest way into a fair loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from raftnb.data.calls import told_plainly
from raftnb.data.trace import Trace
from raftnb.explore.bindings import bindings, named
from raftnb.language.temporal import Liveness
from raftnb.liveness.arrays import Bools
from raftnb.liveness.digraph import Digraph, path_to
from raftnb.liveness.edges import StepGraph, digraph_of, inner
from raftnb.liveness.fair_cycles import Demand, fair_components, shortest_lasso
from raftnb.liveness.reasons import tell


@dataclass(frozen=True)
class Lasso:
    """A lasso with the name of what it violates, and the reasons in words."""

    name: str
    trace: Trace
    reasons: tuple[str, ...]


def violation(graph: StepGraph, wanted: Liveness, demands: Sequence[Demand]) -> Lasso | None:
    """A lasso on which a property fails, for the first choice of its parameters that has one."""
    inside = inner(graph)
    digraph = digraph_of(graph, inside)
    for binding in bindings(graph.model, wanted.claims):
        truths = [graph.where(claim, binding) for claim in wanted.claims]
        found = find_lasso(digraph, graph.initial, wanted.kind, truths, demands)
        if found is not None:
            name = named(wanted.name, binding)
            return Lasso(name, *tell(graph, inside, digraph, found, demands))
    return None


@told_plainly
def find_lasso(
    graph: Digraph, initial: int, kind: str, truths: Sequence[Bools], demands: Sequence[Demand]
) -> tuple[list[int], list[int]] | None:
    """A fair lasso on which a property fails: the nodes to the loop's first, and the loop's nodes.

    The first `initial` nodes are the initial ones. `truths` say for each node whether the claim
    is true (and, for *leads to*, the second claim). The loop ends where it started.
    """
    bad, everywhere = ~truths[-1], np.ones(len(graph.source), dtype=bool)
    fair = fair_components(graph, bad, everywhere, demands, ())
    if not (fair >= 0).any():
        return None
    begun = np.zeros(graph.size, dtype=bool)
    begun[:initial] = True
    if kind == "eventually":
        search = Stems(graph, begun & bad, bad)
    elif kind == "always eventually":
        search = Stems(graph, begun, np.ones_like(bad))
    else:
        search = Stems(graph, begun, bad, trigger=truths[0] & bad)
    found = shortest_lasso(graph, search.order, search.distance, fair, everywhere, demands, ())
    return found and (search.to(found[0]), found[1])


class Stems:
    """The shortest ways to nodes: inside a region, and for *leads to* by way of a trigger.

    With a trigger there are two copies of the graph: before the trigger everything is allowed;
    the step into a node of the trigger may go over to the second copy, which is the region only.
    """

    def __init__(
        self, graph: Digraph, begun: Bools, region: Bools, trigger: Bools | None = None
    ) -> None:
        starts, self.size, self.shift = np.flatnonzero(begun), graph.size, 0
        if trigger is not None:
            self.shift = graph.size
            starts = np.concatenate((starts, np.flatnonzero(begun & trigger) + graph.size))
        order, self.before, distance = graph.nearest(starts.astype(np.int32), region, trigger)
        self.distance = distance[self.shift :]
        self.order = order[order >= self.shift] - self.shift
        self.reached = np.zeros(graph.size, dtype=bool)
        self.reached[self.order] = True

    def to(self, node: int) -> list[int]:
        """The nodes of a shortest way."""
        return [i % self.size for i in path_to(node + self.shift, self.before)]
