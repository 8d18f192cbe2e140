"""Which sequences a routine asks for their first item: where it has run, these have one.

Python's `s[1:]` has a value for an empty sequence, too, and `Tail(s)` has not: TLC stops there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from raftnb.tree import nodes


def is_peeked(routine: nodes.Routine, sequence: nodes.Expr) -> bool:
    """Whether each run of the routine reads the first item of the sequence."""
    return placeless(sequence) in map(placeless, peeked(routine))


def peeked(routine: nodes.Routine) -> Iterator[nodes.Expr]:
    """The sequences whose first item is read."""
    for statement in routine.body:
        match statement:
            case nodes.When(test=expr) | nodes.Assign(value=expr) | nodes.Return(value=expr):
                yield from always_read(expr, is_true=isinstance(statement, nodes.When))


def always_read(expr: nodes.Expr, *, is_true: bool = False) -> Iterator[nodes.Expr]:
    """Those of an expression, where it has a value, whatever that is; or where it is true."""
    match expr:
        case nodes.Apply(op="and" | "or", args=args):
            every = is_true and expr.op == "and"
            for arg in args if every else args[:1]:
                yield from always_read(arg, is_true=every)
        case nodes.Apply(args=args):
            if expr.op == "index" and placeless(args[1]) == ZERO:
                yield args[0]
            for arg in args:
                yield from always_read(arg)
        case nodes.Get(record=inner) | nodes.Cond(test=inner):
            yield from always_read(inner)
        case nodes.Make() | nodes.Collect() | nodes.Call():
            for inner in nodes.children(expr, nodes.Expr):
                yield from always_read(inner)


def placeless(node: Any) -> Any:
    """An expression without the lines it stands in: the same one elsewhere is equal to it."""
    if isinstance(node, tuple):
        return tuple(map(placeless, node))
    if not isinstance(node, nodes.Expr):
        return node
    inner = {one.name: placeless(getattr(node, one.name)) for one in fields(node)}
    return replace(node, **inner | {"line": 0})


ZERO = nodes.Const(nodes.INT, 0, 0)
