"""Every known mistake in Raft is found out, and only by what it breaks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from raftnb.__main__ import main
from raftnb.commands import mutants as command
from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.experiments.mutation import (
    Finding,
    exhausted,
    explore,
    explored,
    find_out,
    first_violation,
    play,
    played,
    walked,
)
from raftnb.explore import check
from raftnb.language import when
from raftnb.prove import prove
from raftnb.specs.raft import scenes
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.mistakes import (
    FAMILIES,
    MUTANTS,
    STORE_MUTANTS,
    Mutant,
    blank,
    commits,
    disk,
    elections,
    leader_ids,
    learning,
    leases,
    logs,
    membership,
    reads,
    replication,
    reported,
    snapshots,
    stalls,
    steps,
    terms,
    torn,
    votes,
)
from raftnb.specs.raft.mistakes.mutant import TWO_IN_FLIGHT
from raftnb.specs.raft.proof import RAFT_PROOF
from raftnb.specs.raft.server import Server, Term

LAST = 108
ALL = tuple(mutant for family in FAMILIES.values() for mutant in family)
PLAYED = [mutant for mutant in ALL if mutant.scene is not None]
SMALL = [mutant for mutant in MUTANTS if mutant.row in (7, 16, 17, 18, 20, 25, 29, 30, 31)]
SMALL_EXTENSIONS = [
    mutant for mutant in ALL if mutant.row in (45, 47, 53, 57, 65, 74, 77, 78, 80, 81, 84, 86, 98)
]


def name(mutant: Mutant) -> str:
    return f"{mutant.row}-{mutant.server.__name__}"


def test_there_is_one_mutant_for_each_row():
    rows = [mutant.row for mutant in ALL]
    assert sorted(rows) == [r for r in range(1, LAST + 1) if r not in (32, 33, 34)]
    assert [mutant.row for mutant in MUTANTS] == list(range(1, 32))
    assert [mutant.row for mutant in STORE_MUTANTS] == [*range(36, 43), 105, 106]


def test_each_mutant_overrides_no_more_than_two_operators():
    for mutant in ALL:
        own = [n for n, v in vars(mutant.server).items() if callable(v) or hasattr(v, "function")]
        assert 1 <= len([n for n in own if not n.startswith("_")]) <= 2, mutant.title


@pytest.mark.parametrize("mutant", PLAYED, ids=name)
def test_the_scene_breaks_the_property_at_its_last_step(mutant):
    found = played(mutant)
    assert found.caught
    world = mutant.model().start()
    mutant.scene(world)
    assert found.steps == len(world.trace)


@pytest.mark.parametrize("mutant", PLAYED, ids=name)
def test_the_original_breaks_nothing_in_the_same_scene(mutant):
    model = mutant.model(mutant.original)
    assert first_violation(model, play(model, mutant.scene)) is None


@pytest.mark.parametrize("mutant", PLAYED, ids=name)
def test_the_scene_stays_within_the_configuration(mutant):
    wide = {**mutant.network, "max_messages": 99, "max_copies": 9}
    model = replace(mutant, network=wide).model()
    trace = play(model, mutant.scene)
    for constraint in model.spec.constraints:
        assert all(model.holds(constraint, state) for state in trace.states), constraint.__name__


@pytest.mark.parametrize("mutant", [*SMALL, *SMALL_EXTENSIONS], ids=name)
def test_exploration_finds_the_mistake_and_the_original_passes_there(mutant):
    found = explored(mutant)
    assert found.caught
    assert first_violation(mutant.model(), found.trace) == found.steps
    assert explore(mutant, mutant.original).verdict is Verdict.HOLDS


def test_shortest_traces_have_the_known_lengths():
    steps = {mutant.row: explored(mutant).steps for mutant in SMALL}
    assert steps == {7: 10, 16: 13, 17: 8, 18: 11, 20: 4, 25: 11, 29: 13, 30: 12, 31: 14}


@pytest.mark.parametrize("row", [3, 23, 26])
def test_random_walks_find_what_is_too_deep_to_be_explored(row):
    mutant = next(m for m in MUTANTS if m.row == row)
    found = walked(mutant)
    assert (mutant.how, found.caught) == ("walk", True)
    assert first_violation(mutant.model(), found.trace) == found.steps


def test_random_walks_find_nothing_in_the_original():
    mutant = next(m for m in MUTANTS if m.row == 23)
    assert not walked(mutant, mutant.original).caught


def test_a_longer_log_wanted_means_no_leader_ever():
    mutant = next(m for m in MUTANTS if m.row == 6)
    found = explore(mutant)
    assert (found.verdict, found.not_reached) == (Verdict.UNKNOWN, ("a_leader_is_elected",))
    assert exhausted(mutant).caught
    assert explore(mutant, Server).verdict is Verdict.HOLDS


def test_the_equivalent_mutant_breaks_nothing_but_one_vote_per_term():
    mutant = next(m for m in MUTANTS if m.row == 19)
    small = replace(mutant, entries=0)
    assert explore(small).verdict is Verdict.HOLDS
    stronger = replace(small, how="exploration", terms=1, network={})
    assert explored(stronger).caught


def test_no_mistake_is_found_where_there_is_none():
    model = MUTANTS[0]
    harmless = replace(model, server=Server, row=99)
    assert not played(harmless).caught
    assert not explored(replace(MUTANTS[19], server=Server, row=99)).caught


def test_the_command_says_which_are_found_and_that_the_others_are_left_out(capsys):
    assert main(["mutants", "--row", "1", "--row", "20", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "unknown"
    (left_out,) = told["partial"]
    assert left_out.startswith("left out: rows 2, 3, 4,")
    assert told["missed"] == []
    assert [row["row"] for row in told["mutants"]] == [1, 20]
    assert [row["found_by"] for row in told["mutants"]] == ["script", "exploration"]
    assert told["mutants"][1]["steps"] == 4


def test_a_family_is_asked_for_by_its_name(capsys, monkeypatch):
    few = tuple(m for m in ALL if m.row in (1, 47, 48))
    monkeypatch.setattr(command, "MUTANTS", few)
    assert main(["mutants", "--family", "elections", "--json"]) == 0
    assert [row["row"] for row in json.loads(capsys.readouterr().out)["mutants"]] == [47, 48]
    assert main(["mutants", "--family", "elections", "--row", "48"]) == 3
    assert "left out: rows 47\n" in capsys.readouterr().out
    assert main(["mutants", "--family", "elections", "--row", "1"]) == 2
    assert "47, 48" in capsys.readouterr().err
    assert main(["mutants", "--family", "reads"]) == 2


@pytest.mark.parametrize("row", [46, 50, 55, 89, 93, 94, 95, 99, 100])
def test_what_never_comes_any_more_is_found(row):
    mutant = next(m for m in ALL if m.row == row)
    found = find_out(mutant)
    assert (found.caught, found.property) == (True, mutant.breaks.__name__)
    assert not find_out(replace(mutant, server=mutant.original)).caught


def test_the_command_fails_when_one_is_missed(capsys, monkeypatch):
    harmless = replace(MUTANTS[0], server=Server)
    monkeypatch.setattr(command, "MUTANTS", (harmless,))
    assert main(["mutants"]) == 1
    printed = capsys.readouterr().out
    assert "MISSED" in printed
    assert "violated: 1 mistake, missed: 1\n" in printed


def test_the_command_holds_where_all_are_found(capsys, monkeypatch):
    few = tuple(m for m in MUTANTS if m.row in (1, 20))
    monkeypatch.setattr(command, "MUTANTS", few)
    assert main(["mutants"]) == 0
    assert "holds: 2 mistakes, none missed\n" in capsys.readouterr().out


def test_a_search_that_is_stopped_is_not_decided_and_ends_the_table(capsys, monkeypatch):
    few = tuple(m for m in MUTANTS if m.row in (1, 20, 21))

    def stopped(mutants, cluster):
        yield find_out(mutants[0])
        yield Finding(mutants[1], Verdict.UNKNOWN, 7, 0.1, bound="interrupted")
        pytest.fail("the table goes on")

    monkeypatch.setattr(command, "MUTANTS", few)
    monkeypatch.setattr(command, "find_all", stopped)
    assert main(["mutants", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["bound"], told["missed"]) == ("unknown", "interrupted", [])
    assert told["partial"] == ["not decided: rows 20", "left out: rows 21"]


def test_a_finding_is_an_answer():
    found = find_out(next(m for m in MUTANTS if m.row == 20))
    assert (found.verdict, found.property, found.exit_code) == (
        Verdict.VIOLATED,
        "election_safety",
        1,
    )
    assert str(found).startswith("violated: election_safety (row 20, half of the servers")
    missed = played(replace(MUTANTS[0], server=Server, row=99))
    assert (missed.verdict, missed.bound) == (Verdict.UNKNOWN, "the scene is over")


def test_an_unknown_row_is_a_usage_error(capsys):
    assert main(["mutants", "--row", "999"]) == 2
    assert f"1 to {LAST}" in capsys.readouterr().err
    assert main(["mutants", "--row", "33"]) == 2
    assert "30, 31, 36, 37" in capsys.readouterr().err


def test_each_row_stands_beside_its_mistake_and_in_the_table():
    changes = (blank, learning, membership, reported, snapshots, torn)
    newer = (leader_ids, leases, replication, stalls, steps)
    modules = (commits, disk, elections, logs, reads, terms, votes, *changes, *newer)
    rows = {v for module in modules for v in vars(module).values() if isinstance(v, Mutant)}
    assert rows == set(ALL)
    for mutant in ALL:
        (home,) = [m for m in modules if mutant in vars(m).values()]
        assert mutant.server.__module__ == home.__name__


def test_the_properties_are_those_of_the_specification():
    for mutant in ALL:
        spec = mutant.base
        lasting = (claim for one in spec.liveness for claim in one.claims)
        states = (*spec.invariants, *spec.sometimes, *spec.possible)
        assert mutant.breaks in (*states, *spec.transitions, *lasting)


@pytest.mark.parametrize(
    ("row", "size", "states"),
    [
        (90, {"servers": 2, "terms": 2, "network": TWO_IN_FLIGHT}, 6_849),
        (92, {"terms": 1}, 3_077),
        (104, {"servers": 2, "entries": 1, "restarts": 1, "network": TWO_IN_FLIGHT}, 3_464),
    ],
)
def test_the_ground_of_a_mistake_that_is_written_for_it_breaks_nothing(row, size, states):
    mutant = next(m for m in ALL if m.row == row)
    model = mutant.base.variant("ground", mutant.original, sometimes=())(
        **replace(mutant, **size).constants
    )
    found = check(model, deadlock=False, progress=False)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, states)


class JumpingServer(Server):
    """A server that stands in any later term; `LeaderIdServer` does, in one of its own."""

    def time_out(self, later: Term) -> None:  # type: ignore[override]
        """Start an election, in the term after a later one."""
        when(later >= self.currentTerm)
        self.currentTerm = later
        super().time_out()


def test_raft_is_safe_where_servers_skip_terms_as_they_do_with_leader_ids():
    jumping = RAFT_PROOF.of(RAFT.variant("jumping", JumpingServer))
    report = prove(jumping, actions=["time_out"], timeout=20, trust=True)
    assert report.unknown == ()
    assert len(report.checked) == 100
    own = vars(leader_ids.LeaderIdServer)
    assert [name for name in Server.actions if name in own] == ["time_out"]


def test_a_message_that_is_not_in_flight_cannot_be_received():
    world = MUTANTS[0].spec()(**MUTANTS[0].constants).start()
    scenes.stand(world, "s1")
    with pytest.raises(NotEnabled, match="no RequestVote from s2 to s3, term=0 is in flight"):
        scenes.vote(world, "s3", "s2")
    with pytest.raises(NotEnabled, match="no message to s1 of a term newer than 1"):
        scenes.step_down(world, "s1")
