"""The site's lists: names with what they are, mistakes with where they are, the first page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import raftnb
from book import ROOT, lists, notebooks
from book.chapters import link_names, number_tables
from book.pages import SITE
from raftnb.specs.raft.mistakes import FAMILIES


def test_the_first_page_of_the_reference_says_what_each_name_is() -> None:
    rows = re.findall(r"   \* - :py:obj:`(\w+) <([\w.]+)>`\n     - (.*)", lists.face())
    assert sorted(name for name, _, _ in rows) == sorted(raftnb.__all__)
    assert [name for name, _, said in rows if not said] == []
    assert ("check", "raftnb.explore.check") in [(name, full) for name, full, _ in rows]


def test_the_reference_lists_every_module_with_its_first_line() -> None:
    page = lists.reference(["raftnb.data.verdict", "raftnb.draw.svg"])
    assert "- :doc:`raftnb.data.verdict <api/raftnb.data.verdict>`: " in page
    assert "raftnb.draw\n-----------" in page


def test_every_mistake_has_a_row_and_those_of_chapter_7_lead_to_their_sections() -> None:
    page = lists.mistakes(notebooks())
    rows = re.findall(r"^\* - (\d+)\n(?:  - .*\n){4}  - (.*)\n  - (.*)", page, re.MULTILINE)
    assert len(rows) == sum(map(len, FAMILIES.values()))
    where = {int(number): chapter for number, chapter, _ in rows}
    for mutant in FAMILIES["raft"]:
        assert where[mutant.row].startswith(f"[7](<07-breaking-raft.ipynb#{mutant.row}.-")
    made = {int(number): made for number, _, made in rows}
    assert "](https://github.com/camunda/camunda/issues/5356)" in made[17]


def test_the_first_page_has_the_readme_s_chapters_and_what_is_proved() -> None:
    first = (SITE / "index.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    page = lists.first_page(first, readme, notebooks())
    assert "@README" not in page
    for path in notebooks():
        assert f"]({path.name})" in page
    assert "**Proved, for any number of servers.**" in page
    assert "make lab" in page


def test_a_chapter_that_is_not_built_is_no_link() -> None:
    text = "[one](01-a.ipynb), [two](notebooks/02-b.ipynb#x)"
    assert lists.first_page(text, "", [Path("02-b.ipynb")]) == "one, [two](02-b.ipynb#x)"


def test_a_section_that_the_readme_lacks_is_named() -> None:
    with pytest.raises(ValueError, match="no section 'Gone'"):
        lists.first_page("@README Gone@", "## Here\n\ntext\n", [])


def test_the_names_of_a_synopsis_lead_to_the_reference() -> None:
    names = {"check": "raftnb.explore.check"}
    assert link_names("| `check(model)`, `other` |", names) == (
        "| {py:obj}`check <raftnb.explore.check>`, `other` |"
    )


def test_tables_are_numbered_as_figures_are() -> None:
    shown = ["<table><caption>One</caption>", "<table>", "<caption>x</caption><script>"]
    outputs = [{"data": {"text/html": html}} for html in shown]

    class Notebook:
        cells = ({"outputs": outputs},)

    number_tables(Notebook, "4")
    told = [output["data"]["text/html"] for output in outputs]
    assert told == ["<table><caption><strong>Table 4.1.</strong> One</caption>", *shown[1:]]
