"""What is made in a loop, and is the same each time: it can be made once, before the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

from raftnb.tree import nodes
from raftnb.tree.nodes import Apply, Expr, children

TOTAL = {"union", "minus", "meet", "xor"}
"""Operators of sets: they have a value whatever they are given."""
CannotFail = Callable[[nodes.Make], bool]


def hoisted(loop: nodes.EachOf, cannot_fail: CannotFail) -> Iterator[Expr]:
    """The largest expressions inside a loop that it may make before it begins.

    They need nothing that the loop, or one inside of it, gives a name to, and have a value even
    where the loop would not have come to ask for it.
    """
    for part in (loop.condition, loop.key, loop.body):
        if part is not None:
            yield from _in(part, {loop.name}, cannot_fail)


def _in(expr: Expr, bound: Set[str], cannot_fail: CannotFail) -> Iterator[Expr]:
    if isinstance(expr, nodes.Make | nodes.Collect | Apply) and _is_same(expr, bound, cannot_fail):
        yield expr
        return
    within = bound | {expr.name} if isinstance(expr, nodes.EachOf) else bound
    for child in children(expr, Expr):
        yield from _in(child, within, cannot_fail)


def _is_same(expr: Expr, bound: Set[str], cannot_fail: CannotFail) -> bool:
    match expr:
        case nodes.Const():
            return True
        case nodes.Var():
            return expr.name not in bound
        case nodes.Read():
            return expr.owner is None
        case nodes.Make():
            is_made = cannot_fail(expr)
        case Apply():
            is_made = expr.op in TOTAL
        case _:
            is_made = isinstance(expr, nodes.Collect)
    return is_made and all(_is_same(c, bound, cannot_fail) for c in children(expr, Expr))
