"""What imports what in the package, and the picture of it: `docs/architecture.svg`.

The rule is the table in `docs/ARCHITECTURE.md`: a folder imports from the folders that its row
names, and from no other. The picture shows the imports that there really are.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from book import ROOT
from raftnb.draw.dot import render
from raftnb.draw.picture import Picture
from raftnb.draw.theme import PALE

PACKAGE = ROOT / "raftnb"
GUIDE = ROOT / "docs" / "ARCHITECTURE.md"
PICTURE = ROOT / "docs" / "architecture.svg"
TOP = "raftnb"
ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| (.+?) \|$", re.MULTILINE)
FLOOR = {"data", "language"}  # nearly everybody stands on them: their arrows are paler


@dataclass(frozen=True)
class Row:
    """A row of the table: folders (or the top modules), and the folders that they may import."""

    folders: tuple[str, ...]
    may_use: frozenset[str]


def rows() -> list[Row]:
    """The table's rows from the top down; *everything below* is every folder of a later row."""
    rule = GUIDE.read_text(encoding="utf-8").split("| may import from |")[1].split("\n\n")[0]
    found = ROW.findall(rule)
    folders = [tuple(re.findall(r"`(\w+)`", left)) for left, _ in found]
    table = []
    for number, (_, right) in enumerate(found):
        below = frozenset(name for row in folders[number + 1 :] for name in row)
        named = frozenset(re.findall(r"`(\w+)`", right))
        table.append(Row(folders[number], below if right == "everything below" else named))
    return table


def name_of(path: Path) -> str:
    """A file's name as a module: `raftnb.explore.check`; a folder's face is the folder's."""
    parts = [*path.relative_to(PACKAGE.parent).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules() -> dict[str, ast.Module]:
    """The syntax tree of every module of the package, by name."""
    files = sorted(PACKAGE.rglob("*.py"))
    return {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def imports(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """For each module the modules of ours that it imports, those for types alone included."""
    return {name: set(_imported(tree, trees)) - {name} for name, tree in trees.items()}


def _imported(tree: ast.Module, known: dict[str, ast.Module]) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name if name in known else node.module for name in inner]
    return [name for name in found if name in known]


def folder_of(module: str) -> str:
    """The folder that a module stands in; the top modules count as the folder `raftnb`."""
    parts = module.split(".")
    inside = len(parts) > 2 or (len(parts) == 2 and (PACKAGE / parts[1]).is_dir())
    return parts[1] if inside else TOP


def arrows() -> list[tuple[str, str]]:
    """The pairs of folders of which the first imports something of the second."""
    pairs = {
        (folder_of(module), folder_of(name))
        for module, used in imports(modules()).items()
        for name in used
    }
    return sorted((a, b) for a, b in pairs if a != b)


def picture() -> Picture:
    """The folders in the order of the table, with an arrow wherever one imports from another."""
    found = arrows()
    lines = ["digraph {", "rankdir=TB; nodesep=0.35; ranksep=0.45;"]
    lines.append("node [shape=box, style=rounded]; edge [arrowsize=0.7];")
    lines += [f"{{rank=same; {'; '.join(row.folders)}}}" for row in rows()]
    lines += [f"{a} -> {b}{_style(a, b)};" for a, b in found]
    alt = "The folders of raftnb; every arrow, an import, points down: " + "; ".join(
        f"{a} imports {', '.join(b for x, b in found if x == a)}"
        for a in sorted({a for a, _ in found})
    )
    return render("\n".join([*lines, "}"]), alt)


def _style(source: str, target: str) -> str:
    if source == TOP:
        return " [style=dotted]"
    return f' [color="{PALE}"]' if target in FLOOR else ""


def write(path: Path = PICTURE) -> Path:
    """Write the picture and return its path."""
    return picture().save(path)
