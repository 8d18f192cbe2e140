"""Refinement between two different specifications, fairness included, against plain sets.

The abstract one is made for the concrete one: it has a number for each thing that a function of the
concrete state can be, and two processes that change the number along given pairs. Some pairs that
the concrete one needs are left out, and some that it does not need are there.
"""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass
from typing import Any

from raftnb.data.verdict import Verdict
from raftnb.language import Model
from raftnb.language.temporal import Fairness, strong, weak
from raftnb.refine import refines
from raftnb.refine.walks import refines_on_walks
from tests.fuzz.behaviors import Numbered, some_fairness
from tests.fuzz.compare import Findings, replayed
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import exact, truth
from tests.oracles.lassos import fair_nodes, reached
from tests.oracles.random_specs import HEADER, load
from tests.oracles.random_types import Chance

QUESTIONS, SMALL = 3, 40
AFTER = 8  # a seed of its own, beside those of other comparisons
TEXT = """
GO = {go}
JUMP = {jump}


class Seen(Globals):
    v: int = {start}


class Mover(Process):
    def go(self) -> None:
        step = either(*GO)
        when(step[0] == Seen.v)
        Seen.v = step[1]


class Other(Process):
    def jump(self) -> None:
        step = either(*JUMP)
        when(step[0] == Seen.v)
        Seen.v = step[1]


SPEC = Spec("abstract", (Mover, Other), (Seen,))
"""
Pairs = frozenset[tuple[int, int]]
Conditions = list[tuple[Fairness, set[str], set[str]]]


@dataclass(frozen=True)
class Abstract:
    """An abstract specification: what it starts from, and along which pairs who goes."""

    start: int
    go: Pairs
    jump: Pairs
    model: Model
    fairness: tuple[tuple[Fairness, Pairs], ...]

    @property
    def steps(self) -> Pairs:
        return self.go | self.jump


def compare_pairs(found: Findings, subject: Subject) -> None:
    """Some views of a specification, each as one that is to be refined."""
    hand = subject.hand
    if not hand.complete or hand.undefined or not 0 < len(hand.states) <= SMALL:
        return
    graph, chance = Numbered(hand), Chance(zlib.crc32(subject.text.encode()) + AFTER)
    for _ in range(QUESTIONS):
        values = some_view(chance, graph)
        fairness = some_fairness(chance, hand.model)
        above = some_abstract(chance, subject, graph, values)
        with found.asking("pairs"):
            same_refinement(found, graph, values, fairness, above)


def some_view(chance: Chance, graph: Numbered) -> list[int]:
    """For each state the number of what is seen: a variable, two of them, or a claim's truth."""
    hand, form = graph.hand, chance.one(("variable", "variable", "two", "claim", "state"))
    cells, claims = range(len(hand.model.layout.cells)), hand.model.spec.claims
    if form == "claim" and claims:
        claim = chance.one(claims)
        seen = [truth(hand.model, claim, state) for state in hand.states]
    elif form == "state" or not cells:
        seen = list(range(len(hand.states)))
    else:
        chosen = [chance.one(cells) for _ in range(2 if form == "two" else 1)]
        seen = [tuple(exact(state.values[i]) for i in chosen) for state in hand.states]
    known = {value: i for i, value in enumerate(dict.fromkeys(seen))}
    return [known[value] for value in seen]


def some_abstract(chance: Chance, subject: Subject, graph: Numbered, values: list[int]) -> Abstract:
    """What the concrete one does, with a pair too few at times, and with pairs too many."""
    needed = sorted({(values[a], values[b]) for a, b in graph.edges if values[a] != values[b]})
    parts: dict[str, set[tuple[int, int]]] = {"go": set(), "jump": set()}
    for pair in needed:
        for name in chance.one((("go",), ("go",), ("jump",), ("go", "jump"))):
            parts[name].add(pair)
    if needed and chance.yes(0.3):
        missing = chance.one(needed)
        parts = {name: pairs - {missing} for name, pairs in parts.items()}
    for pairs in parts.values():
        if pairs and chance.yes(0.2):
            by_way_of_another_number(pairs, chance.one(sorted(pairs)))
        more = [(chance.one(values), chance.one([*values, -1])) for _ in range(3)]
        pairs.update(more if chance.yes(0.3) else [])
        pairs.update([] if pairs else [(-5, -5)])
    start = values[0] if chance.yes(0.9) else chance.one(values)
    text = TEXT.format(
        go=tuple(sorted(parts["go"])), jump=tuple(sorted(parts["jump"])), start=start
    )
    module = load(HEADER + text, subject.directory, "abstract")
    fairness = [
        (kind(*what), frozenset().union(*(parts[name] for name in names)))
        for kind, what, names in (
            (weak, (module.Mover,), ("go",)),
            (strong, (module.Other.jump,), ("jump",)),
            (strong, (module.Mover.go,), ("go",)),
        )
        if chance.yes(0.25)
    ]
    spec = module.SPEC.variant("abstract", fairness=tuple(one for one, _ in fairness))
    go, jump = frozenset(parts["go"]), frozenset(parts["jump"])
    return Abstract(start, go, jump, spec(), tuple(fairness))


