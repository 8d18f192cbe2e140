"""Imports point down, there are no circles, and what is private stays in its file."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from book import architecture
from book.architecture import folder_of


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return architecture.modules()


@pytest.fixture(scope="module")
def imports(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    return architecture.imports(trees)


def test_every_folder_stands_once_in_the_table(trees: dict[str, ast.Module]) -> None:
    named = [name for row in architecture.rows() for name in row.folders]
    assert sorted(named) == sorted({folder_of(module) for module in trees})


def test_the_table_itself_points_down() -> None:
    rows = architecture.rows()
    for number, row in enumerate(rows):
        below = {name for later in rows[number + 1 :] for name in later.folders}
        assert row.may_use <= below, row.folders


def test_a_folder_imports_only_what_its_row_allows(imports: dict[str, set[str]]) -> None:
    may = {name: row.may_use | {name} for row in architecture.rows() for name in row.folders}
    wrong = [
        f"{module} imports {used}"
        for module, found in imports.items()
        for used in sorted(found)
        if folder_of(used) not in may[folder_of(module)]
    ]
    assert wrong == []


def test_there_are_no_circles(imports: dict[str, set[str]]) -> None:
    try:
        order = list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
    assert len(order) == len(imports)


def test_no_name_that_starts_with_an_underscore_crosses_a_file(
    trees: dict[str, ast.Module],
) -> None:
    wrong = [
        f"{module}, line {line}: {name}"
        for module, tree in trees.items()
        for line, name in foreign_private_names(tree)
    ]
    assert wrong == []


def test_the_rule_sees_a_private_name_of_another_file() -> None:
    seen = ast.parse("from a import _b\nx._c\nclass D:\n    def _e(self): return self._e, x._f")
    assert foreign_private_names(seen) == [(1, "_b"), (2, "_c"), (4, "_f")]


def test_the_picture_is_of_the_imports_there_are() -> None:
    drawn = architecture.PICTURE.read_text(encoding="utf-8")
    assert drawn == architecture.picture().svg, "run `make figures`"


def foreign_private_names(tree: ast.Module) -> list[tuple[int, str]]:
    """The private names that a file uses and does not define, with their lines."""
    own = set(defined_in(tree))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("raftnb", "a")):
            found += [(node.lineno, a.name) for a in node.names if is_private(a.name)]
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            found.append((node.lineno, node.attr))
    return sorted(found)


PUBLIC = {"_replace", "_asdict", "_fields", "_make"}  # of every NamedTuple


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith(("__", "_repr_")) and name not in PUBLIC


def defined_in(tree: ast.Module) -> set[str]:
    """The names that a file defines: functions, classes, fields, slots, attributes it assigns."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found
