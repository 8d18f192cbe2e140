"""Which sequences a routine has asked for their first item: from there on, these have one.

Python's `s[1:]` has a value for an empty sequence, too, and `Tail(s)` has not: TLC stops there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from raftnb.tree import nodes


def is_peeked(routine: nodes.Routine, rest: nodes.Apply) -> bool:
    """Whether a run of the routine has read the first item of a sequence before its rest.

    Of one expression both have a value or none. What is read later says nothing: a guard that comes
    before that may fail, and the sequence may be another one by then.
    """
    sequence, found = rest.args[0], False
    for statement in routine.body:
        is_here = rest in nodes.parts(statement)
        read = map(placeless, peeked(statement, is_true=not is_here))
        found = placeless(sequence) in read or found
        if is_here and isinstance(statement, nodes.Assign):
            return found
        found = found and not changes(statement, sequence)
        if is_here:
            return found
    return False


def changes(statement: nodes.Statement, sequence: nodes.Expr) -> bool:
    """Whether a statement assigns to something that the sequence is made of."""
    assigned = {
        name_of(part.target) for part in nodes.parts(statement) if isinstance(part, nodes.Assign)
    }
    return not assigned.isdisjoint(map(name_of, nodes.parts(sequence)))


def name_of(expr: nodes.Expr) -> tuple[str, ...] | None:
    """A variable without whose it is, or a local name; None of other expressions."""
    match expr:
        case nodes.Read():
            return expr.root, expr.variable
        case nodes.Var():
            return (expr.name,)
    return None


def peeked(statement: nodes.Statement, *, is_true: bool) -> Iterator[nodes.Expr]:
    """The sequences whose first item a statement reads, perhaps only where its guard is true."""
    match statement:
        case nodes.When(test=expr) | nodes.Assign(value=expr) | nodes.Return(value=expr):
            yield from always_read(expr, is_true=is_true and isinstance(statement, nodes.When))


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
