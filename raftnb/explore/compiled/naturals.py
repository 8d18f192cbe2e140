"""Which numbers are natural ones whatever the state, and need no check when they are written."""

from __future__ import annotations

from raftnb.tree import nodes
from raftnb.tree.nodes import Apply, Expr, Int, MapOf, SeqOf, SetOf, Type, is_nat
from raftnb.tree.types import join

NAT = Int(natural=True)
CLOSED = frozenset({"+", "*", "//", "%", "min"})
"""Operators that make natural numbers of natural ones."""
PUT_TOGETHER = frozenset({"concat", "union", "meet", "xor"})
"""Operators whose collections have what is in one of those that they are given."""


def narrowed(expr: Expr) -> Type:
    """The type of an expression, where its numbers are said to be natural if its parts show it."""
    match expr:
        case nodes.Const() if isinstance(expr.type, Int) and expr.value >= 0:
            return NAT
        case nodes.Cond():
            return join(narrowed(expr.yes), narrowed(expr.no))
        case nodes.Collect() if isinstance(expr.type, SeqOf | SetOf):
            return _of(expr.type, [narrowed(item) for item in expr.items])
        case nodes.EachOf() if expr.kind == "sum" and is_nat(narrowed(expr.body)):
            return NAT
        case nodes.EachOf() if isinstance(expr.type, SeqOf | SetOf):
            return _of(expr.type, [narrowed(expr.body)])
        case Apply() if isinstance(expr.type, Int) and _is_natural(expr):
            return NAT
        case Apply() if expr.op in PUT_TOGETHER and isinstance(expr.type, SeqOf | SetOf):
            return _of(expr.type, [_members(narrowed(arg)) for arg in expr.args])
        case Apply() if expr.op in ("minus", "slice"):
            return narrowed(expr.args[0])
    return expr.type


def _is_natural(e: Apply) -> bool:
    if e.op in ("len", "abs", "position"):
        return True
    if e.op in CLOSED:
        return all(is_nat(narrowed(arg)) for arg in e.args)
    if e.op == "max":
        return any(is_nat(narrowed(arg)) for arg in e.args)
    if e.op in ("least", "largest"):
        first, *default = e.args
        return is_nat(_members(narrowed(first))) and all(is_nat(narrowed(d)) for d in default)
    return False


def _members(type_: Type) -> Type:
    if isinstance(type_, MapOf):
        return type_.key
    return type_.of if isinstance(type_, SeqOf | SetOf) else nodes.NEVER


def _of(type_: SeqOf | SetOf, found: list[Type]) -> Type:
    """The same collection, of members of these types."""
    of: Type = nodes.NEVER
    for one in found:
        of = join(of, one)
    return type(type_)(of)
