"""Which expressions may be text: `%` writes values into it, in the order of hashes and by name.

Types are found from annotations, and of names from all that they are given, whatever the order of
lines; what is not found is taken for a number.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType, GenericAlias, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from raftnb.data.values import Map
from raftnb.language.processes import either
from raftnb.language.vocabulary import Vocabulary

TEXTUAL = ("upper", "lower", "format", "join", "strip")


class Texts:
    """Follows the types of one function's expressions as far as text goes."""

    def __init__(
        self, function: FunctionType, nodes: Sequence[ast.AST], names: Mapping[str, Any],
        vocabulary: Vocabulary,
    ) -> None:  # fmt: skip
        self.nodes, self.names, self.vocabulary = nodes, names, vocabulary
        self.parameters = vocabulary.hints(function)
        self.locals = frozenset(function.__code__.co_varnames + function.__code__.co_cellvars)

    def may_be_text(self, node: ast.expr) -> bool:
        """Whether an expression may be text."""
        return any(hint is str for hint in self._hints(node, frozenset()))

    def _hints(self, node: ast.expr, seen: frozenset[str]) -> Iterator[Any]:
        """The types that an expression may be of, alternatives apart."""
        match node:
            case ast.Constant():
                yield type(node.value)
            case ast.Name():
                yield from self._of_name(node.id, seen)
            case ast.Attribute():
                for cls in self.vocabulary.kinds:
                    declared = dict(self.vocabulary.declared(cls))
                    yield from alternatives(declared.get(node.attr))
            case ast.Subscript():
                inside = isinstance(node.slice, ast.Slice)
                for hint in self._hints(node.value, seen):
                    yield from [hint] if inside else elements(hint, keys=False)
            case ast.BinOp():
                yield from self._hints(node.left, seen)
                yield from self._hints(node.right, seen)
            case ast.IfExp():
                yield from self._hints(node.body, seen)
                yield from self._hints(node.orelse, seen)
            case ast.Call():
                yield from self._of_call(node, seen)
            case ast.Tuple() | ast.Set():
                for part in node.elts:
                    yield from map(sequence_of, self._hints(part, seen))

    def _of_name(self, name: str, seen: frozenset[str]) -> Iterator[Any]:
        if name not in self.locals:
            value = self.names.get(name)
            yield type(value)
            if isinstance(value, tuple | frozenset):
                yield from (sequence_of(type(part)) for part in value)
            return
        yield from alternatives(self.parameters.get(name))
        for node in self.nodes if name not in seen else ():
            given, through = self._given(node, name)
            found = self._hints(given, seen | {name}) if given is not None else iter(())
            for hint in found:
                yield from elements(hint, keys=True) if through else [hint]

    def _given(self, node: ast.AST, name: str) -> tuple[ast.expr | None, bool]:
        """What a node gives a name, and whether it is gone through."""
        if isinstance(node, ast.Assign) and any(named(target, name) for target in node.targets):
            return node.value, isinstance(node.targets[0], ast.Tuple)
        if isinstance(node, ast.AugAssign | ast.AnnAssign) and named(node.target, name):
            return node.value, False
        if isinstance(node, ast.For | ast.comprehension) and named(node.target, name):
            return node.iter, True
        return None, False

    def _of_call(self, node: ast.Call, seen: frozenset[str]) -> Iterator[Any]:
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in TEXTUAL:
                yield str
            for hint in self._hints(node.func.value, seen):
                yield from elements(hint, keys=False)
            return
        called = self.names.get(getattr(node.func, "id", ""))
        if called is str:
            yield str
        elif isinstance(called, FunctionType):
            yield from alternatives(self.vocabulary.hints(called).get("return"))
        if called in (either, max, min, sorted, tuple):
            for argument in node.args:
                part = argument.value if isinstance(argument, ast.Starred) else argument
                for hint in self._hints(part, seen):
                    yield hint
                    yield from elements(hint, keys=True)


def sequence_of(hint: Any) -> Any:
    """The type of a sequence of values of a type."""
    return GenericAlias(tuple, (hint, Ellipsis))


def named(target: ast.expr, name: str) -> bool:
    """Whether a target is a name, or has it among its parts."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target))


def alternatives(hint: Any) -> Iterator[Any]:
    """The types of which an annotation is one."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        for part in get_args(hint):
            yield from alternatives(part)
    elif origin is Annotated:
        yield from alternatives(get_args(hint)[0])
    elif origin is Literal:
        yield from map(type, get_args(hint))
    else:
        yield hint


def elements(hint: Any, *, keys: bool) -> Iterator[Any]:
    """The types of what is in a value of a type: of a map its values, or its `keys`, too."""
    parts = [part for part in get_args(hint) if part is not Ellipsis]
    for part in parts[1:] if get_origin(hint) is Map and not keys else parts:
        yield from alternatives(part)
