"""What `for` goes through, in loops and comprehensions: a collection, and the names of its parts.

`for k, v in m.items()` goes through m, and v is `m[k]`; `for i, x in enumerate(s)` goes through the
indices of s, and x is `s[i]`; `for x, y in zip(s, t)` goes through those that both have. Of any
other collection the items themselves are met. Several names take apart what is met.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from raftnb.tree.collections import element
from raftnb.tree.nodes import INT, TRUE, Apply, Const, EachOf, Expr, MapOf, Range, SeqOf, Var
from raftnb.tree.nodes import parts as parts_of
from raftnb.tree.scope import Lower
from raftnb.tree.unpacking import Met, together, unpacked

Hold = Callable[[Expr], Expr]
Meet = Callable[[Expr], Met]
"""What is met where an item of a collection is."""


@dataclass(frozen=True)
class Walk:
    """A collection gone through, the name of its item, and further names with their values.

    Each of `tests` is true, or has no value where Python raises.
    """

    domain: Expr
    name: str
    parts: dict[str, Expr]
    tests: tuple[Expr, ...]


def walk(lower: Lower, target: ast.expr, through: ast.expr, hold: Hold) -> Walk:
    """What `for target in through` means; `hold` gives a collection a name, or leaves it."""
    domain, meet = _source(lower, through, hold)
    item = Var(element(domain), target.lineno, unnamed(_kind(domain), target))
    own = _own_name(_named(lower, target, meet(item), []), meet(item), item)
    item, tests = replace(item, name=own or item.name), list[Expr]()
    named = dict(_named(lower, target, meet(item), tests))
    named.pop(own, None)
    return Walk(domain, item.name, named, tuple(tests))


def made(lower: Lower, node: ast.expr) -> Expr | None:
    """What `m.values()`, `m.items()`, `enumerate` and `zip` go through, as a sequence."""
    if not any(map_of(lower, node, name) for name in ("values", "items")):
        if not any(_is_call(lower, node, known) for known in (enumerate, zip)):
            return None

    def settled(base: Expr) -> Expr:
        lower.scope.settle(node, base)
        return base

    domain, meet = _source(lower, node, settled)
    item = Var(element(domain), node.lineno, unnamed(_kind(domain), node))
    value = together(lower, node, meet(item))
    return EachOf(SeqOf(value.type), node.lineno, "seq", item.name, domain, TRUE, value)


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


def _kind(domain: Expr) -> str:
    if isinstance(domain.type, MapOf):
        return "key"
    return "place" if isinstance(domain.type, Range) else "item"


# The names.


def _named(
    lower: Lower, target: ast.expr, met: Met, tests: list[Expr]
) -> Iterator[tuple[str, Expr]]:
    for one, value in unpacked(lower, target, met, tests):
        if not isinstance(one, ast.Name):
            lower.scope.fail(one, "names after `for`", "give it its value in a line of its own")
        yield one.id, value


def _own_name(named: Iterator[tuple[str, Expr]], met: Met, item: Var) -> str:
    """The name after `for` that stands for the item itself, and for nothing else there; or ""."""
    pairs = list(named)
    names = [name for name, _ in pairs]
    own = next((name for name, value in pairs if value is item), "")
    if len(pairs) == 1:
        return own
    inside = {part.name for e in _flat(met) for part in parts_of(e) if isinstance(part, Var)}
    return "" if own == "_" or names.count(own) > 1 or own in inside else own


def _flat(met: Met) -> Iterator[Expr]:
    for part in [met] if isinstance(met, Expr) else met:
        yield from [part] if isinstance(part, Expr) else _flat(part)


# What is gone through.


def _source(lower: Lower, node: ast.expr, hold: Hold) -> tuple[Expr, Meet]:
    if (pairs := map_of(lower, node, "items")) is not None:
        table = hold(pairs)
        return table, lambda key: (key, _item(table, key))
    if (values := map_of(lower, node, "values")) is not None:
        held = hold(values)
        return held, lambda key: _item(held, key)
    if _is_call(lower, node, enumerate) or _is_call(lower, node, zip):
        length, at = _by_place(lower, node, hold)
        return Apply(Range(INT), node.lineno, "range", (Const(INT, node.lineno, 0), length)), at
    return lower.collection(node), lambda item: item


def _by_place(lower: Lower, node: ast.expr, hold: Hold) -> tuple[Expr, Meet]:
    """How many there are, and what is met at a place."""
    if _is_call(lower, node, enumerate):
        return _enumerated(lower, node, hold)  # type: ignore[arg-type]
    if _is_call(lower, node, zip):
        return _side_by_side(lower, node, hold)  # type: ignore[arg-type]
    base = lower.collection(node)
    if not isinstance(base.type, SeqOf):
        cure = "put a set in order: `tuple(sorted(...))`"
        lower.scope.fail(node, "enumerate and zip of sequences", cure)
    if isinstance(base, Apply) and base.op == "range":
        return _counted(base, hold)
    held = hold(base)
    return Apply(INT, node.lineno, "len", (held,)), lambda place: _item(held, place)


def _counted(numbers: Apply, hold: Hold) -> tuple[Expr, Meet]:
    """`range(low, high)`."""
    line, (low, high) = numbers.line, map(hold, numbers.args)
    length = Apply(INT, line, "-", (high, low))  # below 0 where there is nothing, as well
    return length, lambda place: Apply(INT, line, "+", (low, place))


def _enumerated(lower: Lower, node: ast.Call, hold: Hold) -> tuple[Expr, Meet]:
    """`enumerate(s)`, `enumerate(s, 1)`."""
    starts = [*node.args[1:], *(word.value for word in node.keywords if word.arg == "start")]
    if len(starts) > 1 or len(node.args) + len(node.keywords) != 1 + len(starts):
        lower.scope.fail(node, "enumerate(sequence), enumerate(sequence, 1)")
    length, at = _by_place(lower, node.args[0], hold)
    if not starts:
        return length, lambda place: (place, at(place))
    start = lower.number(starts[0])
    within = start.args[0] if isinstance(start, Apply) and start.op == "neg" else start
    if not isinstance(within, Const):  # which is always found, also where nothing is met
        lower.scope.fail(node, "enumerate(sequence, 1), from a number written out")
    return length, lambda place: (Apply(INT, node.lineno, "+", (start, place)), at(place))


def _side_by_side(lower: Lower, node: ast.Call, hold: Hold) -> tuple[Expr, Meet]:
    """`zip(a, b)`: the places that all of the sequences have."""
    if node.keywords or len(node.args) < 2 or any(isinstance(a, ast.Starred) for a in node.args):
        lower.scope.fail(node, "zip(a, b)", "give it two sequences, or more")
    found = [_by_place(lower, one, hold) for one in node.args]
    shortest = Apply(INT, node.lineno, "min", tuple(length for length, _ in found))
    return shortest, lambda place: tuple(at(place) for _, at in found)


def _is_call(lower: Lower, node: ast.expr, function: object) -> bool:
    return isinstance(node, ast.Call) and lower.scope.value_of(node.func) is function


def _item(held: Expr, at: Expr) -> Expr:
    of = held.type.value if isinstance(held.type, MapOf) else element(held)
    return Apply(of, at.line, "index", (held, at))
