"""Fair cycles of a graph that is given as arrays; it knows nothing of specifications.

Every state may also stutter for ever, so a single state is a cycle too. The search is the usual
one for Streett conditions: split into strongly connected components; where a strong condition is
enabled and never taken, take out the states that enable it and split again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from raftnb.liveness.arrays import Bools, Ints, numbers
from raftnb.liveness.digraph import Digraph, path_to
from raftnb.liveness.searches import LONGEST

COMPONENTS, ENTRIES, EDGES_TO_LOOK_AT = 20, 400, 20_000_000


@dataclass(frozen=True)
class Demand:
    """A fairness condition: `enabled` for each state, `taken` for each edge.

    Weak: again and again not enabled, or taken. Strong: if again and again enabled, then again
    and again taken.
    """

    name: str
    strong: bool
    enabled: Bools
    taken: Bools


def fair_components(
    graph: Digraph, inside: Bools, allowed: Bools,
    demands: Sequence[Demand], visits: Sequence[Bools],
) -> Ints:  # fmt: skip
    """For each node the number of its fair component, or -1.

    A component is fair when going all over it again and again, using its `allowed` edges between
    the nodes `inside`, meets every demand and every set of nodes in `visits`.
    """
    fair = np.full(graph.size, -1, dtype=np.int32)
    left, found = inside.copy(), 0
    while left.any():
        count, of = graph.components(left, allowed)
        begins = of[graph.source]
        within = numbers((begins >= 0) & (begins == of[graph.target]) & allowed)
        good, spoilt = sift_components(graph, count, of, left, within, demands, visits)
        offends = np.zeros(count, dtype=bool)
        offends[of[spoilt & left]] = True
        accepted = left & (good & ~offends)[of]
        fair[accepted] = of[accepted] + found
        found += count
        left &= good[of] & offends[of] & ~spoilt
    return fair


def sift_components(
    graph: Digraph, count: int, of: Ints, left: Bools, within: Ints,
    demands: Sequence[Demand], visits: Sequence[Bools],
) -> tuple[Bools, Bools]:  # fmt: skip
    """Which components can be fair at all, and which nodes spoil theirs (strong conditions)."""

    def somewhere(nodes: Ints) -> Bools:
        hit = np.zeros(count, dtype=bool)
        hit[of[nodes]] = True
        return hit

    good, spoilt = np.ones(count, dtype=bool), np.zeros(graph.size, dtype=bool)
    for demand in demands:
        taken = somewhere(graph.source[within[demand.taken[within]]])
        if demand.strong:
            spoilt |= demand.enabled & ~taken[of]
        else:
            good &= taken | somewhere(numbers(left & ~demand.enabled))
    for visit in visits:
        good &= somewhere(numbers(left & visit))
    return good, spoilt


@dataclass(frozen=True)
class Goal:
    """Something a loop must do: be in one of these nodes, or go along one of these edges."""

    nodes: Bools
    edges: Bools

    @cached_property
    def steps(self) -> Ints:
        """These edges by their numbers."""
        return numbers(self.edges)


class Rounds:
    """Short fair loops in one fair component."""

    def __init__(
        self, graph: Digraph, inside: Bools, allowed: Bools,
        demands: Sequence[Demand], visits: Sequence[Bools],
    ) -> None:  # fmt: skip
        self.nodes = numbers(inside)
        self.number = np.full(graph.size, -1, dtype=np.int32)
        self.number[self.nodes] = np.arange(len(self.nodes))
        ends = inside[graph.source] & inside[graph.target]
        self.edges = numbers(allowed & ends & (graph.source != graph.target))
        self.part = Digraph(
            len(self.nodes),
            self.number[graph.source[self.edges]],
            self.number[graph.target[self.edges]],
        )
        self.goals = list(self._goals(demands, visits))

    @property
    def tries(self) -> int:
        """How many entries to try: few if the component is large."""
        work = (len(self.edges) + len(self.nodes) + 1) * (len(self.goals) + 1)
        return max(1, min(ENTRIES, EDGES_TO_LOOK_AT // work))

    def _goals(self, demands: Sequence[Demand], visits: Sequence[Bools]) -> Iterator[Goal]:
        nowhere = np.zeros(len(self.edges), dtype=bool)
        for demand in demands:
            enabled, taken = demand.enabled[self.nodes], demand.taken[self.edges]
            if demand.strong and not enabled.any():
                continue
            resting = np.zeros_like(enabled) if demand.strong else ~enabled
            yield Goal(resting, taken)
        for visit in visits:
            yield Goal(visit[self.nodes], nowhere)

    def through(self, entry: int, most: int) -> list[int] | None:
        """The nodes of a fair loop from a node back to itself; only the node if it may rest.

        None if the loop has more steps than `most`.
        """
        path = [int(self.number[entry])]
        left = [goal for goal in self.goals if not goal.nodes[path[0]]]
        while left:
            order, before, _ = self.part.reach(path[-1], most - len(path) + 1)
            here, done = self._nearest(order, left), len(path) - 1
            self._walk(path, before, here)
            if not here or len(path) > most + 1:
                return None
            left = self._unmet(left, path[done:])
        if path[-1] != path[0]:
            _, before, distance = self.part.reach(path[-1], most - len(path) + 1)
            if distance[path[0]] < 0:
                return None
            self._walk(path, before, (path[0],))
        return [int(self.nodes[i]) for i in path]

    def _nearest(self, order: Ints, left: list[Goal]) -> tuple[int, ...]:
        """The nearest node that meets a goal, or the nearest edge's two nodes; nothing if none."""
        rank = np.full(len(self.nodes), len(self.nodes), dtype=np.int32)
        rank[order] = np.arange(len(order))
        best: tuple[int, tuple[int, ...]] = (2 * len(self.nodes), ())
        for goal in left:
            if goal.nodes.any():
                node = int(order[np.argmax(goal.nodes[order])])
                if goal.nodes[node]:
                    best = min(best, (2 * int(rank[node]), (node,)))
            if len(goal.steps):
                edge = goal.steps[np.argmin(rank[self.part.source[goal.steps]])]
                ends = int(self.part.source[edge]), int(self.part.target[edge])
                best = min(best, (2 * int(rank[ends[0]]) + 1, ends))
        return best[1]

    def _walk(self, path: list[int], before: Ints, to: tuple[int, ...]) -> None:
        if to:
            path.extend(path_to(to[0], before, path[-1])[1:])
            path.extend(to[1:])

    def _unmet(self, left: list[Goal], way: list[int]) -> list[Goal]:
        """The goals that a way does not meet."""
        edges = np.concatenate([self.part.edges_between(a, b) for a, b in pairwise(way)])
        return [g for g in left if not (g.nodes[way].any() or g.edges[edges].any())]


