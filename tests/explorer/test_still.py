"""Where no script runs, a picture shows the last state, and says how steps can be chosen."""

from __future__ import annotations

import base64
import re
from typing import Any
from xml.etree.ElementTree import fromstring

from raftnb.data.trace import Cell, Layout, State, Step, Trace
from raftnb.explorer import show
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.scenes import elect, replicate, request
from tests.draw.test_hostile import HOSTILE, SVG_TAGS, tags_of

SVG = "{http://www.w3.org/2000/svg}"
LAYOUT = Layout((Cell("a", "x"), Cell("a", "y"), Cell("b", "z")))


def trace(*rows: tuple[Any, ...]) -> Trace:
    return Trace(tuple(State(LAYOUT, row) for row in rows), (Step("a", "act"),) * (len(rows) - 1))


def still(html: str) -> str:
    found = re.search(r'<img alt="[^"]*" src="data:image/svg\+xml;base64,([^"]*)">', html)
    assert found
    return base64.b64decode(found[1]).decode("utf-8")


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in fromstring(svg).iter(f"{SVG}text")]


def test_the_variables_of_the_last_state_are_shown_and_the_changed_ones_marked() -> None:
    html = show(trace((1, 2, 3), (1, 5, 3))).html
    assert texts(still(html)) == ["a", "x", "1", "y", "✱ 5", "b", "z", "3"]
    assert "State 2 of 2, after a.act()." in html


def test_a_hidden_variable_is_not_in_the_picture() -> None:
    assert texts(still(show(trace((1, 2, 3)), hide=["y"]).html)) == ["a", "x", "1", "b", "z", "3"]


def test_a_view_is_drawn_as_the_explorer_shows_it() -> None:
    world = RAFT().start()
    elect(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    shown = texts(still(show(world.trace).html))
    assert shown[:6] == ["s1", "leader", "term 1, voted s1", "1", "v1", "s2"]
    assert shown[-3:] == ["s3", "follower", "term 0"]
    assert texts(still(show(world.trace, view=None).html))[:2] == ["Faults", "restarts"]


def test_it_says_how_to_start_it() -> None:
    html = show(trace((1, 2, 3))).html
    assert "run this cell, or trust the notebook" in html


def test_whatever_a_value_says_the_picture_shows_it() -> None:
    for words in HOSTILE:
        svg = still(show(trace((words, 2, 3))).html)
        assert set(tags_of(fromstring(svg))) <= SVG_TAGS
