"""What stands beside a state: another model's view, the history of clients, a state diagram."""

from __future__ import annotations

import json
from typing import Any

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.trace import Trace
from raftnb.draw.text import brief
from raftnb.experiments import client_history, store_history
from raftnb.experiments.store_histories import history_of
from raftnb.explorer import Scenes, Seen, diagram, explore_interactively, scenes, show
from raftnb.explorer.beside import Beside
from raftnb.explorer.diagram import as_elements
from raftnb.explorer.search import nearest
from raftnb.explorer.sight import Lookout
from raftnb.refine import refines
from raftnb.specs import REFINEMENTS, SPECS
from raftnb.specs.raft.client_scenes import answer, finish, write
from raftnb.specs.raft.scenes import elect
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Client
from tests.explorer.test_show import unpacked
from tests.explorer.test_sight import PEERS, Peer

CLAIM = REFINEMENTS["stale-store"]


def notes(data: Any, number: int, choice: int) -> Any:
    """What is said of a step of a page: the steps of the other model, and events of clients."""
    return unpacked(data, number)["ways"][choice][7][2:]


def test_a_step_is_seen_as_the_steps_of_the_other_model_or_as_none() -> None:
    concrete, abstract, mapping = CLAIM.models()
    found = refines(concrete, abstract, mapping)
    assert found.trace is not None
    shown = show(found.trace, concrete, seen_as=Seen(abstract, mapping), max_states=1)
    start = shown.data["start"]
    above = [notes(shown.data, n, choice)[0] for n, choice in enumerate(start["choices"])]
    assert above[-1] is False
    assert above[:-1] == [[str(step)] for step in found.trace.steps[:-1]]
    for number, view in enumerate(found.view):
        assert unpacked(shown.data, number)["above"] == [brief(value) for value in view.values]
    assert shown.data["about"]["above"]["name"] == "linearizable-store"


def test_raft_with_clients_is_seen_as_a_store_and_what_it_hides_is_unseen() -> None:
    claim = REFINEMENTS["raft-store"]
    concrete, abstract, mapping = claim.models(servers=3, clients=1, values=1)
    world = concrete.start()
    elect(world, "s1", "s2")
    write(world, "c1", "v1", "s1")
    finish(world, "s1", "s2")
    answer(world, "s1", "c1")
    beside = Beside(concrete, None, Seen(abstract, mapping, claim.at_once), client_history)
    told = [
        beside.of_step(before, step, after)
        for before, (step, after) in zip(world.trace.states, world.trace, strict=False)
    ]
    above = {step.action: said for step, (said, _) in zip(world.trace.steps, told, strict=True)}
    assert above["call"] == ["c1.take_mutex()", "c1.request(k1, v1, choose=(Op.WRITE,))"]
    assert [line.split("(")[0] for line in above["apply"]] == [
        "store.take_request", "store.serve", "store.respond", "store.rest",
    ]  # fmt: skip
    assert above["receive"] == ["c1.receive()", "c1.release()"]
    hidden = set(above) - {"call", "apply", "receive"}
    assert len(hidden) >= 8
    assert all(above[action] == [] for action in hidden)
    assert [event for _, events in told for event in events] == [
        ["c1", 1, "k1.write(v1)"], ["c1", 0, ""],
    ]  # fmt: skip


def test_the_history_of_a_stores_trace_is_that_of_its_log() -> None:
    world = SEQUENTIAL_STORE(history=True).start()
    while len(world.trace) < 30:
        world.take(world.enabled()[-1])
    log = world.state["Shared", "log"]
    assert len(log) > 4
    assert store_history(world.trace) == history_of(log)


def test_a_state_stands_on_the_nodes_of_its_processes_and_each_node_can_be_reached() -> None:
    model = SEQUENTIAL_STORE()
    places = diagram(model, lambda client: client.pc, of=Client)
    shown = show(model, diagram=places, max_states=1)
    for number, state in enumerate(model.initial_states):
        standing = dict(map(tuple, unpacked(shown.data, number)["standing"]))
        assert {c: places.values[n] for c, n in standing.items()} == {
            c: state[c, "pc"] for c in ("c1", "c2")
        }
    stood = {n for row in shown.data["standings"] for _, n in row}
    assert stood == set(range(len(places.values)))
    for value, way in zip(places.values, places.ways, strict=True):
        assert value in {way.last[c, "pc"] for c in ("c1", "c2")}
        found = nearest(
            Lookout(model), Beside(diagram=places), way.states[0], {"node": places.node(value)}
        )
        assert found is not None
        assert len(found) == len(way)
    sent = diagram(PEERS(), lambda world: sum(p.sent for p in world[Peer]))
    assert [sent.standing(state) for state in PEERS().initial_states] == [[["", 0]]]


