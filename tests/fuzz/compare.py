"""A specification run by every engine, and where they differ."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from raftnb.data.errors import RaftnbError, SpecError
from raftnb.data.values import rename
from raftnb.data.verdict import Verdict
from raftnb.explore import Graph, check, reachable
from raftnb.explore.conclusion import as_tried
from raftnb.explore.few import few_states
from raftnb.explore.plain_graph import PlainGraph
from raftnb.explore.reference import Reference
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.standing import Standing, refuse_unearned
from raftnb.language import Model, World
from raftnb.prove import Disagreement
from raftnb.refine.check import refines
from tests.fuzz.subject import LIMIT, Subject
from tests.oracles.by_hand import (
    UNDEFINED,
    Explored,
    exact_state,
    exact_step,
    explore,
    outcomes,
    scrambled_state,
    truth,
)


@dataclass(frozen=True)
class Difference:
    """Two engines that do not say the same, or an engine that fails in its own insides."""

    between: str
    text: str

    def __str__(self) -> str:
        return f"{self.between}: {self.text}"


class TooSlowError(BaseException):
    """More processor time than one specification may take."""


@dataclass
class Findings:
    """What was compared, refused, and found to differ."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    too_slow: bool = False

    def differ(self, between: str, text: Any) -> None:
        self.differences.append(Difference(between, str(text)))

    @contextmanager
    def asking(self, engine: str) -> Iterator[None]:
        """Run an engine: a refusal is counted (it must say enough), anything else is a fault."""
        try:
            yield
        except Disagreement as error:
            self.differ(f"{engine}: translation and Python", error)
        except RaftnbError as error:
            self.refusals[f"{engine}: {short(error)}"] += 1
            self.answers.append(f"{engine}: {error.found}, {error.allowed}, {error.cure}")
            self.judge_refusal(engine, error)
        except Exception as error:
            if self.too_slow:  # the interruption came while C was calling Python
                raise TooSlowError from error
            last = "".join(traceback.format_exception(error)[-2:]).strip()
            self.differ(f"{engine}: {type(error).__name__}", last)

    def judge_refusal(self, engine: str, error: RaftnbError) -> None:
        """A refusal must say what was found, what is allowed, and a cure that is one."""
        if not (error.found and error.allowed and error.cure):
            self.differ(f"{engine}: a refusal that does not help", error)
        if "foreseen" in (error.cure or ""):
            self.differ(f"{engine}: not foreseen: {short(error)}", error)


def short(error: RaftnbError) -> str:
    """A refusal without what differs from one specification to the next."""
    return f"{error.allowed[:40]} | {error.found[:40]}"


def compare(found: Findings, subject: Subject) -> None:
    """Run a specification by hand and by each engine."""
    spec, with_history = subject.spec, subject.hand
    with found.asking("model"):
        hands = [with_history]
        if any(cell.history for cell in with_history.model.layout.cells):
            hands.append(explore(spec(), LIMIT))
        for hand in hands:
            found.counts["states"] += len(hand.states)
            found.counts["steps"] += len(hand.steps)
            found.counts["claims"] += len(hand.states) * len(spec.claims)
            found.counts["undefined somewhere"] += hand.undefined
            found.counts["cut off"] += not hand.complete
            found.answers.append(told(hand))
            with_equal_states(found, hand)
            with_engines(found, hand)


def told(hand: Explored) -> str:
    """All that was seen by hand, as text that must not depend on the interpreter's hash seed."""
    steps = [(exact_state(a), exact_step(s), exact_state(b)) for a, s, b in hand.steps]
    truths = sorted((name, sorted(map(str, found))) for name, found in hand.truths.items())
    return repr((list(map(exact_state, hand.states)), steps, truths))


