"""Looking around in typed trees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from raftnb.tree.nodes import Assign, Expr, If, Routine, RunRoutine, Statement, Var, children


def own(node: Any) -> Iterator[Any]:
    """The nodes of a tree, without those of the functions that it calls."""
    yield node
    if isinstance(node, Expr | Statement):
        for one in children(node, Expr | Statement):
            yield from own(one)


def substituted(node: Any, name: str, by: Expr) -> Any:
    """A tree in which a name stands for an expression."""
    if isinstance(node, Var) and node.name == name:
        return by
    if isinstance(node, tuple):
        return tuple(substituted(one, name, by) for one in node)
    if not isinstance(node, Expr | Statement):
        return node
    return replace(node, **{k: substituted(v, name, by) for k, v in vars(node).items()})


def own_of(body: Iterable[Statement]) -> Iterator[Any]:
    """The nodes of statements, without those of the functions that they call."""
    for statement in body:
        yield from own(statement)


def has_effects(body: Iterable[Statement]) -> bool:
    """Whether statements do more than give names values."""
    return any(
        isinstance(part, Statement)
        and not (
            isinstance(part, If) or (isinstance(part, Assign) and isinstance(part.target, Var))
        )
        for part in own_of(body)
    )


def run_by(body: Iterable[Statement]) -> Iterator[Any]:
    """The nodes of statements and of the macros that they run."""
    for part in own_of(body):
        yield part
        if isinstance(part, RunRoutine):
            yield from run_by(part.routine.body)


def routines(node: Any, seen: set[Routine]) -> Iterator[Routine]:
    """A routine and those that it calls or runs, each once."""
    if isinstance(node, Routine):
        if node in seen:
            return
        seen.add(node)
        yield node
        for part in own_of(node.body):
            yield from routines(getattr(part, "routine", None), seen)
