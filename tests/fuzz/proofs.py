"""What `prove` says of the claims of a random specification, against what exploration finds."""

from __future__ import annotations

from typing import Any

from raftnb.data.verdict import Verdict
from raftnb.prove import InstanceSize, Lemma, Proof, k_induction, prove
from tests.fuzz.compare import Findings, replayed
from tests.fuzz.subject import Subject
from tests.oracles.by_hand import UNDEFINED, explore


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
    spec = subject.with_trees.spec
    proved = {}
    for name, proof in proofs_of(spec).items():
        with found.asking("prove"):
            answer = prove(proof, timeout=seconds, workers=1, trust=True)
            found.counts["proofs"] += 1
            found.counts[f"proofs: {answer.verdict}"] += 1
            proved[name] = answer.verdict
    if not proved:
        return
    free = spec.variant("free", constraints=(), distinct_messages=None, copies=None)
    for nodes in (1, 2, 3):
        hand = explore(free(history=True, nodes=nodes), limit)
        for name, verdict in proved.items():
            answers = hand.truths.get(name, set())
            if verdict == Verdict.HOLDS:
                found.counts["proofs against an exploration"] += 1
                if {False, UNDEFINED} & answers:
                    found.differ("prove: holds, and exploration: no", f"{name}, {nodes} nodes")
                elif hand.undefined and UNDEFINED not in set().union(*hand.truths.values(), set()):
                    found.differ(
                        "prove: holds, and an action is undefined", f"{name}, {nodes} nodes"
                    )
            elif verdict == Verdict.VIOLATED and hand.complete and False not in answers:
                found.counts["violated by prove, not seen"] += 1


def compare_induction(found: Findings, subject: Subject, limit: int = 120) -> None:
    """k-induction on a finite instance, against the exploration of the same instance."""
    spec = subject.with_trees.spec
    free = spec.variant("free", constraints=(), distinct_messages=None, copies=None)
    sizes = {"nodes": 2} | ({"keys": 1} if "keys" in spec.constants else {})
    model = free(history=True, **sizes)
    model.horizon = InstanceSize().top  # as far as the finite instance quantifies
    hand = explore(model, limit)
    for claim in spec.invariants:
        with found.asking("k-induction"):
            answer = k_induction(free, claim, 2, **sizes)
            found.counts["k-inductions"] += 1
            found.counts[f"k-inductions: {answer.verdict}"] += 1
            answers = hand.truths.get(claim.__name__, set())
            if answer.verdict == Verdict.HOLDS and {False, UNDEFINED} & answers:
                found.differ("k-induction: holds, and exploration: no", claim.__name__)
            if answer.verdict == Verdict.VIOLATED and answer.trace is not None:
                replayed(found, hand.model, "k-induction", answer.trace)
                if hand.complete and False not in answers:
                    found.differ("k-induction: violated, and exploration: no", claim.__name__)
