"""The table of the language and the handlers of the tree say the same of what is proved."""

from __future__ import annotations

import ast

import pytest

from book import syntax as page
from raftnb.language import source
from raftnb.language.syntax import BUILTINS, METHODS, SYNTAX
from raftnb.tree import nodes
from raftnb.tree.calls import PYTHONS
from raftnb.tree.comparisons import COMPARE
from raftnb.tree.expressions import ARITHMETIC, COMBINED, EXPRESSIONS
from raftnb.tree.statements import STATEMENTS
from tests.tree.test_odd_claims import CLAIMS
from tests.tree.test_odd_claims import PROGRAM as WORKERS
from tests.tree.test_odd_shapes import PROGRAM, Zoo

OPERATORS = {*COMPARE, *ARITHMETIC, *(op for op, _ in COMBINED), ast.And, ast.Or}
PARTS = {ast.Not, ast.USub, ast.keyword, ast.Starred, ast.Slice, ast.comprehension}
HANDLED = {*EXPRESSIONS, *STATEMENTS, *OPERATORS, *PARTS, ast.Load, ast.Store}
"""What the tree takes: its tables, and the parts of nodes that their handlers look into."""


def test_the_column_of_the_prover_is_what_the_tree_takes() -> None:
    assert {node for node, support in SYNTAX.items() if support.prove} == HANDLED


def test_what_is_proved_is_run_and_explored_too() -> None:
    for table in (SYNTAX, BUILTINS, METHODS):
        for support in table.values():
            assert support.run >= support.explore >= support.prove


def test_the_functions_of_python_are_those_of_the_table() -> None:
    taken = {function for function, _ in PYTHONS if function in BUILTINS}
    assert taken | {enumerate, zip, super} == {
        f for f, support in BUILTINS.items() if support.prove
    }


def test_every_construct_of_the_table_is_used_by_a_function_that_has_a_tree() -> None:
    routines = [PROGRAM.action(Zoo, name) for name in Zoo.actions]
    routines += [WORKERS.claim(claim) for claim in CLAIMS]
    functions = {r.function for one in routines for r in nodes.parts(one) if is_routine(r)}
    used = {
        type(node)
        for function in functions
        for statement in source.parse(function).body
        for node in ast.walk(statement)
    }
    assert used >= {node for node, support in SYNTAX.items() if support.prove}


def is_routine(part: object) -> bool:
    return isinstance(part, nodes.Routine)


@pytest.mark.parametrize("name", sorted(m for m, support in METHODS.items() if support.prove))
def test_a_method_of_the_table_is_used_by_an_action_that_has_a_tree(name: str) -> None:
    text = "".join(ast.unparse(source.parse(a.function)) for a in Zoo.actions.values())
    assert f".{name}(" in text


def test_the_page_of_the_language_is_current() -> None:
    assert page.PAGE.read_text() == page.text(), "run `python -m book.syntax`"
