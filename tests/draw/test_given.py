"""A drawing that is given something else says what it takes, and where that is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from raftnb.data.errors import UsageError
from raftnb.draw import (
    Picture,
    draw_graph,
    draw_lasso,
    draw_lemmas,
    draw_trace,
    render,
    show_change,
    show_source,
    show_views,
)
from raftnb.draw.raft import draw_cluster, draw_clusters, draw_sequence
from raftnb.explore import check, state_graph
from raftnb.explorer import show
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.store.sequential import SEQUENTIAL_STORE

WORLD = RAFT().start()
WORLD["s1"].time_out()
RESULT = check(SEQUENTIAL_STORE(), progress=False)
WRONG: dict[str, tuple[Callable[[], Any], str, str, str]] = {
    # what is called, the found, a part of the allowed, the cure
    "graph of a model": (lambda: draw_graph(RAFT()), "a Model", "StateGraph", "state_graph(model)"),
    "graph, highlight": (
        lambda: draw_graph(GRAPH, highlight=WORLD), "a World", "a Trace", "give its `.trace`",
    ),
    "trace of nothing": (lambda: draw_trace(None), "None", "a Trace", "whether the result has"),
    "trace of a result": (lambda: draw_trace(RESULT), "a Exploration", "a Trace", "look whether"),
    "lasso of a path": (lambda: draw_lasso(WORLD.trace), "without a loop", "lasso", "draw_trace"),
    "show of a world": (lambda: show(WORLD), "a World", "a Trace", "give its `.trace`"),
    "show, hide": (lambda: show(WORLD.trace, hide="ab"), "['a', 'b']", "log", "leave the"),
    "cluster of a world": (lambda: draw_cluster(WORLD), "a World", "a State", "give its `.state`"),
    "cluster of a trace": (
        lambda: draw_cluster(WORLD.trace), "a Trace", "a State", "give its `.last`",
    ),
    "cluster of a store": (
        lambda: draw_cluster(RESULT.witnesses["a_written_value_is_read"].last),
        "no process has a log", "`raft`", "draw_trace",
    ),
    "no cluster": (lambda: draw_clusters([]), "no state", "`raft`", "draw_trace"),
    "clusters of states": (lambda: draw_clusters([WORLD.state]), "a State", "pairs", '("before"'),
    "sequence of a world": (lambda: draw_sequence(WORLD), "a World", "a Trace", "give its"),
    "sequence, since 2": (lambda: draw_sequence(WORLD.trace, since=2), "since=2", "0 to 1", ""),
    "sequence, since -1": (lambda: draw_sequence(WORLD.trace, since=-1), "since=-1", "0 to 1", ""),
    "sequence, only": (
        lambda: draw_sequence(WORLD.trace, only=("s9",)), "only=('s9',)", "s1, s2, s3", "leave it",
    ),
    "sequence, only a text": (
        lambda: draw_sequence(WORLD.trace, only="s1"), "only='s1'", "a tuple of", "leave it out",
    ),
    "lemmas of a spec": (lambda: draw_lemmas(RAFT), "a Spec", "for each claim", "proof.graph()"),
    "views of a result": (lambda: show_views(RESULT), "without a step", "violated", "`reasons`"),
    "source of a number": (lambda: show_source(3), "a int", "a class, an action", ""),
    "source of a Spec": (lambda: show_source(RAFT), "a Spec", "a class, an action", ""),
    "change of numbers": (lambda: show_change(1, 2), "a int", "a class, an action", ""),
    "render nothing": (lambda: render(None, "x"), "a NoneType", "DOT source", ""),
    "render without words": (lambda: render("graph {}", " "), "alt=' '", "cannot see", "say in"),
    "words that are none": (lambda: draw_trace(WORLD.trace, alt=3), "alt=3", "cannot see", "say"),
    "a picture that is none": (lambda: Picture("<b>", "x"), "svg='<b>'", "one <svg>", ""),
}  # fmt: skip
GRAPH = state_graph(SEQUENTIAL_STORE())


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_a_usage_error_with_its_cure(name: str) -> None:
    call, found, allowed, cure = WRONG[name]
    with pytest.raises(UsageError) as error:
        call()
    assert error.value.place
    assert found in error.value.found
    assert allowed in error.value.allowed
    assert cure in error.value.cure


def test_labels_may_be_anything_that_has_a_text() -> None:
    picture = draw_graph(GRAPH, lambda state: len(state.messages), edge=lambda step: None)
    assert ">0</text>" in picture.svg
    assert ">None</text>" in picture.svg


def test_a_sequence_of_no_steps_shows_the_processes_and_the_note() -> None:
    picture = draw_sequence(WORLD.trace, since=1, note="nothing happens")
    assert "✗ nothing happens" in picture.svg
    assert "candidate, term 1" in picture.svg
