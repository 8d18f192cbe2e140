"""The source text of a specification: its syntax trees, its places, what its names stand for."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import textwrap
import traceback
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CellType, FunctionType, TracebackType
from typing import Any

from raftnb.data.errors import RaftnbError, SpecError

ENGINE = Path(__file__).parent.parent
STDLIB = Path(inspect.__file__).parent


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
    found = _definition(textwrap.dedent("".join(lines)))
    if found is None or found.name != function.__code__.co_name:
        raise SpecError(
            f"`{function.__qualname__}`, which is not written with `def`",
            place=f"{where(function.__code__.co_filename)}, line {first}",
            allowed="functions written with `def`",
            cure="define a function with `def`, and name it here",
        )
    ast.increment_lineno(found, first - 1)
    return found


def _definition(text: str) -> ast.FunctionDef | None:
    """The first function that a text defines; None where it is no complete text, as of a lambda."""
    try:
        nodes = ast.walk(ast.parse(text))
    except SyntaxError:
        return None
    return next((node for node in nodes if isinstance(node, ast.FunctionDef)), None)


def where(filename: str) -> str:
    """A file's name for people: notebook cells have no path worth showing."""
    return "notebook cell" if "ipykernel" in filename else Path(filename).name


def place(function: FunctionType, node: ast.AST | None = None) -> str:
    """File, line and text of a node of a function (the function's first line by default)."""
    filename = function.__code__.co_filename
    line = getattr(node, "lineno", None) or function.__code__.co_firstlineno
    text = linecache.getline(filename, line).strip()
    return f"{where(filename)}, line {line}, in {function.__qualname__}: `{text}`"


def callees(function: FunctionType) -> dict[str, Any]:
    """What the free names of a function's text stand for.

    They are looked up from the text: Python drops code that it sees can never run.
    """
    closure = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    cells = {name: cell.cell_contents for name, cell in closure if _is_filled(cell)}
    known = {**vars(builtins), **function.__globals__, **cells}
    names = dict.fromkeys(node.id for node in free_names(function))
    return {name: known[name] for name in names if name in known}


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
    return _is_engine(Path(function.__code__.co_filename))


def _is_engine(path: Path) -> bool:
    """Whether a file is the package's own, and not one of its specifications."""
    return ENGINE in path.parents and ENGINE / "specs" not in path.parents


def _is_pythons(path: Path) -> bool:
    """Whether a file belongs to Python itself, as `dataclasses.py` and generated code do."""
    generated = path.name == "<string>" or path.name.startswith("<frozen ")
    return generated or (STDLIB in path.parents and "site-packages" not in path.parts)


def methods_called(function: FunctionType, namespace: dict[str, Any]) -> tuple[FunctionType, ...]:
    """The operators and macros of the specification's classes that a function calls as methods."""
    calls = [
        node.func
        for node in ast.walk(parse(function))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    called = dict.fromkeys(call.attr for call in calls)
    itself = any(call.attr == function.__name__ and not _is_super(call.value) for call in calls)
    classes = dict.fromkeys(base for cls in namespace.values() for base in cls.__mro__)
    found = (vars(cls).get(name) for cls in classes for name in called)
    unwrapped = (f.__func__ if isinstance(f, staticmethod | classmethod) else f for f in found)
    ones = dict.fromkeys(f for f in unwrapped if isinstance(f, FunctionType) and not is_ours(f))
    return tuple(f for f in ones if itself or f is not function)


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
        free = callees(one).values()
        todo += [f for f in free if isinstance(f, FunctionType)]
        todo += methods_called(one, namespace)
    return frozenset().union(*map(own_attributes, seen))


def _spec_frame(tb: TracebackType | None) -> tuple[str, int, str] | None:
    """File, line and function of the innermost frame that is the specification's own."""
    frames = [(f.f_code.co_filename, line, f.f_code.co_name) for f, line in traceback.walk_tb(tb)]
    own = [f for f in frames if not _is_engine(Path(f[0])) and not _is_pythons(Path(f[0]))]
    return own[-1] if own else None


def _place_of(error: BaseException) -> tuple[str, str]:
    frame = _spec_frame(error.__traceback__)
    if frame is None:
        return "", ""
    filename, line, name = frame
    text = linecache.getline(filename, line).strip()
    return f"{where(filename)}, line {line}, in {name}: `{text}`", text


def place_of_error(error: BaseException) -> str:
    """The place in the specification from which an exception came; empty if it came from none."""
    return _place_of(error)[0]


def spec_error(error: Exception, what: str) -> SpecError:
    """The `SpecError` for an exception that an action or a property raised."""
    at, _ = _place_of(error)
    return SpecError(
        f"{type(error).__name__}: {error}, raised by {what}",
        place=at,
        allowed="actions and properties that are defined on every state they meet",
        cure="guard the expression, with `when` in an action or `and`/`if` in a property",
    )


def placed(error: RaftnbError) -> RaftnbError:
    """The error with its place in the specification, if it has none."""
    error.place = error.place or _place_of(error)[0]
    return error


def false_guard(error: BaseException) -> str:
    """The `when` that was false, quoted from the source."""
    _, text = _place_of(error)
    return f"`{text}` is false" if text.startswith("when") else f"no option at `{text}`"
