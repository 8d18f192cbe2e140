"""In a notebook the kernel answers: the same as what a page has."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from raftnb.data.errors import UsageError
from raftnb.draw.raft.parts import cluster_parts
from raftnb.explorer import explore_interactively, show
from raftnb.explorer.beside import Beside
from raftnb.explorer.search import nearest, one_by_one
from raftnb.explorer.sight import Lookout
from raftnb.explorer.widget import Kernel
from tests.explorer.test_show import unpacked
from tests.explorer.test_sight import MODELS, PEERS, nobody_has_heard


@pytest.mark.parametrize("name", ["a bag", "queues", "raft"])
def test_the_kernel_answers_what_a_page_has(name: str) -> None:
    model = MODELS[name]
    page = show(model, max_states=60).data
    kernel = Kernel(Lookout(model), Beside(model, cluster_parts), None, set(), False)
    assert kernel.answer({"head": True}) == {
        "about": page["about"], "initial": page["initial"], "start": None,
    }  # fmt: skip
    for number in range(min(60, len(page["cells"]))):
        told = unpacked(page, number)
        if told["ways"] is not None:
            assert kernel.answer({"look": number}) == told


def follow(lookout: Lookout, choices: list[int]) -> list[str]:
    state, found = lookout.model.initial_states[0], []
    for choice in choices:
        way = (lookout.look(state).ways or ())[choice]
        found.append(str(way.step))
        state = way.after
    return found


def test_the_nearest_state_of_a_kind_is_found_or_there_is_none() -> None:
    lookout = Lookout(PEERS())
    first = lookout.model.initial_states[0]
    hearing = ["p1.ping(p2)", "p2.hear(Ping(source=p1, dest=p2))"]
    for claims, steps in [([1], hearing), ([0], hearing), ([2], [*hearing, "p2.forget()"])]:
        found = nearest(lookout, Beside(), first, {"claims": claims})
        assert found is not None
        assert follow(lookout, found) == steps
    every = nearest(lookout, Beside(), first, {"claims": [0, 1, 2]})
    assert every == nearest(lookout, Beside(), first, {"claims": [0]})
    deaf = Lookout(PEERS.variant("deaf", constraints=(), invariants=())(peers=1))
    start = deaf.model.initial_states[0]
    assert nearest(deaf, Beside(), start, {"claims": [0, 1]}) is None


def test_a_deadlock_is_found_and_an_end_that_is_allowed_is_none() -> None:
    lookout = Lookout(PEERS())
    first = lookout.model.initial_states[0]
    sent_and_lost = {"p1.ping(p2)", "p2.ping(p1)"} | {
        f"network.lose(Ping(source={a}, dest={b}))" for a, b in [("p1", "p2"), ("p2", "p1")]
    }
    for found in (nearest, one_by_one):
        way = found(lookout, Beside(), first, {"stuck": True})
        assert way is not None
        assert set(follow(lookout, way)) == sent_and_lost
        assert len(way) == 4
    silent = Lookout(PEERS.variant("silent", final=nobody_has_heard)())
    for found in (nearest, one_by_one):
        assert (way := found(silent, Beside(), first, {"stuck": True})) is None
    alone = Lookout(PEERS(peers=1))
    assert nearest(alone, Beside(), alone.model.initial_states[0], {"stuck": True}) == []


def test_a_widget_answers_the_questions_of_its_front_end() -> None:
    widget = explore_interactively(PEERS())
    told: list[dict[str, Any]] = []
    widget.send = told.append
    for question in ({"head": True}, {"look": 0}, {"from": 0, "wanted": {"claims": [1]}}):
        widget._handle_custom_msg({"number": len(told), **question}, [])
    assert [one["to"] for one in told] == [0, 1, 2]
    assert told[0]["told"]["about"]["name"] == "peers"
    assert len(told[1]["told"]["ways"]) == 2
    shown = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert "run this cell" in shown["text/html"]
    assert "initial state" in shown["text/plain"]
    assert told[2]["told"] == [0, 0] or len(told[2]["told"]) == 2


def test_without_its_package_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("raftnb.explorer.widget.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="no package anywidget") as error:
        explore_interactively(PEERS())
    assert "show(model)" in str(error.value.cure)
    assert importlib.util.find_spec("anywidget") is not None