def shortest_lasso(
    graph: Digraph, order: Ints, distance: Ints, fair: Ints, allowed: Bools,
    demands: Sequence[Demand], visits: Sequence[Bools],
) -> tuple[int, list[int]] | None:  # fmt: skip
    """The entry and the loop of a lasso: a short one, but not proved to be the shortest.

    `order` are the nodes that can be reached, nearest first, at their `distance`; `fair` is what
    `fair_components` gave. The components that are met first are tried, each from its first
    entries, as many as its size allows.
    """
    entries = order[fair[order] >= 0]
    met, first = np.unique(fair[entries], return_index=True)
    best: tuple[int, int, list[int]] | None = None
    for chosen in met[np.argsort(first)][:COMPONENTS]:
        mine = entries[fair[entries] == chosen]
        if best is not None and distance[mine[0]] >= best[0]:
            break
        rounds = Rounds(graph, fair == chosen, allowed, demands, visits)
        for entry in mine[: rounds.tries].tolist():
            if best is not None and distance[entry] >= best[0]:
                break
            most = LONGEST if best is None else best[0] - int(distance[entry]) - 1
            loop = rounds.through(entry, most)
            if loop is not None:
                best = (int(distance[entry]) + len(loop) - 1, entry, loop)
    return best and (best[1], best[2])
