"""Collections written out and comprehensions, in the typed tree.

Python's `{a, b}`, `{a: b}` and a class by its name are no values of the language: the first two can
change, the last is not what it holds. So they may stand only where they are gone through at once,
or made a `frozenset`, a `tuple`, a `Map`.
"""

from __future__ import annotations

import ast
from typing import Any

from raftnb.data.values import Message
from raftnb.tree.nodes import (
    INT,
    NEVER,
    Apply,
    Collect,
    Const,
    Expr,
    InFlight,
    MapOf,
    Range,
    RecordOf,
    SeqOf,
    SetOf,
    Type,
)
from raftnb.tree.scope import Lower


def counted_through(lower: Lower, node: ast.Call) -> Expr:
    """`range(low, high)`."""
    if node.keywords or len(node.args) not in (1, 2):
        lower.scope.fail(node, "range(high), range(low, high)", "count in steps of one")
    numbers = list(map(lower.number, node.args))
    low = numbers[0] if len(numbers) == 2 else Const(INT, node.lineno, 0)
    return Apply(Range(INT), node.lineno, "range", (low, numbers[-1]))


def messages(lower: Lower, node: ast.Call) -> Expr:
    """`in_flight(Kind)`: the messages of a kind, a sequence in the language's order."""
    kind = lower.scope.value_of(node.args[0]) if len(node.args) == 1 else None
    if node.keywords or not isinstance(kind, type) or not issubclass(kind, Message):
        lower.scope.fail(node, "in_flight(Kind), with a class of messages", "name the class")
    return InFlight(SeqOf(RecordOf(kind)), node.lineno, kind)


def element(domain: Expr) -> Type:
    """The type of what is met in going through a collection."""
    type_ = domain.type
    if isinstance(type_, SeqOf | SetOf):
        return type_.of
    return type_.key if isinstance(type_, MapOf) else NEVER


def is_set(lower: Lower, node: ast.expr) -> bool:
    """Whether it is written as a set that can change, which is equal to one that cannot."""
    called = isinstance(node, ast.Call) and lower.scope.value_of(node.func) is set
    return called or isinstance(node, ast.Set | ast.SetComp)


def written_out(lower: Lower, node: ast.expr, nodes: list[ast.expr], kind: Any) -> Expr:
    """A sequence or set written out."""
    items = tuple(map(lower.expr, nodes))
    of: Type = NEVER
    for item in items:
        of = lower.scope.joined(node, of, item.type)
    return Collect(kind(of), node.lineno, items)


def map_written_out(lower: Lower, node: ast.Dict) -> Expr:
    """A map written out as `{key: value}`."""
    key: Type = NEVER
    value: Type = NEVER
    items: list[Expr] = []
    for k, v in zip(node.keys, node.values, strict=True):
        if k is None:
            lower.scope.fail(node, "{key: value, ...}", "write `m | {key: value}`")
        items += [lower.expr(k), lower.expr(v)]
        key = lower.scope.joined(node, key, items[-2].type)
        value = lower.scope.joined(node, value, items[-1].type)
    return Collect(MapOf(key, value), node.lineno, tuple(items))