def by_way_of_another_number(pairs: set[tuple[int, int]], pair: tuple[int, int]) -> None:
    """Two steps instead of one."""
    pairs.remove(pair)
    pairs.update({(pair[0], -7), (-7, pair[1])})


def same_refinement(
    found: Findings, graph: Numbered, values: list[int], fairness: Conditions, above: Abstract
) -> None:
    """The verdicts with fairness, without, with two steps at once, and on walks."""
    hand, layout = graph.hand, above.model.layout
    known = {state: values[i] for i, state in enumerate(hand.states)}
    spec = hand.model.spec.variant("fair", fairness=tuple(one for one, _, _ in fairness))
    model = spec(history=True)

    def seen(state: Any) -> Any:
        if state not in known:  # beyond the bounds
            return state.seen_as(layout, {("Seen", "v"): -9})
        return state.seen_as(layout, {("Seen", "v"): known[state]})

    ways: dict[str, Any] = {"fair": {}, "steps": {"fair": False}}
    ways["two at once"] = {"fair": False, "at_once": 2}
    wrong = graph.starts and any(values[i] != above.start for i in graph.starts)
    for name, options in ways.items():
        answer = refines(model, above.model, seen, **options)
        quick = refines(model, above.model, seen, engine="quick", **options)
        if (quick.verdict, quick.steps) != (answer.verdict, answer.steps):
            found.differ(f"pairs: plain Python and memo, {name}", f"{quick}\n{answer}")
        found.counts[f"pairs: {name}, {answer.verdict}"] += 1
        found.answers.append(f"{name} {answer.verdict} {answer.trace}")
        violated = wrong or has_a_step_too_many(graph, values, above, options.get("at_once", 1))
        if name == "fair":
            violated = violated or unfair(graph, values, fairness, above)
        beyond = "natural numbers beyond" in str(answer.bound)
        expected = Verdict.UNKNOWN if graph.cut or beyond else Verdict.HOLDS
        expected = Verdict.VIOLATED if violated and not beyond else expected
        if answer.verdict is not expected:
            told = f"{name}: {[str(one) for one, _, _ in fairness]} {above}: {answer}"
            found.differ(f"by hand and pairs: {expected}, {answer.verdict}", told)
        elif answer.trace is not None:
            replayed(found, model, "pairs", answer.trace)
    if not graph.cut:
        walk = refines_on_walks(model, above.model, seen, walks=4, depth=6)
        found.counts[f"pairs: walks, {walk.verdict}"] += 1
        right = not wrong and not has_a_step_too_many(graph, values, above, 1)
        if walk.verdict is Verdict.HOLDS or (walk.verdict is Verdict.VIOLATED and right):
            found.differ("by hand and pairs on walks", f"{above}: {walk}")


def has_a_step_too_many(graph: Numbered, values: list[int], above: Abstract, at_once: int) -> bool:
    """Whether a step changes what is seen, and no step of the abstract one does that."""
    allowed = set(above.steps)
    if at_once == 2:
        allowed |= {(a, d) for (a, b), (c, d) in itertools.product(above.steps, repeat=2) if b == c}
    changes = {(values[a], values[b]) for a, b in graph.edges}
    return any(a != b and (a, b) not in allowed for a, b in changes)


def unfair(graph: Numbered, values: list[int], fairness: Conditions, above: Abstract) -> bool:
    """Whether a fair behavior is seen as one that is not."""
    conditions = graph.conditions(fairness)
    everywhere = set(range(len(values)))
    met = reached(graph.starts, graph.edges, everywhere)
    for condition, pairs in above.fairness:
        moves = {(a, b) for a, b in pairs if a != b}
        enabled = {i for i in met if any(values[i] == a for a, _ in moves)}
        left = {(a, b) for a, b in graph.edges if (values[a], values[b]) not in moves}
        region = met if condition.strong else enabled
        if fair_nodes(region, left, conditions, enabled if condition.strong else None):
            return True
    return False
