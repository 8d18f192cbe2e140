"""Liveness under fairness on random specifications, against lassos looked for by brute force."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.language import Model, World
from raftnb.language.temporal import Fairness, always_eventually, eventually, leads_to, strong, weak
from raftnb.language.universe import universe
from raftnb.liveness import check_liveness
from tests.fuzz.compare import Findings, replayed
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import UNDEFINED, Explored, exact_state
from tests.oracles.lassos import Condition, Edge, fair_nodes, loop_is_fair, reached
from tests.oracles.random_types import Chance

QUESTIONS, SMALL = 4, 40
AFTER = 7  # a seed of its own, beside those of other comparisons


@dataclass(frozen=True)
class Numbered:
    """An exploration by hand as a graph of numbers; steps beyond the bounds have no target."""

    hand: Explored

    @cached_property
    def number(self) -> dict[Any, int]:
        return {exact_state(state): i for i, state in enumerate(self.hand.states)}

    @cached_property
    def rows(self) -> list[tuple[int, Any, int]]:
        number = self.number
        return [
            (number[exact_state(a)], step, number.get(exact_state(b), -1))
            for a, step, b in self.hand.steps
        ]

    @cached_property
    def edges(self) -> frozenset[Edge]:
        return frozenset((a, b) for a, _, b in self.rows if b >= 0)

    @cached_property
    def starts(self) -> set[int]:
        begun = map(exact_state, self.hand.model.initial_states)
        return {self.number[state] for state in begun if state in self.number}

    @property
    def cut(self) -> bool:
        return any(b < 0 for _, _, b in self.rows)

    def conditions(self, fairness: list[tuple[Fairness, set[str], set[str]]]) -> list[Condition]:
        """What each condition means, for each of the processes that it is about."""
        found = []
        for condition, processes, actions in fairness:
            for process in processes:
                mine = [
                    (a, b)
                    for a, step, b in self.rows
                    if step.process == process and step.action in actions and a != b
                ]
                enabled = frozenset(a for a, _ in mine)
                taken = frozenset((a, b) for a, b in mine if b >= 0)
                found.append(Condition(condition.strong, enabled, taken))
        return found


def compare_liveness(found: Findings, subject: Subject) -> None:
    """Some questions about whole behaviors, under some fairness."""
    hand = subject.hand
    if not hand.complete or hand.undefined or not 0 < len(hand.states) <= SMALL:
        return
    graph, chance = Numbered(hand), Chance(zlib.crc32(subject.text.encode()) + AFTER)
    spec = hand.model.spec
    claims = [*spec.invariants, *spec.sometimes, *spec.constraints]
    told = [c for c in claims if UNDEFINED not in hand.truths.get(c.__name__, set())]
    for number in range(QUESTIONS if told else 0):
        claim = chance.one(told)
        then = chance.one([one for one in told if alike(hand.model, claim, one)])
        then = chance.one(told) if chance.yes(0.1) else then
        wanted = chance.one((eventually(claim), always_eventually(claim), leads_to(claim, then)))
        fairness = some_fairness(chance, hand.model)
        with found.asking("liveness"):
            engine = "quick" if number == 0 else "memo"
            same_liveness(found, graph, wanted, fairness, engine)


def alike(model: Model, one: Any, other: Any) -> bool:
    """Whether two claims have no parameter of one name and two types."""
    mine, theirs = model.parameters(one), model.parameters(other)
    return all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys())


def some_fairness(chance: Chance, model: Model) -> list[tuple[Fairness, set[str], set[str]]]:
    """A few conditions, each with the processes and actions that it is about."""
    found = []
    acting = [cls for cls in model.processes if cls.actions]
    for _ in range(chance.one((0, 1, 1, 2, 3)) if acting else 0):
        cls, kind = chance.one(acting), chance.one((weak, weak, strong))
        names = {str(member) for member in model.start()[cls]}
        if chance.yes(0.4):
            found.append((kind(cls), names, set(cls.actions)))
        else:
            actions = chance.sample(sorted(cls.actions), min(len(cls.actions), chance.one((1, 2))))
            found.append((kind(*(getattr(cls, a) for a in actions)), names, set(actions)))
    return found


def same_liveness(
    found: Findings, graph: Numbered, wanted: Any, fairness: Any, engine: str
) -> None:
    """The verdict, and the lasso, of one property."""
    conditions, asked = graph.conditions(fairness), [one for one, _, _ in fairness]
    answer = check_liveness(graph.hand.model, wanted, fairness=asked, engine=engine)
    found.counts["liveness questions"] += 1
    found.counts[f"liveness: {engine}"] += 1
    found.counts[f"liveness: {answer.verdict}"] += 1
    found.answers.append(f"{answer.verdict} {answer.property} {answer.trace}")
    bad = [falsified(graph, wanted, truths, conditions) for truths in each_truth(graph, wanted)]
    beyond = "natural numbers beyond" in str(answer.bound)
    expected = Verdict.UNKNOWN if graph.cut or beyond else Verdict.HOLDS
    expected = Verdict.VIOLATED if any(bad) and not beyond else expected
    if answer.verdict is not expected:
        told = f"{wanted} under {[str(one) for one, _, _ in fairness]}: {answer}"
        found.differ(f"brute force and liveness: {expected}, {answer.verdict}", told)
    elif answer.trace is not None:
        real_lasso(found, graph, wanted, conditions, answer)


def each_truth(graph: Numbered, wanted: Any) -> Iterator[list[set[int]]]:
    """For each choice of the parameters: the nodes where each of the claims is true."""
    model, hand = graph.hand.model, graph.hand
    types: dict[str, Any] = {}
    for claim in wanted.claims:
        types |= {n: t for n, t in model.parameters(claim).items() if n not in model.constants}
    with World(model) as first:
        sizes = [range(len(universe(kind, first))) for kind in types.values()]
    for row in itertools.product(*sizes):
        chosen = dict(zip(types, row, strict=True))
        yield [
            {
                i
                for i, state in enumerate(hand.states)
                if true_at(model, claim, state, types, chosen)
            }
            for claim in wanted.claims
        ]


def true_at(
    model: Model, claim: Any, state: State, types: dict[str, Any], chosen: dict[str, int]
) -> bool:
    """Whether a claim is true of the values at these places among all that their types have."""
    with World(model, state) as world:
        given = {
            name: model.constants[name]
            if name in model.constants
            else universe(types[name], world)[chosen[name]]
            for name in model.parameters(claim)
        }
        return bool(claim(**given))


def falsified(
    graph: Numbered, wanted: Any, truths: list[set[int]], conditions: list[Condition]
) -> bool:
    """Whether some fair behavior falsifies a property."""
    everywhere = set(range(len(graph.hand.states)))
    bad = everywhere - truths[-1]
    if wanted.kind == "eventually":
        met = reached(graph.starts & bad, graph.edges, bad)
    elif wanted.kind == "always eventually":
        met = everywhere
    else:
        met = reached(truths[0] & bad, graph.edges, bad)
    return bool(met & fair_nodes(bad, graph.edges, conditions))


def real_lasso(
    found: Findings, graph: Numbered, wanted: Any, conditions: list[Condition], answer: Any
) -> None:
    """The lasso is one of Python's, fair, and what it is about does not happen in it."""
    trace = answer.trace
    found.counts["lassos"] += 1
    replayed(found, graph.hand.model, "liveness", trace)
    path = [graph.number[exact_state(state)] for state in trace.states]
    loop = path[trace.loop :]
    edges = set(itertools.pairwise(loop))
    if loop[0] != loop[-1] or not loop_is_fair(set(loop), edges, conditions):
        found.differ("liveness: a lasso that is not fair", answer)

    def fails(truths: list[set[int]]) -> bool:
        if wanted.kind == "eventually":
            return not set(path) & truths[0]
        if wanted.kind == "always eventually":
            return not set(loop) & truths[0]
        after = [set(path[i:]) for i in range(len(path)) if path[i] in truths[0]]
        return any(not later & truths[1] for later in after)

    if not any(map(fails, each_truth(graph, wanted))):
        found.differ("liveness: a lasso on which the property is true", answer)
