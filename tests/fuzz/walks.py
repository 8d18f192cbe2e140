"""Random walks through a random specification: each step of each is one that was made by hand."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import Any

from raftnb.data.trace import Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.memo_ground import MemoGround
from raftnb.explore.plain_ground import PlainGround
from raftnb.explore.reference import GivenUp
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.walkers import Ground, Walkers
from raftnb.explore.walks import Walks, taken
from raftnb.language import Model
from raftnb.refine.walks import refines_on_walks
from tests.fuzz.compare import Findings, asked, replayed
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import Explored, exact_state, exact_step, truth
from tests.oracles.walks_by_hand import WalksByHand

WALKS, DEPTH = 24, 8


def compare_walks(found: Findings, subject: Subject) -> None:
    """Walks, and refinement of itself on walks, against the exploration by hand."""
    hand = subject.hand
    if not hand.complete:
        return
    seed = zlib.crc32(subject.text.encode())
    for model in (hand.model, only_true(hand)):
        with asked(found, "walks", hand):
            walks = [walked(model, seed, threads) for threads in (1, 2)]
            for walk, answer in walks[:1]:
                same_walks(found, hand, answer, paths(walk, 6))
            told = [f"{one.verdict} {one.property} {one.trace}" for _, one in walks]
            found.answers.append(f"walks: {told[0]}, {[*map(str, paths(walks[0][0], 6))]}")
            if told[0] != told[1]:
                found.differ("walks: other threads", told)
            in_plain_python(found, model, seed)
            if not hand.undefined:
                as_by_hand(found, model, seed, *walks[0])
    if not hand.undefined:
        with found.asking("refines on walks"):
            itself = refines_on_walks(hand.model, hand.model, lambda s: s, walks=4, depth=6)
            found.counts["refinements of itself on walks"] += 1
            if itself.verdict is not Verdict.UNKNOWN:
                found.differ("refines itself on walks", itself)


def in_plain_python(found: Findings, model: Model, seed: int) -> None:
    """Plain Python says of walks what the memo says, unless it leaves them to it."""
    options = ExplorationOptions(deadlock=False, threads=1, progress=False)
    for rare in (False, True):
        grounds: tuple[Ground, ...] = (PlainGround(model, 60.0), MemoGround(model, options))
        mine, memo = (
            Walkers(model, options, DEPTH, seed, rare=rare, ground=ground) for ground in grounds
        )
        with suppress(GivenUp):
            if mine.batch(0, WALKS) != memo.batch(0, WALKS):
                found.differ("walks: plain Python and memo", rare)
            found.counts["walks in plain Python"] += 1


def as_by_hand(found: Findings, model: Model, seed: int, walkers: Walkers, answer: Any) -> None:
    """The walks are those of plain Python, or end with the same violation."""
    violated = answer.verdict is Verdict.VIOLATED
    hand = WalksByHand(model, seed, WALKS if violated else 6, DEPTH, deadlock=False)
    found.counts["walks by hand"] += 1
    if violated:
        end = tuple(map(exact_state, answer.trace.states))
        if (answer.property, end) != (hand.property, tuple(map(exact_state, hand.end))):
            found.differ("walks by hand: what ends them", f"{answer} {hand.property} {hand.end}")
    elif hand.property or [tuple(map(exact_state, path.states)) for path in paths(walkers, 6)] != [
        tuple(map(exact_state, path)) for path in hand.paths
    ]:
        found.differ("walks by hand: states", hand.property or hand.paths)


def only_true(hand: Explored) -> Model:
    """The model with those claims alone that are nowhere false by hand: nothing stops its walks."""
    spec = hand.model.spec
    true = {name for name, answers in hand.truths.items() if answers == {True}}
    kept = {
        kind: tuple(claim for claim in getattr(spec, kind) if claim.__name__ in true)
        for kind in ("invariants", "transitions")
    }
    quiet: Model = spec.variant("quiet", **kept)(history=True)
    return quiet


def walked(model: Model, seed: int, threads: int) -> tuple[Walkers, Any]:
    """Some walks, and what they say, which must be the same for any number of threads."""
    options = ExplorationOptions(deadlock=False, threads=threads, progress=False)
    walks = Walks(model, options, WALKS, DEPTH, seed)
    answer = taken(walks, 1)
    return walks.walkers, answer


def paths(walkers: Walkers, count: int) -> list[Trace]:
    """The first of the walks as traces."""
    return [walkers.path(number) for number in range(count if walkers.history else 0)]


def same_walks(found: Findings, hand: Explored, answer: Any, traces: list[Trace]) -> None:
    """No walk leaves what was reached by hand, and what it calls violated is so by hand."""
    known = {(exact_state(a), exact_step(s), exact_state(b)) for a, s, b in hand.steps}
    inside = {exact_state(state) for state in hand.states}
    found.counts["walks"] += len(traces)
    for trace in traces:
        found.counts["steps of walks"] += len(trace.steps)
        taken = {
            (exact_state(before), exact_step(step), exact_state(after))
            for before, (step, after) in zip(trace.states, trace, strict=False)
        }
        states = {exact_state(state) for state in trace.states}
        if not taken <= known or not states <= inside:
            found.differ("hand and walks: a step", trace)
    found.counts[f"walks: {answer.verdict}"] += 1
    if answer.verdict is Verdict.HOLDS:
        found.differ("walks: holds", answer)
    if answer.distinct > len(hand.states):
        found.differ("hand and walks: states", f"{len(hand.states)}, {answer.distinct}")
    for name, witness in answer.witnesses.items():
        if witness is not None:
            replayed(found, hand.model, f"witness of {name} on walks", witness)
    if answer.verdict is Verdict.VIOLATED:
        broken(found, hand, answer)
        if not hand.violated:
            found.differ("walks: violated, and by hand not", answer)


def broken(found: Findings, hand: Explored, answer: Any) -> None:
    """The walk to a violation is one of Python's, and the claim is false at its end."""
    replayed(found, hand.model, "walks", answer.trace)
    claims = {claim.__name__: claim for claim in hand.model.spec.claims}
    claim = claims[answer.property]
    steps = claim in hand.model.spec.transitions
    at = answer.trace.states[-2:] if steps else (answer.trace.states[-1],)
    if truth(hand.model, claim, *at) is True:
        found.differ("walks: violated, and the claim is true", answer)
