"""The least and the largest of a collection, as Z3 terms.

There is no term for them, so the value is described: it is one of the numbers (or the default,
where there are none), and none of them is less. Collections are finite, so that there is one.
"""

from __future__ import annotations

import z3

from raftnb.prove.evaluate import Environment, Evaluator
from raftnb.prove.terms import Family, Value, conj, disj, implies, neg
from raftnb.tree.nodes import INT, Apply, EachOf, Expr


def extreme(at: Evaluator, expr: Apply, env: Environment) -> Value:
    """`min(numbers)` and `max(numbers)`, perhaps with a default."""
    theory = at.scope.words.theory
    numbers = numbers_of(at, expr.args[0], env)
    default = at.value(expr.args[1], env) if len(expr.args) > 1 else None
    none = conj(*(theory.forall(one.bound, neg(one.guard)) for one in numbers))
    if default is None:
        at.scope.require(neg(none), expr.line, "{} is not empty", expr.args[0])
    inner = {name.get_id() for one in numbers for name in one.bound}
    told = [none, *(one.value for one in numbers), *(one.guard for one in numbers)]
    told += [default] if default is not None else []
    outer = [b for b in theory.dependent(at.scope.bound, *told) if b.get_id() not in inner]
    found = theory.fresh_function(expr.op, *(b.sort() for b in outer), z3.IntSort())(*outer)
    smallest = expr.op == "least"
    facts = [
        theory.forall(
            one.bound,
            implies(one.guard, found <= one.value if smallest else one.value <= found),
        )
        for one in numbers
    ]
    among = [theory.exists(one.bound, conj(one.guard, one.value == found)) for one in numbers]
    if default is not None:
        among.append(conj(none, found == default))
    else:
        among.append(none)  # where there is no value, nothing is said of it
    theory.axioms.append(theory.forall(outer, conj(disj(*among), *facts)))
    return found


def numbers_of(at: Evaluator, domain: Expr, env: Environment) -> list[Family]:
    """The numbers of a collection, or of a comprehension over one."""
    if not isinstance(domain, EachOf) or domain.kind != "seq":
        return at.families(domain, env)
    found = []
    for family in at.families(domain.domain, env):
        inner = {**env, domain.name: family.value}
        with at.scope.under(family.guard, bound=family.bound):
            condition = at.value(domain.condition, inner)
            with at.scope.under(condition):
                value = at.typed(domain.body, inner, INT)
        found.append(Family(family.bound, conj(family.guard, condition), value))
    return found


__all__ = ["extreme"]
