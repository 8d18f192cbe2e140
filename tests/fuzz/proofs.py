"""What `prove` says of the claims of a random specification, against what exploration finds."""

from __future__ import annotations

import json
import zlib
from typing import Any

from raftnb.data.verdict import Verdict
from raftnb.prove import (
    BoundedAnswer,
    InstanceSize,
    Lemma,
    Proof,
    Report,
    check_bounded,
    explain,
    k_induction,
    prove,
    witness,
)
from raftnb.prove.actions import starts
from raftnb.prove.agreement import compare as agreement
from raftnb.prove.conditions import unbounded
from raftnb.prove.counting import axiom_holds
from raftnb.prove.small import model_of
from tests.fuzz.compare import Findings, replayed
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import UNDEFINED, Explored, explore, truth


def proofs_of(spec: Any) -> dict[str, Proof]:
    """For each claim the proof of a specification that claims nothing else."""
    alone = spec.variant("alone", invariants=(), transitions=(), sometimes=())
    found = {}
    for claim in spec.invariants:
        found[claim.__name__] = Proof(alone.variant("alone", invariants=(claim,)), (Lemma(claim),))
    for claim in spec.transitions:
        one = alone.variant("alone", transitions=(claim,))
        found[claim.__name__] = Proof(one, (), goals=(Lemma(claim),))
    return found


def compare_proofs(
    found: Findings, subject: Subject, limit: int = 120, seconds: float = 1.0
) -> None:
    """No claim that exploration violates is proved, and no proof where something is undefined."""
    spec, proved = subject.with_trees.spec, {}
    for name, proof in proofs_of(spec).items():
        with found.asking("prove"):
            answer = prove(proof, timeout=seconds, workers=1, trust=True)
            found.counts["proofs"] += 1
            found.counts[f"proofs: {answer.verdict}"] += 1
            if answer.verdict == Verdict.HOLDS:
                proved[name] = (name,)
    against_exploration(found, spec, proved, limit)


def against_exploration(
    found: Findings, spec: Any, proved: dict[str, tuple[str, ...]], limit: int
) -> None:
    """What was proved (each with the claims that it says hold) must hold with any processes."""
    free = without_bounds(spec)
    for nodes in (1, 2, 3) if proved else ():
        hand = explore(free(history=True, nodes=nodes), limit)
        only_actions = UNDEFINED not in set().union(*hand.truths.values(), set())
        for name, claims in proved.items():
            found.counts["proofs against an exploration"] += 1
            answers = set().union(*(hand.truths.get(claim, set()) for claim in claims), set())
            if {False, UNDEFINED} & answers:
                found.differ("prove: holds, and exploration: no", f"{name}, {nodes} nodes")
            elif hand.undefined and only_actions:
                found.differ("prove: holds, and an action is undefined", f"{name}, {nodes} nodes")


def without_bounds(spec: Any) -> Any:
    """A specification without what cuts its exploration, which proofs do not know."""
    return spec.variant("free", constraints=(), distinct_messages=None, copies=None)


# A proof with lemmas.


def compare_whole(
    found: Findings, subject: Subject, limit: int = 120, seconds: float = 1.0
) -> None:
    """The proof of all the claims together: lemmas that use others, axioms, opaque operators."""
    reduced = subject.provable
    proof: Proof = reduced.module.PROOF
    share = zlib.crc32(reduced.text.encode())
    for lemma in proof.axioms:
        with found.asking("axiom"):
            same_axiom(found, reduced, lemma, axiom_holds(proof, lemma))
    with found.asking("prove"):
        several = 2 if share % 11 == 0 else 1
        report = prove(proof, timeout=seconds, workers=several, trust=share % 7 != 0)
        found.counts["proofs of all claims"] += 1
        found.counts[f"proofs of all claims: {report.verdict}"] += 1
        told(report)
        if report.verdict == Verdict.HOLDS:
            names = tuple(lemma.name for lemma in proof.lemmas())
            against_exploration(found, reduced.spec, {"PROOF": names}, limit)
        if share % 3 == 0:
            parts(found, proof, seconds)
        if share % 5 == 0:
            reasons(found, proof, report)
    if share % 2 == 0:
        with found.asking("agreement"):
            agreement(proof, effort=60, seed=share)
            found.counts["comparisons before holds"] += 1


