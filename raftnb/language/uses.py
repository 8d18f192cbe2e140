"""Where a class may stand: it is no value, and equals none."""

from __future__ import annotations

import ast
from collections.abc import Callable
from enum import Enum
from functools import cache
from inspect import signature
from typing import Any

from raftnb.data.domains import DomainType
from raftnb.data.names import listed, nearest
from raftnb.data.values import Map, Message, Record
from raftnb.language.cures import Told
from raftnb.language.network import in_flight
from raftnb.language.processes import GlobalsType, after

OVER = {"len", "tuple", "frozenset", "set", "sorted", "enumerate", "min", "max", "zip", "reversed"}


def misused(cls: type, around: ast.AST) -> Told:
    """What is said of a class that stands for a value, in an expression."""
    name, what = cls.__name__, ast.unparse(around)
    members = {} if not issubclass(cls, Enum) else dict(cls.__members__)
    known = list(cls.variables if isinstance(cls, GlobalsType) else members)
    if isinstance(around, ast.Attribute) and known:
        declared = "declare" if isinstance(cls, GlobalsType) else "have"
        cure = nearest(around.attr, known) or f"{declared} it, or use one of these"
        return f"`{around.attr}`, which `{name}` does not {declared}", listed(known), cure
    found = f"the class `{name}` as a value, in `{what}`"
    if isinstance(around, ast.BinOp) and isinstance(around.op, ast.BitOr):
        return found, f"`isinstance(x, {name})`", f"ask for each: `isinstance(x, {name}) or ...`"
    if cls is Map:
        return found, "`Map(...)`, `isinstance(x, Map)`", "make one: `Map({key: value})`"
    if isinstance(cls, GlobalsType):
        return found, f"variables of `{name}`", f"name the variable: `{name}.{(*known, 'x')[0]}`"
    if issubclass(cls, Enum):
        return found, f"members of `{name}`", f"name the member: `{name}.{(*known, 'X')[0]}`"
    word = getattr(getattr(around, "func", None), "id", "")
    if word == "super":
        return f"`{what}`, with arguments", "`super().name(...)`", "write `super()`"
    if word == "in_flight":
        return found, "in_flight(Kind), of a message class", f"`{name}` is no kind of message"
    if issubclass(cls, Message):
        cure = f"make one: `{name}(...)`"
        if word == "discard":
            cure = f"name the one that came: `def hear(self, m: {name})`, then `discard(m)`"
        elif word in OVER or isinstance(around, ast.For | ast.comprehension):
            cure = f"`in_flight({name})` are those in flight"
        return found, f"`{name}(...)`, `isinstance(x, {name})`, `in_flight({name})`", cure
    if issubclass(cls, Record):
        return found, f"`{name}(...)`, `isinstance(x, {name})`", f"make one: `{name}(...)`"
    return found, f"members of `{name}`", f"choose a member: `for x in {name}`, or a parameter"


def misfit(call: ast.Call, called: Callable[..., Any], error: TypeError) -> Told:
    """What is said of arguments that a record or an operator has no parameters for."""
    names, name = list(signature(called).parameters), called.__name__
    unknown = [word.arg for word in call.keywords if word.arg and word.arg not in names]
    given = {word.arg for word in call.keywords} | set(names[: len(call.args)])
    missing = [part for part in names if part not in given and part not in ("source", "dest")]
    cure = "give each parameter once; the fields of a message by name"
    if called is in_flight:
        cure = "say which: `in_flight(Ask)`; all of them: `in_flight(Message)`"
    elif unknown:
        cure = nearest(unknown[0], names) or f"declare it: `{unknown[0]}: Type` in `{name}`"
    elif isinstance(called, type) and issubclass(called, Message) and call.args:
        own = [part for part in names if part not in ("source", "dest")]
        fields = ", ".join(f"{part}=..." for part in own)
        positions = zip(own, map(ast.unparse, call.args), strict=False)
        cure = f"write `{name}({', '.join(f'{part}={value}' for part, value in positions)})`"
        found = f"`{ast.unparse(call)}`: a message's fields by their place"
        return found, f"{name}({fields})", cure
    elif missing and "missing" in str(error):
        cure = f"give `{missing[0]}`: `{name}(..., {missing[0]}=...)`"
    return f"`{ast.unparse(call)}`: {error}", f"{name}({', '.join(names)})", cure


@cache
def parents(tree: ast.FunctionDef) -> dict[int, ast.AST]:
    """Each node's parent, by the node's id; one tree is read for many specifications."""
    inner = ((child, node) for node in ast.walk(tree) for child in ast.iter_child_nodes(node))
    return {id(child): node for child, node in inner}


class Uses:
    """Where the names of a function stand: each node's parent."""

    def __init__(self, tree: ast.FunctionDef, names: dict[str, Any]) -> None:
        self.names, self.parent = names, parents(tree)

    def around(self, node: ast.AST) -> ast.AST:
        """The expression that a node is a part of."""
        return self.parent.get(id(node), node)

    def allows(self, node: ast.Name, cls: type) -> bool:
        """Whether a class may stand where this name does."""
        parent = self.around(node)
        if self.is_tested_for(node):
            return True
        if isinstance(cls, GlobalsType):
            return self._names_member(parent, cls.variables) or self._is(parent, after)
        if isinstance(parent, ast.Call) and parent.func is node:
            return True  # whether it may be called is another question
        if isinstance(cls, DomainType):
            return self._goes_through(node, parent)
        if issubclass(cls, Enum):
            named = self._names_member(parent, cls.__members__)
            return named or self._goes_through(node, parent)
        return issubclass(cls, Message) and self._is(parent, in_flight)

    def is_tested_for(self, node: ast.Name) -> bool:
        """Whether it is a class that `isinstance` looks for."""
        parent = self.around(node)
        if isinstance(parent, ast.Call):
            return self._called(parent) == "isinstance" and node in parent.args[1:]
        return isinstance(parent, ast.Tuple) and self._is_tested(parent)

    def _names_member(self, parent: ast.AST, names: Any) -> bool:
        return isinstance(parent, ast.Attribute) and parent.attr in names

    def _is(self, parent: ast.AST, function: Any) -> bool:
        func = parent.func if isinstance(parent, ast.Call) else None
        return isinstance(func, ast.Name) and self.names.get(func.id) is function

    def _called(self, call: ast.Call) -> str:
        return call.func.id if isinstance(call.func, ast.Name) else ""

    def _is_tested(self, pair: ast.Tuple) -> bool:
        parent = self.around(pair)
        if not isinstance(parent, ast.Call) or self._called(parent) != "isinstance":
            return False
        return pair in parent.args[1:]

    def _goes_through(self, node: ast.Name, parent: ast.AST) -> bool:
        """Whether the members are gone through, counted, or looked into."""
        if isinstance(parent, ast.For | ast.comprehension):
            return parent.iter is node
        if isinstance(parent, ast.Compare):
            ops = zip(parent.ops, parent.comparators, strict=True)
            return any(side is node and isinstance(op, ast.In | ast.NotIn) for op, side in ops)
        return isinstance(parent, ast.Starred) or (
            isinstance(parent, ast.Call) and self._called(parent) in OVER
        )
