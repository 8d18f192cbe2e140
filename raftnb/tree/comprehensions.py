"""Comprehensions in the typed tree, and whatever else goes through a collection."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Any

from raftnb.tree.collections import as_sequence, element, map_written_out, tuple_of, written_out
from raftnb.tree.nodes import (
    BOOL,
    INT,
    NEVER,
    TRUE,
    Apply,
    Bool,
    Collect,
    Cond,
    Const,
    EachOf,
    Everyone,
    Expr,
    Int,
    MapOf,
    Member,
    MutableSetOf,
    Never,
    Range,
    SeqOf,
    SetOf,
    Type,
    Var,
)
from raftnb.tree.scope import Lower
from raftnb.tree.types import frozen, is_domain
from raftnb.tree.walks import made, map_of, unnamed, walk

Part = Callable[[], tuple[Expr, Expr | None]]


def collection(lower: Lower, node: ast.expr) -> Expr:
    """What can be gone through: a sequence, set or map, members, messages, a range."""
    if (keys := map_of(lower, node, "keys")) is not None:
        return keys
    if (sequence := made(lower, node)) is not None:
        return sequence
    cls = lower.scope.value_of(node)
    if isinstance(cls, type) and issubclass(cls, Enum):
        members = tuple(Const(lower.scope.type_of(node, cls), node.lineno, m) for m in cls)
        return Collect(SeqOf(lower.scope.type_of(node, cls)), node.lineno, members)
    if is_domain(cls):
        if not lower.scope.is_named(cls):
            lower.scope.fail(node, "classes that the Spec names", "add it to the Spec")
        return Everyone(SetOf(Member(cls.root)), node.lineno, cls.root)
    found = as_sequence(lower.scope.the(lower.seen(node)))
    if not isinstance(found.type, SeqOf | SetOf | MapOf | Never):
        lower.scope.fail(node, "a sequence, a set, a map, a domain, range(...)")
    return found


def mapping(lower: Lower, node: ast.expr) -> Expr | None:
    """A map written out as `{a: b}`, `{a: b for ...}` or pairs; None for anything else."""
    if isinstance(node, ast.Dict):
        return map_written_out(lower, node)
    if isinstance(node, ast.DictComp):
        key, value = node.key, node.value
    elif isinstance(node, ast.GeneratorExp):
        if not isinstance(node.elt, ast.Tuple) or len(node.elt.elts) != 2:
            lower.scope.fail(node, "pairs: Map((key, value) for ...)")
        key, value = node.elt.elts
    else:
        return None
    return comprehension(lower, "map", node, lambda: _pair(lower, key, value))


def _pair(lower: Lower, key: ast.expr, value: ast.expr) -> tuple[Expr, Expr]:
    first = lower.expr(key)
    return lower.expr(value), first


def comprehension(lower: Lower, kind: str, node: Any, body: Part) -> Expr:
    """A comprehension; several `for`s are nested, and what the inner ones make is put together."""
    return _generator(lower, kind, node, list(node.generators), body)


def _generator(
    lower: Lower, kind: str, node: Any, left: list[ast.comprehension], body: Part
) -> Expr:
    part = left[0]
    if part.is_async:
        lower.scope.fail(part.target, "a plain `for`")
    found = walk(lower, part.target, part.iter, lambda base: _unsettled(lower, part.iter, base))
    name, domain = found.name, found.domain
    key: Expr | None = None
    later = {n.id for g in left[1:] for n in ast.walk(g.target) if isinstance(n, ast.Name)}
    with lower.scope.binding(part.target, name, element(domain), found.parts, later):
        tests = (*found.tests, *map(lower.truth, part.ifs))
        condition = Apply(BOOL, node.lineno, "and", tests) if tests else TRUE
        if len(left) > 1:
            value = _generator(lower, kind, node, left[1:], body)
        else:
            value, key = body()
    is_nested = len(left) > 1 and kind in ("set", "seq", "map")
    own = "seq" if is_nested and kind == "map" else kind
    type_ = _type(lower, node, own, value, key)
    each = EachOf(type_, node.lineno, own, name, domain, condition, value, key)
    return Apply(value.type, node.lineno, "flat", (each,)) if is_nested else each


def _unsettled(lower: Lower, node: ast.expr, base: Expr) -> Expr:
    lower.scope.settle(node, base)
    return base


def _type(lower: Lower, node: ast.expr, kind: str, value: Expr, key: Expr | None) -> Type:
    kept = value if key is None else key
    if kind in ("set", "map"):
        lower.scope.joined(node, kept.type, kept.type)  # of those that are equal one is left
    if key is not None:
        return MapOf(key.type, value.type)
    of: dict[str, Type] = {"seq": SeqOf(value.type), "set": SetOf(value.type), "sum": INT}
    return of.get(kind, BOOL)


def gone_through(lower: Lower, kind: str, node: ast.expr) -> Expr:
    """What `all`, `any`, `sum`, `tuple`, `frozenset` make of the one collection they are given."""
    if isinstance(node, ast.GeneratorExp):
        return comprehension(lower, kind, node, lambda: (_item(lower, kind, node.elt), None))
    found = lower.collection(node)
    found = replace(found, type=frozen(found.type))
    made = {"seq": SeqOf, "set": SetOf}.get(kind)
    if type(found.type) is made:
        return found
    of = element(found)
    item: Expr = Var(of, node.lineno, unnamed("item", node))
    if kind in ("all", "any") and of not in (BOOL, NEVER):
        lower.scope.fail(node, "truth values", f"write `{kind}(... for x in ...)`")
    if kind == "sum":
        item = _counted(lower, node, item)
    name = unnamed("item", node)
    type_ = _type(lower, node, kind, item, None)
    return EachOf(type_, node.lineno, kind, name, found, TRUE, item)


def _item(lower: Lower, kind: str, node: ast.expr) -> Expr:
    if kind in ("all", "any"):
        return lower.truth(node)
    found = lower.expr(node)
    return _counted(lower, node, found) if kind == "sum" else found


def _counted(lower: Lower, node: ast.expr, item: Expr) -> Expr:
    """An item of a sum: a truth value counts as one or none."""
    item = as_number(lower.scope.the(item))
    if not isinstance(item.type, Int | Never):
        lower.scope.fail(node, "numbers or truth values")
    return item


def tuple_written_out(lower: Lower, node: ast.Tuple) -> Expr:
    """`(a, b)`; `(*log, x, *more)` is `log + (x,) + more`."""
    if any(isinstance(item, ast.Starred) for item in node.elts):
        return _spread(lower, node, SeqOf, lambda each: _sequence(lower, each), "concat")
    return tuple_of(lower, node, tuple(map(lower.expr, node.elts)))


def set_written_out(lower: Lower, node: ast.Set) -> Expr:
    """`{a, b}`; `{*votes, x, *more}` is `votes | {x} | more`."""
    found = _spread(lower, node, SetOf, lambda each: gone_through(lower, "set", each), "union")
    return replace(found, type=MutableSetOf(element(found)))


def _spread(
    lower: Lower,
    node: ast.Tuple | ast.Set,
    kind: type[SeqOf | SetOf],
    spread: Callable[[ast.expr], Expr],
    op: str,
) -> Expr:
    """What is written out, and what has `*` before it, put together."""
    found = None if node.elts else written_out(lower, node, (), kind)
    for _, group in itertools.groupby(node.elts, lambda e: isinstance(e, ast.Starred)):
        run = list(group)
        starred = [spread(one.value) for one in run if isinstance(one, ast.Starred)]
        for piece in starred or [written_out(lower, node, tuple(map(lower.expr, run)), kind)]:
            found = piece if found is None else _joined(lower, node, op, found, piece)
    assert found is not None
    return found


def _sequence(lower: Lower, node: ast.expr) -> Expr:
    found = as_sequence(lower.scope.the(lower.seen(node)))
    if not isinstance(found.type, SeqOf | Never):
        lower.scope.fail(node, "`*` before a sequence", "write `tuple(...)` around it")
    return replace(found, type=frozen(found.type))


def _joined(lower: Lower, node: ast.expr, op: str, left: Expr, right: Expr) -> Expr:
    never = isinstance(left.type, Never) or isinstance(right.type, Never)
    type_ = NEVER if never else lower.scope.joined(node, left.type, right.type)
    return Apply(type_, node.lineno, op, (left, right))


def in_order(made: EachOf, found: Expr | None) -> bool:
    """Whether what a comprehension finds are its items themselves, in the language's order."""
    is_item = isinstance(found, Var) and found.name == made.name
    domain = made.domain.type
    rises = isinstance(domain, SetOf | MapOf | Range) and not isinstance(domain, MutableSetOf)
    return is_item and rises


def as_number(value: Expr) -> Expr:
    """A truth value as one or none; any other as it is."""
    if not isinstance(value.type, Bool):
        return value
    return Cond(INT, value.line, value, Const(INT, value.line, 1), Const(INT, value.line, 0))
