"""What `set(...)`, `sorted(...)` and `reversed(...)` make, where it is gone through at once.

Python makes a set or a list, which can change, or what can be gone through once. None of them is a
value of the language, so each has a tree only inside of what looks at it and keeps nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NoReturn

from raftnb.tree.collections import element
from raftnb.tree.comprehensions import comprehension, gone_through
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
    Member,
    Never,
    Range,
    SeqOf,
    SetOf,
    Var,
)
from raftnb.tree.scope import Lower
from raftnb.tree.walks import unnamed


def passing(lower: Lower, node: ast.expr) -> Expr | None:
    """The collection that one of these functions makes; None for anything else."""
    if not isinstance(node, ast.Call):
        return None
    made = lower.scope.value_of(node.func)
    handler = next((handler for known, handler in PASSING if known is made), None)
    return handler(lower, node) if handler is not None else None


def kept(lower: Lower, node: ast.Call) -> NoReturn:
    """Refuse what one of these functions makes where it would be kept."""
    name = ast.unparse(node.func)
    cure = "write `frozenset(...)`" if name == "set" else f"write `tuple({name}(...))`"
    lower.scope.fail(node, f"{name}(...) where it is gone through: `for x in {name}(...)`", cure)


def is_sorted(lower: Lower, node: ast.expr) -> bool:
    """Whether an expression is what `sorted` makes: a list, of which one may ask an item."""
    return isinstance(node, ast.Call) and lower.scope.value_of(node.func) is sorted


def _only(lower: Lower, node: ast.Call, cure: str) -> ast.expr:
    if node.keywords or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        lower.scope.fail(node, f"{ast.unparse(node.func)}(x)", cure)
    return node.args[0]


def _set(lower: Lower, node: ast.Call) -> Expr:
    if not node.args and not node.keywords:
        return Collect(SetOf(NEVER), node.lineno, ())
    return gone_through(lower, "set", _only(lower, node, "give it one argument"))


def _sorted(lower: Lower, node: ast.Call) -> Expr:
    """What has an order of its own in Python, and the same one in the language."""
    given = _only(lower, node, "sort numbers or members, in their own order")
    if isinstance(given, ast.GeneratorExp):
        found = comprehension(lower, "seq", given, lambda: (lower.expr(given.elt), None))
    else:
        found = lower.collection(given)
    of = element(found)
    if not isinstance(of, Int | Member | Never):
        lower.scope.fail(node, "numbers, or members of one class", "sort a number of each of them")
    return Apply(SeqOf(of), node.lineno, "sorted", (found,))


def _reversed(lower: Lower, node: ast.Call) -> Expr:
    given = _only(lower, node, "give it one sequence")
    is_range = isinstance(given, ast.Call) and lower.scope.value_of(given.func) is range
    whole = is_range or is_sorted(lower, given)
    base = lower.collection(given) if whole else lower.scope.the(lower.expr(given))
    if not isinstance(base.type, SeqOf | Never):
        lower.scope.fail(node, "reversed(sequence), reversed(range(...))")
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
    return EachOf(SeqOf(item.type), line, "seq", place.name, domain, TRUE, item)


PASSING: tuple[tuple[Any, Callable[[Lower, ast.Call], Expr]], ...] = (
    (set, _set),
    (sorted, _sorted),
    (reversed, _reversed),
)
