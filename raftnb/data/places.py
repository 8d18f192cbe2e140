"""Where something stands in a file or a notebook, for error messages."""

from __future__ import annotations

import ast
import inspect
import itertools
import linecache
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, TracebackType
from typing import Any, NamedTuple

ENGINE = Path(__file__).parent.parent
STDLIB = Path(inspect.__file__).parent


class Frame(NamedTuple):
    """A frame of a traceback: file, line, how many bytes before the expression, function."""

    file: str
    line: int
    offset: int | None
    function: str

    @property
    def text(self) -> str:
        """The line of the file."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        return place_in(self.file, self.line, self.offset, self.function)


def place_in(file: str, line: int, offset: int | None, inside: str) -> str:
    """A place for people: the file's name, line, column (from 1), function, the line's text.

    `offset` is how many bytes of the line stand before it, as Python counts.
    """
    text = linecache.getline(file, line)
    before = text.encode()[: offset or 0].decode(errors="ignore")
    at = "" if offset is None else f", column {len(before) + 1}"
    return f"{where(file)}, line {line}{at}, in {readable(inside)}: `{text.strip()}`"


def readable(qualname: str) -> str:
    """The name of a function without what Python adds: where it is local, a comprehension in it."""
    return re.sub(r"\.<(?!lambda)\w+>|<locals>\.", "", qualname)


def where(filename: str) -> str:
    """A file's name for people: notebook cells have no path worth showing."""
    return "notebook cell" if is_cell(filename) else Path(filename).name


def is_cell(filename: str) -> bool:
    """Whether Python calls a notebook's cell so."""
    return "ipykernel" in filename or filename.startswith("<ipython-input")


@cache
def is_engine(filename: str) -> bool:
    """Whether a file is the package's own, and not one of its specifications."""
    path = Path(filename)
    return ENGINE in path.parents and ENGINE / "specs" not in path.parents


@cache
def is_pythons(filename: str) -> bool:
    """Whether a file belongs to Python itself, as `dataclasses.py` and generated code do."""
    path = Path(filename)
    generated = path.name == "<string>" or path.name.startswith("<frozen ")
    return generated or (STDLIB in path.parents and "site-packages" not in path.parts)


def frame_of(tb: TracebackType | None) -> Frame | None:
    """The innermost frame of a traceback that is the reader's own."""
    found = None
    while tb is not None:
        file = tb.tb_frame.f_code.co_filename
        if not is_engine(file) and not is_pythons(file):
            found = tb
        tb = tb.tb_next
    if found is None:
        return None
    code = found.tb_frame.f_code
    return Frame(code.co_filename, *_position(code, found), code.co_qualname)


def _position(code: CodeType, tb: TracebackType) -> tuple[int, int | None]:
    """Line and offset of the expression that a frame was at."""
    if tb.tb_lasti < 0:
        return tb.tb_lineno, None
    start = next(itertools.islice(code.co_positions(), tb.tb_lasti // 2, None))
    line, _, column, _ = start
    if line is None or column is None:
        return tb.tb_lineno, None
    return line, column


def place_of_error(error: BaseException) -> str:
    """The place in the reader's text from which an exception came; empty if it came from none."""
    frame = frame_of(error.__traceback__)
    return str(frame) if frame else ""


def place_of_declaration(space: Mapping[str, Any], class_name: str, name: str) -> str:
    """Where a class (whose namespace is given) declares a name; without its text, which class."""
    functions = [getattr(value, "function", value) for value in space.values()]
    files = [f.__code__.co_filename for f in functions if isinstance(f, FunctionType)]
    module = space.get("__module__", "")
    files.append(getattr(sys.modules.get(module), "__file__", None) or "")
    if module == "__main__":
        files += filter(is_cell, reversed(list(linecache.cache)))
    for file in dict.fromkeys(files):
        node = _declaration("".join(linecache.getlines(file)), class_name, name)
        if node is not None:
            return place_in(file, node.lineno, node.col_offset, class_name)
    return f"class {class_name}"


def _declaration(text: str, class_name: str, name: str) -> ast.stmt | None:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return None
    classes = [n for n in nodes if isinstance(n, ast.ClassDef) and n.name == class_name]
    for statement in classes[-1].body if classes else ():
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        names = [getattr(target, "id", "") for target in targets]
        if name in (*names, getattr(statement, "name", "")):
            return statement
    return None
