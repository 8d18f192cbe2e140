"""Questions to the prover that make no sense: each must be refused, and help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from raftnb.data.errors import RaftnbError
from raftnb.prove import (
    InstanceSize,
    Lemma,
    Proof,
    changed_actions,
    check_bounded,
    counterexample,
    drop,
    k_induction,
    prove,
    witness,
)
from tests.fuzz.compare import Findings
from tests.fuzz.subject import Subject

SMALL = InstanceSize(2, 1)


def compare_questions(found: Findings, subject: Subject) -> None:
    """Wrong arguments are refused; what `drop` leaves out is not proved; nothing has changed."""
    spec = subject.spec
    for name, ask in questions(spec, subject.module.PROOF).items():
        found.counts["senseless questions"] += 1
        try:
            ask()
        except RaftnbError as error:
            found.judge_refusal(f"question {name}", error)
        except Exception as error:
            found.differ(f"question {name}: {type(error).__name__}", error)
        else:
            found.differ(f"question {name}: answered", spec)
    with found.asking("changes"):
        if changed := changed_actions(subject.with_trees.spec, subject.with_trees.spec):
            found.differ("changes: a specification differs from itself", changed)
    proof = subject.provable.module.PROOF
    for lemma in proof.invariant[:1]:
        with found.asking("drop"):
            left = drop(proof, lemma.name, workers=1, timeout=1.0, trust=True)
            found.counts["lemmas left out"] += 1
            if lemma.name in {one.claim for one in left.checked}:
                found.differ("drop: a lemma left out is proved", lemma.name)


def questions(spec: Any, proof: Proof) -> dict[str, Callable[[], Any]]:
    """The questions, by name."""
    claim: Any = (*spec.invariants, *spec.constraints)[0]
    asked: dict[str, Callable[[], Any]] = {
        "prove(Spec)": lambda: prove(spec),
        "prove(1)": lambda: prove(1),  # type: ignore[arg-type]
        "timeout": lambda: prove(proof, timeout=0),
        "workers": lambda: prove(proof, workers=0),
        "only": lambda: prove(proof, only=["nosuch"]),
        "actions": lambda: prove(proof, actions=["nosuch"]),
        "steps": lambda: check_bounded(spec, claim, -1),
        "k": lambda: k_induction(spec, claim, 0),
        "no claims": lambda: k_induction(spec, (), 1),
        "no function": lambda: k_induction(spec, "always0", 1),  # type: ignore[arg-type]
        "witness": lambda: witness(proof, "nosuch", SMALL),
        "counterexample": lambda: counterexample(proof, [claim.__name__], "nosuch", size=SMALL),
        "no lemma": lambda: Proof(spec, (claim,)),
        "no Spec": lambda: Proof(1, (Lemma(claim),)),  # type: ignore[arg-type]
        "uses what is not proved": lambda: Proof(spec, (Lemma(claim, uses=(len,)),)),  # type: ignore[arg-type]
        "defined by what is not proved": lambda: Proof(spec, (), defined=(claim,)),
        "drop": lambda: drop(proof, "nosuch"),
    }
    if spec.transitions:
        asked["steps as states"] = lambda: k_induction(spec, spec.transitions[0], 1)
    return asked
