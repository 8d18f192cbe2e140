"""A state diagram has an arrow for each step that changes what the view says, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import UsageError
from raftnb.draw.text import brief
from raftnb.explore import state_graph
from raftnb.explorer import diagram
from raftnb.language import Model
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import Server
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Client
from tests.explorer.test_sight import PEERS, Peer

RAFT_OF_TWO = RAFT(servers=2, max_term=1, max_log=0, max_restarts=1, duplicates=0)


def arrows_of(alt: str) -> dict[tuple[str, str], set[str]]:
    """The arrows that the words of a diagram tell of."""
    found = {}
    for row in alt.split("; ")[1:]:
        ends, _, names = row.removeprefix("from ").partition(" by ")
        a, _, b = ends.partition(" to ")
        found[a, b] = set(names.split(", "))
    return found


def by_hand(model: Model, variable: str, of: Any) -> dict[tuple[str, str], set[str]]:
    """The same from the states of the plain engine, one after the other."""
    graph = state_graph(model, max_states=100_000)
    found: dict[tuple[str, str], set[str]] = {}
    for process in model.start()[of]:
        for i, step, j in graph.edges:
            a, b = (brief(graph.states[n][process, variable]) for n in (i, j))
            other = "" if step.process == process.name else " of another"
            if a != b:
                found.setdefault((a, b), set()).add(step.action + other)
    return found


@pytest.mark.parametrize(
    ("model", "variable", "of"),
    [
        (SEQUENTIAL_STORE(), "pc", Client),
        (RAFT_OF_TWO, "role", Server),
        (PEERS(), "got", Peer),
        (PEERS(reorders=0), "sent", Peer),
    ],
)
def test_the_arrows_are_the_steps_that_change_what_is_seen(
    model: Model, variable: str, of: Any
) -> None:
    alt = diagram(model, lambda process: getattr(process, variable), of=of).alt
    assert arrows_of(alt) == by_hand(model, variable, of) != {}


def test_figure_4_of_the_paper_comes_out_of_the_specification() -> None:
    found = diagram(RAFT_OF_TWO, lambda server: server.role, of=Server, loops=("time_out",))
    assert found.alt.startswith("State diagram of raft, ")
    assert "states seen as 3: begins as follower; from follower to candidate by time" in found.alt
    assert arrows_of(found.alt) == {
        ("follower", "candidate"): {"time_out"},
        ("candidate", "leader"): {"become_leader"},
        ("candidate", "follower"): {"restart"},
        ("leader", "follower"): {"restart"},
    }
    assert found.svg.count(">time_out<") == 1


def test_a_view_of_the_world_merges_its_states_and_what_others_do_is_told() -> None:
    def heard(world: Any) -> int:
        return sum(peer.got for peer in world[Peer])

    alt = diagram(PEERS(), heard).alt
    assert "seen as 3: begins as 0; from 0 to 1 by hear" in alt
    assert arrows_of(alt)["1", "0"] == {"forget"}
    flying = diagram(
        PEERS(), lambda peer: peer.got + sum(p.sent for p in peer._world[Peer]), of=Peer
    )
    assert "ping of another" in flying.alt


def test_a_part_of_the_states_says_so_and_wrong_arguments_are_refused() -> None:
    part = diagram(SEQUENTIAL_STORE(), lambda client: client.pc, of=Client, max_states=20)
    assert "State diagram of a part of sequential-store" in part.alt
    with pytest.raises(UsageError, match="loops='receive'"):
        diagram(SEQUENTIAL_STORE(), lambda client: client.pc, of=Client, loops="receive")
    with pytest.raises(UsageError, match="a view of 149 values"):
        diagram(SEQUENTIAL_STORE(), lambda world: world.state)
    with pytest.raises(UsageError, match="as a model"):
        diagram(SEQUENTIAL_STORE, lambda world: 0)  # type: ignore[arg-type]
