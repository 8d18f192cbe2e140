"""Why a proof fails: counterexamples to induction, and what a missing conjunct was good for."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.trace import State
from raftnb.language.network import FAULTS
from raftnb.language.proof import Lemma, Proof
from raftnb.language.spec import Spec
from raftnb.parallel import Cluster
from raftnb.prove.actions import start_named
from raftnb.prove.cti import counterexample, false_axiom, solve, unfollowed
from raftnb.prove.execute import cases
from raftnb.prove.finite import Instance
from raftnb.prove.reading import Reading
from raftnb.prove.report import START, Checked, Counterexample, Report
from raftnb.prove.run import NOT_TRUE, attempt, compared, prove, settings_of, settings_on
from raftnb.prove.runs import violation
from raftnb.prove.small import InstanceSize, model_of
from raftnb.prove.solving import CONTRADICTED
from raftnb.tree import Program
from raftnb.tree.nodes import Routine, parts

BRIEF = 1.0
"""Seconds for the second try, before a counterexample was looked for in small instances."""

PATIENCE = 60.0
STATES = 1000


@told_plainly
def explain(proof: Proof, report: Report, limit: int = 1) -> Report:
    """The report with the reason for what was not proved, as far as it is found.

    Looks for sets for which an axiom is false; then for a run from the start of a small instance
    that breaks a claim, and the verdict is *violated*; otherwise it stays *unknown*. And for up to
    `limit` counterexamples, a state with the invariant and a step, or a state in which a claim does
    not follow from the invariant, on small instances that grow, for about a minute.
    """
    if not report.unknown:
        return report
    names = {name for name, _ in report.failing}
    axioms = [lemma for lemma in proof.axioms if lemma.name in names]
    wrong = [one for lemma in axioms if (one := falsified(proof, lemma)) is not None]
    if wrong:
        return replace(report, counterexamples=tuple(wrong))
    claims = [lemma.claim for lemma in (*proof.invariant, *proof.goals) if lemma.name in names]
    first = InstanceSize(2, 1)
    broken = violation(model_of(proof, first, {}), claims, STATES) if claims else None
    found: list[Counterexample] = []
    started = time.perf_counter()
    for (size, members), (action, some) in itertools.product(
        growing(proof), candidates(proof, report)
    ):
        if len(found) < limit and time.perf_counter() - started < PATIENCE:
            if action:
                one = counterexample(proof, some, action, size=size, **members)
            else:
                one = unfollowed(proof, some, size=size, **members)
            found += [one] if one is not None else []
    return replace(report, counterexamples=tuple(found), violation=broken)


@told_plainly
def prove_or_explain(
    proof: Proof,
    *,
    workers: int | None = None,
    cluster: Cluster | None = None,
    trust: bool = False,
    progress: bool = False,
    **options: Any,
) -> Report:
    """`prove`, and `explain` for what is not proved, before the solver is asked for long.

    What is open after a short second try is looked for in small instances; only where nothing is
    found there, the solver has the whole time once more. Arguments and errors are those of `prove`.
    """
    settings = settings_on(settings_of(proof, workers=workers, **options), cluster)
    where = cluster or workers
    report = attempt(proof, replace(settings, brief=BRIEF), where, progress)
    if report.unknown and report.bound is None:
        try:
            report = explain(proof, report)
        except KeyboardInterrupt:
            return replace(report, bound="interrupted while counterexamples were looked for")
        open_ = [one for one in report.unknown if one.why not in (CONTRADICTED, NOT_TRUE)]
        if open_ and not report.counterexamples and report.violation is None:
            again = frozenset((one.claim, one.action, one.case) for one in open_)
            longer = attempt(proof, replace(settings, again=again), where, progress)
            report = together(report, longer, again)
    return report if trust else compared(proof, report)


def together(first: Report, second: Report, again: frozenset[tuple[str, str, int]]) -> Report:
    """A report in which some conditions were asked again."""

    found = [(c.claim, c.action, c.case) for c in (*second.checked, *second.defined)]
    answered = again.intersection(found)

    def latest(old: tuple[Checked, ...], new: tuple[Checked, ...]) -> tuple[Checked, ...]:
        return (*(c for c in old if (c.claim, c.action, c.case) not in answered), *new)

    return replace(
        first,
        checked=latest(first.checked, second.checked),
        defined=latest(first.defined, second.defined),
        seconds=first.seconds + second.seconds,
        bound=second.bound,
    )


def growing(proof: Proof) -> list[tuple[InstanceSize, dict[str, int]]]:
    """Instances, the small ones first: larger numbers, more messages, one member more."""
    few = [InstanceSize(top, slots) for top, slots in ((2, 1), (3, 1), (2, 2))]
    spec = proof.spec
    numbers = {cls.number for cls in (*spec.processes, *spec.domains)}
    more = {n: max(v, 2) + 1 for n, v in spec.constants.items() if n in numbers}
    larger = [(size, more) for size in (few[0], few[2])] if more and not spec.assuming else []
    return [*((size, {}) for size in few), *larger]


def falsified(proof: Proof, lemma: Lemma) -> Counterexample | None:
    """Sets for which an axiom is false, in one of these instances."""
    found = (false_axiom(proof, lemma, size=size, **more) for size, more in growing(proof))
    return next((one for one in found if one is not None), None)


def candidates(proof: Proof, report: Report) -> list[tuple[str, list[str]]]:
    """For each action with a failure, the claims to look at: those that fail, then all others.

    Between them, with no action, those that do not follow in one state.
    """
    steps = [g.name for g in proof.goals if g.claim in proof.spec.transitions]
    names = [*(lemma.name for lemma in proof.invariant), *steps]
    failing: dict[str, list[str]] = {}
    others = [leads.name for leads in proof.leads]
    others += [proof.refines.abstract.name] if proof.refines else []
    for claim, action in report.failing:
        if any(claim.startswith((f"{name}: ", f"{name}, ")) for name in others):
            continue  # no conjunct of this one fails
        if action and action != START:
            failing.setdefault(action, []).extend([claim] if claim in names else [])
    first = [(action, claims) for action, claims in failing.items() if claims]
    states = [lemma.name for lemma in (*proof.derived, *proof.goals) if lemma.name not in steps]
    left = [name for name in states if (name, "") in report.failing]
    return [*first, *([("", left)] if left else []), *((action, names) for action in failing)]


@told_plainly
def drop(proof: Proof, name: str, **options: Any) -> Report:
    """What is no longer proved without a conjunct: the conditions of the claims that use it.

    The other conditions are the same as before, and are not looked at. `options` are `prove`'s.
    """
    lemma = proof.lemma(name)
    users = [other.name for other in proof.lemmas() if lemma.claim in other.all_uses()]
    left = proof.without(lemma.claim)
    known = {other.name for other in left.lemmas()}
    return prove(left, only=[user for user in users if user in known], **options)


@told_plainly
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


@told_plainly
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
