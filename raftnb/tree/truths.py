"""What is true of values that are no truth values, and `and`, `or` of them.

A number is true where it is not 0, a collection where it has items, a member that may be missing
where it is there. `a or b` is then a or b itself.
"""

from __future__ import annotations

import ast

from raftnb.tree.nodes import (
    BOOL,
    INT,
    NEVER,
    NOTHING,
    Apply,
    Cond,
    Const,
    Expr,
    Int,
    MapOf,
    Member,
    Option,
    SeqOf,
    SetOf,
)
from raftnb.tree.scope import Lower


def asked(lower: Lower, node: ast.expr, value: Expr) -> Expr:
    """Whether a value is true."""
    line, type_ = node.lineno, value.type
    if type_ == BOOL:
        return value
    if type_ == NEVER:
        return Apply(BOOL, line, "as", (value,))
    if isinstance(type_, SeqOf | SetOf | MapOf):
        return Apply(BOOL, line, "<", (Const(INT, line, 0), Apply(INT, line, "len", (value,))))
    if isinstance(type_, Int):
        return _differs(value, Const(INT, line, 0))
    if isinstance(type_, Option) and isinstance(type_.of, Member):
        cls = lower.scope.names.classes[type_.of.root]
        lower.scope.type_of(node, cls)  # it has no meaning of its own
        return _differs(value, Const(NOTHING, line, None))
    what = ast.unparse(node)
    only = isinstance(type_, Option) and type_.of in (BOOL, NEVER)
    cure = f"compare it: `{what} == True`" if only else f"compare it: `{what} is not None`"
    return lower.scope.fail(node, "an expression that is True or False", cure)


def _differs(value: Expr, other: Expr) -> Expr:
    return Apply(BOOL, value.line, "not", (Apply(BOOL, value.line, "==", (value, other)),))


def connected(lower: Lower, node: ast.BoolOp) -> Expr:
    """`a and b`, `a or b`: the last of the values that Python looks at."""
    values = [lower.expr(value) for value in node.values]
    if all(value.type in (BOOL, NEVER) for value in values):
        op = "and" if isinstance(node.op, ast.And) else "or"
        parts = zip(node.values, values, strict=True)
        return Apply(BOOL, node.lineno, op, tuple(asked(lower, *part) for part in parts))
    lower.scope.settle(node, *values[:-1])
    found = values[-1]
    for place, value in reversed([*zip(node.values[:-1], values[:-1], strict=True)]):
        test = asked(lower, place, value)
        yes, no = (found, _none_of(value)) if isinstance(node.op, ast.And) else (
            lower.scope.the(value), found
        )  # fmt: skip
        found = Cond(lower.scope.joined(node, yes.type, no.type), node.lineno, test, yes, no)
    return found


def _none_of(value: Expr) -> Expr:
    """A value that is not true."""
    is_optional = isinstance(value.type, Option)
    return Const(NOTHING, value.line, None) if is_optional else value
