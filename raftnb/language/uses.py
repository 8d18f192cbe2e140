"""Where a class may stand: it is no value, and equals none."""

from __future__ import annotations

import ast
from enum import Enum
from typing import Any

from raftnb.data.domains import DomainType
from raftnb.data.values import Map, Message, Record
from raftnb.language.network import in_flight
from raftnb.language.processes import GlobalsType, after

OVER = {"len", "tuple", "frozenset", "set", "sorted", "enumerate", "min", "max", "zip", "reversed"}


def cure_for(cls: type) -> tuple[str, str]:
    """The cure for a class that stands for a value, and what is allowed."""
    name = cls.__name__
    if cls is Map:
        return "make one: `Map()`, `Map({key: value})`", "`Map(...)`, `isinstance(x, Map)`"
    if isinstance(cls, GlobalsType):
        return f"name the variable: `{name}.variable`", f"variables of `{name}`"
    if issubclass(cls, Enum):
        return f"name the member: `{name}.MEMBER`", f"members of `{name}`"
    if issubclass(cls, Record):
        return f"make one: `{name}(...)`", f"`{name}(...)`, `isinstance(x, {name})`"
    return f"choose a member: `for x in {name}`", f"members of `{name}`"


class Uses:
    """Where the names of a function stand: each node's parent."""

    def __init__(self, tree: ast.FunctionDef, names: dict[str, Any]) -> None:
        self.names = names
        inner = [(child, node) for node in ast.walk(tree) for child in ast.iter_child_nodes(node)]
        self.parent = {id(child): node for child, node in inner}

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
