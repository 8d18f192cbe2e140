"""An expression of the tree as Python that a message can quote."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from raftnb.tree.nodes import Apply, Call, Const, Expr, Get, Read, Var

LONG = "..."
"""For what takes more than a few words."""
BETWEEN = ("+", "-", "*", "//", "%", "==", "<", "<=", "in", "and", "or")


def quoted(expr: Expr) -> str:
    """An expression as a message quotes it."""
    text = written(expr)
    return "a value" if text == LONG else f"`{text}`"


def written(expr: Expr) -> str:
    """What an expression says, in a line; parts that cannot be said shortly are `...`."""
    write = WRITE.get(type(expr))
    return write(expr) if write is not None else LONG


def _const(expr: Const) -> str:
    if isinstance(expr.value, Enum):
        return f"{type(expr.value).__name__}.{expr.value.name}"
    return repr(expr.value)


def _var(expr: Var) -> str:
    return expr.name if expr.name.isidentifier() else LONG


def _read(expr: Read) -> str:
    said = f"{expr.root if expr.owner is None else written(expr.owner)}.{expr.variable}"
    return f"after({said})" if expr.primed else said


def _get(expr: Get) -> str:
    return f"{written(expr.record)}.{expr.field}"


def _apply(expr: Apply) -> str:
    args = [written(each) for each in expr.args]
    if expr.op in ("the", "as"):  # nobody wrote these: they say that the value is of another type
        return args[0]
    if expr.op == "index":
        return f"{_grouped(expr.args[0])}[{args[1]}]"
    if expr.op == "slice":
        return f"{_grouped(expr.args[0])}[{args[1]}:{args[2]}]"
    if expr.op == "neg":
        return f"-{_grouped(expr.args[0])}"
    if expr.op in BETWEEN:
        return f" {expr.op} ".join(_grouped(each) for each in expr.args)
    return f"{expr.op}({', '.join(args)})" if expr.op.isidentifier() else LONG


def _grouped(expr: Expr) -> str:
    """An operand, in brackets where it has an operator of its own."""
    return f"({written(expr)})" if isinstance(expr, Apply) and expr.op in BETWEEN else written(expr)


def _call(expr: Call) -> str:
    args = [written(each) for each in expr.args]
    if expr.routine.parameters[:1] and expr.routine.parameters[0][0] == "self":
        return f"{args[0]}.{expr.routine.name}({', '.join(args[1:])})"
    return f"{expr.routine.name}({', '.join(args)})"


WRITE: dict[type[Expr], Callable[[Any], str]] = {
    Const: _const, Var: _var, Read: _read, Get: _get, Apply: _apply, Call: _call,
}  # fmt: skip

__all__ = ["quoted", "written"]
