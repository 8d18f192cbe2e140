"""What `for` goes through, in loops and comprehensions: a collection, and the names of its parts.

`for k, v in m.items()` goes through m, and v is `m[k]`; `for i, x in enumerate(s)` goes through the
indices of s, and x is `s[i]`; `for x, y in zip(s, t)` goes through those that both have.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from raftnb.tree.collections import element
from raftnb.tree.nodes import INT, Apply, Const, Expr, MapOf, Range, SeqOf, Var
from raftnb.tree.nodes import parts as parts_of
from raftnb.tree.scope import Lower

Hold = Callable[[Expr], Expr]


@dataclass(frozen=True)
class Walk:
    """A collection gone through, the name of what is met, and further names with their values."""

    domain: Expr
    name: str
    parts: dict[str, Expr] = field(default_factory=dict)


def walk(lower: Lower, target: ast.expr, through: ast.expr, hold: Hold) -> Walk:
    """What `for target in through` means; `hold` gives a collection a name, or leaves it."""
    if isinstance(target, ast.Name):
        values = map_of(lower, through, "values")
        if values is None:
            return Walk(lower.collection(through), target.id)
        held, key = hold(values), unnamed("key", through)
        return Walk(held, key, {target.id: _item(held, Var(element(held), target.lineno, key))})
    names = [e.id for e in getattr(target, "elts", ()) if isinstance(e, ast.Name)]
    pairs = map_of(lower, through, "items")
    counted = _enumerated(lower, through)
    if len(set(names)) == len(getattr(target, "elts", ())) and _is_call(lower, through, zip):
        return _side_by_side(lower, through, names, hold)  # type: ignore[arg-type]
    if len(set(names)) != 2 or len(getattr(target, "elts", ())) != 2:
        pairs = counted = None
    if pairs is not None:
        key = names[0]
        held = _named_apart(lower, target, hold(pairs), key)
        return Walk(held, key, {names[1]: _item(held, Var(element(held), target.lineno, key))})
    if counted is not None:
        held = _named_apart(lower, target, hold(counted), names[0])
        zero, length = Const(INT, held.line, 0), Apply(INT, held.line, "len", (held,))
        places = Apply(Range(INT), held.line, "range", (zero, length))
        return Walk(places, names[0], {names[1]: _item(held, Var(INT, held.line, names[0]))})
    cure = "take the parts by index or field"
    allowed = "one name after `for`, two with m.items(), enumerate(sequence), zip(a, b)"
    return lower.scope.fail(target, allowed, cure)


def unnamed(what: str, node: ast.expr) -> str:
    """A name that no specification can give, and that no other node has."""
    return f"{what} at line {node.lineno}, column {node.col_offset}"


def map_of(lower: Lower, node: ast.expr, method: str) -> Expr | None:
    """The map whose `keys()`, `values()` or `items()` are called; None for anything else."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if node.func.attr != method or node.args or node.keywords:
        return None
    base = lower.scope.the(lower.seen(node.func.value))
    return base if isinstance(base.type, MapOf) else None


def _is_call(lower: Lower, node: ast.expr, function: object) -> bool:
    return isinstance(node, ast.Call) and lower.scope.value_of(node.func) is function


def _side_by_side(lower: Lower, node: ast.Call, names: list[str], hold: Hold) -> Walk:
    """`for x, y in zip(a, b)`: the places that all of the sequences have."""
    if node.keywords or len(node.args) != len(names) or len(names) < 2:
        lower.scope.fail(node, "zip(a, b), with as many names after `for`")
    lowered = [lower.collection(arg) for arg in node.args]
    if not all(isinstance(one.type, SeqOf) for one in lowered):
        lower.scope.fail(node, "zip of sequences", "put a set in order: `tuple(sorted(...))`")
    held = [hold(one) for one in lowered]
    line, place = node.lineno, Var(INT, node.lineno, unnamed("place", node))
    shortest = Apply(INT, line, "min", tuple(Apply(INT, line, "len", (one,)) for one in held))
    places = Apply(Range(INT), line, "range", (Const(INT, line, 0), shortest))
    return Walk(places, place.name, {n: _item(s, place) for n, s in zip(names, held, strict=True)})


def _enumerated(lower: Lower, node: ast.expr) -> Expr | None:
    called = _is_call(lower, node, enumerate)
    if not called or len(node.args) != 1 or node.keywords:  # type: ignore[attr-defined]
        return None
    base = lower.collection(node.args[0])  # type: ignore[attr-defined]
    return base if isinstance(base.type, SeqOf) else None


def _named_apart(lower: Lower, node: ast.expr, held: Expr, name: str) -> Expr:
    """What is gone through, which does not have the name of what is met in it."""
    if any(isinstance(part, Var) and part.name == name for part in parts_of(held)):
        lower.scope.fail(node, "names that hide none of those outside", "take another name")
    return held


def _item(held: Expr, at: Expr) -> Expr:
    of = held.type.value if isinstance(held.type, MapOf) else element(held)
    return Apply(of, at.line, "index", (held, at))
