"""Proving: every condition of a proof given to the solver, in parallel processes."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.context import ForkContext
from typing import Any

import z3
from tqdm import tqdm

from raftnb.data.errors import UsageError
from raftnb.language.proof import Proof
from raftnb.prove.conditions import Conditions, Obligation
from raftnb.prove.counting import axiom_holds
from raftnb.prove.execute import Start, cases
from raftnb.prove.report import Checked, Report


@dataclass(frozen=True)
class Task:
    """Some conditions that share what is known: of the start, of one state, of an action's case."""

    kind: str
    start: Start | None = None
    case: int = 0


@dataclass(frozen=True)
class Settings:
    """How the solver is run: seconds for one condition, the seed, and which claims (or all)."""

    timeout: float = 10.0
    seed: int = 0
    only: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


def prove(
    proof: Proof,
    *,
    timeout: float = 10.0,
    seed: int = 0,
    workers: int | None = None,
    only: Iterable[str] = (),
    actions: Iterable[str] = (),
    progress: bool = False,
) -> Report:
    """Prove a proof's conditions, for any number of processes and any bounds.

    `timeout` is in seconds, for each condition: one that takes longer is *unknown*. `workers` are
    processes (by default one for each core; one where the system cannot fork). `only` names the
    claims to prove, `actions` the actions whose steps to look at (and nothing else), all if empty.
    Ctrl-C returns what was reached. Raises `UsageError` for a name
    that is no claim of the proof, `SpecError` for what has no translation.
    """
    if timeout <= 0:
        raise UsageError(f"timeout={timeout}", allowed="seconds above 0", cure="use 10")
    chosen = tuple(proof.lemma(name).name for name in only)
    settings = Settings(timeout, seed, chosen, tuple(actions))
    started = time.perf_counter()
    checked: list[Checked] = []
    bound = None
    try:
        for found in results(proof, settings, workers or os.cpu_count() or 1, progress):
            checked.append(found)
    except KeyboardInterrupt:
        bound = f"interrupted after {len(checked)} conditions"
    checked.sort(key=lambda c: (c.action, c.case, c.claim))
    return Report(
        proof.spec.name, tuple(checked), time.perf_counter() - started,
        f"z3 {z3.get_version_string()}", seed, bound, not_covered=proof.not_covered(),
    )  # fmt: skip


def tasks(proof: Proof) -> list[Task]:
    """The tasks, those with the most to prove first."""
    conditions = Conditions(proof)
    found = [
        (len(case.conditions), Task("step", start, number))
        for start in conditions.starts()
        for number, case in enumerate(
            cases(conditions.theory, start, conditions.before, conditions.opaque)
        )
    ]
    found.sort(key=lambda pair: -pair[0])
    return [Task("axioms"), Task("start"), Task("implied"), *(task for _, task in found)]


def wanted(task: Task, settings: Settings) -> bool:
    """Whether a task has something to do with the actions chosen."""
    if not settings.actions:
        return True
    return task.start is not None and bool(
        {task.start.action, task.start.name} & set(settings.actions)
    )


def perform(proof: Proof, task: Task, settings: Settings) -> Iterator[Checked]:
    """Prove a task's conditions."""
    if task.kind == "axioms":
        for lemma in () if settings.only else proof.axioms:
            started = time.perf_counter()
            proved = axiom_holds(proof, lemma)
            yield Checked(lemma.name, "", 0, proved, time.perf_counter() - started, "not true")
        return
    conditions = Conditions(proof, only=settings.only)
    for obligation in obligations(conditions, task):
        yield decide(conditions, obligation, settings)


def obligations(conditions: Conditions, task: Task) -> Iterator[Obligation]:
    """A task's conditions."""
    if task.kind == "start":
        yield from conditions.initially()
    elif task.kind == "implied":
        yield from conditions.implied()
    elif task.start is not None:
        yield from conditions.steps(task.start, task.case)


def decide(conditions: Conditions, obligation: Obligation, settings: Settings) -> Checked:
    """Ask the solver about one condition: *proved* only where it says unsat."""
    solver = z3.SimpleSolver()
    solver.set("auto_config", False)
    solver.set("mbqi", False)
    solver.set("timeout", max(1, int(settings.timeout * 1000)))
    solver.set("random_seed", settings.seed)
    solver.add(*conditions.facts(), z3.Not(obligation.goal))
    marks = assume(solver, obligation.hypotheses, conditions.sources)
    started = time.perf_counter()
    answer = solver.check(*marks)
    seconds = time.perf_counter() - started
    proved = answer == z3.unsat
    why = "" if proved else solver.reason_unknown() if answer == z3.unknown else "no contradiction"
    used = tuple(sorted({str(mark) for mark in solver.unsat_core()})) if proved else ()
    return Checked(
        obligation.claim, obligation.action, obligation.case, bool(proved), seconds, why, used
    )


def assume(
    solver: z3.Solver, hypotheses: list[z3.BoolRef], sources: dict[int, str]
) -> list[z3.BoolRef]:
    """Give the solver hypotheses, those of one claim behind a mark of its name."""
    marks: dict[str, z3.BoolRef] = {}
    for formula in hypotheses:
        name = sources.get(formula.get_id())
        if name is None:
            solver.add(formula)
        else:
            marks[name] = z3.Bool(name)
            solver.add(z3.Implies(marks[name], formula))
    return list(marks.values())


def results(proof: Proof, settings: Settings, workers: int, progress: bool) -> Iterator[Checked]:
    """The conditions as they are decided."""
    todo = [task for task in tasks(proof) if wanted(task, settings)]
    bar = tqdm(total=len(todo), desc="proving", unit="part", disable=not progress, leave=False)
    with bar:
        forks = workers > 1 and "fork" in multiprocessing.get_all_start_methods()
        source = in_parallel(proof, todo, settings, workers) if forks else None
        for done in source or ([*perform(proof, t, settings)] for t in todo):
            bar.update()
            yield from done


def in_parallel(
    proof: Proof, todo: list[Task], settings: Settings, workers: int
) -> Iterator[list[Checked]]:
    """Each task's conditions, the tasks given out to forked processes one after the other."""
    context = multiprocessing.get_context("fork")
    queue, counter = context.SimpleQueue(), context.Value("i", 0)
    running = [
        start_worker(context, (proof, todo, settings, counter, queue)) for _ in range(workers)
    ]
    try:
        for _ in todo:
            answer = queue.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def start_worker(context: ForkContext, arguments: tuple[Any, ...]) -> Any:
    """A forked process: it inherits the proof, whose classes may be a notebook's own."""
    process = context.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def work(proof: Proof, todo: list[Task], settings: Settings, counter: Any, queue: Any) -> None:
    """Take tasks until there is none left."""
    try:
        while True:
            with counter.get_lock():
                at, counter.value = counter.value, counter.value + 1
            if at >= len(todo):
                return
            queue.put(list(perform(proof, todo[at], settings)))
    except KeyboardInterrupt:
        return
    except Exception as error:
        queue.put(error)


__all__ = ["Settings", "Task", "decide", "obligations", "perform", "prove", "tasks"]
