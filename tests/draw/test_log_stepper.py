"""The page of a log: every line, what it stands for, and where it stops."""

from __future__ import annotations

import json
import re
from typing import Any

import html5lib

from raftnb.data.account import Account, Moment, Stop
from raftnb.data.trace import Cell, Layout, State, Step
from raftnb.draw import log_stepper
from raftnb.draw.log_stepper import LONGEST
from raftnb.language import Message


class Note(Message):
    text: str


LAYOUT = Layout((Cell("s1", "term"), Cell("s1", "log"), Cell("s1", "seen", history=True)), True)
NOTE = Note(source="s1", dest="s1", text="hello")
START = State(LAYOUT, (0, (), ()))
MOMENTS = (
    Moment(2, '{"event": "go"}', (Step("s1", "go"), Step("s1", "on")), ((0, 1),), ((NOTE, 1),)),
    Moment(4, '{"event": "look"}'),
    Moment(5, '{"event": "drop"}', (Step("s1", "drop"),), ((1, (7,) * 900),), ((NOTE, 0),)),
)
STOP = Stop(6, '{"term": 9}', ("s1.term is 1, logged 9", "no Note from s1 to s1 is in flight"))


def data_of(html: str) -> Any:
    found = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def replay(data: Any) -> list[list[str]]:
    """The states as the script in the page computes them."""
    rows = [data["initial"]]
    for step in data["steps"]:
        changed = dict(map(tuple, step["changes"]))
        rows.append([changed.get(i, value) for i, value in enumerate(rows[-1])])
    return rows


def test_each_line_stands_beside_its_steps_and_the_state_after_it() -> None:
    data = data_of(log_stepper(Account(START, MOMENTS, STOP)).html)
    assert [step["line"][0] for step in data["steps"]] == [2, 4, 5, 6]
    assert [step["line"][1] for step in data["steps"]] == [*(m.text for m in MOMENTS), STOP.text]
    assert [step["text"] for step in data["steps"]] == [
        "s1.go()\ns1.on()", "no step: compared", "s1.drop()",
        "does not fit; this is the state before it",
    ]  # fmt: skip
    assert [row[0] for row in replay(data)] == ["0", "1", "1", "1", "1"]
    assert [step["messages"] for step in data["steps"]] == [[[0, 1]], [], [[0, 0]], []]
    assert [step["actors"] for step in data["steps"]] == [["s1"], [], ["s1"], []]


def test_the_page_opens_where_the_log_stops_or_a_claim_is_false() -> None:
    assert data_of(log_stepper(Account(START, MOMENTS, STOP)).html)["begin"] == 4
    assert data_of(log_stepper(Account(START, MOMENTS)).html)["begin"] == 0
    broken = (MOMENTS[0], MOMENTS[1]._replace(remarks=("p is false",)), MOMENTS[2])
    data = data_of(log_stepper(Account(START, broken)).html)
    assert data["begin"] == 2
    assert [step["remarks"] for step in data["steps"]] == [[], ["p is false"], []]
    stops = data_of(log_stepper(Account(START, MOMENTS, STOP)).html)["steps"][-1]
    assert stops["remarks"] == list(STOP.reasons)


def test_what_is_long_is_shown_without_its_middle_and_history_only_if_asked_for() -> None:
    data = data_of(log_stepper(Account(START, MOMENTS)).html)
    long = data["steps"][2]["changes"][0][1]
    assert (long[:7], long[-3:], len(long)) == ("(7, 7, ", " 7)", LONGEST + 3)
    assert "…" in long
    assert ["s1", "seen"] not in data["cells"]
    assert ["s1", "seen"] in data_of(log_stepper(Account(START, MOMENTS), history=True).html)[
        "cells"
    ]


def test_without_scripts_the_page_says_where_the_log_stops() -> None:
    shown = log_stepper(Account(START, MOMENTS, STOP, left_out=1000))
    tree = html5lib.parse(shown.page("a log"), namespaceHTMLElements=False)
    text = "".join(tree.find(".//div[@class='all']").itertext())
    assert "1,003 events fit" in text
    assert "the first 1,000 of them are not shown" in text
    assert "line 6 does not: s1.term is 1, logged 9; no Note" in text
    assert str(shown).startswith("1,003 events fit")


def test_the_page_needs_nothing_from_elsewhere_and_is_the_same_each_time() -> None:
    page = log_stepper(Account(START, MOMENTS, STOP)).page("a log")
    assert page == log_stepper(Account(START, MOMENTS, STOP)).page("a log")
    assert not any(word in page for word in ("http", "src=", "href=", "url(", "import "))
