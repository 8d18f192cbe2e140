"""The meaning of comprehensions, as Z3 terms."""

from __future__ import annotations

import z3

from raftnb.prove.evaluate import Environment, Evaluator
from raftnb.prove.terms import Family, MapV, SeqV, SetV, Value, conj, disj, implies
from raftnb.prove.theory import Filter
from raftnb.tree import nodes
from raftnb.tree.nodes import TRUE as NO_CONDITION
from raftnb.tree.nodes import MapOf, SeqOf, SetOf


def comprehension(at: Evaluator, expr: nodes.EachOf, env: Environment) -> Value:
    """A comprehension. What is in it is asked later, when names may stand for other values."""
    env = dict(env)
    if expr.kind in ("all", "any"):
        return quantified(at, expr, env)
    if expr.kind == "set":
        return set_of(at, expr, env)
    if expr.kind == "map":
        return map_of(at, expr, env)
    if expr.kind == "seq" and expr.condition == NO_CONDITION:
        return seq_of(at, expr, env)
    kept = expr.kind == "seq" and isinstance(expr.body, nodes.Var) and expr.body.name == expr.name
    counted = expr.kind == "sum" and isinstance(expr.body, nodes.Const) and expr.body.value == 1
    if isinstance(expr.domain.type, SeqOf) and ((kept and not at.scope.bound) or counted):
        found = chosen(at, expr, env)
        return found if kept else found.length
    raise at.scope.refused(
        expr,
        f"`{expr.kind}` of a comprehension",
        allowed="all, any, sets, maps, sequences, how many items of a sequence (sum of 1), and how "
        "many members compared with a number: `sum(1 for a in A if p(a)) <= 1`",
        cure="compare it with a number; other sums are explored: prove what else is claimed, "
        "`Proof(SPEC, (Lemma(claim),))`"
        if expr.kind == "sum"
        else "say it with these",
    )


def quantified(at: Evaluator, expr: nodes.EachOf, env: Environment) -> Value:
    """`all(... for x in ...)` and `any`."""
    theory, parts = at.scope.words.theory, []
    for family in at.families(expr.domain, env):
        inner = {**env, expr.name: family.value}
        with at.scope.under(family.guard, bound=family.bound):
            condition = at.value(expr.condition, inner)
            with at.scope.under(condition):
                body = at.value(expr.body, inner)
        known = conj(family.guard, condition)
        if expr.kind == "all":
            parts.append(theory.forall(family.bound, implies(known, body)))
        else:
            parts.append(theory.exists(family.bound, conj(known, body)))
    return conj(*parts) if expr.kind == "all" else disj(*parts)


def visit(at: Evaluator, expr: nodes.EachOf, env: Environment) -> None:
    """Evaluate a comprehension once, for what it requires."""
    if at.scope.needs is None:
        return
    for family in at.families(expr.domain, env):
        inner = {**env, expr.name: family.value}
        with at.scope.under(family.guard, bound=family.bound):
            with at.scope.under(at.value(expr.condition, inner)):
                at.value(expr.body, inner)


def set_of(at: Evaluator, expr: nodes.EachOf, env: Environment) -> SetV:
    """`{... for x in ... if ...}`."""
    later = at.quiet()
    assert isinstance(expr.type, SetOf)
    of = expr.type.of
    at.scope.words.theory.plain_sort(of)

    def has(x: z3.ExprRef) -> z3.BoolRef:
        parts = []
        for family in later.families(expr.domain, env):
            inner = {**env, expr.name: family.value}
            known = conj(family.guard, later.value(expr.condition, inner))
            value = later.typed(expr.body, inner, of)
            parts.append(later.is_one_of(Family(family.bound, known, value), x, of))
        return disj(*parts)

    visit(at, expr, env)
    return SetV(has)


