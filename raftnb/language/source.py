"""The source text of a specification: its syntax trees, its places, what its names stand for."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import CellType, FunctionType, ModuleType
from typing import Any

from raftnb.data.errors import RaftnbError, SpecError, UsageError
from raftnb.data.places import frame_of, is_engine, place_in, place_of_error
from raftnb.language.cures import told
from raftnb.language.processes import Action

UNKNOWN = object()
"""What a name stands for that nothing has."""


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
    text = "".join(lines)
    found = _definition(textwrap.dedent(text))
    if found is None or found.name != function.__code__.co_name:
        code = function.__code__
        waits = bool(code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR))
        raise SpecError(
            f"`{function.__qualname__}`, which is not written with `def`",
            place=place_in(code.co_filename, first, None, code.co_qualname),
            allowed="functions written with `def`",
            cure="take `async` away: an action is one atomic step"
            if waits
            else "define a function with `def`, and name it here",
        )
    ast.increment_lineno(found, first - 1)
    indented = len(text) - len(text.lstrip())
    for node in ast.walk(found):
        if hasattr(node, "col_offset"):
            node.col_offset += indented
    return Qualified(function).visit(found)  # type: ignore[no-any-return]


class Qualified(ast.NodeTransformer):
    """Makes what a module has, as in `store.Client`, one name with a dot in it."""

    def __init__(self, function: FunctionType) -> None:
        code = function.__code__
        own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
        known = function.__globals__.items()
        self.modules = {n: v for n, v in known if isinstance(v, ModuleType) and n not in own}

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """The attribute, or the name if it is one of a module."""
        self.generic_visit(node)
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        module = self.modules.get(base)
        if module is None or not isinstance(node.ctx, ast.Load):
            return node
        name = f"{base}.{node.attr}"
        value = value_of(name, {base: module})
        self.modules |= {name: value} if isinstance(value, ModuleType) else {}
        return ast.copy_location(ast.Name(name, node.ctx), node)


def _definition(text: str) -> ast.FunctionDef | None:
    """The first function that a text defines; None where it is no complete text, as of a lambda."""
    try:
        nodes = ast.walk(ast.parse(text))
    except SyntaxError:
        return None
    return next((node for node in nodes if isinstance(node, ast.FunctionDef)), None)


def place(function: FunctionType, node: ast.AST | None = None) -> str:
    """File, line, column and text of a node of a function (the function's `def` by default)."""
    code = function.__code__
    line = getattr(node, "lineno", None) or code.co_firstlineno
    return place_in(code.co_filename, line, getattr(node, "col_offset", None), code.co_qualname)


def callees(function: FunctionType) -> dict[str, Any]:
    """What the free names of a function's text stand for.

    They are looked up from the text: Python drops code that it sees can never run.
    """
    closure = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    cells = {name: cell.cell_contents for name, cell in closure if _is_filled(cell)}
    known = (cells, function.__globals__, vars(builtins))
    names = dict.fromkeys(node.id for node in free_names(function))
    found = {name: value_of(name, *known) for name in names}
    return {name: value for name, value in found.items() if value is not UNKNOWN}


def value_of(name: str, *known: Mapping[str, Any]) -> Any:
    """What a name stands for where it is known first, `store.Client` of a module too.

    UNKNOWN if it stands for nothing.
    """
    base, *parts = name.split(".")
    value = next((space[base] for space in known if base in space), UNKNOWN)
    try:
        for part in parts:
            value = getattr(value, part, UNKNOWN)
    except UsageError:  # `raftnb` has words for what it has not
        return UNKNOWN
    return value


def _is_filled(cell: CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # the enclosing function assigns it later
        return False


@cache
def free_names(function: FunctionType) -> tuple[ast.Name, ...]:
    """The names in a function's body that are read and stand for something outside of it."""
    code = function.__code__
    return tuple(_free(parse(function).body, frozenset(code.co_varnames + code.co_cellvars)))


def _free(nodes: Iterable[ast.AST], bound: frozenset[str]) -> Iterator[ast.Name]:
    for node in nodes:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and node.id not in bound:
                yield node
        elif isinstance(node, ast.GeneratorExp | ast.SetComp | ast.DictComp | ast.ListComp):
            first, *rest = node.generators
            targets = [n for g in node.generators for n in ast.walk(g.target)]
            inner = bound | {n.id for n in targets if isinstance(n, ast.Name)}
            tests = [part for g in rest for part in (g.iter, *g.ifs)]
            yield from _free([first.iter], bound)
            yield from _free([*first.ifs, *tests], inner)
            kinds = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
            yield from _free(kinds, inner)
        elif isinstance(node, ast.AnnAssign):
            yield from _free([node.target, *filter(None, [node.value])], bound)
        else:
            yield from _free(ast.iter_child_nodes(node), bound)


def is_ours(function: FunctionType) -> bool:
    """Whether a function is a part of this package, the specifications left aside."""
    return is_engine(function.__code__.co_filename)


def methods_called(function: FunctionType, namespace: dict[str, Any]) -> tuple[FunctionType, ...]:
    """The methods of the specification's classes that a function calls, actions too."""
    found = methods_named(function, namespace).values()
    return tuple(dict.fromkeys(method for methods in found for method in methods))


def methods_named(
    function: FunctionType, namespace: dict[str, Any]
) -> dict[str, tuple[FunctionType, ...]]:
    """The same by name: of any class of the specification, since the text tells no more."""
    above, called = _names_called(function)
    classes = dict.fromkeys(base for cls in namespace.values() for base in cls.__mro__)
    found = {name: [vars(cls).get(name) for cls in classes] for name in called}
    for name in above:
        inherited = [_inherited(function, cls, name) for cls in namespace.values()]
        found[name] = [*found.get(name, ()), *inherited]
    return {name: _own_functions(values) for name, values in found.items()}


def called_names(function: FunctionType) -> tuple[str, ...]:
    """The names that a function's text calls as methods, whoever has them."""
    above, called = _names_called(function)
    return (*above, *called)


def _own_functions(values: Iterable[Any]) -> tuple[FunctionType, ...]:
    """The functions among the values of classes, those of this package left aside."""
    plain = (value.function if isinstance(value, Action) else value for value in values)
    bare = (f.__func__ if isinstance(f, staticmethod | classmethod) else f for f in plain)
    return tuple(dict.fromkeys(f for f in bare if isinstance(f, FunctionType) and not is_ours(f)))


@cache
def _names_called(function: FunctionType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that a function's text calls as methods: of `super()`, and of anything else.

    A method that is handed on, as in `max(servers, key=self.rank)`, is called, too.
    """
    calls = [node for node in all_nodes(function) if isinstance(node, ast.Call)]
    handed = [word.value for call in calls for word in call.keywords]
    found = [f for f in (*(call.func for call in calls), *handed) if isinstance(f, ast.Attribute)]
    above = dict.fromkeys(f.attr for f in found if _is_super(f.value))
    called = dict.fromkeys(f.attr for f in found if not _is_super(f.value))
    return tuple(above), tuple(called)


def has_above(function: FunctionType, name: str, namespace: dict[str, Any]) -> bool:
    """Whether `super()` in a function finds a name, for a member of any class."""
    return any(_inherited(function, cls, name) is not None for cls in namespace.values())


def _inherited(function: FunctionType, cls: type, name: str) -> Any:
    """What `super()` in a function finds of a name, for a member of a class."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    owner = cells["__class__"].cell_contents if "__class__" in cells else None
    if owner not in cls.__mro__:
        return None
    above = cls.__mro__[cls.__mro__.index(owner) + 1 :]
    return next((vars(base)[name] for base in above if name in vars(base)), None)


def _is_super(receiver: ast.expr) -> bool:
    return isinstance(receiver, ast.Call) and getattr(receiver.func, "id", "") == "super"


@cache
def own_attributes(function: FunctionType) -> frozenset[str]:
    """The attribute names that a function's text mentions."""
    return frozenset(n.attr for n in all_nodes(function) if isinstance(n, ast.Attribute))


def reached(function: Any, namespace: dict[str, Any]) -> list[FunctionType]:
    """A function and all that it calls, the language's own functions left aside."""
    seen: dict[FunctionType, None] = {}
    todo = [function]
    while todo:
        one = todo.pop()
        if one in seen or is_ours(one):
            continue
        seen[one] = None
        free = callees(one).values()
        todo += [f for f in free if isinstance(f, FunctionType)]
        todo += methods_called(one, namespace)
    return list(seen)


def attributes(function: Any, namespace: dict[str, Any]) -> frozenset[str]:
    """The attribute names that a function, or an operator that it calls, mentions."""
    return frozenset().union(*map(own_attributes, reached(function, namespace)))


@cache
def assigned_attributes(function: FunctionType) -> frozenset[str]:
    """The attribute names that a function's text assigns to."""
    nodes = [n for n in all_nodes(function) if isinstance(n, ast.Attribute)]
    return frozenset(n.attr for n in nodes if isinstance(n.ctx, ast.Store))


def spec_error(error: Exception, what: str) -> SpecError:
    """The `SpecError` for an exception that an action or a property raised."""
    found, allowed, cure = told(error)
    place = place_of_error(error)
    return SpecError(f"{found}, in {what}", place=place, allowed=allowed, cure=cure)


def placed(error: RaftnbError) -> RaftnbError:
    """The error with its place in the specification, if it has none."""
    error.place = error.place or place_of_error(error)
    return error


def false_guard(error: BaseException) -> str:
    """The `when` that was false, quoted from the source."""
    frame = frame_of(error.__traceback__)
    text = frame.text if frame else ""
    return f"`{text}` is false" if text.startswith("when") else f"no option at `{text}`"


def result_of(function: Any) -> ast.AST | None:
    """The only value that a function returns; None where there are several."""
    returns = [node for node in body_nodes(function) if isinstance(node, ast.Return)]
    return returns[0].value if len(returns) == 1 else None


def call_of(caller: FunctionType, called: FunctionType) -> ast.AST | None:
    """Where one function calls another."""
    calls = [node for node in all_nodes(caller) if isinstance(node, ast.Call)]
    names = [(getattr(c.func, "attr", None) or getattr(c.func, "id", None), c) for c in calls]
    return next((call for name, call in names if name == called.__name__), None)


@cache
def all_nodes(function: FunctionType) -> tuple[ast.AST, ...]:
    """The nodes of a function's text; the outer ones stand first."""
    return tuple(ast.walk(parse(function)))


@cache
def body_nodes(function: FunctionType) -> tuple[ast.AST, ...]:
    """The nodes of a function's body (annotations and decorators are not the language's).

    They stand in the order of the text.
    """
    found: list[ast.AST] = []
    todo: list[ast.AST] = list(reversed(parse(function).body))
    while todo:
        found.append(node := todo.pop())
        inside = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.AnnAssign):
            inside.remove(node.annotation)
        todo += reversed(inside)
    return tuple(found)
