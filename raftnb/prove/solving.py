"""One condition, asked of the solver."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import z3

from raftnb.prove.conditions import Conditions, Obligation
from raftnb.prove.kept import Kept, Writer
from raftnb.prove.report import Checked

CONTRADICTED = "the solver has a counterexample"
"""Why a condition is not proved that is false of some model, which need not be a finite one."""


@dataclass(frozen=True)
class Settings:
    """How the solver is run: seconds for one condition, the seed, and which claims (or all).

    `kept` are results of earlier runs; `brief`, the seconds for the second try, where they are
    fewer; `again`, the conditions to ask (claim, action and case), or all.
    """

    timeout: float = 10.0
    seed: int = 0
    only: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    kept: Kept | None = None
    brief: float | None = None
    again: frozenset[tuple[str, str, int]] | None = None


Given = list[tuple[str, z3.BoolRef]]
"""Formulas, each with the claim that it comes from, or "" where it is always assumed."""


def decide(
    conditions: Conditions, obligation: Obligation, settings: Settings, writer: Writer | None = None
) -> Checked:
    """Whether one condition is *proved*, now or in an earlier run: only where it is unsat.

    `writer` has written conditions of the same theory before.
    """
    sources = conditions.sources
    given = [("", fact) for fact in conditions.facts()]
    given += [(sources.get(one.get_id(), ""), one) for one in obligation.hypotheses]
    given.append(("", z3.Not(obligation.goal)))
    found = Checked(
        obligation.claim, obligation.action, obligation.case, True, 0.0, defined=obligation.defined
    )
    if settings.kept is None:
        return asked(given, found, settings)
    key = (writer or Writer()).key([TRIES, settings.seed], given)
    used = settings.kept.find(key, {name for name, _ in given})
    if used is not None:
        return replace(found, used=used, remembered=True)
    found = asked(given, found, settings)
    if found.proved:
        settings.kept.keep(key, found.used)
    return found


TRIES = ({"mbqi": False}, {"mbqi": True})
"""The options with which a condition is asked, one after the other.

With `mbqi` (model-based instantiation of quantifiers) off, the solver instantiates quantifiers only
for terms that are there, by their triggers. It never finds a model, and soon says unsat or gives
up. What stays open is asked again with it on, which needs no triggers, and may say sat; for what is
not provable it may take all its time.
"""


def asked(given: Given, condition: Checked, settings: Settings) -> Checked:
    """What the solver answers."""
    started = time.perf_counter()
    brief = settings.timeout if settings.brief is None else min(settings.brief, settings.timeout)
    for options, seconds in zip(TRIES, (settings.timeout, brief), strict=True):
        solver = new_solver(settings, options, seconds)
        marks = assume(solver, given)
        answer = solver.check(*marks)
        if answer == z3.unsat:
            used = tuple(sorted({str(mark) for mark in solver.unsat_core()}))
            return replace(condition, used=used, seconds=time.perf_counter() - started)
    why = solver.reason_unknown() if answer == z3.unknown else CONTRADICTED
    return replace(condition, proved=False, why=why, seconds=time.perf_counter() - started)


def new_solver(settings: Settings, options: Mapping[str, bool], seconds: float) -> z3.Solver:
    """A solver with nothing assumed."""
    solver = z3.SimpleSolver()
    solver.set("auto_config", False)
    for name, value in options.items():
        solver.set(name, value)
    solver.set("timeout", max(1, int(seconds * 1000)))
    solver.set("random_seed", settings.seed)
    return solver


def assume(solver: z3.Solver, given: Given) -> list[z3.BoolRef]:
    """Give the solver formulas, those of one claim behind a mark of its name."""
    marks: dict[str, z3.BoolRef] = {}
    for name, formula in given:
        if name:
            marks[name] = z3.Bool(name)
            solver.add(z3.Implies(marks[name], formula))
        else:
            solver.add(formula)
    return list(marks.values())
