"""Why a proof fails: counterexamples to induction, and what a missing conjunct was good for."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

from raftnb.data.trace import State
from raftnb.language.proof import Proof
from raftnb.language.spec import Spec
from raftnb.prove.execute import cases
from raftnb.prove.finite import Bounds, Reading, counterexample, instance, solve
from raftnb.prove.finite import FiniteConditions as Finite
from raftnb.prove.report import START, Counterexample, Report
from raftnb.prove.run import prove
from raftnb.tree import Program
from raftnb.tree.nodes import Routine, parts

SIZES = (Bounds(2, 1), Bounds(3, 1))
PATIENCE = 60.0


def explain(proof: Proof, report: Report, limit: int = 1) -> Report:
    """The report with up to `limit` counterexamples to induction for what was not proved.

    They are looked for on small instances, for about a minute: where none is found, the verdict
    stays *unknown*.
    """
    found: list[Counterexample] = []
    started = time.perf_counter()
    for bounds, (action, names) in itertools.product(SIZES, candidates(proof, report)):
        if len(found) < limit and time.perf_counter() - started < PATIENCE:
            one = counterexample(proof, names, action, bounds=bounds)
            found += [one] if one is not None else []
    return replace(report, counterexamples=tuple(found))


def candidates(proof: Proof, report: Report) -> list[tuple[str, list[str]]]:
    """For each action with a failure, the claims to look at: those that fail, then all others."""
    steps = [g.name for g in proof.goals if g.claim in proof.spec.transitions]
    names = [*(lemma.name for lemma in proof.invariant), *steps]
    failing: dict[str, list[str]] = {}
    for claim, action in report.failing:
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
        for name in cls.actions
    }


def witness(proof: Proof, action: str, bounds: Bounds | None = None) -> State | None:
    """A state in which the invariant holds and an action can be taken: nothing holds vacuously."""
    bounds = bounds or Bounds(2, 1)
    conditions = Finite(proof, instance(proof, bounds, {}), bounds)
    begin = next(s for s in conditions.starts() if s.name == action)
    known = conditions.invariant(conditions.before)
    for case in cases(conditions.theory, begin, conditions.before, conditions.opaque):
        found = solve([*known, *case.conditions], conditions, bounds)
        if found is not None:
            return Reading(conditions, found).state()
    return None


__all__ = ["changed_actions", "drop", "explain", "witness"]
