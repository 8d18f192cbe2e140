"""`s[1:]` is `Tail(s)` where `s` has a first item: TLC stops at the tail of an empty sequence."""

from __future__ import annotations

import re

from raftnb.explore import check
from raftnb.pluscal import algorithm, plain_module
from tests.pluscal.rests import HASTY, RESTS

EMPTY = re.compile(r"SubSeq\((\w+), 2, Len\(\1\)\)")


def test_only_where_the_first_item_is_read_it_is_a_tail() -> None:
    for printed in (plain_module, algorithm):
        text = next(t for name, t in printed(RESTS()).files.items() if name.endswith(".tla"))
        assert re.findall(r"Tail\(.*?\)", text) == ["Tail(waiting)"]
        assert EMPTY.findall(text).count("served") == 1
        assert EMPTY.findall(text).count("waiting") >= 4
    found = check(RESTS(), engine="reference", deadlock=False, progress=False)
    assert (found.verdict.value, found.distinct) == ("holds", 150)


def test_it_is_none_where_the_first_item_is_read_later() -> None:
    for printed in (plain_module, algorithm):
        text = next(t for name, t in printed(HASTY()).files.items() if name.endswith(".tla"))
        assert "Tail(" not in text
        assert EMPTY.search(text)
    found = check(HASTY(), engine="reference", deadlock=False, progress=False)
    assert found.verdict.value == "holds"
