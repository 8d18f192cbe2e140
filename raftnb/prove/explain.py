"""Why a proof fails: counterexamples to induction, and what a missing conjunct was good for."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

from raftnb.data.trace import State
from raftnb.language.network import FAULTS
from raftnb.language.proof import Proof
from raftnb.language.spec import Spec
from raftnb.prove.actions import start_named
from raftnb.prove.cti import counterexample, solve
from raftnb.prove.execute import cases
from raftnb.prove.finite import Instance
from raftnb.prove.reading import Reading
from raftnb.prove.report import START, Counterexample, Report
from raftnb.prove.run import prove
from raftnb.prove.runs import violation
from raftnb.prove.small import InstanceSize, model_of
from raftnb.tree import Program
from raftnb.tree.nodes import Routine, parts

SIZES = (InstanceSize(2, 1), InstanceSize(3, 1))
PATIENCE = 60.0
STATES = 300


def explain(proof: Proof, report: Report, limit: int = 1) -> Report:
    """The report with the reason for what was not proved, as far as it is found.

    Looks for a run from the start of a small instance that breaks a claim: then the verdict is
    *violated*; otherwise it stays *unknown*. And for up to `limit` counterexamples to induction, on
    small instances, for about a minute.
    """
    if not report.unknown:
        return report
    names = {name for name, _ in report.failing}
    claims = [lemma.claim for lemma in (*proof.invariant, *proof.goals) if lemma.name in names]
    broken = violation(model_of(proof, SIZES[0], {}), claims, STATES) if claims else None
    found: list[Counterexample] = []
    started = time.perf_counter()
    for size, (action, some) in itertools.product(SIZES, candidates(proof, report)):
        if len(found) < limit and time.perf_counter() - started < PATIENCE:
            one = counterexample(proof, some, action, size=size)
            found += [one] if one is not None else []
    return replace(report, counterexamples=tuple(found), violation=broken)


def candidates(proof: Proof, report: Report) -> list[tuple[str, list[str]]]:
    """For each action with a failure, the claims to look at: those that fail, then all others."""
    steps = [g.name for g in proof.goals if g.claim in proof.spec.transitions]
    names = [*(lemma.name for lemma in proof.invariant), *steps]
    failing: dict[str, list[str]] = {}
    seen = f"{proof.refines.abstract.name}: " if proof.refines else None
    for claim, action in report.failing:
        if seen is not None and claim.startswith(seen):
            continue  # of another specification's variables: no conjunct of this one fails
        if action and action != START:
            failing.setdefault(action, []).extend([claim] if claim in names else [])
    first = [(action, claims) for action, claims in failing.items() if claims]
    return first + [(action, names) for action in failing]


def drop(proof: Proof, name: str, **options: Any) -> Report:
    """What is no longer proved without a conjunct: the conditions of the claims that use it.

    The other conditions are the same as before, and are not looked at. `options` are `prove`'s.
    """
    lemma = proof.lemma(name)
    users = [other.name for other in proof.lemmas() if lemma.claim in other.all_uses()]
    left = proof.without(lemma.claim)
    known = {other.name for other in left.lemmas()}
    return prove(left, only=[user for user in users if user in known], **options)


def changed_actions(spec: Spec, variant: Spec) -> tuple[str, ...]:
    """The actions whose source, or that of an operator they call, differs in a variant."""
    texts = [texts_of(one) for one in (spec, variant)]
    names = dict.fromkeys((*texts[0], *texts[1]))
    return tuple(name for name in names if texts[0].get(name) != texts[1].get(name))


def texts_of(spec: Spec) -> dict[str, set[Any]]:
    """For each action the functions that say what it does."""
    program = Program(spec(history=True))
    return {
        name: {
            node.function for node in parts(program.action(cls, name)) if isinstance(node, Routine)
        }
        for cls in program.model.processes
        for name, action in cls.actions.items()
        if action.function not in FAULTS
    }


def witness(proof: Proof, action: str, size: InstanceSize | None = None) -> State | None:
    """A state in which the invariant holds and an action can be taken: nothing holds vacuously."""
    here = Instance(proof, size or InstanceSize(2, 1), {})
    start = start_named(here.words, action)
    known = here.invariant(here.before)
    for case in cases(here.words, start, here.before, here.conditions.opaque):
        found = solve([*known, *case.conditions], here)
        if found is not None:
            return Reading(here, found).state()
    return None
