"""Fair behaviors of a small graph by brute force: closures of plain sets, and nothing shared.

A behavior that goes round for ever goes round in states that all reach each other. It stays out of
where a strong condition is enabled, or takes one of that condition's steps: so every choice of the
conditions that are never enabled is tried, and every other condition is something to be met there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Set
from dataclasses import dataclass

Node = int
Edge = tuple[int, int]


@dataclass(frozen=True)
class Condition:
    """A fairness condition: the nodes where it is enabled, and the edges that meet it."""

    strong: bool
    enabled: frozenset[Node]
    taken: frozenset[Edge]


def reached(starts: Iterable[Node], edges: Set[Edge], region: Set[Node]) -> set[Node]:
    """The nodes of a region that are reached without leaving it."""
    found = set(starts) & region
    while more := {b for a, b in edges if a in found and b in region} - found:
        found |= more
    return found


def fair_nodes(
    region: Set[Node], edges: Set[Edge], fair: Iterable[Condition], visited: Set[Node] | None = None
) -> set[Node]:
    """The nodes of a region from which a fair behavior can go round in it for ever.

    Every node may stay as it is for ever. With `visited`, the behavior is there again and again.
    """
    fair, found = list(fair), set()
    strong = [one for one in fair if one.strong]
    for absent in itertools.product((True, False), repeat=len(strong)):
        never = [one for one, left in zip(strong, absent, strict=True) if left]
        left = set(region).difference(*(one.enabled for one in never))
        inner = {(a, b) for a, b in edges if a in left and b in left}
        ahead = {node: reached([node], inner, left) for node in left}
        for node in left:
            round_ = {other for other in ahead[node] if node in ahead[other]}
            steps = {(a, b) for a, b in inner if a in round_ and b in round_}
            met = all(
                one in never or one.taken & steps or (not one.strong and round_ - one.enabled)
                for one in fair
            )
            if met and (visited is None or round_ & visited):
                found.add(node)
    return found


def loop_is_fair(nodes: Set[Node], edges: Set[Edge], fair: Iterable[Condition]) -> bool:
    """Whether a loop through exactly these nodes and edges meets every condition."""
    return all(
        one.taken & edges or not (nodes & one.enabled if one.strong else nodes <= one.enabled)
        for one in fair
    )
