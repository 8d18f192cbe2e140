"""Mutants are what they are said to be, and live in a process of their own."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
import weakref
from collections import Counter
from pathlib import Path

from raftnb.tree import nodes, ordered, types
from tests.fuzz.mutate import Mutant, apart, change, exchange, held, mutants

TYPES = Path("raftnb/tree/types.py")


def one(function: str, what: str, line: str) -> Mutant:
    """The mutant of a function in which a line with some text is changed."""
    rows = TYPES.read_text().splitlines()
    (found,) = [
        m
        for m in mutants(TYPES)
        if (m.function, m.what) == (function, what) and line in rows[m.line - 1]
    ]
    return found


def test_a_mutant_lives_in_its_process_alone() -> None:
    mutant = one("optional", "a test negated", "if isinstance(type_, Never)")

    def work() -> bool:
        exchange(mutant, held())
        return types.optional(nodes.BOOL) == nodes.NOTHING

    assert apart(work, 60) is True
    assert types.optional(nodes.BOOL) == nodes.Option(nodes.BOOL)


def test_a_proxy_of_what_is_gone_is_not_asked() -> None:
    gone = weakref.proxy(one("optional", "a test negated", "if isinstance(type_, Never)"))
    assert types.optional in held()[str(TYPES.resolve()), "optional"]
    del gone


def test_a_function_that_was_made_before_is_changed_too() -> None:
    (mutant,) = [
        m
        for m in mutants(Path("raftnb/tree/ordered.py"))
        if (m.function, m.what) == ("extreme", "a statement left out")
        if "return _of_several" in str(m)
    ]
    made = ordered.extreme("min", "least")

    def work() -> bool:
        before = made.__code__.co_code
        exchange(mutant, held())
        return made.__code__.co_code != before

    assert apart(work, 60) is True


def test_a_mutant_that_never_ends_has_no_answer() -> None:
    def work() -> bool:
        while time.time() > 0:
            pass
        return True

    assert apart(work, 1) is None


def test_every_kind_of_change_is_made() -> None:
    source = "def f(x, *, y=1):\n    a = 1\n    if x == 1 and g(x, y=y):\n        return x + a\n"
    path = Path("raftnb/tree/calls.py")
    kinds = Counter(m.what for m in mutants(path))
    assert set(kinds) == {
        "a statement left out", "a test negated", "an operator swapped", "a keyword left out",
        "a constant changed",
    }  # fmt: skip
    tree = ast.parse(source)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    change(function, "a statement left out", 0)
    change(function.body[1], "a test negated", 0)
    assert "pass" in ast.unparse(tree)
    assert "if not (x == 1 and g(x, y=y))" in ast.unparse(tree)


def test_what_errors_tell_people_is_not_changed() -> None:
    paths = [path for room in ("tree", "prove") for path in Path("raftnb", room).rglob("*.py")]
    every = [mutant for path in paths for mutant in mutants(path)]
    left_out = [str(m) for m in every if m.what == "a keyword left out"]
    assert len(left_out) > 50
    assert not [row for row in left_out if "allowed=" in row or "cure=" in row]
    assert all(mutant.function for mutant in every)


def test_the_compiled_loops_run_as_they_stand_too() -> None:
    program = (
        "from tests.fuzz.interpreted import interpret; interpret()\n"
        "from raftnb.explore import check\n"
        "from raftnb.explore.tables import kernels\n"
        "from raftnb.specs import SPECS\n"
        "found = check(SPECS['sequential-store'](), symmetry=True, progress=False)\n"
        "print(found.verdict, found.distinct, type(kernels.walk).__name__)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["holds", "75", "function"]
