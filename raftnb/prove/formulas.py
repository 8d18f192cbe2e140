"""Claims as formulas, and what is done with formulas before they are conditions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import z3

from raftnb.prove.evaluate import Environment
from raftnb.prove.terms import TRUE, disj, implies, neg
from raftnb.tree.nodes import Type


@dataclass(frozen=True)
class ClaimInstance:
    """A claim about any values of some constants that satisfy the guard."""

    bound: tuple[z3.ExprRef, ...]
    guard: z3.BoolRef
    body: z3.BoolRef
    env: Environment
    types: dict[str, Type]
    sent: tuple[z3.BoolRef, ...]


def alike(old: ClaimInstance, new: ClaimInstance) -> bool:
    """Whether two instances are about constants of the same sorts."""
    return [b.sort() for b in old.bound] == [b.sort() for b in new.bound]


def at_the_same(old: ClaimInstance, new: ClaimInstance) -> z3.BoolRef:
    """The claim about the state before, for the same constants."""
    pairs = list(zip(old.bound, new.bound, strict=True))
    formula = implies(old.guard, old.body)
    return z3.substitute(formula, *pairs) if pairs else formula


def split(goal: z3.BoolRef) -> list[z3.BoolRef]:
    """Formulas that together say the same: conjunctions are taken apart, also inside `or`."""
    if z3.is_true(goal):
        return []
    if z3.is_and(goal):
        return [part for child in goal.children() for part in split(child)]
    if z3.is_not(goal) and z3.is_or(goal.arg(0)):
        return [part for child in goal.arg(0).children() for part in split(neg(child))]
    if z3.is_or(goal):
        parts = [split(child) or [TRUE] for child in goal.children()]
        if any(len(p) == 1 and z3.is_true(p[0]) for p in parts):
            return []
        if sum(len(p) > 1 for p in parts) >= 1 and len(list(itertools.product(*parts))) <= 16:
            return [disj(*row) for row in itertools.product(*parts)]
    return [goal]
