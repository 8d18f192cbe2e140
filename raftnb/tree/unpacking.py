"""Targets that are tuples, `a, (b, c) = ...` and `for a, b in ...`, and what each name in them is.

Of a tuple each item is taken by its place. Of a sequence that may be of another length than there
are targets, this is asked before: where it is, Python raises, and the test has no value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import reduce

from raftnb.tree.collections import as_sequence, element, tuple_of
from raftnb.tree.nodes import (
    BOOL,
    INT,
    Apply,
    Call,
    Collect,
    Cond,
    Const,
    Expr,
    For,
    If,
    Never,
    Range,
    Return,
    SeqOf,
    Statement,
    TupleOf,
    Type,
)
from raftnb.tree.scope import Lower
from raftnb.tree.types import join

Met = Expr | tuple["Met", ...]
"""What is taken apart: a value, or several beside each other that nobody made a tuple of."""


def unpacked(
    lower: Lower, target: ast.expr, met: Met, tests: list[Expr]
) -> Iterator[tuple[ast.expr, Expr]]:
    """The targets that are no tuples, each with its value; adds what must be true before."""
    if not isinstance(target, ast.Tuple):
        yield target, together(lower, target, met)
        return
    parts = items(lower, target, met, met, tests) if isinstance(met, Expr) else met
    if len(parts) != len(target.elts):
        lower.scope.fail(target, f"{len(parts)} targets, as there are values")
    for one, part in zip(target.elts, parts, strict=True):
        yield from unpacked(lower, one, part, tests)


def items(
    lower: Lower, target: ast.Tuple, value: Expr, held: Expr, tests: list[Expr]
) -> tuple[Met, ...]:
    """The items of a value, which is `held` by an expression that may be evaluated again."""
    found, line = lower.scope.the(value), target.lineno
    is_sequence = isinstance(found.type, SeqOf) and not isinstance(found.type, Range)
    starred = any(isinstance(e, ast.Starred) for e in target.elts)
    if starred or not (is_sequence or isinstance(found.type, TupleOf | Never)):
        lower.scope.fail(target, "as many values as targets: `a, b = x, y`", "assign in two lines")
    at, of, n = lower.scope.the(held), types_of_items(found), len(target.elts)
    if of is None or found is not value:
        tests.append(_is_as_long(as_sequence(at), len(of or target.elts)))
    op = "item" if isinstance(found.type, TupleOf) else "index"
    types = [element(found)] * n if of is None else of
    return tuple(Apply(t, line, op, (at, Const(INT, line, i))) for i, t in enumerate(types))


def _is_as_long(value: Expr, n: int) -> Expr:
    """True where a sequence has so many items; elsewhere it has no value, and is not true."""
    line = value.line
    size = Apply(INT, line, "len", (value,))
    same = Apply(BOOL, line, "==", (size, Const(INT, line, n)))
    nothing = Apply(BOOL, line, "index", (Collect(SeqOf(BOOL), line, ()), Const(INT, line, 0)))
    never = Apply(BOOL, line, "and", (nothing, Const(BOOL, line, False)))
    return Apply(BOOL, line, "or", (same, never))


def together(lower: Lower, node: ast.expr, met: Met) -> Expr:
    """What is met as one value."""
    if isinstance(met, Expr):
        return met
    return tuple_of(lower, node, tuple(together(lower, node, part) for part in met))


def types_of_items(value: Expr) -> list[Type] | None:
    """The types of the items of a tuple, or a sequence that is written out; None of any other."""
    if isinstance(value.type, TupleOf):
        return list(value.type.items)
    if isinstance(value, Collect):
        return [item.type for item in value.items]
    if isinstance(value, Cond):
        several = [value.yes, value.no]
    elif isinstance(value, Call):
        several = list(_returned(value.routine.body))
    else:
        return None
    found = [types_of_items(one) for one in several]
    known = [types for types in found if types is not None and len(types) == len(found[0] or ())]
    if len(known) != len(found):
        return None
    return [reduce(join, each) for each in zip(*known, strict=True)]


def _returned(body: tuple[Statement, ...]) -> Iterator[Expr]:
    for one in body:
        if isinstance(one, Return):
            yield one.value
        elif isinstance(one, If):
            yield from _returned((*one.then, *one.otherwise))
        elif isinstance(one, For):
            yield from _returned(one.body)
