"""The page of branches that random specifications do not reach is about such as there are."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.fuzz.branches import Branch, all_branches, branches, missed, traced
from tests.oracles.random_specs import make

PAGE = Path("docs/fuzzing-branches.md")
ROW = re.compile(r"- `(\S+)` `(\S+)` \*(run|taken|not taken)\*(?: `(.*)`)?$")


def listed() -> list[tuple[str, Branch]]:
    """The branches of the page, each with the reason above it."""
    reason, found = "", []
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            reason = ""
        elif row := ROW.match(line):
            path, function, way, text = row.groups()
            found.append((reason, Branch(f"raftnb/{path}", function, way, text or "def")))
        elif not line.startswith("- "):
            reason = f"{reason} {line}".strip()
    return found


def test_the_page_lists_branches_that_there_are_once_and_with_a_reason() -> None:
    there = {branch for branch, _ in all_branches()}
    assert [str(branch) for _, branch in listed() if branch not in there] == []
    assert [str(b) for b, n in Counter(b for _, b in listed()).items() if n > 1] == []
    assert [str(branch) for reason, branch in listed() if len(reason) < 30] == []
    assert len(listed()) > 50


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
