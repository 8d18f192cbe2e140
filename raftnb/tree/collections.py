"""Collections written out and comprehensions, in the typed tree.

Python's `{a, b}`, `{a: b}` and a class by its name are no values of the language: the first two can
change, the last is not what it holds. So they may stand only where they are gone through at once,
or made a `frozenset`, a `tuple`, a `Map`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from raftnb.data.values import Message
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
    InFlight,
    Int,
    MapOf,
    Member,
    Never,
    Range,
    RecordOf,
    SeqOf,
    SetOf,
    Type,
    Var,
)
from raftnb.tree.scope import Lower
from raftnb.tree.types import is_domain

Part = Callable[[], tuple[Expr, Expr | None]]


def collection(lower: Lower, node: ast.expr) -> Expr:
    """What can be gone through: a sequence, set or map, members, messages, a range."""
    if isinstance(node, ast.Set):
        return written_out(lower, node, node.elts, SetOf)
    if isinstance(node, ast.SetComp):
        return comprehension(lower, "set", node, lambda: (lower.expr(node.elt), None))
    cls = lower.scope.value_of(node)
    if is_domain(cls):
        if not lower.scope.is_named(cls):
            lower.scope.fail(node, "classes that the Spec names", "add it to the Spec")
        return Everyone(SetOf(Member(cls.root)), node.lineno, cls.root)
    found = lower.scope.the(lower.expr(node))
    if not isinstance(found.type, SeqOf | SetOf | MapOf | Never):
        lower.scope.fail(node, "a sequence, a set, a map, a domain, range(...)")
    return found


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


def written_out(lower: Lower, node: ast.expr, nodes: list[ast.expr], kind: Any) -> Expr:
    """A sequence or set written out."""
    items = tuple(map(lower.expr, nodes))
    of: Type = NEVER
    for item in items:
        of = lower.scope.joined(node, of, item.type)
    return Collect(kind(of), node.lineno, items)


def mapping(lower: Lower, node: ast.expr) -> Expr | None:
    """A map written out as `{a: b}`, `{a: b for ...}` or pairs; None for anything else."""
    if isinstance(node, ast.Dict):
        return _map_written_out(lower, node)
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


def _map_written_out(lower: Lower, node: ast.Dict) -> Expr:
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


def comprehension(lower: Lower, kind: str, node: Any, body: Part) -> Expr:
    """A comprehension; for `all`, `any` and `sum`, several `for`s are nested."""
    if len(node.generators) > 1 and kind not in ("all", "any", "sum"):
        lower.scope.fail(node, "one `for` in a comprehension, but in `all`, `any` and `sum`")
    return _generator(lower, kind, node, list(node.generators), body)


def _generator(
    lower: Lower, kind: str, node: Any, left: list[ast.comprehension], body: Part
) -> Expr:
    part = left[0]
    if not isinstance(part.target, ast.Name) or part.is_async:
        lower.scope.fail(part.target, "one name after `for`", "take the parts by index or field")
    name = part.target.id
    domain = lower.collection(part.iter)
    key: Expr | None = None
    later = {g.target.id for g in left[1:] if isinstance(g.target, ast.Name)} - {name}
    with lower.scope.binding(name, element(domain), later):
        tests = tuple(map(lower.truth, part.ifs))
        condition = Apply(BOOL, node.lineno, "and", tests) if tests else TRUE
        if len(left) > 1:
            value = _generator(lower, kind, node, left[1:], body)
        else:
            value, key = body()
    return EachOf(_type(kind, value, key), node.lineno, kind, name, domain, condition, value, key)


def _type(kind: str, value: Expr, key: Expr | None) -> Type:
    if key is not None:
        return MapOf(key.type, value.type)
    of: dict[str, Type] = {"seq": SeqOf(value.type), "set": SetOf(value.type), "sum": INT}
    return of.get(kind, BOOL)


def gone_through(lower: Lower, kind: str, node: ast.expr) -> Expr:
    """What `all`, `any`, `sum`, `tuple`, `frozenset` make of the one collection they are given."""
    if isinstance(node, ast.GeneratorExp):
        return comprehension(lower, kind, node, lambda: (_item(lower, kind, node.elt), None))
    found = lower.collection(node)
    made = {"seq": SeqOf, "set": SetOf}.get(kind)
    if type(found.type) is made:
        return found
    of = element(found)
    item: Expr = Var(of, node.lineno, "item")
    if kind in ("all", "any") and of not in (BOOL, NEVER):
        lower.scope.fail(node, "truth values", f"write `{kind}(... for x in ...)`")
    if kind == "sum":
        item = _counted(lower, node, item)
    return EachOf(_type(kind, item, None), node.lineno, kind, "item", found, TRUE, item)


def _item(lower: Lower, kind: str, node: ast.expr) -> Expr:
    if kind in ("all", "any"):
        return lower.truth(node)
    found = lower.expr(node)
    return _counted(lower, node, found) if kind == "sum" else found


def _counted(lower: Lower, node: ast.expr, item: Expr) -> Expr:
    """An item of a sum: a truth value counts as one or none."""
    item = lower.scope.the(item)
    if isinstance(item.type, Bool):
        return Cond(INT, item.line, item, Const(INT, item.line, 1), Const(INT, item.line, 0))
    if not isinstance(item.type, Int | Never):
        lower.scope.fail(node, "numbers or truth values")
    return item
