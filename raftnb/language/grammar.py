"""The source of a specification: its syntax tree, its places, and what is outside the language."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.language.source import callees, is_ours, methods_called, parse, place

ENGINE = Path(__file__).parent.parent
STATEMENTS = (
    ast.FunctionDef, ast.Return, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.For,
    ast.Expr, ast.Pass,
)  # fmt: skip
EXPRESSIONS = (
    ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.Call, ast.Constant,
    ast.Attribute, ast.Subscript, ast.Slice, ast.Starred, ast.Name, ast.Tuple, ast.Set, ast.Dict,
    ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
PARTS = (
    ast.arguments, ast.arg, ast.keyword, ast.comprehension, ast.expr_context, ast.boolop,
    ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
BUILTINS: frozenset[Any] = frozenset(
    {abs, all, any, bool, dict, enumerate, frozenset, int, isinstance, len, max, min, range}
    | {reversed, set, sorted, str, sum, super, tuple, zip}
)
CURES: dict[type[ast.AST], str] = {
    ast.While: "repeat by taking the action again, or use `for` over a finite domain",
    ast.Lambda: "define an operator: a method or function with a return annotation",
    ast.List: "use a tuple: (a, b)",
    ast.ListComp: "use tuple(... for ...)",
    ast.Try: "guard the action with `when`",
    ast.Raise: "guard the action with `when`, or claim an invariant",
    ast.Assert: "claim an invariant of the Spec",
    ast.Global: "declare the variable in a `Globals` class",
    ast.Import: "import at the top of the module",
    ast.ImportFrom: "import at the top of the module",
    ast.With: "an action is atomic already",
    ast.JoinedStr: "use an enum or a record",
    ast.NamedExpr: "assign in a line of its own",
}


def refuse_foreign_code(function: Callable[..., Any], namespace: dict[str, Any]) -> None:
    """Raise `SpecError` if a function, or one that it calls, is outside the language."""
    _check(as_function(function), namespace, ())


def as_function(value: Any) -> FunctionType:
    """The value, if it is a function; `SpecError` for anything else."""
    if not isinstance(value, FunctionType):
        raise SpecError(
            f"`{value!r}` as a property or an action",
            allowed="a function written with `def`",
            cure="define a function and name it here",
        )
    return value


def _check(
    function: FunctionType, namespace: dict[str, Any], above: tuple[FunctionType, ...]
) -> None:
    if function in above:
        raise SpecError(
            f"recursion: {' -> '.join(f.__name__ for f in (*above, function))}",
            place=place(function),
            allowed="operators that do not call themselves",
            cure="use a comprehension, `all`, `any`, `sum`, `max` over a finite set",
        )
    tree = parse(function)
    for node in body_nodes(tree):
        check_node(function, node)
    names = callees(function, namespace)
    for node in body_nodes(tree):
        if isinstance(node, ast.Name) and node.id in names:
            _check_name(function, node, names[node.id], namespace, above)
    for method in methods_called(function, namespace):
        _check(method, namespace, (*above, function))


def body_nodes(tree: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body (annotations and decorators are not the language's)."""
    for statement in tree.body:
        yield from ast.walk(statement)


def check_node(function: FunctionType, node: ast.AST) -> None:
    """Raise `SpecError` for a node that is outside the language."""
    if isinstance(node, ast.FunctionDef):
        found, cure = f"a function `{node.name}` inside a function", CURES[ast.Lambda]
    elif isinstance(node, STATEMENTS + EXPRESSIONS + PARTS):
        return
    else:
        name = type(node).__name__
        found, cure = f"`{name.lower()}`", CURES.get(type(node), "say it with what is allowed")
    raise SpecError(
        found,
        place=place(function, node if hasattr(node, "lineno") else None),
        allowed="assignment, if, for over a finite domain, when, either, calls of operators",
        cure=cure,
    )


def _check_name(
    function: FunctionType,
    node: ast.Name,
    value: Any,
    namespace: dict[str, Any],
    above: tuple[FunctionType, ...],
) -> None:
    if isinstance(value, FunctionType):
        if not is_ours(value):
            _check(value, namespace, (*above, function))
        return
    builtin = getattr(builtins, node.id, None) is value
    if builtin and isinstance(value, type | BuiltinFunctionType) and value in BUILTINS:
        return
    if isinstance(value, type) and not builtin:
        return
    if isinstance(value, Enum) or is_constant(value) or not _is_foreign(value):
        return
    kind = "a call of" if builtin or isinstance(value, BuiltinFunctionType) else "the name"
    cure = "declare it as a variable, in a `Globals` class if it is shared"
    if builtin or isinstance(value, ModuleType | BuiltinFunctionType):
        cure = "an action only reads and writes variables; keep input, output and chance outside"
    raise SpecError(
        f"{kind} `{node.id}` ({type(value).__name__})",
        place=place(function, node),
        allowed="variables, parameters, constants, domains, records, operators, and "
        + ", ".join(sorted(f.__name__ for f in BUILTINS)),
        cure=cure,
    )


def _is_foreign(value: Any) -> bool:
    if isinstance(value, list | dict | set | bytearray | ModuleType | BuiltinFunctionType):
        return True
    return not (type(value).__module__ or "").startswith(("raftnb", "typing", "types"))


def is_constant(value: Any) -> bool:
    """Whether a value of a module is one that an action may name: immutable through and through."""
    if isinstance(value, tuple | frozenset):
        return all(map(is_constant, value))
    return value is None or isinstance(value, bool | int | str | Enum)
