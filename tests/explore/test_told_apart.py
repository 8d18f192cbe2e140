"""Members that are marked alike are told apart by trying, and not in as many ways as there are."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

import pytest

from raftnb.data.trace import State
from raftnb.data.values import SortedSet
from raftnb.explore.compiled import CompiledSearch, compiled_search
from raftnb.explore.compiled.search import program_of
from raftnb.explore.compiled.symmetric import symmetric_groups
from raftnb.explore.result import ExplorationOptions
from raftnb.language import (
    Delivery,
    Domain,
    Globals,
    Map,
    Message,
    Process,
    Seq,
    Set,
    Spec,
    discard,
    send,
    when,
)
from tests.explore.standing import one_stands_for_all, some_permutations, standing_for

OPTIONS = ExplorationOptions(deadlock=False, symmetry=True, progress=False)


class Node(Process, number="nodes"):
    to: Set[Node] = frozenset()

    def join(self, other: Node) -> None:
        when(other not in self.to)
        self.to = self.to | {other}


class Figure(Globals):
    next: Map[Node, Node] = Map()
    groups: Set[Set[Node]] = frozenset()


FIGURES = Spec("figures", (Node,), (Figure,), constants={"nodes": 5}, symmetric=(Node,))


def drawn(model, edges=(), following=(), groups=()):
    """The state with such edges, and one after the other, and in groups: nodes by number."""
    (nodes,) = symmetric_groups(model)
    found = {
        "next": Map((nodes[a], nodes[b]) for a, b in following),
        "groups": SortedSet(SortedSet(nodes[i] for i in group) for group in groups),
    }
    to = {node.name: SortedSet(nodes[b] for a, b in edges if nodes[a] == node) for node in nodes}
    cells = (str(cell).split(".") for cell in model.layout.cells)
    return State(model.layout, tuple(found.get(name, to.get(own)) for own, name in cells), ())


def cycles(*lengths):
    """Edges of cycles, one beside the other."""
    starts = itertools.accumulate((0, *lengths))
    return {
        (start + i, start + (i + 1) % n)
        for start, n in zip(starts, lengths, strict=False)
        for i in range(n)
    }


def both_ways(edges):
    return {*edges, *((b, a) for a, b in edges)}


def torus(*steps):
    """Of four by four places, each joined with those so many rows and columns further."""
    places = itertools.product(range(4), repeat=2)
    return both_ways(
        (4 * i + j, 4 * ((i + a) % 4) + (j + b) % 4) for i, j in places for a, b in steps
    )


def cube(*across):
    """Numbers of four bits, joined with those that have such bits turned."""
    return {(i, i ^ turned) for i in range(16) for turned in (1, 2, 4, 8, *across)}


# All permutations.

OF_SIX = {
    "two of three": cycles(3, 3), "a hexagon": both_ways(cycles(6)),
    "a prism": both_ways(cycles(3, 3) | {(i, i + 3) for i in range(3)}),
    "three joined with three": both_ways(itertools.product(range(3), range(3, 6))),
    "all with all but one": both_ways(cycles(6) | {(i, (i + 2) % 6) for i in range(6)}),
}  # fmt: skip


def test_one_of_all_permutations_stands_for_a_regular_graph():
    """Each node is joined with as many: what is different is seen from afar."""
    model = FIGURES(nodes=6)
    loaded = compiled_search(model, OPTIONS).loaded
    standing = [one_stands_for_all(loaded, drawn(model, edges)) for edges in OF_SIX.values()]
    loaded.close()
    assert len(set(standing)) == len(OF_SIX)


def test_there_are_as_many_figures_as_are_known():
    """Graphs of five nodes: A000088. Functions of five elements: A001372."""
    model = FIGURES()
    loaded = compiled_search(model, OPTIONS).loaded
    pairs = list(itertools.combinations(range(5), 2))
    chosen = [
        list(itertools.compress(pairs, bits)) for bits in itertools.product((0, 1), repeat=10)
    ]
    functions = itertools.product(range(5), repeat=5)
    graphs = {loaded.canonical(drawn(model, both_ways(edges)))[0] for edges in chosen}
    in_groups = {loaded.canonical(drawn(model, groups=groups))[0] for groups in chosen}
    mapped = {loaded.canonical(drawn(model, following=enumerate(f)))[0] for f in functions}
    loaded.close()
    assert (len(graphs), len(in_groups), len(mapped)) == (34, 34, 47)


class Key(Domain, number="keys"):
    pass


class Guard(Process, number="guards"):
    keys: Set[Key] = frozenset()

    def take(self, key: Key) -> None:
        when(key not in self.keys)
        self.keys = self.keys | {key}


def guards(many, keys):
    constants = {"guards": many, "keys": keys}
    return Spec("guards", (Guard,), (), (Key,), constants, symmetric=(Guard, Key))()


def holding(model, rows):
    """The state in which each guard holds the keys of a row, by number."""
    _, keys = symmetric_groups(model)
    return State(model.layout, tuple(SortedSet(keys[i] for i in row) for row in rows), ())


def test_there_are_as_many_ways_to_hold_keys_as_are_known():
    """Matrices of zeros and ones, but for the order of rows and columns: A028657."""
    model = guards(3, 4)
    loaded = compiled_search(model, OPTIONS).loaded
    subsets = [tuple(itertools.compress(range(4), b)) for b in itertools.product((0, 1), repeat=4)]
    rows = itertools.product(subsets, repeat=3)
    found = {loaded.canonical(holding(model, some))[0] for some in rows}
    loaded.close()
    assert len(found) == 87


# Many members: their permutations cannot be tried.

OF_SIXTEEN: dict[str, dict[str, Any]] = {
    "a rook's moves": {"edges": torus((0, 1), (0, 2), (1, 0), (2, 0))},
    "Shrikhande's graph, whose numbers are the same": {"edges": torus((0, 1), (1, 0), (1, 1))},
    "a cube": {"edges": cube()}, "a folded cube": {"edges": cube(15)},
    "eight joined with eight": {"edges": both_ways(itertools.product(range(8), range(8, 16)))},
    "two by two": {"edges": cycles(*[2] * 8)}, "four by four": {"edges": cycles(*[4] * 4)},
    "two lengths": {"edges": cycles(3, 3, 3, 3, 2, 2)}, "three lengths": {"edges": cycles(5, 5, 6)},
    "a cycle of values": {"following": cycles(16)}, "two of them": {"following": cycles(8, 8)},
    "groups of four": {"groups": [range(i, i + 4) for i in range(0, 16, 4)]},
    "a ring of groups": {"groups": cycles(16)}, "two rings": {"groups": cycles(8, 8)},
}  # fmt: skip


def test_what_looks_the_same_from_many_sides_is_tried_from_few():
    model = FIGURES(nodes=16)
    loaded = compiled_search(model, OPTIONS).loaded
    begun, standing = time.process_time(), []
    for figure in OF_SIXTEEN.values():
        some = some_permutations(model, 12)
        standing.append(one_stands_for_all(loaded, drawn(model, **figure), some))
    spent = time.process_time() - begun
    loaded.close()
    assert len(set(standing)) == len(OF_SIXTEEN)
    assert spent < 2  # 2,027,025 ways to put one of each two first take longer for each


def test_who_holds_what_is_told_from_either_side():
    """Eight guards with a key each; or with two, so that they stand in rings."""
    model = guards(8, 8)
    loaded = compiled_search(model, OPTIONS).loaded
    begun = time.process_time()
    rings = [(), cycles(8), cycles(4, 4), cycles(2, 2, 4), cycles(3, 5)]
    rows = [[[i, *(b for a, b in ring if a == i)] for i in range(8)] for ring in rings]
    standing = [
        one_stands_for_all(loaded, holding(model, some), some_permutations(model, 20))
        for some in rows
    ]
    spent = time.process_time() - begun
    loaded.close()
    assert len(set(standing)) == len(rows)
    assert spent < 1  # all ways to put guards first, 40,320, take longer


class Call(Message):
    of: Sender


class Sender(Process, number="senders"):
    got: Seq[Sender] = ()

    def call(self, other: Sender) -> None:
        when(other not in self.got)
        send(Call(of=other), to=other)

    def hear(self, m: Call) -> None:
        discard(m)
        self.got = (*self.got, m.of)


DELIVERIES = {
    "bag": Delivery(duplicates=False), "kept": Delivery(),
    "queues": Delivery(duplicates=False, reorders=False),
}  # fmt: skip


def calling(model, edges):
    """The state in which messages from some to others are on their way."""
    (senders,) = symmetric_groups(model)
    calls = [(Call(source=senders[a], dest=senders[b], of=senders[b]), 1) for a, b in sorted(edges)]
    if not model.channels:
        return State(model.layout, model.initial_states[0].values, tuple(calls))
    values = list(model.initial_states[0].values)
    for call, _ in calls:
        values[model.channels[call.source.name, call.dest.name]] = (call,)
    return State(model.layout, tuple(values), ())


@pytest.mark.parametrize("name", DELIVERIES)
def test_rings_of_messages_are_told_apart(name):
    constants = {"senders": 6}
    delivery = DELIVERIES[name]
    model = Spec("rings", (Sender,), (), (), constants, symmetric=(Sender,), delivery=delivery)()
    loaded = compiled_search(model, OPTIONS).loaded
    rings = [calling(model, cycles(*ring)) for ring in ((6,), (3, 3), (2, 2, 2), (4, 2))]
    standing = {one_stands_for_all(loaded, ring, some_permutations(model, 40)) for ring in rings}
    loaded.close()
    assert len(standing) == len(rings)


# Mistakes in it.

TRACE, LEAF = "mixed(trace + (uint64_t)first)", "(first == MEMBERS)"
"""A trace that tells leaves from other nodes, and nothing else, costs time alone."""
WHERE_TRACES_SAY_LITTLE = {
    "the first leaf is taken": "is_less(of->best, tried)) return depth; -> 1) return depth;",
    "the last leaf is taken": "is_less(of->best, tried)) return depth; -> 0) return depth;",
    "rows are compared by their first word": "while (i < ROW - 1 && a[i] -> while (0 && a[i]",
    "each leaf leads to the best": "!memcmp(tried, of->best, sizeof tried)) -> 1)",
}
MISTAKES = WHERE_TRACES_SAY_LITTLE | {
    "one of those alike": "i < MEMBERS && a.color[a.at[i]] == first; i++) {\n        if (is_led -> "
    "i == first; i++) {\n        if (is_led",
    "all are led to each other": "if (orbit[a->at[tried]] == orbit[a->at[i]]) -> if (1)",
    "the way is left too far up": "return parting; -> return 0;",
    "the best leaf stays": "of->traced = depth + 1, of->found = 0; -> of->traced = depth + 1;",
    "traces beyond it stay": "of->traces[depth] = trace, of->traced = depth + 1, -> "
    "of->traced += depth == of->traced, of->traces[depth] = trace,",
    "the first trace is the best": "trace >= of->traces[depth]) return trace > -> "
    "1) return trace != ",
}
ELEVEN = [cycles(3, 4, 4), cycles(3, 3, 5)]


def is_right(written, text):
    """Whether one state stands for the permutations of each figure, and is one of them."""
    loaded = CompiledSearch(replace(written, text=text), OPTIONS).loaded
    by = list(some_permutations(written.model, 40))
    try:
        states = [standing_for(loaded, drawn(written.model, one), by) for one in ELEVEN]
    except AssertionError:
        return False
    finally:
        loaded.close()
    return {len(some) for some in states} == {1}


def test_traces_may_say_little():
    written = program_of(FIGURES(nodes=11), OPTIONS)
    assert is_right(written, written.text)
    assert is_right(written, replaced(written.text, TRACE, LEAF))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_telling_apart_is_found(mistake):
    written = program_of(FIGURES(nodes=11), OPTIONS)
    text = written.text
    if mistake in WHERE_TRACES_SAY_LITTLE:
        text = replaced(text, TRACE, LEAF)
    assert not is_right(written, replaced(text, *MISTAKES[mistake].split(" -> ")))


def replaced(text, right, wrong):
    assert text.count(right) == 1
    return text.replace(right, wrong)
