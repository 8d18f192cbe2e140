"""What `min`, `max` and `sorted` take: numbers, members of one class, and tuples of these.

Python compares tuples item by item. So tuples of one length are ordered, whose items at each place
are: the language's order is the same for them, since it compares the items in turn, too. Of
sequences that may differ in length the language has the short ones first, and Python has not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from raftnb.tree.collections import element
from raftnb.tree.comprehensions import comprehension
from raftnb.tree.nodes import (
    INT,
    NEVER,
    Apply,
    Bool,
    Collect,
    Const,
    EachOf,
    Expr,
    Int,
    ListOf,
    Member,
    Never,
    SeqOf,
    SetOf,
    TupleOf,
    Type,
)
from raftnb.tree.scope import SAY, Lower
from raftnb.tree.types import join

TOGETHER = {"union", "concat", "minus", "meet", "xor"}


def extreme(several: str, of_one: str) -> Callable[[Lower, ast.Call], Expr]:
    """`min` and `max`: of several values, or of a collection and a default."""

    def handler(lower: Lower, node: ast.Call) -> Expr:
        if len(node.args) > 1 and not node.keywords:
            return _of_several(lower, node, several)
        if len(node.args) != 1 or [k.arg for k in node.keywords] not in ([], ["default"]):
            keys = any(k.arg == "key" for k in node.keywords)
            cure = "choose it: `x = either(*xs)`, and `when(all(f(y) <= f(x) for y in xs))`"
            allowed = f"{several}(a, b), {several}(numbers), {several}(numbers, default=n)"
            lower.scope.fail(node, allowed, cure if keys else SAY)
        found = comparable(lower, node, node.args[0])
        if not isinstance(element(found), Int | Never):
            default = [lower.expr(k.value) for k in node.keywords]
            return _end_of(lower, node, found, default, last=several == "max")
        least = [lower.number(k.value) for k in node.keywords]
        return Apply(INT, node.lineno, of_one, (found, *least))

    return handler


def comparable(lower: Lower, call: ast.Call, node: ast.expr) -> Expr:
    """A collection of what can be compared."""
    if isinstance(node, ast.GeneratorExp):
        found = comprehension(lower, "seq", node, lambda: (_ranked(lower, node.elt), None))
    else:
        found = lower.collection(node)
    found = of_tuples(found)
    if not is_ordered(element(found)) and not isinstance(element(found), Never):
        allowed = "numbers, members of one class, tuples of these that are of one length"
        lower.scope.fail(call, allowed, "choose any of them: `x = either(*xs)`")
    return found


def is_ordered(type_: Type) -> bool:
    """Whether the values of a type are compared by `<`, and in the language's order."""
    if isinstance(type_, TupleOf):
        return all(isinstance(one, Bool) or is_ordered(one) for one in type_.items)
    return isinstance(type_, Int | Member)


def of_tuples(found: Expr) -> Expr:
    """A collection with the types of its items, where these are tuples that are written out."""
    if isinstance(found, EachOf) and found.kind in ("seq", "set"):
        body = _as_tuple(found.body)
        return _holding(replace(found, body=body), body.type)
    if isinstance(found, Apply) and found.op == "flat" and isinstance(found.args[0], EachOf):
        each = found.args[0]
        body = of_tuples(each.body)
        return replace(found, type=body.type, args=(_holding(replace(each, body=body), body.type),))
    if isinstance(found, Apply) and found.op in TOGETHER:
        args = tuple(map(of_tuples, found.args))
        return _holding(replace(found, args=args), *{element(arg) for arg in args})
    if isinstance(found, Collect) and isinstance(found.type, SeqOf | SetOf):
        items = tuple(map(_as_tuple, found.items))
        return _holding(replace(found, items=items), *{item.type for item in items})
    return found


def _holding(found: Expr, *of: Type) -> Expr:
    if not isinstance(found.type, SeqOf | SetOf):
        return found
    nothing: Type = NEVER
    return replace(found, type=type(found.type)(reduce(join, of, nothing)))


def _as_tuple(value: Expr) -> Expr:
    if isinstance(value, Collect) and isinstance(value.type, SeqOf | TupleOf) and value.items:
        items = tuple(map(_as_tuple, value.items))
        return replace(value, items=items, type=TupleOf(tuple(item.type for item in items)))
    return value


def _ranked(lower: Lower, node: ast.expr) -> Expr:
    found = lower.scope.the(lower.expr(node))
    return found if isinstance(found.type, Member | TupleOf | SeqOf) else lower.number(node)


def _of_several(lower: Lower, node: ast.Call, op: str) -> Expr:
    """`max(a, b)`: of numbers, or of tuples."""
    found = [lower.seen(arg) for arg in node.args if not isinstance(arg, ast.Starred)]
    if len(found) < len(node.args) or not all(
        isinstance(one.type, TupleOf | SeqOf) for one in found
    ):
        return Apply(INT, node.lineno, op, tuple(map(lower.number, node.args)))
    written = ast.copy_location(ast.Tuple(node.args, ast.Load()), node)
    return _end_of(lower, node, comparable(lower, node, written), [], last=op == "max")


def _end_of(lower: Lower, node: ast.Call, found: Expr, default: list[Expr], *, last: bool) -> Expr:
    """The first or the last in order; where there is none the default, or Python raises."""
    line, of = node.lineno, element(found)
    rising: Expr = Apply(ListOf(of), line, "sorted", (found,))
    if default:
        other = _as_tuple(default[0])
        of = lower.scope.joined(node, of, other.type)
        both = Collect(SeqOf(other.type), line, (other,)), rising
        rising = Apply(SeqOf(of), line, "concat", both if last else both[::-1])
    return Apply(of, line, "index", (rising, Const(INT, line, -1 if last else 0)))
