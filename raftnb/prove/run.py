"""Proving: every condition of a proof given to the solver, in parallel processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import z3

from raftnb.data.caches import user_caches
from raftnb.data.calls import told_plainly
from raftnb.data.progress import progress_bar
from raftnb.data.verdict import counted
from raftnb.language.assumptions import refuse_no_beginning
from raftnb.language.proof import Proof
from raftnb.parallel import Cluster, Done, Lost, in_turn
from raftnb.prove.actions import Start
from raftnb.prove.agreement import compare
from raftnb.prove.arguments import Named, check_arguments, known_name, names_of
from raftnb.prove.conditions import Conditions, Obligation, unbounded
from raftnb.prove.counting import axiom_holds
from raftnb.prove.kept import Writer, kept_in
from raftnb.prove.network import check_network
from raftnb.prove.opaque import check_opaque
from raftnb.prove.progress import Progress
from raftnb.prove.report import Checked, Report
from raftnb.prove.simulation import Simulation
from raftnb.prove.solving import Settings, decide


@dataclass(frozen=True)
class Task:
    """Some conditions that share what is known: of the start, of one state, of an action's case.

    Those of the refinement that is claimed, if `seen`. Of what leads to what (`case` is which), all
    conditions are one task.
    """

    kind: str
    start: Start | None = None
    case: int = 0
    seen: bool = False


@told_plainly
def prove(
    proof: Proof,
    *,
    timeout: float = 10.0,
    seed: int = 0,
    workers: int | None = None,
    cluster: Cluster | None = None,
    only: Named | Iterable[Named] = (),
    actions: Named | Iterable[Named] = (),
    trust: bool = False,
    remember: bool = False,
    progress: bool = False,
) -> Report:
    """Prove a proof's conditions, for any number of processes and any bounds.

    `timeout` is in seconds, for each condition: one that takes longer is *unknown*. `workers` are
    processes (by default one for each core; one where the system cannot fork). `only` has the
    claims to prove, `actions` the actions whose steps to look at (and nothing else), as functions
    or by name, all if empty: then the answer is partial. Before *holds* is said, the translation
    is compared with running the specification (`compare`: seconds, in proofs of membership a
    minute and more), unless `trust`. With
    `remember`, what was proved in an earlier run is not asked again, and what is proved is kept on
    disk (`kept.py`). With a `cluster`, the conditions are proved on its machines, and nothing is
    remembered. Ctrl-C returns what was reached.

    Raises `UsageError` for a name that is not one of the proof's, `SpecError` for what has no
    translation, `Disagreement` where translation and plain Python differ.
    """
    settings = settings_of(
        proof,
        timeout=timeout,
        seed=seed,
        workers=workers,
        only=only,
        actions=actions,
        remember=remember,
    )
    report = attempt(proof, settings_on(settings, cluster), cluster or workers, progress)
    return report if trust else compared(proof, report)


def settings_of(
    proof: Proof,
    *,
    timeout: float = 10.0,
    seed: int = 0,
    workers: int | None = None,
    only: Named | Iterable[Named] = (),
    actions: Named | Iterable[Named] = (),
    remember: bool = False,
) -> Settings:
    """What `prove` is asked for; raises `UsageError` for what means nothing."""
    steps = names_of(actions, "actions")
    check_arguments(proof, timeout, workers, steps)
    chosen = tuple(known_name(proof, name) for name in names_of(only, "only"))
    return Settings(timeout, seed, chosen, steps, kept_in(user_caches()) if remember else None)


def settings_on(settings: Settings, cluster: Cluster | None) -> Settings:
    """The settings on a cluster, whose machines share no disk."""
    return settings if cluster is None else replace(settings, kept=None)


def attempt(
    proof: Proof, settings: Settings, where: int | Cluster | None, progress: bool
) -> Report:
    """What comes of the conditions, without the comparison of the translation.

    `where` is a cluster or a number of processes, by default one for each core.
    """
    started = time.perf_counter()
    checked: list[Checked] = []
    bound = None
    try:
        for found in results(proof, settings, where or os.cpu_count() or 1, progress):
            checked.append(found)
    except KeyboardInterrupt:
        bound = f"interrupted after {counted(len(checked), 'condition')}"
    died = [c.why for c in checked if c.why.startswith(DIED)]
    checked.sort(key=lambda c: (c.action, c.case, c.claim))
    return Report(
        proof.spec.name,
        tuple(c for c in checked if not c.defined),
        time.perf_counter() - started,
        f"z3 {z3.get_version_string()}",
        settings.seed,
        died[0] if died else bound,
        tuple(c for c in checked if c.defined),
        (*partial(proof, settings), *(NOTHING_ELSE for c in checked if c.why == NOT_TRUE)),
        proof.not_covered(),
        refines=proof.refines.abstract.name if proof.refines is not None else None,
        assuming=tuple(c.__name__ for c in (*proof.spec.assuming, *proof.spec.initially)),
    )


def compared(proof: Proof, report: Report) -> Report:
    """The report, with the comparison of the translation where everything was proved."""
    if report.bound is not None or report.unknown:
        return report
    try:
        return replace(report, compared=compare(proof))
    except KeyboardInterrupt:
        return replace(report, bound="interrupted while the translation was compared")


def partial(proof: Proof, settings: Settings) -> tuple[str, ...]:
    """What the answer does not cover, one sentence each."""
    left_out = proof.not_covered()
    steps = [name for cls in proof.spec.processes for name in cls.actions]
    claimed = proof.refines or proof.leads or [*proof.lemmas()]
    sentences = {
        f"only the conditions of {', '.join(settings.only)}": settings.only,
        f"only the steps of {', '.join(settings.actions)}": settings.actions,
        f"not covered by the proof: {', '.join(left_out)}": left_out,
        "no claim: only that every step is defined": not claimed,
        "no process has an action: only the start was looked at": not steps,
    }
    return tuple(sentence for sentence, said in sentences.items() if said)


def tasks(proof: Proof, settings: Settings) -> list[Task]:
    """The tasks, those with the most to prove first."""
    refuse_no_beginning(proof.spec())
    words = unbounded(proof)
    check_opaque(proof, words)
    check_network(words, tuple(lemma.claim for lemma in (*proof.lemmas(), *proof.axioms)))
    conditions = Conditions(proof, words)
    found = [
        (len(case.conditions), Task("step", start, number))
        for start in conditions.starts()
        for number, case in enumerate(conditions.cases(start))
    ]
    found.sort(key=lambda pair: -pair[0])
    first = [Task(kind) for kind in ("start", "implied", "defined")]
    first += [Task("leads", case=number) for number in range(len(proof.leads))]
    todo = [*first, *(task for _, task in found)]
    if proof.refines is not None:
        todo += [replace(task, seen=True) for task in todo if task.kind in SEEN]
    return [task for task in todo if wanted(task, settings)]


SEEN = ("start", "defined", "step")
"""The tasks that have conditions of the states as an abstract specification sees them."""


def wanted(task: Task, settings: Settings) -> bool:
    """Whether a task has something to do with the actions chosen, and conditions to ask again."""
    if settings.again is not None and task.start is not None:
        if not any(pair[1:] == (task.start.name, task.case) for pair in settings.again):
            return False
    if not settings.actions:
        return True
    return task.start is not None and bool(
        {task.start.action, task.start.name} & set(settings.actions)
    )


def perform(proof: Proof, task: Task, settings: Settings) -> Iterator[Checked]:
    """Prove a task's conditions, over a theory of its own.

    So the terms of one task are not in the way of another's, and what is found does not depend on
    which process does which task after which.
    """
    conditions, writer = Conditions(proof, unbounded(proof), only=settings.only), Writer()
    asked = abstracted(conditions, task) if task.seen else obligations(conditions, task)
    for obligation in asked:
        named = (obligation.claim, obligation.action, obligation.case)
        if settings.again is None or named in settings.again:
            yield decide(conditions, obligation, settings, writer)


@dataclass(frozen=True, eq=False)
class Proving:
    """The tasks of a proof, by their numbers."""

    proof: Proof
    settings: Settings

    @cached_property
    def todo(self) -> list[Task]:
        """The tasks, in an order that is the same in every process."""
        return tasks(self.proof, self.settings)

    def __call__(self, number: int) -> Iterator[Checked]:
        """A task's conditions, as they are decided."""
        return perform(self.proof, self.todo[number], self.settings)

    def model(self, number: int) -> None:
        """What is said of a condition has no states."""