def map_of(at: Evaluator, expr: nodes.EachOf, env: Environment) -> MapV:
    """`{k: ... for k in ...}`."""
    later = at.quiet()
    if not isinstance(expr.key, nodes.Var) or expr.key.name != expr.name:
        raise at.scope.refused(
            expr,
            "a computed key",
            allowed="`{k: ... for k in domain}`",
            cure="use the comprehension's own variable as the key",
        )
    assert isinstance(expr.type, MapOf)
    key = expr.type.key
    at.scope.words.theory.plain_sort(key)

    def has(k: z3.ExprRef) -> z3.BoolRef:
        inside = [later.is_one_of(f, k, key) for f in later.families(expr.domain, env)]
        return conj(disj(*inside), later.value(expr.condition, {**env, expr.name: k}))

    visit(at, expr, env)
    return MapV(has, lambda k: later.value(expr.body, {**env, expr.name: k}))


def seq_of(at: Evaluator, expr: nodes.EachOf, env: Environment) -> SeqV:
    """`tuple(... for x in ...)`, without a condition."""
    later = at.quiet()
    visit(at, expr, env)
    base = at.value(expr.domain, env)
    if not isinstance(base, SeqV):
        raise at.scope.refused(
            expr,
            "a set gone through in the order of the language",
            allowed="tuple(... for x in sequence)",
            cure="make a frozenset; who is next to whom is a variable that no action writes: "
            "`right: Node = anything()`, and in `assuming=` what is so of it",
        )
    return SeqV(base.length, lambda k: later.value(expr.body, {**env, expr.name: base.at(k)}))


def chosen(at: Evaluator, expr: nodes.EachOf, env: Environment) -> SeqV:
    """The items of a sequence that satisfy a condition, in order.

    There is no term for "filter", so it is described: a length, and a function `old` from each
    place of the result to the place in the sequence that its item came from. Three facts say all:
    `old` leads to items that satisfy the condition; it grows, so that the order stays; and every
    such item has a place `new` in the result that leads back to it. The first two places are
    written out, since nothing else gives the solver a term to start from. All three functions
    depend on what is bound outside.
    """
    theory, later = at.scope.words.theory, at.quiet()
    base = at.value(expr.domain, env)

    def fits(i: z3.ArithRef) -> z3.BoolRef:
        test = later.value(expr.condition, {**env, expr.name: base.at(i)})
        return conj(i >= 0, i < base.length, test)

    whole = z3.IntSort()
    k, j = theory.fresh("k", whole), theory.fresh("j", whole)
    outer = tuple(b for b in theory.dependent(at.scope.bound, fits(k)) if not b.eq(k))
    sorts = [b.sort() for b in outer]
    old, new = (theory.fresh_function(n, *sorts, whole, whole) for n in ("old", "new"))
    length = theory.fresh_function("chosen", *sorts, whole)(*outer)
    inside = conj(k >= 0, k < length)
    came, back = old(*outer, k), new(*outer, k)
    earlier = conj(j >= 0, j < k, k < length)
    grows, found = old(*outer, j) < came, conj(back >= 0, back < length, old(*outer, back) == k)
    facts = [
        theory.forall([k], implies(inside, fits(came)), [came]),
        theory.forall([j, k], implies(earlier, grows), [z3.MultiPattern(old(*outer, j), came)]),
        theory.forall([k], implies(fits(k), found), [back]),
        length >= 0,
    ]
    first = [implies(length > i, fits(old(*outer, z3.IntVal(i)))) for i in (0, 1)]
    both = implies(length > 1, old(*outer, z3.IntVal(0)) < old(*outer, z3.IntVal(1)))
    theory.axioms.append(theory.forall(outer, conj(*facts, *first, both)))
    visit(at, expr, env)
    theory.filters.append(Filter(fits, length, lambda i: old(*outer, i)))

    def items() -> list[Family]:
        i = theory.fresh("i", whole)
        return [Family((i,), fits(i), base.at(i))]

    return SeqV(length, lambda i: base.at(old(*outer, i)), items)
