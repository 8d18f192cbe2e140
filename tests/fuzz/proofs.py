"""What `prove` says of the claims of a random specification, against what exploration finds."""

from __future__ import annotations

from typing import Any

from raftnb.data.verdict import Verdict
from raftnb.language.proof import Lemma, Proof
from raftnb.prove import prove
from raftnb.prove.bounded import k_induction
from tests.fuzz.compare import Findings, replayed
from tests.oracles.by_hand import UNDEFINED, Explored, explore


def proofs_of(spec: Any) -> dict[str, Proof]:
    """For each claim the proof that has nothing else: by induction, or of each step."""
    found = {claim.__name__: Proof(spec, (Lemma(claim),)) for claim in spec.invariants}
    goals = {claim.__name__: Proof(spec, (), goals=(Lemma(claim),)) for claim in spec.transitions}
    return found | goals


def compare_proofs(
    found: Findings, spec: Any, hand: Explored, limit: int = 120, seconds: float = 1.0
) -> None:
    """No claim that exploration violates is proved, and no proof where something is undefined."""
    proved = {}
    for name, proof in proofs_of(spec).items():
        with found.asking("prove"):
            answer = prove(proof, timeout=seconds, workers=1)
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


def compare_induction(found: Findings, spec: Any, _: Explored, limit: int = 120) -> None:
    """k-induction on a finite instance, against the exploration of the same instance."""
    free = spec.variant("free", constraints=(), distinct_messages=None, copies=None)
    sizes = {"nodes": 2} | ({"keys": 1} if "keys" in spec.constants else {})
    hand = explore(free(history=True, **sizes), limit)
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