def with_equal_states(found: Findings, hand: Explored) -> None:
    """Another model, and an equal state made in another order, must give the same."""
    model, again = hand.model, hand.model.spec(history=hand.model.history)
    for state in hand.states[:: max(1, len(hand.states) // 8)]:
        found.counts["states in another model"] += 1
        for other, place in ((again, state), (model, scrambled_state(state))):
            if readable(outcomes(model, state)) != readable(outcomes(other, place)):
                found.differ("World and World of an equal model or state: steps", state)
            for claim in claims_about_states(model):
                if truth(model, claim, state) != truth(other, claim, place):
                    found.differ("World and World of an equal model or state: claim", claim)
                    return


def claims_about_states(model: Model) -> list[Any]:
    spec = model.spec
    return list(model.checked((*spec.invariants, *spec.sometimes, *spec.constraints)))


def readable(found: dict[Any, Any]) -> Any:
    """The outcomes of all actions as plain data, members by name."""
    return sorted(
        (str(process), action, repr(arguments), repr(steps_of(outcome)))
        for (process, action, arguments), outcome in found.items()
    )


def steps_of(outcome: Any) -> Any:
    if outcome == UNDEFINED:
        return UNDEFINED
    return [(exact_step(step), exact_state(after)) for step, after in outcome]


def with_engines(found: Findings, hand: Explored) -> None:
    """The reference engine, the fast one with and without symmetry, and refinement of itself."""
    if not hand.complete:
        return
    verdicts = {}
    for engine in ("reference", "fast"):
        with asked(found, engine, hand):
            answer = check(hand.model, engine=engine, deadlock=False, progress=False)
            verdicts[engine] = answer
            found.answers.append(f"{engine}: {answer.verdict}, {answer.property}, {answer.trace}")
            agree(found, hand, engine, answer)
    if len(verdicts) == 2:
        same_answer(found, "reference and fast", verdicts["reference"], verdicts["fast"])
    if hand.undefined:
        return
    with found.asking("graph"):
        same_graph(found, hand)
    if hand.model.spec.symmetric:
        with found.asking("symmetry"):
            same_orbits(found, hand)
        with found.asking("symmetry in plain Python"):
            answer = in_plain_python(hand.model)
            compare_orbits(found, hand, "symmetry in plain Python", answer)
    with found.asking("refines"):
        for engine in ("memo", "quick"):
            itself = hand.model.spec(history=hand.model.history)
            answer = refines(hand.model, itself, lambda s: s, engine=engine)
            found.counts["refinements of itself"] += 1
            if answer.verdict == Verdict.VIOLATED:
                found.differ(f"refines itself, {engine}", answer)


@contextmanager
def asked(found: Findings, engine: str, hand: Explored) -> Iterator[None]:
    """As `asking`; what is undefined somewhere by hand may be an error."""
    if not hand.undefined:
        with found.asking(engine):
            yield
        return
    with found.asking(engine):
        try:
            yield
        except SpecError:
            found.counts["undefined in both"] += 1


def agree(found: Findings, hand: Explored, engine: str, answer: Any) -> None:
    """An engine's verdict against what was seen by hand."""
    found.counts[f"verdicts of {engine}"] += 1
    found.counts[f"verdict {answer.verdict}"] += 1
    expected = Verdict.VIOLATED if hand.violated else Verdict.HOLDS
    if hand.undefined and answer.verdict == Verdict.HOLDS:
        found.differ(f"hand and {engine}: undefined, and {answer.verdict}", hand.truths)
    elif not hand.undefined and answer.verdict not in (expected, Verdict.UNKNOWN):
        found.differ(f"hand and {engine}: {expected}, {answer.verdict}", hand.truths)
    elif answer.verdict == Verdict.UNKNOWN:
        found.counts[f"unknown of {engine}"] += 1
    if answer.verdict == Verdict.HOLDS and answer.distinct != len(hand.states):
        found.differ(f"hand and {engine}: states", f"{len(hand.states)}, {answer.distinct}")
    if answer.trace is not None:
        replayed(found, hand.model, engine, answer.trace)


def replayed(found: Findings, model: Model, engine: str, trace: Any) -> None:
    """A trace must be one of plain Python, from an initial state."""
    found.counts["traces replayed"] += 1
    world = World(model, trace.states[0])
    if trace.states[0] not in model.initial_states:
        found.differ(f"{engine}: a trace from no initial state", trace)
    for step, after in trace:
        world.take(step)
        if exact_state(world.state) != exact_state(after):
            found.differ(f"{engine}: a trace that Python does not take", trace)
            return


def same_answer(found: Findings, between: str, slow: Any, fast: Any) -> None:
    """The two engines' answers, field by field."""
    if slow.verdict != fast.verdict:
        found.differ(f"{between}: verdict", f"{slow.verdict}, {fast.verdict}")
    elif slow.trace is None:
        for name in ("distinct", "generated", "depth", "coverage", "property"):
            if getattr(slow, name) != getattr(fast, name):
                pair = f"{getattr(slow, name)}, {getattr(fast, name)}"
                found.differ(f"{between}: {name}", pair)


def same_graph(found: Findings, hand: Explored) -> None:
    """Every state and every step of the memo's graph, and of plain Python's where they are few."""
    same_steps(found, hand, reachable(hand.model, progress=False))
    if (few := few_states(hand.model)) is not None:
        found.counts["graphs of few states"] += 1
        same_steps(found, hand, few)


def same_steps(found: Findings, hand: Explored, graph: Graph | PlainGraph) -> None:
    states = [exact_state(graph.state(i)) for i in range(len(graph))]
    inside = {exact_state(state) for state in hand.states}
    if Counter(states) != Counter(inside):
        found.differ("hand and graph: states", f"{len(inside)}, {len(states)}")
        return
    rows = zip(graph.sources.tolist(), graph.labels.tolist(), graph.targets.tolist(), strict=True)
    mine = Counter(
        (states[a], exact_step(graph.steps[label]), states[b] if b >= 0 else "outside")
        for a, label, b in rows
    )
    theirs = Counter(
        (exact_state(a), exact_step(step), end if (end := exact_state(b)) in inside else "outside")
        for a, step, b in hand.steps
    )
    found.counts["steps of the graph"] += sum(mine.values())
    if mine != theirs:
        pair = [*(theirs - mine)][:1], [*(mine - theirs)][:1]
        found.differ("hand and graph: steps", f"missing {pair[0]}, more {pair[1]}")


def same_orbits(found: Findings, hand: Explored) -> None:
    """With symmetry, one state of each orbit, and the same verdict."""
    answer = check(hand.model, symmetry=True, deadlock=False, progress=False)
    compare_orbits(found, hand, "symmetry", answer)


def in_plain_python(model: Model) -> Exploration:
    """What the reference engine finds, in which one state stands for its permutations."""
    options = ExplorationOptions(deadlock=False, symmetry=True, progress=False)
    run = Reference(model, options, stands_for=Standing(model))
    answer = as_tried(model, run.run())
    refuse_unearned(model, run.depth)
    return answer


def compare_orbits(found: Findings, hand: Explored, engine: str, answer: Any) -> None:
    """An engine's answer with symmetry against what was seen by hand."""
    found.counts[f"verdicts with {engine}"] += 1
    expected = Verdict.VIOLATED if hand.violated else Verdict.HOLDS
    if answer.verdict not in (expected, Verdict.UNKNOWN):
        found.differ(f"hand and {engine}: {expected}, {answer.verdict}", hand.truths)
    if answer.verdict == Verdict.HOLDS:
        orbits = {orbit(hand.model, state) for state in hand.states}
        if answer.distinct != len(orbits):
            found.differ(f"hand and {engine}: orbits", f"{len(orbits)}, {answer.distinct}")
    if answer.trace is not None:
        replayed(found, hand.model, engine, answer.trace)


def orbit(model: Model, state: Any) -> Any:
    """The states that differ from one by the exchange of the first two symmetric members."""
    nodes = model.start()[model.spec.symmetric[0]]
    swap = dict(zip(nodes, reversed(nodes), strict=True))
    names = {str(a): str(b) for a, b in swap.items()}
    values = list(state.values)
    for (owner, variable), at in state.layout.index.items():
        to = " to ".join(names.get(end, end) for end in owner.split(" to "))
        values[state.layout.index[to, variable]] = rename(state.values[at], swap)
    bag = frozenset((repr(rename(m, swap)), n) for m, n in state.messages)
    mine = frozenset((repr(m), n) for m, n in state.messages)
    return frozenset({(repr(state.values), mine), (repr(tuple(values)), bag)})
