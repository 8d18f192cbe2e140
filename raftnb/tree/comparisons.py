"""Comparisons, in the typed tree: brought down to `== < <= in` and `not`.

Values that can never be equal are not compared, nor truth values with numbers: in Python 1 == True.
"""

from __future__ import annotations

import ast
from enum import Enum

from raftnb.tree.collections import as_sequence, element
from raftnb.tree.nodes import (
    BOOL,
    NOTHING,
    Apply,
    Choice,
    Collect,
    Expr,
    Int,
    Never,
    Option,
    SeqOf,
    SetOf,
    Type,
)
from raftnb.tree.scope import Lower, shown
from raftnb.tree.types import confusable, overlap

COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Is: "==", ast.IsNot: "!=", ast.Lt: "<", ast.LtE: "<=",
    ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
NEGATED = {"!=": "==", "not in": "in"}
TURNED = {">": "<", ">=": "<="}


def compare(lower: Lower, node: ast.Compare) -> Expr:
    """A comparison, or a chain of them."""
    operands = [node.left, *node.comparators]
    for middle in operands[1:-1]:
        lower.scope.settle(node, lower.seen(middle))
    pairs = zip(operands, node.ops, operands[1:], strict=False)
    parts = [_comparison(lower, node, a, op, b) for a, op, b in pairs]
    return parts[0] if len(parts) == 1 else _apply(BOOL, node, "and", *parts)


def _comparison(lower: Lower, node: ast.Compare, a: ast.expr, op: ast.cmpop, b: ast.expr) -> Expr:
    """One comparison, brought down to `== < <= in` and `not`."""
    name = COMPARE[type(op)]
    if name in ("in", "not in"):
        left, right = _item(lower, a, b), lower.collection(b)
        may_be_equal(lower, node, left.type, element(right))
    else:
        left, right = lower.seen(a), lower.seen(b)
        if name in ("==", "!="):
            may_be_equal(lower, node, left.type, right.type)
        else:
            left, right = _ordered(lower, node, as_sequence(left), name, as_sequence(right))
    if isinstance(op, ast.Is | ast.IsNot):
        _identity(lower, node, left, right)
    if name in TURNED:
        lower.scope.settle(node, left, right)
        left, right, name = right, left, TURNED[name]
    found = _apply(BOOL, node, NEGATED.get(name, name), left, right)
    if name == "<" and isinstance(left.type, SetOf):
        found = _smaller(lower, node, left, right)
    return _apply(BOOL, node, "not", found) if name in NEGATED else found


def _item(lower: Lower, a: ast.expr, b: ast.expr) -> Expr:
    """What is looked for; in an enum's class a member, since for others Pythons differ."""
    kind = lower.scope.value_of(b)
    found = lower.expr(a)
    if isinstance(kind, type) and issubclass(kind, Enum) and found.type != Choice(kind):
        cure = "write `is not None`, or compare it with the members"
        lower.scope.fail(a, f"a member of {kind.__name__}", cure)
    return found


def may_be_equal(lower: Lower, node: ast.AST, a: Type, b: Type) -> None:
    """Refuse values that can never be equal, and truth values beside numbers."""
    if confusable(a, b):
        cure = "compare numbers with numbers: in Python, 1 == True"
        lower.scope.fail(node, "truth values compared with truth values", cure)
    if not overlap(a, b):
        cure = f"these are never equal: {shown(a)}, and {shown(b)}"
        lower.scope.fail(node, "values compared that can be equal", cure)


def _identity(lower: Lower, node: ast.Compare, left: Expr, right: Expr) -> None:
    types = [t.of if isinstance(t, Option) else t for t in (left.type, right.type)]
    if NOTHING not in types and any(t != BOOL and not isinstance(t, Choice) for t in types):
        cure = "write `==`: two objects can be equal without being one"
        lower.scope.fail(node, "`is` with None, truth values, or enums' members", cure)


def _ordered(
    lower: Lower, node: ast.Compare, left: Expr, op: str, right: Expr
) -> tuple[Expr, Expr]:
    """The two sides of `<` and its like: numbers, sets, or sequences of numbers."""
    kind = SetOf if SetOf in map(type, (left.type, right.type)) else Int
    left, right = lower.scope.one_of_kind(left, kind), lower.scope.one_of_kind(right, kind)
    for type_ in (left.type, right.type):
        if isinstance(type_, Never):
            return left, right
    if isinstance(left.type, SetOf) and isinstance(right.type, SetOf):
        may_be_equal(lower, node, left.type, right.type)
        return left, right
    if isinstance(left, Collect) and isinstance(right, Collect):
        numbers = all(isinstance(item.type, Int) for item in (*left.items, *right.items))
        if numbers and len(left.items) == len(right.items) > 0:
            return left, right
        lower.scope.fail(node, "as many numbers on the one side as on the other")
    if isinstance(left.type, Int) and isinstance(right.type, Int):
        return left, right
    if type(left.type) is type(right.type) is SeqOf:
        if all(isinstance(element(side), Int | Never) for side in (left, right)):
            return left, right
    return lower.scope.fail(node, f"numbers, sets, sequences of numbers with `{op}`")


def _smaller(lower: Lower, node: ast.Compare, left: Expr, right: Expr) -> Expr:
    """A set that is part of another one, and not all of it."""
    lower.scope.settle(node, left, right)
    part = _apply(BOOL, node, "<=", left, right)
    other = _apply(BOOL, node, "not", _apply(BOOL, node, "==", left, right))
    return _apply(BOOL, node, "and", part, other)


def _apply(type_: Type, node: ast.Compare, op: str, *args: Expr) -> Expr:
    return Apply(type_, node.lineno, op, args)
