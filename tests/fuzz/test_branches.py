"""The page of branches that random specifications do not reach is about such as there are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.fuzz.branches import Branch, all_branches, branches, missed, traced
from tests.fuzz.page import NEW, PAGE, TESTED, listed, row_of, updated
from tests.oracles.random_specs import make


def test_the_page_lists_branches_once_and_with_a_reason() -> None:
    rows = list(listed(PAGE.read_text().splitlines()))
    assert [str(b) for b, n in Counter(b for _, b in rows).items() if n > 1] == []
    assert [str(branch) for reason, branch in rows if len(reason) < 30] == []
    assert len(rows) > 50


def test_hardly_a_branch_of_the_page_is_gone() -> None:
    """A change of the translators takes some away, until the page is made anew."""
    there = {branch for branch, _ in all_branches()}
    rows = [branch for _, branch in listed(PAGE.read_text().splitlines())]
    gone = [str(branch) for branch in rows if branch not in there]
    assert len(gone) <= len(rows) // 10, gone


def test_the_page_is_brought_in_step_with_what_is_left() -> None:
    one, two, new = (Branch("raftnb/tree/a.py", "f", "taken", f"if {x}:") for x in "abc")
    head = ["# Page", "", "It is about this."]
    lines = ["# Old", "", "## Rare", "", "It is rare.", "", row_of(one), row_of(two)]
    assert list(listed(lines)) == [("It is rare.", one), ("It is rare.", two)]
    fresh = updated(lines, [two, new], [one], head)
    assert fresh[:8] == [*head, "", *lines[2:6]]
    assert fresh[8:13] == [row_of(two), "", NEW, "", row_of(new)]
    assert fresh[-1] == row_of(one)
    assert updated(fresh, [], [one, two], head)[4] == TESTED


def test_what_a_specification_reaches_is_not_missed() -> None:
    done, arcs = traced([make(8).text], 5.0)
    assert done == 1
    left = set(missed(arcs))
    reached = {branch for branch, _ in all_branches()} - left
    assert any(b.function == "lower_function" and b.way == "run" for b in reached)
    assert any(b.function == "Theory.opaque" and b.way == "run" for b in left)
    assert len(reached) > 300
    rows = {branch for _, branch in listed(PAGE.read_text().splitlines())}
    assert reached & rows == set(), "the page lists what is reached"


def test_branches_of_a_file_are_told_by_function_way_and_text(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text("class A:\n  def f(self, x):\n    if x:\n      return 1\n    return 2\n")
    found = {(b.function, b.way, b.text): was for b, was in branches(str(path))}
    assert set(found) == {
        ("A.f", "run", "def"), ("A.f", "taken", "if x:"), ("A.f", "not taken", "if x:")
    }  # fmt: skip
    assert found["A.f", "taken", "if x:"](3, 4)
    assert not found["A.f", "taken", "if x:"](3, 5)
    assert found["A.f", "not taken", "if x:"](3, 5)