def told(report: Report) -> None:
    """What a report says of itself must be sayable."""
    json.dumps(report.as_json())
    assert str(report).startswith(str(report.verdict))
    assert all(map(str, (*report.checked, *report.defined)))
    assert set(report.dependencies) <= {one.claim for one in report.checked}


def parts(found: Findings, proof: Proof, seconds: float) -> None:
    """A part of a proof is never *holds*."""
    names = [lemma.name for lemma in proof.lemmas()]
    actions = [name for cls in proof.spec.processes for name in cls.actions]
    asked: list[dict[str, Any]] = [{"only": names[:1]}] if len(names) > 1 else []
    asked += [{"actions": actions[:1]}] if actions else []
    for options in asked:
        part = prove(proof, timeout=seconds, workers=1, trust=True, **options)
        found.counts["parts of proofs"] += 1
        told(part)
        if part.verdict == Verdict.HOLDS:
            found.differ("prove: a part holds", options)


def reasons(found: Findings, proof: Proof, report: Report) -> None:
    """Why something is not proved: a run that breaks a claim must be one, and break it."""
    why = explain(proof, report)
    told(why)
    found.counts["explanations"] += 1
    found.counts["counterexamples to induction"] += len(why.counterexamples)
    if why.violation is not None:
        found.counts["violations by prove"] += 1
        model, trace = model_of(proof, InstanceSize(2, 1), {}), why.violation.trace
        replayed(found, model, "explain", trace)
        claim = proof.lemma(why.violation.claim).claim
        steps = claim in proof.spec.transitions
        at = trace.states[-2:] if steps else (trace.states[-1], None)
        if truth(model, claim, *at) is True:
            found.differ("explain: violated, and the claim is true", why.violation)
    for start in starts(unbounded(proof))[:1]:
        found.counts["witnesses"] += witness(proof, start.name, InstanceSize(2, 1)) is not None


def same_axiom(found: Findings, subject: Subject, lemma: Lemma, proved: bool) -> None:
    """An axiom that counting proves is true of all sets of 1 to 4 processes."""
    found.counts["axioms"] += 1
    found.counts["axioms proved"] += proved
    for nodes in (1, 2, 3, 4):
        model = subject.spec(history=True, nodes=nodes)
        true = truth(model, lemma.claim, model.initial_states[0])
        if proved and true is not True:
            found.differ("axiom: proved, and not true", f"{lemma.name}, {nodes} nodes")
            return


# Finite instances.


def compare_induction(found: Findings, subject: Subject, limit: int = 120) -> None:
    """k-induction on a finite instance, against the exploration of the same instance."""
    free = without_bounds(subject.with_trees.spec)
    sizes = {"nodes": 2} | ({"keys": 1} if "keys" in free.constants else {})
    model = free(history=True, **sizes)
    model.horizon = InstanceSize().top  # as far as the finite instance quantifies
    hand = explore(model, limit)
    for claim in free.invariants:
        with found.asking("k-induction"):
            answer = k_induction(free, claim, 2, **sizes)
            found.counts["k-inductions"] += 1
            found.counts[f"k-inductions: {answer.verdict}"] += 1
            answers = hand.truths.get(claim.__name__, set())
            if answer.verdict == Verdict.HOLDS and {False, UNDEFINED} & answers:
                found.differ("k-induction: holds, and exploration: no", claim.__name__)
            if answer.verdict == Verdict.VIOLATED:
                broken(found, hand, "k-induction", claim, answer)
        if zlib.crc32(subject.text.encode()) % 4 == 0:
            with found.asking("bounded"):
                answer = check_bounded(free, claim, 2, **sizes)
                json.dumps(answer.as_json())
                found.counts["bounded checks"] += bool(str(answer))
                if answer.verdict == Verdict.VIOLATED:
                    broken(found, hand, "bounded", claim, answer)


def broken(found: Findings, hand: Explored, engine: str, claim: Any, answer: BoundedAnswer) -> None:
    """A trace that is said to break a claim must be one of Python's, and break it."""
    if answer.trace is None:
        found.differ(f"{engine}: violated without a trace", claim.__name__)
        return
    replayed(found, hand.model, engine, answer.trace)
    if truth(hand.model, claim, answer.trace.states[-1]) is True:
        found.differ(f"{engine}: violated, and the claim is true", answer.trace)
    elif hand.complete and False not in hand.truths.get(claim.__name__, set()):
        found.differ(f"{engine}: violated, and exploration: no", claim.__name__)
