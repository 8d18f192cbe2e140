"""The stepper: the page holds the whole trace, readable with and without scripts."""

from __future__ import annotations

import json
import re
from typing import Any

import html5lib
import pytest

from raftnb.data.trace import Cell, Layout, State, Step, Trace
from raftnb.draw.stepper import stepper
from raftnb.language import Message


class Ping(Message):
    note: str


LAYOUT = Layout((Cell("s1", "term"), Cell("s2", "term"), Cell("s2", "seen", history=True)), True)
PING = Ping(source="s1", dest="s2", note="<b>&")
STATES = (
    State(LAYOUT, (0, 0, ())),
    State(LAYOUT, (1, 0, ()), ((PING, 2),)),
    State(LAYOUT, (1, 1, (1,)), ((PING, 1),)),
    State(LAYOUT, (1, 0, ())),
)
TRACE = Trace(STATES, (Step("s1", "time_out"), Step("s2", "handle_ping"), Step("s2", "restart")))


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


def test_the_page_holds_every_state_of_the_trace() -> None:
    data = data_of(stepper(TRACE, history=True).html)
    assert data["cells"] == [["s1", "term"], ["s2", "term"], ["s2", "seen"]]
    assert replay(data)[1:] == [["1", "0", "()"], ["1", "1", "(1)"], ["1", "0", "()"]]
    assert data["initial"] == ["0", "0", "()"]
    assert [count for step in data["steps"] for _, count in step["messages"]] == [2, 1]
    assert [step["text"] for step in data["steps"]] == [str(step) for step in TRACE.steps]


def test_history_variables_and_hidden_ones_stay_away() -> None:
    assert data_of(stepper(TRACE).html)["cells"] == [["s1", "term"], ["s2", "term"]]
    assert "seen" not in stepper(TRACE).html
    assert data_of(stepper(TRACE, hide=["term"], history=True).html)["cells"] == [["s2", "seen"]]


def test_hiding_a_variable_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(ValueError, match="hide names terms; the variables are term, seen"):
        stepper(TRACE, hide=["terms"])


def test_without_scripts_every_step_is_listed_with_what_it_changed() -> None:
    tree = html5lib.parse(stepper(TRACE).html, namespaceHTMLElements=False)
    steps = tree.findall(".//div[@class='all']/ol/li")
    assert [" ".join("".join(step.itertext()).split()) for step in steps[1:]] == [
        "s1.time_out()s1.term: 0 -> 1sent: Ping(source='s1', dest='s2', note='<b>&')",
        "s2.handle_ping()s2.term: 0 -> 1"
        "no longer in flight: Ping(source='s1', dest='s2', note='<b>&')",
        "s2.restart()s2.term: 1 -> 0no longer in flight: Ping(source='s1', dest='s2', note='<b>&')",
    ]


def test_values_cannot_break_out_of_the_page() -> None:
    html = stepper(TRACE).html
    assert "<b>" not in html
    assert "</script><" not in html.replace("</script>\n<", "")


def test_a_loop_says_where_it_goes_back_to() -> None:
    again = stepper(Trace(STATES, TRACE.steps, loop=1))
    assert data_of(again.html)["loop"] == 1
    assert "Back to state 2, for ever." in again.html
    assert data_of(stepper(TRACE).html)["loop"] is None


def test_the_same_trace_gives_the_same_bytes_and_loads_nothing() -> None:
    assert stepper(TRACE).html == stepper(TRACE).html
    assert re.findall(r"(?:src|href)=|url\(|https?:|import ", stepper(TRACE).html) == []


def test_the_plain_text_is_the_trace() -> None:
    assert stepper(TRACE)._repr_mimebundle_()["text/plain"] == str(TRACE)