def test_a_diagram_as_elements_has_its_texts_and_nothing_that_runs() -> None:
    def tags(node: Any) -> set[str]:
        name, attributes, *inner = node
        assert not [key for key in attributes if key.startswith("on") or "href" in key]
        return {name}.union(*(tags(one) for one in inner if not isinstance(one, str)))

    drawn = diagram(PEERS(), lambda peer: f"<script>{peer.got}</script>", of=Peer)
    found = as_elements(drawn)
    assert found[0] == "svg"
    assert tags(found) <= {"svg", "g", "path", "polygon", "polyline", "ellipse", "text"}
    assert "<script>0</script>" in str(found)


def test_a_diagram_of_other_variables_and_a_name_that_neither_model_has_are_refused() -> None:
    places = diagram(SEQUENTIAL_STORE(clients=1), lambda client: client.pc, of=Client)
    for put in (show, explore_interactively):
        with pytest.raises(UsageError, match="a diagram of a model with other variables"):
            put(SEQUENTIAL_STORE(), diagram=places)
    concrete, abstract, mapping = CLAIM.models()
    seen_as = Seen(abstract, mapping)
    show(concrete, hide=("mutex", "copy"), seen_as=seen_as, max_states=1)
    with pytest.raises(UsageError, match="hide="):
        show(concrete, hide=("term",), seen_as=seen_as, max_states=1)


def test_scenes_have_their_states_and_the_texts_of_actions_once() -> None:
    world = PEERS().start()
    world["p1"].ping(world["p2"])
    both = {"all": show(PEERS()), "one": show(world.trace, PEERS(), max_states=1)}
    put = scenes(both)
    (first, all_of_it), (second, one) = put.data["scenes"]
    assert (first, second) == ("all", "one")
    assert all_of_it["cells"] == both["all"].data["cells"]
    for (_, data), shown in zip(put.data["scenes"], both.values(), strict=True):
        for process, of in shown.data["about"]["actions"].items():
            for action, n in of.items():
                place = data["about"]["actions"][process][action]
                assert put.data["sources"][place] == list(shown.data["about"]["sources"][n])
    assert len(put.data["sources"]) == len(both["all"].data["about"]["sources"])
    assert len(put.html) < len(both["all"].html) + len(json.dumps(one)) + 10_000
    assert "p1.ping(p2)" in put.text
    for wrong in ({}, {"a": world.trace}, [show(PEERS())], Trace(world.trace.states, ())):
        with pytest.raises(UsageError) as error:
            scenes(wrong)  # type: ignore[arg-type]
        assert "scenes({" in str(error.value.cure)
    assert isinstance(put, Scenes)


def test_a_way_out_of_the_constraints_says_so() -> None:
    model = SPECS["raft"](servers=2, max_term=1, max_log=0)
    data = show(model, max_states=2).data
    outside = {way[3]: way[7][1] for way in unpacked(data, 0)["ways"]}
    assert outside == {
        "s1.restart()": 1, "s1.time_out()": 0, "s2.restart()": 1, "s2.time_out()": 0,
    }  # fmt: skip


def test_a_trace_alone_with_its_model_has_its_claims_and_no_other_step() -> None:
    world = PEERS().start()
    world["p1"].ping(world["p2"])
    world["p2"].hear(world.state.messages[0][0])
    data = show(world.trace, PEERS(), max_states=0).data
    assert data["about"]["along"]
    assert len(data["cells"]) == 3
    assert [[way[3] for way in unpacked(data, n)["ways"]] for n in (0, 1)] == [
        [str(step)] for step in world.trace.steps
    ]
    assert [unpacked(data, n)["truth"][0] for n in range(3)] == [None, None, "peer = p2"]
    assert unpacked(data, 2)["ways"] is None
    assert unpacked(data, 0)["refused"] != []
