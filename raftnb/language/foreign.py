"""Values that are none of the language's: lists, dicts, ranges and iterators.

One may go through them, and no more: they are equal to no tuple, set or Map, and an iterator is
always true.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from types import FunctionType
from typing import Any

MAKES_FOREIGN: tuple[Any, ...] = (sorted, enumerate, zip, reversed, range, dict)
VIEWS = ("items", "keys", "values")


class ForeignValues:
    """The expressions of one function that may be such a value, and where they are used as one."""

    def __init__(
        self, nodes: Sequence[ast.AST], names: dict[str, Any], free: tuple[ast.Name, ...]
    ) -> None:
        self.nodes, self.names, self.free = nodes, names, {id(name) for name in free}
        self.foreign_names: set[str] = set()
        self._follow_names()

    def _known(self, node: ast.AST | None) -> Any:
        free = isinstance(node, ast.Name) and id(node) in self.free
        return self.names.get(node.id) if free and isinstance(node, ast.Name) else None

    def _follow_names(self) -> None:
        before = -1
        while before != len(self.foreign_names):
            before = len(self.foreign_names)
            for node in self.nodes:
                if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    found = [t.id for t in targets if isinstance(t, ast.Name)]
                    self.foreign_names |= set(found) if self.is_foreign(node.value) else set()

    def is_foreign(self, node: ast.AST | None) -> bool:
        """Whether an expression may be a list, a dict, a range or an iterator."""
        match node:
            case ast.Dict() | ast.DictComp() | ast.GeneratorExp():
                return True
            case ast.Call(func=ast.Attribute(attr=name)):
                return name in VIEWS
            case ast.Call():
                return any(self._known(node.func) is known for known in MAKES_FOREIGN)
            case ast.IfExp():
                return self.is_foreign(node.body) or self.is_foreign(node.orelse)
            case ast.BoolOp():
                return any(map(self.is_foreign, node.values))
            case ast.BinOp(op=ast.Add() | ast.Mult()):
                return self.is_foreign(node.left) or self.is_foreign(node.right)
            case ast.Subscript(slice=ast.Slice()):
                return self.is_foreign(node.value)
        return isinstance(node, ast.Name) and node.id in self.foreign_names

    def foreign_values(self) -> Iterator[ast.expr]:
        """The foreign values that are compared, tested, returned, put inside or handed on."""
        for node in self.nodes:
            yield from filter(self.is_foreign, self._looked_at(node))

    def _looked_at(self, node: ast.AST) -> list[ast.expr]:
        match node:
            case ast.Compare():
                right = zip(node.ops, node.comparators, strict=True)
                kept = [x for op, x in right if not isinstance(op, ast.In | ast.NotIn)]
                return [node.left, *kept]
            case ast.Return(value=ast.expr() as value):
                return [value]
            case ast.If() | ast.IfExp():
                return [node.test]
            case ast.UnaryOp():
                return [node.operand]
            case ast.BoolOp():
                return node.values
            case ast.comprehension():
                return node.ifs
            case ast.Tuple(ctx=ast.Load()) | ast.Set():
                return node.elts
            case ast.Dict():
                return node.values if None not in node.keys else []
            case ast.GeneratorExp() | ast.SetComp():
                return [node.elt]
            case ast.Call():
                called = self._known(node.func)
                handed = isinstance(called, FunctionType) or called in (bool, str)
                return [*node.args, *(w.value for w in node.keywords)] if handed else []
        return []
