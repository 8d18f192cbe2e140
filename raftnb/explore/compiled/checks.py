"""Claims in parts: each part is asked again only after a step that changes what it reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from raftnb.explore.compiled.expressions import Names
from raftnb.explore.compiled.footprints import Footprints
from raftnb.explore.compiled.routines import Functions
from raftnb.language.claims import Property
from raftnb.language.world import World
from raftnb.tree import nodes
from raftnb.tree.nodes import (
    BOOL,
    TRUE,
    Apply,
    EachOf,
    Everyone,
    Expr,
    Return,
    Routine,
    Var,
    children,
)
from raftnb.tree.types import fits

MOST_PARTS = 128
"""A claim in more parts than this is asked as a whole."""


class Check(NamedTuple):
    """A part of a claim: a function in C, its row of arguments, and the cells that it reads.

    Where it is not `is_total` Python may raise, and what stands behind it may not be asked first.
    """

    function: str
    row: int
    cells: frozenset[int]
    is_total: bool = True


class Conjunct(NamedTuple):
    """A test, for all members of the domains that its names range over."""

    test: Expr
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Checks:
    """Takes claims to parts."""

    functions: Functions
    footprints: Footprints
    world: World

    def of(self, claim: Property, *, may_raise: bool) -> list[Check]:
        """The parts of a claim; it is true if all of them are.

        One that is true before a step, and reads nothing that the step changes, is true after it.
        Python may raise in one part where another is false: unless that `may_raise`, such a claim
        is one part.
        """
        routine = self.functions.program.claim(claim)
        total = is_total(routine)
        splits = may_raise or total
        given = [name for name, _ in routine.parameters]
        ranges = self.functions.values_of(claim, self.world)
        (*before, last), args = routine.body, tuple(Var(t, 0, n) for n, t in routine.parameters)
        conjuncts = [Conjunct(nodes.Call(BOOL, 0, routine, args))]
        if not before and isinstance(last, Return):
            conjuncts = list(split(last.value, set(given))) if splits else conjuncts
        return [
            check._replace(is_total=total)
            for one in conjuncts
            for check in self._of_conjunct(one, given, ranges, MOST_PARTS if splits else 1)
        ]

    def _of_conjunct(
        self, conjunct: Conjunct, given: list[str], ranges: list[list[Any]], most: int
    ) -> Iterator[Check]:
        names = [*given, *(name for name, _ in conjunct.names)]
        members = self.functions.tables.members
        values = [*ranges, *(list(members[root]) for _, root in conjunct.names)]
        places = {name: i for i, name in enumerate(names)}
        touched = self.footprints.of_expression(conjunct.test, places)
        fixed = sorted({whose for _, _, whose in touched if whose >= 0})
        rows = list(itertools.product(*(values[i] for i in fixed)))
        if len(rows) > most:
            fixed, rows = [], [()]
        name = self._function(conjunct, names, values, fixed)
        for row in rows:
            arguments = [None] * len(names)
            for i, value in zip(fixed, row, strict=True):
                arguments[i] = value
            cells = self.footprints.cells(touched, arguments)
            yield Check(name, self.functions.tables.row(row), cells)

    def _function(
        self, conjunct: Conjunct, names: list[str], values: list[list[Any]], fixed: list[int]
    ) -> str:
        """The function of a conjunct: the names that are not `fixed` are gone through in it."""
        functions = self.functions
        env: Names = {}
        loops = []
        for i, name in enumerate(names):
            if i in fixed:
                env[name] = f"a[{fixed.index(i)}]"
            else:
                index = functions.tables.fresh("i")
                env[name] = f"constants[{index}]"
                loops.append(functions.loop_over(index, values[i]))
        made = functions.tables.fresh("p")
        functions.test(made, loops, conjunct.test, env)
        return made


def split(test: Expr, taken: set[str]) -> Iterator[Conjunct]:
    """The conjuncts of a test; `taken` are names that a quantifier's would hide."""
    if isinstance(test, Apply) and test.op == "and":
        for arg in test.args:
            yield from split(arg, taken)
    elif (
        isinstance(test, EachOf)
        and test.kind == "all"
        and isinstance(test.domain, Everyone)
        and test.name not in taken
    ):
        for inner in split(test.body, {*taken, test.name}):
            names = ((test.name, test.domain.root), *inner.names)
            yield Conjunct(_implied(test.condition, inner.test), names)
    else:
        yield Conjunct(test)


def _implied(condition: Expr, test: Expr) -> Expr:
    if condition == TRUE:
        return test
    line = test.line
    return Apply(BOOL, line, "or", (Apply(BOOL, line, "not", (condition,)), test))


TOTAL = (
    nodes.Const,
    nodes.Var,
    nodes.Read,
    nodes.Cond,
    nodes.EachOf,
    nodes.Everyone,
    nodes.InFlight,
    nodes.Collect,
)


def is_total(part: Any) -> bool:
    """Whether an expression or an operator has a value everywhere; False where it is not plain."""
    if isinstance(part, Routine):
        (*before, last), returns = part.body, part.returns
        if before or not isinstance(last, Return) or returns is None:
            return False
        return fits(last.value.type, returns) and is_total(last.value)
    known = isinstance(part, TOTAL) or (
        (isinstance(part, Apply) and part.op not in nodes.PARTIAL)
        or (isinstance(part, nodes.Get) and isinstance(part.record.type, nodes.RecordOf))
        or isinstance(part, nodes.Call)
    )
    return known and all(map(is_total, children(part, Expr | nodes.Statement | Routine)))
