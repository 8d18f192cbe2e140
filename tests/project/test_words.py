"""Every word of the language is introduced somewhere in the book: it stands in a cell that runs."""

from __future__ import annotations

import ast
from functools import cache

import nbformat
import pytest

from book import notebooks
from raftnb.language.syntax import BUILTINS, METHODS, SYNTAX
from raftnb.language.words import WORDS

NAMELESS = {"action", "parameter", "operator", "constant", "receive"}
"""Words for what a text shows by its form."""
ELSEWHERE = {"Fairness": "fairness", "Liveness": "liveness", "Model": "check", "World": "start"}
"""Words for what a reader makes without saying them, and what makes it."""


@cache
def nodes() -> tuple[ast.AST, ...]:
    """All code of all chapters and appendices."""
    cells = [cell for path in notebooks() for cell in nbformat.read(path, 4).cells]
    trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    return tuple(node for tree in trees for node in ast.walk(tree))


@cache
def specified() -> tuple[ast.AST, ...]:
    """What is written there in the language: classes that have a base, claims and operators."""
    classes = [n for n in nodes() if isinstance(n, ast.ClassDef) and n.bases]
    claims = [n for n in nodes() if isinstance(n, ast.FunctionDef) and n.returns is not None]
    return tuple(node for one in (*classes, *claims) for node in ast.walk(one))


def names(among: tuple[ast.AST, ...]) -> set[str]:
    """Every name, attribute and argument's name."""
    fields = [getattr(node, field, None) for node in among for field in ("id", "attr", "arg")]
    return {name for name in fields if isinstance(name, str)}


def called() -> set[str]:
    """The functions and methods that specifications call."""
    return names(tuple(node.func for node in specified() if isinstance(node, ast.Call)))


@pytest.mark.parametrize("word", [w.name for some in WORDS.values() for w in some])
def test_a_word_is_used_in_a_cell(word: str) -> None:
    assert word in NAMELESS or ELSEWHERE.get(word, word) in names(nodes())


@pytest.mark.parametrize("word", BUILTINS, ids=lambda word: word.__name__)
def test_a_function_of_python_s_is_called_in_a_specification(word: type) -> None:
    assert word.__name__ in called()


@pytest.mark.parametrize("word", METHODS)
def test_a_method_of_python_s_is_called_in_a_specification(word: str) -> None:
    assert word in called()


@pytest.mark.parametrize("kind", SYNTAX, ids=lambda kind: kind.__name__)
def test_a_form_of_python_s_is_used_in_a_specification(kind: type[ast.AST]) -> None:
    assert kind in set(map(type, specified()))


def test_a_word_that_no_cell_has_is_missed() -> None:
    assert not {"nosuchword", "oct"} & (names(nodes()) | called())
    assert ast.While not in set(map(type, specified()))
