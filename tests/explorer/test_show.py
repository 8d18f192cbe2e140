"""What a page carries: every state as it is seen, in the same bytes each time; nothing else."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

import html5lib
import pytest

from raftnb.data.errors import UsageError
from raftnb.data.trace import Cell, Layout, State, Step, Trace
from raftnb.draw.raft.parts import cluster_parts
from raftnb.explore import check, state_graph
from raftnb.explorer import show
from raftnb.explorer.beside import Beside
from raftnb.explorer.graph import Numbered
from raftnb.explorer.page import MODULES, asset, code
from raftnb.explorer.protocol import as_json
from raftnb.explorer.sight import Lookout
from raftnb.language import Map, Message
from raftnb.specs import SPECS
from tests.explorer.test_sight import MODELS, PEERS


class Note(Message):
    note: str


LAYOUT = Layout((Cell("s1", "term"), Cell("s2", "term"), Cell("s2", "seen", history=True)), True)
NOTE = Note(source="s1", dest="s2", note="<b>&")
STATES = (
    State(LAYOUT, (0, 0, ())),
    State(LAYOUT, (1, 0, ()), ((NOTE, 2),)),
    State(LAYOUT, (1, 1, (1,)), ((NOTE, 1),)),
    State(LAYOUT, (1, 0, ())),
)
TRACE = Trace(STATES, (Step("s1", "time_out"), Step("s2", "handle"), Step("s2", "restart")))


def unpacked(data: Any, number: int) -> dict[str, Any]:
    """A state of a page as `graph.js` unpacks it."""
    bag = data["bags"][data["bag"][number]]
    messages = []
    for at, count in zip(bag[::2], bag[1::2], strict=True):
        text, *more = data["messages"][at]
        messages.append([text, count, *more])
    row = data["ways"][number]
    ways = row and [
        [*data["steps"][row[i]], *row[i + 1 : i + 3], data["notes"][row[i + 3]]]
        for i in range(0, len(row), 4)
    ]
    scene, above = data["scene"][number], data["above"][number]
    return {
        "values": [data["values"][value] for value in data["cells"][number]],
        "messages": messages,
        "truth": data["truths"][data["truth"][number]],
        "ways": ways,
        "refused": [data["refusals"][n] for n in data["lacks"][data["lack"][number]]],
        "within": not data["outside"][number],
        "stuck": data["stuck"][number] == 1,
        "scene": scene and [data["parts"][part] for part in scene],
        "above": above and [data["values"][value][0] for value in above],
        "standing": data["standings"][data["standing"][number]],
    }


@pytest.mark.parametrize("name", MODELS)
def test_a_page_has_every_state_and_each_as_it_is_seen(name: str) -> None:
    model = MODELS[name]
    shown = show(model, max_states=80)
    data, lookout, number = shown.data, Lookout(model), Numbered()
    for state in model.initial_states:
        number(state)
    for at in range(shown.states):
        state = number.states[at]
        found = unpacked(data, at)
        sight = lookout.glance(state) if found["ways"] is None else lookout.look(state)
        assert found == as_json(sight, number, Beside(model, cluster_parts))
    graph = state_graph(model, max_states=500)
    if shown.complete:
        inside = [n for n in range(shown.states) if not data["outside"][n]]
        assert {number.states[n] for n in inside} == set(graph.states)
    else:
        assert len(graph.states) > 80


def test_where_there_are_too_many_states_those_around_a_trace_are_there() -> None:
    model = SPECS["raft"](servers=2, max_term=2, duplicates=0)
    world = model.start()
    world["s1"].time_out()
    world["s2"].time_out()
    for most in (1, 3, 6):
        shown = show(world.trace, model, max_states=most)
        known = [ways is not None for ways in shown.data["ways"]]
        assert not shown.complete
        assert sum(known) == max(most, 3)
        assert all(known[:3])
    start = shown.data["start"]
    texts = [unpacked(shown.data, n)["ways"][c][3] for n, c in enumerate(start["choices"])]
    assert texts == ["s1.time_out()", "s2.time_out()"]


def test_a_trace_alone_has_its_states_and_its_steps() -> None:
    data = show(TRACE, history=True).data
    told = [unpacked(data, n) for n in range(4)]
    assert [[text for text, _ in one["values"]] for one in told] == [
        ["0", "0", "()"], ["1", "0", "()"], ["1", "1", "(1)"], ["1", "0", "()"],
    ]  # fmt: skip
    assert [[count for _, count, *_ in one["messages"]] for one in told] == [[], [2], [1], []]
    assert [one["ways"][0][3] for one in told[:3]] == [str(step) for step in TRACE.steps]
    assert told[3]["ways"] is None
    assert data["start"] == {"state": 0, "choices": [0, 0, 0]}


def test_a_loop_leads_back_to_its_state() -> None:
    data = show(Trace((*STATES[:2], STATES[0]), TRACE.steps[:2], loop=0)).data
    assert len(data["cells"]) == 2
    assert unpacked(data, 1)["ways"][0][6] == 0
    assert "Back to state 1, for ever." in show(Trace(STATES, TRACE.steps, loop=0)).html


def test_a_trace_of_another_model_is_refused() -> None:
    world = PEERS().start()
    world["p1"].ping(world["p2"])
    world["p2"].hear(world.state.messages[0][0])
    strange = Trace((world.trace.states[0], world.state), world.trace.steps[:1])
    with pytest.raises(UsageError, match=r"the step p1\.ping\(p2\) of a trace"):
        show(strange, PEERS())


def test_a_page_knows_the_text_of_each_action_and_what_is_claimed() -> None:
    about = show(PEERS()).data["about"]
    assert about["processes"] == ["p1", "p2", "network"]
    assert about["actions"]["p1"] == about["actions"]["p2"]
    name, text = about["sources"][about["actions"]["p2"]["forget"]]
    assert name == "Peer.forget"
    assert text.splitlines()[1] == "    when(self.got > 0)"
    assert about["claims"] == [
        ["nobody_has_heard", "always", "Nobody has heard of anybody."],
        ["somebody_has_heard", "find", ""],
        ["what_is_heard_stays", "step", ""],
    ]


def test_what_is_watched_is_shown_in_each_state_and_an_error_there_is_told() -> None:
    watch = {
        "both": lambda world: (world["p1"].sent, world["p2"].sent),
        "wrong": lambda world: world["p1"].sent / 0,
    }
    data = show(PEERS(), watch=watch).data
    assert data["about"]["cells"][-2:] == [
        ["watched", "both", True, True], ["watched", "wrong", True, True],
    ]  # fmt: skip
    values = [[text for text, _ in unpacked(data, n)["values"][-2:]] for n in (0, 1)]
    assert values[0] == ["(0, 0)", "ZeroDivisionError: division by zero"]
    assert values[1] == ["(1, 0)", "ZeroDivisionError: division by zero"]


def test_history_variables_and_hidden_ones_stay_away() -> None:
    def shown(**options: Any) -> list[bool]:
        return [cell[2] for cell in show(TRACE, **options).data["about"]["cells"]]

    assert shown() == [True, True, False]
    assert shown(history=True, hide=["term"]) == [False, False, True]
    assert "seen" not in show(TRACE).still
    with pytest.raises(UsageError, match=r"hide=\['terms'\]") as error:
        show(TRACE, hide=["terms"])
    assert error.value.allowed == "names of variables: term, seen"


def test_without_scripts_every_step_is_listed_with_what_it_changed() -> None:
    tree = html5lib.parse(show(TRACE).html, namespaceHTMLElements=False)
    steps = tree.findall(".//div[@class='all']/ol/li")
    assert [" ".join("".join(step.itertext()).split()) for step in steps[1:]] == [
        "s1.time_out()s1.term: 0 -> 1sent: Note(source='s1', dest='s2', note='<b>&')",
        "s2.handle()s2.term: 0 -> 1no longer in flight: Note(source='s1', dest='s2', note='<b>&')",
        "s2.restart()s2.term: 1 -> 0no longer in flight: Note(source='s1', dest='s2', note='<b>&')",
    ]


def test_each_changed_key_of_a_map_stands_by_itself() -> None:
    before, after = Map({"k1": 0, "k2": 0, "k3": 5}), Map({"k1": 1, "k2": 2, "k3": 5})
    layout = Layout((Cell("G", "m"),))
    trace = Trace((State(layout, (before,)), State(layout, (after,))), (Step("p", "act"),))
    assert "G.m['k1']: 0 -> 1, ['k2']: 0 -> 2\n" in f"{trace}\n"
    assert "G.m[k1]: 0 -&gt; 1, [k2]: 0 -&gt; 2" in show(trace).html


def test_the_same_states_give_the_same_bytes_and_load_nothing() -> None:
    for html in (show(PEERS()).html, show(PEERS()).page("peers")):
        assert html in (show(PEERS()).html, show(PEERS()).page("peers"))
        outside = re.sub(r'http://www\.w3\.org/2000/svg|src="data:image/', "", html)
        assert re.findall(r"(?:src|href)=|url\(|https?:|import ", outside) == []


def test_a_page_of_its_own_holds_the_same_data_deflated() -> None:
    shown = show(PEERS())
    packed = re.search(r'<script type="text/plain">(.*?)</script>', shown.page("peers"))
    assert packed is not None
    assert json.loads(zlib.decompress(base64.b64decode(packed[1]))) == shown.data


def test_the_plain_text_is_the_trace() -> None:
    assert show(TRACE)._repr_mimebundle_()["text/plain"] == str(TRACE)


def test_what_has_a_trace_is_refused_with_where_it_is() -> None:
    world = SPECS["sequential-store"]().start()
    for given, found, cure in [
        (world, "a World", "give its `.trace`"),
        (None, "None", "look whether the result has a trace"),
    ]:
        with pytest.raises(UsageError) as error:
            show(given)  # type: ignore[arg-type]
        assert (error.value.found, error.value.cure) == (found, cure)
    with pytest.raises(UsageError, match="as a model"):
        show(TRACE, SPECS["raft"])  # type: ignore[arg-type]


def test_each_module_imports_what_exists_and_no_name_is_in_two() -> None:
    known: dict[str, str] = {}
    for name in (*MODULES, "page"):
        text = asset(f"{name}.js")
        for names, module in re.findall(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', text, re.M):
            for one in names.split(","):
                assert known[one.strip()] == module, (name, one)
        own = re.findall(
            r"^(?:export )?(?:async )?(?:function|class|const) (\w+)(?:.*, ([A-Z]+) =)?", text, re.M
        )
        for one in (n for pair in own for n in pair if n):
            assert known.setdefault(one, name) == name
        assert len(text.splitlines()) < 300
    for entry in ("page", "widget"):
        assert re.findall(r"^(?:import|export)\b", code(entry), re.M) == []


def test_raft_as_a_cluster_says_what_each_server_is() -> None:
    model = SPECS["raft"](servers=2)
    won = check(model, max_states=3_000, deadlock=False, progress=False).witnesses
    trace = won["a_leader_is_elected"]
    assert trace is not None
    parts = cluster_parts(trace.last)
    assert parts is not None
    leader = next(part for part in parts if part["head"] == "leader")
    assert leader["mark"] == "square"
    assert leader["lines"] == ["term 1", f"voted {leader['name']}"]
    assert (leader["boxes"], leader["barred"]) == ([], 0)
    assert cluster_parts(PEERS().initial_states[0]) is None
