"""The smallest specification that still shows a difference: parts are left out, one at a time."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator
from typing import Any

Edit = Callable[[ast.Module], None]
SIMPLE = ("0", "1", "True", "False", "None", "()")


def shrink(text: str, still: Callable[[str], bool], seconds: float = 60.0) -> str:
    """The text without what the difference does not need; `still` says whether it is shown."""
    end, tree = time.monotonic() + seconds, ast.parse(text)
    changed = True
    while changed:
        changed = False
        for edit in list(edits(tree)):
            if time.monotonic() > end:
                return ast.unparse(tree)
            smaller = copy.deepcopy(tree)
            try:
                edit(smaller)
                made = ast.unparse(ast.fix_missing_locations(smaller))
            except (IndexError, AttributeError, ValueError, KeyError, TypeError, StopIteration):
                continue
            if len(made) < len(ast.unparse(tree)) and still(made):
                tree, changed = ast.parse(made), True
    return ast.unparse(tree)


def edits(tree: ast.Module) -> Iterator[Edit]:
    """Ways to make a tree smaller: the large ones first."""
    nodes = list(ast.walk(tree))
    for i, node in enumerate(nodes):
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                for at, item in enumerate(value):
                    yield without(i, field, at)
                    if isinstance(item, ast.If | ast.For):
                        yield opened(i, field, at)
    for i, node in enumerate(nodes):
        for field, value in ast.iter_fields(node):
            parts = value if isinstance(value, list) else [value]
            for at, item in enumerate(parts):
                if isinstance(item, ast.expr) and not isinstance(item, ast.Constant):
                    for simpler in [*children(item), *map(expression, SIMPLE)]:
                        yield instead(i, field, at if isinstance(value, list) else None, simpler)


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def children(node: ast.expr) -> list[ast.expr]:
    """The expressions inside one, those of its generators too."""
    return [n for n in ast.walk(node) if isinstance(n, ast.expr) and n is not node][:12]


def nth(tree: ast.AST, number: int) -> Any:
    return next(node for i, node in enumerate(ast.walk(tree)) if i == number)


def without(number: int, field: str, at: int) -> Edit:
    """Leave out an item: a statement, an argument, a base class; no body stays empty."""

    def edit(tree: ast.Module) -> None:
        node = nth(tree, number)
        items = getattr(node, field)
        del items[at]
        if isinstance(node, ast.Dict):
            del (node.values if field == "keys" else node.keys)[at]
        if isinstance(node, ast.Compare):
            raise ValueError
        if field == "body" and not items:
            items.append(ast.Pass())

    return edit


def opened(number: int, field: str, at: int) -> Edit:
    """A branch or loop replaced by its body."""

    def edit(tree: ast.Module) -> None:
        items = getattr(nth(tree, number), field)
        items[at : at + 1] = items[at].body

    return edit


def instead(number: int, field: str, at: int | None, simpler: ast.expr) -> Edit:
    """An expression replaced by one of its parts, or by a constant."""

    def edit(tree: ast.Module) -> None:
        node = nth(tree, number)
        if at is None:
            setattr(node, field, copy.deepcopy(simpler))
        else:
            getattr(node, field)[at] = copy.deepcopy(simpler)

    return edit
