"""One condition, asked of the solver."""

from __future__ import annotations

import time
from dataclasses import dataclass

import z3

from raftnb.prove.conditions import Conditions, Obligation
from raftnb.prove.report import Checked

CONTRADICTED = "the solver has a counterexample"
"""Why a condition is not proved that is false of some model, which need not be a finite one."""


@dataclass(frozen=True)
class Settings:
    """How the solver is run: seconds for one condition, the seed, and which claims (or all)."""

    timeout: float = 10.0
    seed: int = 0
    only: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


def decide(conditions: Conditions, obligation: Obligation, settings: Settings) -> Checked:
    """Ask the solver about one condition: *proved* only where it says unsat.

    First with `mbqi` (model-based instantiation of quantifiers) off: then the solver instantiates
    quantifiers only for terms that are there, by their triggers. It never finds a model, and soon
    says unsat or gives up. What stays open is asked again with it on, which needs no triggers, and
    may say sat; for what is not provable it may take all its time.
    """
    started = time.perf_counter()
    for mbqi in (False, True):
        solver = new_solver(settings, mbqi)
        solver.add(*conditions.facts(), z3.Not(obligation.goal))
        marks = assume(solver, obligation.hypotheses, conditions.sources)
        answer = solver.check(*marks)
        if answer == z3.unsat:
            break
    proved = answer == z3.unsat
    why = "" if proved else solver.reason_unknown() if answer == z3.unknown else CONTRADICTED
    used = tuple(sorted({str(mark) for mark in solver.unsat_core()})) if proved else ()
    return Checked(
        obligation.claim, obligation.action, obligation.case, proved,
        time.perf_counter() - started, why, used, obligation.defined,
    )  # fmt: skip


def new_solver(settings: Settings, mbqi: bool) -> z3.Solver:
    """A solver with nothing assumed."""
    solver = z3.SimpleSolver()
    solver.set("auto_config", False)
    solver.set("mbqi", mbqi)
    solver.set("timeout", max(1, int(settings.timeout * 1000)))
    solver.set("random_seed", settings.seed)
    return solver


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
