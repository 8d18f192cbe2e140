"""What `set(...)`, `sorted(...)` and `reversed(...)` make.

Python makes a set or a list, which can change, or what can be gone through once. None of them is a
value of the language. A set and a list may have a local name, and be looked at as long as nobody
keeps them: their types say what they are. What `reversed` makes is gone through where it stands.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import NoReturn

from raftnb.tree.collections import element
from raftnb.tree.comprehensions import gone_through
from raftnb.tree.nodes import (
    INT,
    NEVER,
    TRUE,
    Apply,
    Collect,
    Const,
    EachOf,
    Expr,
    Int,
    ListOf,
    MutableSetOf,
    Never,
    Range,
    SeqOf,
    Var,
)
from raftnb.tree.ordered import comparable
from raftnb.tree.scope import Lower
from raftnb.tree.walks import unnamed


def _only(lower: Lower, node: ast.Call, cure: str) -> ast.expr:
    if node.keywords or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        lower.scope.fail(node, f"{ast.unparse(node.func)}(x)", cure)
    return node.args[0]


def made_set(lower: Lower, node: ast.Call) -> Expr:
    """`set(...)`."""
    if not node.args and not node.keywords:
        return Collect(MutableSetOf(NEVER), node.lineno, ())
    found = gone_through(lower, "set", _only(lower, node, "give it one argument"))
    return replace(found, type=MutableSetOf(element(found)))


def made_list(lower: Lower, node: ast.Call) -> Expr:
    """`sorted(...)`, of what has an order of its own in Python, and the same in the language."""
    words = [word.value for word in node.keywords if word.arg == "reverse"]
    falls = [w.value for w in words if isinstance(w, ast.Constant) and isinstance(w.value, bool)]
    plain = ast.copy_location(ast.Call(node.func, node.args, []), node) if falls else node
    given = _only(lower, plain, "sort numbers or members, in their own order")
    found = comparable(lower, node, given)
    rising = Apply(ListOf(element(found)), node.lineno, "sorted", (found,))
    return _backwards(lower, node, rising) if any(falls) else rising


def kept(lower: Lower, node: ast.Call) -> NoReturn:
    """Refuse what `reversed` makes where it would be kept."""
    cure = "write `tuple(reversed(...))`"
    lower.scope.fail(node, "reversed(...) where it is gone through: `for x in reversed(...)`", cure)


def reversal(lower: Lower, node: ast.expr) -> Expr | None:
    """What `reversed(...)` goes through; None for anything else."""
    if not isinstance(node, ast.Call) or lower.scope.value_of(node.func) is not reversed:
        return None
    base = lower.scope.the(lower.seen(_only(lower, node, "give it one sequence")))
    if not isinstance(base.type, SeqOf | Never):
        lower.scope.fail(node, "reversed(sequence), reversed(range(...))")
    return _backwards(lower, node, base)


def turned(lower: Lower, node: ast.Subscript, base: Expr, part: ast.Slice) -> Expr:
    """`sequence[::-1]`."""
    is_last = part.step is not None and ast.unparse(part.step) == "-1"
    if not is_last or part.lower or part.upper or isinstance(base.type, Range | Never):
        allowed = "sequence[low:high], in steps of one, sequence[::-1]"
        lower.scope.fail(node, allowed, "leave out the step")
    return _backwards(lower, node, base)


def _backwards(lower: Lower, node: ast.expr, base: Expr) -> Expr:
    lower.scope.settle(node, base)
    line = node.lineno
    one, place = Const(INT, line, 1), Var(INT, line, unnamed("place", node))
    if isinstance(base, Apply) and base.op == "range":
        low, high = base.args
        ends = Apply(INT, line, "-", (Apply(INT, line, "+", (low, high)), one))
        item: Expr = Apply(INT, line, "-", (ends, place))
        domain: Expr = base
    else:
        length = Apply(INT, line, "len", (base,))
        domain = Apply(Range(INT), line, "range", (Const(INT, line, 0), length))
        last = Apply(INT, line, "-", (length, one))
        at = Apply(INT, line, "-", (last, place))
        item = Apply(element(base), line, "index", (base, at))
    type_ = ListOf(item.type) if isinstance(base.type, ListOf) else SeqOf(item.type)
    return EachOf(type_, line, "seq", place.name, domain, TRUE, item)


def repeated(lower: Lower, node: ast.BinOp, left: Expr, right: Expr) -> Expr | None:
    """`sequence * n`: its items in turn, n times, or none at all; None for anything else."""
    base, times = (left, right) if isinstance(left.type, SeqOf) else (right, left)
    if type(base.type) not in (SeqOf, ListOf) or not isinstance(times.type, Int):
        return None
    lower.scope.settle(node, base, times)
    line, place = node.lineno, Var(INT, node.lineno, unnamed("place", node))
    length = Apply(INT, line, "len", (base,))
    high = Apply(INT, line, "*", (length, times))
    domain = Apply(Range(INT), line, "range", (Const(INT, line, 0), high))
    at = Apply(INT, line, "%", (place, length))
    item = Apply(element(base), line, "index", (base, at))
    return EachOf(base.type, line, "seq", place.name, domain, TRUE, item)
