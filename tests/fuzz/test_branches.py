"""Branches are told by what they are, and what is reached is not missed."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.branches import all_branches, branches, missed, traced
from tests.oracles.random_specs import make


def test_what_a_specification_reaches_is_not_missed(tmp_path: Path) -> None:
    done, arcs = traced([make(8).text], 5.0)
    assert done == 1
    left = set(missed(arcs))
    reached = {branch for branch, _ in all_branches()} - left
    assert any(b.function == "lower_function" and b.way == "run" for b in reached)
    assert any(b.function == "Theory.opaque" and b.way == "run" for b in left)
    assert len(reached) > 300


def test_branches_of_a_file_are_told_by_function_way_and_text(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text(
        "class A:\n    def f(self, x):\n        if x:\n            return 1\n        return 2\n"
    )
    found = {(b.function, b.way, b.text): was for b, was in branches(str(path))}
    assert set(found) == {
        ("A.f", "run", "def"), ("A.f", "taken", "if x:"), ("A.f", "not taken", "if x:")
    }  # fmt: skip
    assert found["A.f", "taken", "if x:"](3, 4)
    assert not found["A.f", "taken", "if x:"](3, 5)
    assert found["A.f", "not taken", "if x:"](3, 5)
