"""Collections written out and comprehensions, in the typed tree.

Python's `{a: b}` and a class by its name are no values of the language: the first can change, the
last is not what it holds. So they may stand only where they are gone through at once, or made a
`frozenset`, a `tuple`, a `Map`. `{a, b}` can change, too: it is looked at and not kept (`passing`).
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import replace
from functools import reduce
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
    OneOf,
    Range,
    RecordOf,
    SeqOf,
    SetOf,
    TupleOf,
    Type,
)
from raftnb.tree.scope import Lower
from raftnb.tree.types import frozen, join, sequence, unwrapped


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


def as_sequence(value: Expr) -> Expr:
    """A tuple as a sequence, to go through, to slice, to put others to; any other as it is."""
    return replace(value, type=sequence(value.type))


def element(domain: Expr) -> Type:
    """The type of what is met in going through a collection."""
    type_ = domain.type
    if isinstance(type_, SeqOf | SetOf):
        return type_.of
    return type_.key if isinstance(type_, MapOf) else NEVER


def tuple_of(lower: Lower, node: ast.expr, items: tuple[Expr, ...]) -> Expr:
    """A tuple of these items: a sequence of one type, or each of its own."""
    types = tuple(item.type for item in items)
    nothing: Type = NEVER
    if isinstance(unwrapped(reduce(join, types, nothing)), OneOf):
        return Collect(TupleOf(types), node.lineno, items)
    return written_out(lower, node, items, SeqOf)


def written_out(lower: Lower, node: ast.expr, items: tuple[Expr, ...], kind: Any) -> Expr:
    """A sequence or set of these items."""
    of: Type = NEVER
    for item in items:
        of = lower.scope.joined(node, of, item.type)
    return Collect(kind(of), node.lineno, items)


def map_written_out(lower: Lower, node: ast.Dict) -> Expr:
    """A map written out as `{key: value}`; `{**m, key: value}` is `m | {key: value}`."""
    pairs = zip(node.keys, node.values, strict=True)
    found: Expr | None = None
    for spread, group in itertools.groupby(pairs, lambda pair: pair[0] is None):
        run = list(group)
        pieces = [_map(lower, v) for _, v in run] if spread else [_pairs(lower, node, run)]
        for piece in pieces:
            found = piece if found is None else _merged(lower, node, found, piece)
    return _pairs(lower, node, []) if found is None else found


def _map(lower: Lower, node: ast.expr) -> Expr:
    """The map that `**` stands before."""
    found = lower.scope.the(lower.seen(node))
    if not isinstance(found.type, MapOf):
        lower.scope.fail(node, "`**` before a map", "write `Map(...)` around it")
    return replace(found, type=frozen(found.type))


def _merged(lower: Lower, node: ast.Dict, left: Expr, right: Expr) -> Expr:
    type_ = lower.scope.joined(node, left.type, right.type)
    return Apply(type_, node.lineno, "merge", (left, right))


def _pairs(lower: Lower, node: ast.Dict, pairs: list[tuple[ast.expr | None, ast.expr]]) -> Expr:
    key: Type = NEVER
    value: Type = NEVER
    items: list[Expr] = []
    for k, v in pairs:
        assert k is not None
        items += [lower.expr(k), lower.expr(v)]
        key = lower.scope.joined(node, key, items[-2].type)
        value = lower.scope.joined(node, value, items[-1].type)
    return Collect(MapOf(key, value), node.lineno, tuple(items))
