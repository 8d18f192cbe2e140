"""The code of a notebook, run without Jupyter: what only IPython understands is left out."""

from __future__ import annotations

import ast
import json
import linecache
import re
from pathlib import Path
from typing import Any, NamedTuple

from raftnb.data.errors import UsageError

MAGIC = re.compile(r"^(\s*)(?:[%!].*|\?.*|[\w.]+\?{1,2}\s*|[\w, ]+=\s*[%!].*)$")


class CodeCell(NamedTuple):
    """A cell: its file for error messages, its Python, the lines left out, whether it may fail."""

    file: str
    text: str
    left_out: tuple[str, ...]
    may_raise: bool


def cells_of(path: Path) -> list[CodeCell]:
    """The code cells of a notebook; raises `UsageError` for a file that is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        texts = ["".join(cell["source"]) for cell in cells]
        tags = [cell.get("metadata", {}).get("tags", []) for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"no notebook: {type(error).__name__}: {error}",
            place=str(path),
            allowed="a notebook of Jupyter, format 4",
            cure="save it again with Jupyter",
        ) from None
    found = []
    for number, (text, tagged) in enumerate(zip(texts, tags, strict=True), start=1):
        kept, left_out = without_magics(text, f"code cell {number}")
        file = str(path.with_name(f"{path.name} code cell {number}"))
        found.append(CodeCell(file, kept, left_out, "raises-exception" in tagged))
    return found


def without_magics(text: str, name: str) -> tuple[str, tuple[str, ...]]:
    """A cell's Python, and the lines that are IPython's, each line where it was."""
    if text.lstrip().startswith("%%"):
        return "", (f"{name}: all of it, `{text.lstrip().splitlines()[0]}`",)
    try:
        ast.parse(text)
    except SyntaxError:
        pass
    else:
        return text, ()
    kept, left_out = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        magic = MAGIC.match(line)
        kept.append(f"{magic[1]}pass" if magic else line)
        left_out += [f"{name}, line {number}: `{line.strip()}`"] if magic else []
    return "\n".join(kept), tuple(left_out)


def run_cells(
    cells: list[CodeCell], names: dict[str, Any], until: str = ""
) -> tuple[tuple[str, ...], int]:
    """Run cells in a module's names, up to the last one that can change `until` (all without it).

    A name that is there, and that no cell changes, needs none. Returns the lines that were left
    out, and how many cells were run. A cell that Jupyter is told may raise, may raise here.
    """
    names.setdefault("display", lambda *_, **__: None)
    binding = [i for i, c in enumerate(cells) if {until, "*"} & bound_names(c.text)]
    last = max(binding, default=-1 if until in names else len(cells))
    wanted = cells[: last + 1] if until else cells
    for cell in wanted:
        lines = [f"{line}\n" for line in cell.text.split("\n")]
        linecache.cache[cell.file] = (len(cell.text), None, lines, cell.file)
        try:
            exec(compile(cell.text, cell.file, "exec"), names)
        except Exception:
            if not cell.may_raise:
                raise
    return tuple(line for cell in wanted for line in cell.left_out), len(wanted)


def bound_names(text: str) -> set[str]:
    """The names that a cell may bind, at any depth; a star import may bind every name."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return set()
    found = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    found |= {n.name for n in nodes if isinstance(n, ast.ClassDef | ast.FunctionDef)}
    aliases = [a for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    return found | {a.asname or a.name.partition(".")[0] for a in aliases}
