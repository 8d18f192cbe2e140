"""The source of a specification: its syntax tree, its places, and what is outside the language."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import textwrap
import traceback
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType, TracebackType
from typing import Any

from raftnb.data.errors import SpecError

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


@cache
def parse(function: FunctionType) -> ast.FunctionDef:
    """The syntax tree of a function, its line numbers those of the file."""
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError) as error:
        raise SpecError(
            f"no source text for `{function.__qualname__}`",
            allowed="functions written in a file or a notebook cell",
            cure="write the class in a file or a cell, not in exec() or at the plain prompt",
        ) from error
    tree = ast.parse(textwrap.dedent("".join(lines)))
    ast.increment_lineno(tree, first - 1)
    found = next((node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)), None)
    if found is None:
        raise SpecError(
            f"`{function.__qualname__}`, which is not written with `def`",
            place=f"{where(function.__code__.co_filename)}, line {first}",
            allowed="functions written with `def`",
            cure=CURES[ast.Lambda],
        )
    return found


def where(filename: str) -> str:
    """A file's name for people: notebook cells have no path worth showing."""
    return "notebook cell" if "ipykernel" in filename else Path(filename).name


def place(function: FunctionType, node: ast.AST | None = None) -> str:
    """File, line and text of a node of a function (the function's first line by default)."""
    filename = function.__code__.co_filename
    line = getattr(node, "lineno", None) or function.__code__.co_firstlineno
    text = linecache.getline(filename, line).strip()
    return f"{where(filename)}, line {line}, in {function.__qualname__}: `{text}`"


def callees(function: FunctionType, namespace: dict[str, Any]) -> dict[str, Any]:
    """What the free names of a function stand for."""
    closure = inspect.getclosurevars(function)
    inner = {name for code in comprehensions(function.__code__) for name in code.co_names}
    known = {**vars(builtins), **function.__globals__}
    nested = {name: known[name] for name in sorted(inner) if name in known}
    return {**nested, **closure.builtins, **closure.globals, **closure.nonlocals}


def comprehensions(code: CodeType) -> Iterator[CodeType]:
    """The code of the comprehensions inside a function, which Python compiles apart."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from comprehensions(constant)


def refuse_foreign_code(function: Callable[..., Any], namespace: dict[str, Any]) -> None:
    """Raise `SpecError` if a function, or one that it calls, is outside the language."""
    if not isinstance(function, FunctionType):
        raise SpecError(
            f"`{function!r}` as a property or an action",
            allowed="a function written with `def`",
            cure="define a function and name it here",
        )
    _check(function, namespace, ())


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


def is_ours(function: FunctionType) -> bool:
    """Whether a function is a part of this package, the specifications left aside."""
    return _is_engine(Path(function.__code__.co_filename))


def _is_engine(path: Path) -> bool:
    """Whether a file is the package's own, and not one of its specifications."""
    return ENGINE in path.parents and ENGINE / "specs" not in path.parents


def _is_foreign(value: Any) -> bool:
    if isinstance(value, list | dict | set | bytearray | ModuleType | BuiltinFunctionType):
        return True
    return not (type(value).__module__ or "").startswith(("raftnb", "typing", "types"))


def is_constant(value: Any) -> bool:
    """Whether a value of a module is one that an action may name: immutable through and through."""
    if isinstance(value, tuple | frozenset):
        return all(map(is_constant, value))
    return value is None or isinstance(value, bool | int | str | Enum)


def methods_called(function: FunctionType, namespace: dict[str, Any]) -> set[FunctionType]:
    """The operators and macros of the specification's classes that a function calls as methods."""
    calls = [
        node.func
        for node in ast.walk(parse(function))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    called = {call.attr for call in calls}
    itself = any(call.attr == function.__name__ and not _is_super(call.value) for call in calls)
    classes = [base for cls in set(namespace.values()) for base in cls.__mro__]
    found = (vars(cls).get(name) for cls in classes for name in called)
    unwrapped = (f.__func__ if isinstance(f, staticmethod | classmethod) else f for f in found)
    found_ones = {f for f in unwrapped if isinstance(f, FunctionType) and not is_ours(f)}
    return found_ones if itself else found_ones - {function}


def _is_super(receiver: ast.expr) -> bool:
    return isinstance(receiver, ast.Call) and getattr(receiver.func, "id", "") == "super"


@cache
def own_attributes(function: FunctionType) -> frozenset[str]:
    """The attribute names that a function's text mentions."""
    return frozenset(n.attr for n in ast.walk(parse(function)) if isinstance(n, ast.Attribute))


def attributes(function: Any, namespace: dict[str, Any]) -> frozenset[str]:
    """The attribute names that a function, or an operator that it calls, mentions."""
    seen: set[FunctionType] = set()
    todo = [function]
    while todo:
        one = todo.pop()
        if one in seen or is_ours(one):
            continue
        seen.add(one)
        free = callees(one, namespace).values()
        todo += [f for f in free if isinstance(f, FunctionType)]
        todo += methods_called(one, namespace)
    return frozenset().union(*map(own_attributes, seen))


def _spec_frame(tb: TracebackType | None) -> tuple[str, int, str] | None:
    """File, line and function of the innermost frame that is the specification's own."""
    frames = [(f.f_code.co_filename, line, f.f_code.co_name) for f, line in traceback.walk_tb(tb)]
    own = [f for f in frames if not _is_engine(Path(f[0]))]
    return own[-1] if own else None


def _place_of(error: BaseException) -> tuple[str, str]:
    frame = _spec_frame(error.__traceback__)
    if frame is None:
        return "", ""
    filename, line, name = frame
    text = linecache.getline(filename, line).strip()
    return f"{where(filename)}, line {line}, in {name}: `{text}`", text


def spec_error(error: Exception, what: str) -> SpecError:
    """The `SpecError` for an exception that an action or a property raised."""
    at, _ = _place_of(error)
    return SpecError(
        f"{type(error).__name__}: {error}, raised by {what}",
        place=at,
        allowed="actions and properties that are defined on every state they meet",
        cure="guard the expression, with `when` in an action or `and`/`if` in a property",
    )


def false_guard(error: BaseException) -> str:
    """The `when` that was false, quoted from the source."""
    _, text = _place_of(error)
    return f"`{text}` is false" if text.startswith("when") else f"no option at `{text}`"
