"""Choices taken out of the expressions in which they stand, to be made before."""

from __future__ import annotations

from dataclasses import replace

from raftnb.tree import nodes
from raftnb.tree.nodes import Either, Expr, Var

Found = list[tuple[str, Either]]


def hoisted(exprs: tuple[Expr, ...]) -> tuple[Found, tuple[Expr, ...]]:
    """The choices that are always made in expressions, in order, and the expressions without them.

    A choice inside a branch, a comprehension or the later part of `and` stays where it is.
    """
    found: Found = []
    return found, tuple(_without(expr, found) for expr in exprs)


def _without(expr: Expr, found: Found) -> Expr:
    if isinstance(expr, Either):
        inner = [_without(option, found) for option in expr.options]
        among = _without(expr.among, found) if expr.among is not None else None
        name = f"choice {len(found) + 1} at line {expr.line}"
        found.append((name, replace(expr, options=tuple(inner), among=among)))
        return Var(expr.type, expr.line, name)
    if isinstance(expr, nodes.Apply):
        always = 1 if expr.op in ("and", "or") else len(expr.args)
        first = tuple(_without(arg, found) for arg in expr.args[:always])
        return replace(expr, args=(*first, *expr.args[always:]))
    if isinstance(expr, nodes.Call):
        return replace(expr, args=tuple(_without(arg, found) for arg in expr.args))
    if isinstance(expr, nodes.Collect):
        return replace(expr, items=tuple(_without(item, found) for item in expr.items))
    if isinstance(expr, nodes.Make):
        return replace(expr, fields=tuple((n, _without(v, found)) for n, v in expr.fields))
    if isinstance(expr, nodes.Get):
        return replace(expr, record=_without(expr.record, found))
    if isinstance(expr, nodes.Cond):
        return replace(expr, test=_without(expr.test, found))
    return expr
