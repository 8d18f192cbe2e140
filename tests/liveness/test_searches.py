"""What is searched for in digraphs: in C and by scipy the same, and as the definitions say."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from raftnb.explore.compiled import building
from raftnb.liveness import searches
from raftnb.liveness.by_scipy import ByScipy
from raftnb.liveness.digraph import Digraph
from tests.explore.test_compiled import needs_cc

SEEDS = range(60)


def some_digraph(chance: random.Random) -> Digraph:
    """Up to 40 nodes, perhaps with loops, parallel edges, and many edges out of one node."""
    size = chance.randrange(1, 40)
    edges = [
        (chance.randrange(size) if chance.random() < 0.8 else 0, chance.randrange(size))
        for _ in range(chance.randrange(3 * size))
    ]
    edges = sorted(edges, key=lambda edge: edge[0]) if chance.random() < 0.5 else edges
    columns = np.array(edges, np.int32).reshape(-1, 2).T
    source, target = columns if chance.random() < 0.5 else columns.copy()
    return Digraph(size, source, target)


def some(chance: random.Random, size: int) -> Any:
    share = chance.choice([0.3, 0.7, 1])
    return np.array([chance.random() < share for _ in range(size)], dtype=bool)


def made(seed: int) -> tuple[Digraph, Any, Any, Any]:
    """A digraph, some nodes, some edges, some other nodes."""
    chance = random.Random(seed)
    graph = some_digraph(chance)
    return (
        graph,
        some(chance, graph.size),
        some(chance, len(graph.source)),
        some(chance, graph.size),
    )


@pytest.fixture(params=[pytest.param("c", marks=needs_cc), "scipy"])
def one(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = searches.searches() if request.param == "c" else ByScipy()
    assert type(found).__name__ == {"c": "InC", "scipy": "ByScipy"}[request.param]
    monkeypatch.setattr("raftnb.liveness.digraph.searches", lambda: found)


def ways(graph: Digraph, inside: Any, allowed: Any) -> Any:
    """Between which of the nodes there are ways (of no edge, too), by repeated multiplication."""
    found = np.diag(inside)
    for source, target in zip(graph.source[allowed], graph.target[allowed], strict=True):
        found[source, target] |= inside[source] and inside[target]
    for _ in range(graph.size.bit_length()):
        found = found @ found
    return found


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("seed", SEEDS)
def test_nodes_are_in_one_component_if_there_are_ways_between_them(seed: int) -> None:
    graph, inside, allowed, _ = made(seed)
    count, of = graph.components(inside, allowed)
    there = ways(graph, inside, allowed)
    assert ((of >= 0) == inside).all()
    assert sorted(set(of[inside].tolist())) == list(range(count))
    both = inside[:, None] & inside[None, :]
    assert ((of[:, None] == of[None, :])[both] == (there & there.T)[both]).all()


def nearest(graph: Digraph, first: Any, region: Any, trigger: Any) -> Any:
    """How far the nodes are, step by step: of both copies where there is a trigger."""
    size = graph.size
    pairs = set(zip(graph.source.tolist(), graph.target.tolist(), strict=True))
    inner = {(a, b) for a, b in pairs if region[a] and region[b]}
    if trigger is not None:
        inner = {(a + size, b + size) for a, b in inner} | pairs
        inner |= {(a, b + size) for a, b in pairs if trigger[b]}
    far = np.full(size * (1 if trigger is None else 2), -1)
    new, steps = set(first.tolist()), 0
    while new:
        far[list(new)] = steps
        new = {b for a, b in inner if a in new and far[b] < 0}
        steps += 1
    return far


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("goes_over", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_reached_is_as_near_as_the_definition_says(seed: int, goes_over: bool) -> None:
    graph, region, _, other = made(seed)
    trigger = other & region if goes_over else None
    first, most = np.flatnonzero(region)[:2].astype(np.int32), seed % 4 or searches.LONGEST
    order, before, far = graph.nearest(first, region, trigger, most=most)
    known = nearest(graph, first, region, trigger)
    assert far.tolist() == np.where(known > most, -1, known).tolist()
    assert sorted(order.tolist()) == np.flatnonzero(far >= 0).tolist()
    assert (np.diff(far[order]) >= 0).all()
    assert all(far[before[node]] == far[node] - 1 for node in order if far[node])
    assert (before[far <= 0] == -1).all()


@needs_cc
@pytest.mark.parametrize("seed", SEEDS)
def test_the_ways_are_scipys(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, region, _, other = made(seed)
    first = np.flatnonzero(region)[:2].astype(np.int32)
    asked = [(None, seed % 5), (None, searches.LONGEST), (other & region, searches.LONGEST)]
    ours = [graph.nearest(first, region, trigger, most=most) for trigger, most in asked]
    monkeypatch.setattr("raftnb.liveness.digraph.searches", ByScipy)
    again = Digraph(graph.size, graph.source, graph.target)
    theirs = [again.nearest(first, region, trigger, most=most) for trigger, most in asked]
    for found, known in zip(ours, theirs, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(found, known, strict=True))


@needs_cc
@pytest.mark.parametrize("deep", [True, False])
def test_a_way_of_many_nodes_and_a_node_of_many_edges_are_no_matter(deep: bool) -> None:
    n = 200_000
    there = np.arange(n, dtype=np.int32)
    source, target = (there, np.roll(there, -1)) if deep else (np.zeros(n, np.int32), there[::-1])
    graph = Digraph(n, source, np.ascontiguousarray(target))
    count, _ = graph.components(np.ones(n, dtype=bool), np.ones(n, dtype=bool))
    assert count == (1 if deep else n)
    order, _, far = graph.reach(0, n)
    assert order.tolist() == there.tolist()
    assert far[-1] == (n - 1 if deep else 1)


def test_without_a_compiler_it_is_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    searches.searches.cache_clear()
    monkeypatch.setenv("PATH", "")
    assert isinstance(searches.searches(), ByScipy)
    searches.searches.cache_clear()


@needs_cc
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("of[to] < 0 &&", ""),
        ("low[node] < low[way[deep]]", "0"),
        ("|| !inside[to]", ""),
        ("!allowed[edge] ||", ""),
    ],
)
def test_wrong_components_are_noticed(right: str, wrong: str) -> None:
    text = searches.TEXT.read_text()
    assert text.count(right) == 1
    library = building.Build(text.replace(right, wrong), alone=True).library()
    mutant, differ = searches.InC(building.load(library)), 0
    for seed in SEEDS:
        graph, inside, allowed, _ = made(seed)
        given = (graph.starts, graph.targets, inside)
        edges = allowed if graph.by_source is None else allowed[graph.by_source]
        count, _ = mutant.components(*given, edges)
        differ += count != ByScipy().components(*given, edges)[0]
    assert differ