def axioms(proof: Proof) -> Iterator[Checked]:
    """Whether the axioms are true, by counting."""
    for lemma in proof.axioms:
        started = time.perf_counter()
        proved = axiom_holds(proof, lemma)
        why = "" if proved else NOT_TRUE
        yield Checked(lemma.name, "", 0, proved, time.perf_counter() - started, why)


NOT_TRUE = "not true"
NOTHING_ELSE = "nothing else was asked, since an axiom is not true"


def obligations(conditions: Conditions, task: Task) -> Iterator[Obligation]:
    """A task's conditions."""
    if task.kind == "start":
        yield from conditions.initially()
    elif task.kind == "implied":
        yield from conditions.implied()
    elif task.kind == "defined":
        yield from conditions.claims_defined()
    elif task.kind == "leads":
        leads = conditions.proof.leads[task.case]
        if not conditions.only or leads.name in conditions.only:
            yield from Progress(conditions, leads).obligations()
    elif task.start is not None:
        yield from conditions.steps(task.start, task.case)


def abstracted(conditions: Conditions, task: Task) -> Iterator[Obligation]:
    """A task's conditions that are about the refinement."""
    mapping = conditions.proof.refines
    assert mapping is not None
    if conditions.only and mapping.abstract.name not in conditions.only:
        return
    simulation = Simulation(conditions, mapping)
    if task.kind == "start":
        yield from simulation.initially()
    elif task.kind == "defined":
        yield from simulation.defined()
    elif task.start is not None:
        for number, case in enumerate(conditions.cases(task.start)):
            if number == task.case:
                yield from simulation.of_case(task.start.name, number, case)


def results(
    proof: Proof, settings: Settings, where: int | Cluster, progress: bool
) -> Iterator[Checked]:
    """The conditions as they are decided."""
    work = Proving(proof, settings)
    todo = work.todo
    if not settings.only and not settings.actions and settings.again is None:
        found = [*axioms(proof)]
        yield from found
        if not all(one.proved for one in found):
            return  # what is false proves everything

    with progress_bar("parts proved", progress, len(todo), delay=0) as bar:
        for number, part in in_turn(work, len(todo), where):
            if isinstance(part, Done):
                bar.update()
            else:
                yield lost(todo[number], part) if isinstance(part, Lost) else part


DIED = "a process that proved it ended"


def lost(task: Task, process: Lost) -> Checked:
    """The answer for a task whose process ended."""
    action = task.start.name if task.start is not None else ""
    why = f"{DIED} ({process.why})"
    return Checked(f"the conditions of {task.kind}", action, 0, False, 0.0, why)
