"""The stepper: the page holds the whole trace, readable with and without scripts."""

from __future__ import annotations

import json
import re
from typing import Any

import html5lib
import pytest

from raftnb.data.errors import UsageError
from raftnb.data.trace import Cell, Layout, State, Step, Trace
from raftnb.data.values import show
from raftnb.draw import draw_lasso, draw_trace, stepper
from raftnb.draw.raft import draw_sequence
from raftnb.language import Map, Message
from raftnb.liveness import check_liveness
from raftnb.specs.store.sequential import SEQUENTIAL_STORE


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
    assert [count for step in data["steps"] for _, count in step["messages"]] == [2, 1, 0]
    assert data["texts"] == [show(PING)]
    assert [step["text"] for step in data["steps"]] == [str(step) for step in TRACE.steps]


def test_history_variables_and_hidden_ones_stay_away() -> None:
    assert data_of(stepper(TRACE).html)["cells"] == [["s1", "term"], ["s2", "term"]]
    assert "seen" not in stepper(TRACE).html
    assert data_of(stepper(TRACE, hide=["term"], history=True).html)["cells"] == [["s2", "seen"]]


def test_hiding_a_variable_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(UsageError, match=r"hide=\['terms'\]") as error:
        stepper(TRACE, hide=["terms"])
    assert error.value.allowed == "names of variables: term, seen"


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


@pytest.mark.parametrize("draw", [stepper, draw_trace, draw_lasso, draw_sequence])
def test_a_world_a_result_or_nothing_is_refused_with_where_the_trace_is(draw: Any) -> None:
    world = SEQUENTIAL_STORE().start()
    for given, found, cure in [
        (world, "a World", "give its `.trace`"),
        (check_liveness(SEQUENTIAL_STORE()), "a LivenessResult", "give its `.trace`"),
        (None, "None", "look whether the result has a trace"),
    ]:
        with pytest.raises(UsageError) as error:
            draw(given)
        assert (error.value.found, error.value.cure) == (found, cure)
        assert error.value.place == draw.__name__


def test_each_changed_key_of_a_map_stands_by_itself() -> None:
    before, after = Map({"k1": 0, "k2": 0, "k3": 5}), Map({"k1": 1, "k2": 2, "k3": 5})
    layout = Layout((Cell("G", "m"),))
    trace = Trace((State(layout, (before,)), State(layout, (after,))), (Step("p", "act"),))
    assert "G.m['k1']: 0 -> 1, ['k2']: 0 -> 2\n" in f"{trace}\n"
    assert "G.m[k1]: 0 -&gt; 1, [k2]: 0 -&gt; 2" in stepper(trace).html
