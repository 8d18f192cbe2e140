"""Methods of sequences and sets, in the typed tree: other words for operators that it has.

`s.count(x)` is `sum(1 for y in s if y == x)`, `a.union(b)` is `a | frozenset(b)`, and so on.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from raftnb.tree.collections import element
from raftnb.tree.comparisons import may_be_equal
from raftnb.tree.comprehensions import gone_through
from raftnb.tree.nodes import (
    BOOL,
    INT,
    PARTIAL,
    Apply,
    Call,
    Const,
    EachOf,
    Either,
    Expr,
    Get,
    RecordOf,
    SeqOf,
    SetOf,
    Var,
    parts,
)
from raftnb.tree.scope import Lower
from raftnb.tree.walks import unnamed


def method(lower: Lower, node: ast.Call, base: Expr) -> Expr | None:
    """What a method of a sequence or set gives; None where it is none of those."""
    assert isinstance(node.func, ast.Attribute)
    name = node.func.attr
    if isinstance(base.type, SeqOf) and name == "count":
        return _count(lower, node, base)
    if isinstance(base.type, SeqOf) and name == "index":
        return _position(lower, node, base)
    if not isinstance(base.type, SetOf):
        return None
    if name in COMBINED:
        return _combined(lower, node, COMBINED[name], base)
    return RELATIONS[name](lower, node, base) if name in RELATIONS else None


def _only(lower: Lower, node: ast.Call, what: str) -> ast.expr:
    if node.keywords or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        assert isinstance(node.func, ast.Attribute)
        lower.scope.fail(node, f"{what}.{node.func.attr}(x)", "give it one argument")
    return node.args[0]


def _count(lower: Lower, node: ast.Call, base: Expr) -> Expr:
    """How often a value stands in a sequence."""
    wanted = lower.expr(_only(lower, node, "sequence"))
    may_be_equal(lower, node, element(base), wanted.type)
    if any(_may_fail(lower, part) for part in parts(wanted)):
        # It would be looked at once for each item: not at all where there is none.
        cure = f"give it a name in the line before: `x = {ast.unparse(node.args[0])}`"
        lower.scope.fail(node, "sequence.count(x), of an x that always has a value", cure)
    item = Var(element(base), node.lineno, unnamed("item", node))
    equal = Apply(BOOL, node.lineno, "==", (item, wanted))
    one = Const(INT, node.lineno, 1)
    return EachOf(INT, node.lineno, "sum", item.name, base, equal, one)


def _position(lower: Lower, node: ast.Call, base: Expr) -> Expr:
    """Where a value first stands in a sequence."""
    wanted = lower.expr(_only(lower, node, "sequence"))
    may_be_equal(lower, node, element(base), wanted.type)
    return Apply(INT, node.lineno, "position", (base, wanted))


def _may_fail(lower: Lower, part: Expr) -> bool:
    if isinstance(part, Get):
        kind = part.record.type
        known = isinstance(kind, RecordOf) and lower.scope.names.field_type(kind.cls, part.field)
        return not known
    return isinstance(part, Call | Either) or (isinstance(part, Apply) and part.op in PARTIAL)


def _combined(lower: Lower, node: ast.Call, op: str, base: Expr) -> Expr:
    """A set put together with another one."""
    other = gone_through(lower, "set", _only(lower, node, "set"))
    type_ = lower.scope.together(node, op, base.type, other.type)
    return Apply(type_, node.lineno, op, (base, other))


def _other(lower: Lower, node: ast.Call, base: Expr) -> Expr:
    """The set that another one is compared with. Of anything else Python looks at a part only."""
    other = lower.collection(_only(lower, node, "set"))
    if not isinstance(other.type, SetOf):
        lower.scope.fail(node, "another set", "make it one: frozenset(...)")
    may_be_equal(lower, node, base.type, other.type)
    return other


def _issubset(lower: Lower, node: ast.Call, base: Expr) -> Expr:
    return Apply(BOOL, node.lineno, "<=", (base, _other(lower, node, base)))


def _issuperset(lower: Lower, node: ast.Call, base: Expr) -> Expr:
    other = _other(lower, node, base)
    lower.scope.settle(node, base, other)
    return Apply(BOOL, node.lineno, "<=", (other, base))


def _isdisjoint(lower: Lower, node: ast.Call, base: Expr) -> Expr:
    common = Apply(base.type, node.lineno, "meet", (base, _other(lower, node, base)))
    size = Apply(INT, node.lineno, "len", (common,))
    return Apply(BOOL, node.lineno, "==", (size, Const(INT, node.lineno, 0)))


COMBINED = {
    "union": "union",
    "intersection": "meet",
    "difference": "minus",
    "symmetric_difference": "xor",
}
RELATIONS: dict[str, Callable[[Lower, ast.Call, Expr], Expr]] = {
    "issubset": _issubset,
    "issuperset": _issuperset,
    "isdisjoint": _isdisjoint,
}
METHODS = frozenset({"count", "index", *COMBINED, *RELATIONS})
