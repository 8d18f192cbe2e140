"""The models of Raft that chapter 6 says were explored outside of it have as many states."""

from __future__ import annotations

import os
import re

import nbformat
import pytest

from book import ROOT
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.specs.raft.claims import RAFT

CHAPTER = ROOT / "notebooks/06-raft-log-replication.ipynb"
QUICK = 200_000
"""States that every run of the tests may look at; the others wait for RAFTNB_LONG=1 (minutes)."""


def explored() -> list[dict[str, str]]:
    """The rows of the chapter's table."""
    text = "\n\n".join(cell.source for cell in nbformat.read(CHAPTER, 4).cells)
    table = text[text.index("| servers | max_term ") :]
    lines = re.findall(r"^\|(.*)\|$", table[: table.index("\n\n")], re.MULTILINE)
    names, _, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(names, row, strict=True)) for row in rows]


def states_of(row: dict[str, str]) -> int:
    return int(row["states"].replace(",", ""))


def test_the_table_is_found():
    assert len(explored()) == 4


@pytest.mark.parametrize("row", explored(), ids=lambda row: row["states"])
def test_a_model_has_as_many_states_as_the_chapter_says(row: dict[str, str]):
    if states_of(row) > QUICK and not os.environ.get("RAFTNB_LONG"):
        pytest.skip("takes minutes; RAFTNB_LONG=1 runs it")
    constants = {n: int(v) for n, v in row.items() if n not in ("history", "states")}
    model = RAFT(history=row["history"] == "yes", **constants)
    found = check(model, deadlock=False, symmetry=True, progress=False)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, states_of(row))
