"""Pictures: the same bytes each time, readable by a screen reader, and a helpful word when not."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import graphviz
import pytest

from raftnb.data.errors import UsageError
from raftnb.draw import dot
from raftnb.draw.picture import Picture


def two_servers() -> graphviz.Digraph:
    graph = graphviz.Digraph(node_attr={"style": "filled", "fillcolor": "red:blue"})
    graph.node("s1", URL="#s1")
    graph.edge("s1", "s2", label="RequestVote")
    return graph


def test_the_same_graph_gives_the_same_bytes() -> None:
    first, second = dot.render(two_servers(), "a vote"), dot.render(two_servers(), "a vote")
    assert first.svg == second.svg


def test_dot_source_and_graph_objects_give_the_same_picture() -> None:
    assert dot.render(two_servers(), "a vote") == dot.render(two_servers().source, "a vote")


def test_the_text_alternative_is_title_label_and_plain_text() -> None:
    picture = dot.render("digraph { a -> b }", 'a "leads" to b & <c>')
    root = ET.fromstring(picture.svg)
    assert root.get("aria-label") == 'a "leads" to b & <c>'
    assert root[0].tag.endswith("title")
    assert root[0].text == 'a "leads" to b & <c>'
    assert picture._repr_mimebundle_()["text/plain"] == 'a "leads" to b & <c>'
    assert repr(picture) == 'a "leads" to b & <c>'


def test_no_two_pictures_of_a_page_share_an_id() -> None:
    ids = [
        set(re.findall(r' id="([^"]+)"', dot.render(source, "x").svg))
        for source in (two_servers(), 'digraph { node [style=filled fillcolor="red:blue"]; a }')
    ]
    assert ids[0]
    assert ids[1]
    assert not ids[0] & ids[1]


def test_references_to_gradients_follow_their_renamed_ids() -> None:
    svg = dot.render(two_servers(), "x").svg
    assert set(re.findall(r"url\(#([^)]+)\)", svg)) == set(re.findall(r' id="([^"]+)"', svg))


def test_saving_writes_the_bytes_that_are_shown(tmp_path: Path) -> None:
    picture = dot.render("digraph { a }", "one node")
    assert picture.save(tmp_path / "a.svg").read_bytes() == picture.svg.encode()


def test_a_picture_without_words_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        Picture("<svg/>", " ")
    assert "say in words" in str(error.value)


def test_an_unknown_layout_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UsageError, match="engine='tree'") as error:
        dot.render("digraph { a }", "one node", engine="tree")
    assert error.value.allowed.startswith("dot, neato")


def test_a_broken_graph_is_reported_with_what_the_program_said() -> None:
    with pytest.raises(dot.DotError, match="syntax error"):
        dot.render("digraph { a -> }", "broken")


def test_a_missing_program_is_reported_with_the_variable_that_named_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAFTNB_DOT", "no-such-dot")
    with pytest.raises(dot.DotError, match="RAFTNB_DOT names 'no-such-dot'"):
        dot.render("digraph { a }", "one node")


def test_the_variable_may_name_another_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "mydot"
    other.write_text("#!/bin/sh\ncat >/dev/null; echo '<svg><!-- mine --></svg>'\n")
    other.chmod(0o755)
    monkeypatch.setenv("RAFTNB_DOT", str(other))
    assert "<title>mine</title>" in dot.render("digraph { a }", "mine").svg
