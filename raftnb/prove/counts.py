"""How many members, items or keys there are with some property, compared with a small number.

"At least two" is said with two members, each another one: that is exact for any number of members,
and needs no theory of sums. Two are enough for most claims; each number more is one quantifier.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import z3

from raftnb.prove.comprehensions import visit
from raftnb.prove.evaluate import Environment, Evaluator
from raftnb.prove.terms import FALSE, TRUE, conj, neg
from raftnb.tree import nodes
from raftnb.tree.nodes import Apply, EachOf, Expr, SeqOf

MOST = 4
"""How many different members a comparison may need."""


def counted(expr: Expr) -> Expr | None:
    """What is counted, by a sum of ones or of truth values; None for anything else."""
    if not isinstance(expr, EachOf) or expr.kind != "sum":
        return None
    written_out = isinstance(expr.domain, nodes.InFlight | nodes.Collect)
    if isinstance(expr.body, nodes.Const) and expr.body.value == 1:
        in_sequence = isinstance(expr.domain.type, SeqOf)  # counted by the items chosen of it
        return None if written_out or in_sequence else nodes.TRUE
    if isinstance(expr.body, nodes.Cond):
        ends = [
            e.value if isinstance(e, nodes.Const) else None for e in (expr.body.yes, expr.body.no)
        ]
        return expr.body.test if ends == [1, 0] and not written_out else None
    return None


def compared(at: Evaluator, expr: Apply, env: Environment) -> z3.BoolRef | None:
    """The meaning of a comparison of a count with a number; None for any other operator."""
    if expr.op not in ("<", "<=", "==") or len(expr.args) != 2:
        return None
    left, right = expr.args
    for each, other in ((left, right), (right, left)):
        test = counted(each)
        if test is None or not isinstance(other, nodes.Const) or type(other.value) is not int:
            continue
        assert isinstance(each, EachOf)
        count, number = Count(at, each, test, env), other.value
        visit(at, each, env)
        if expr.op == "==":
            return conj(count.at_least(number), count.at_most(number))
        more = 1 if expr.op == "<" else 0
        return count.at_most(number - more) if each is left else count.at_least(number + more)
    return None


@dataclass(frozen=True)
class Count:
    """How many of what a comprehension goes through satisfy a test."""

    at: Evaluator
    each: EachOf
    test: Expr
    env: Environment

    def at_least(self, number: int) -> z3.BoolRef:
        """Whether there are so many, each another one."""
        if number <= 0:
            return TRUE
        bound, all_fit = self._different(number)
        return self.at.scope.words.theory.exists(bound, all_fit)

    def at_most(self, number: int) -> z3.BoolRef:
        """Whether there is not one more, each another one."""
        if number < 0:
            return FALSE
        bound, all_fit = self._different(number + 1)
        return self.at.scope.words.theory.forall(bound, neg(all_fit))

    def _different(self, number: int) -> tuple[list[z3.ExprRef], z3.BoolRef]:
        """So many constants, and that each of them fits and no two are the same."""
        if number > MOST:
            raise self.at.scope.refused(
                self.each,
                f"how many there are, compared with a number, for which {number} are looked at",
                allowed=f"comparisons for which up to {MOST} are looked at: `<= {MOST - 1}`",
                cure="claim it of any two, or of a set with a size",
            )
        found = [self._one() for _ in range(number)]
        bound = [constant for constant, _ in found]
        pairs = [neg(a == b) for a, b in itertools.combinations(bound, 2)]
        return bound, conj(*(fits for _, fits in found), *pairs)

    def _one(self) -> tuple[z3.ExprRef, z3.BoolRef]:
        """A constant, and that it is one of those that are counted."""
        later = self.at.quiet()
        (family,) = later.families(self.each.domain, self.env)
        (constant,) = family.bound
        inner = {**self.env, self.each.name: family.value}
        with later.scope.under(family.guard, bound=family.bound):
            condition = later.value(self.each.condition, inner)
            with later.scope.under(condition):
                test = later.value(self.test, inner)
        return constant, conj(family.guard, condition, test)
