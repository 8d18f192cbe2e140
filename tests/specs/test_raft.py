"""Raft: what is claimed of it holds, is not vacuous, and fails where it should."""

from __future__ import annotations

import pytest

from raftnb import check
from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.experiments.mutation import first_violation, play
from raftnb.language.temporal import leads_to
from raftnb.liveness import check_liveness
from raftnb.specs.raft import exercises as raft_exercises
from raftnb.specs.raft import mistakes
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.mistakes import MUTANTS
from raftnb.specs.raft.progress import (
    ORDERLY_RAFT,
    TIMELY_RAFT,
    AskedOnceServer,
    OrderlyServer,
    is_committed,
    is_requested,
)
from raftnb.specs.raft.scenes import commit, elect, find, receive, replicate, request, send_entries
from raftnb.specs.raft.server import AppendEntries, Entry, RequestVote, Role, Server, Value

BOUNDED = {"duplicates": 0, "max_messages": 2}
OVER_TIME = {
    "each_leader_had_the_votes_of_a_majority",
    "each_commit_was_acknowledged_by_a_majority",
    "leader_completeness_over_time",
    "leaders_are_never_replaced_within_a_term",
    "a_conflict_is_truncated",
}


def explored(engine="reference", **constants):
    return check(RAFT(**constants), deadlock=False, progress=False, engine=engine)


def test_two_servers_and_one_term_over_any_network_hold_with_every_claim():
    result = explored(servers=2, max_term=1, history=True)
    assert (result.verdict, result.distinct, result.depth) == (Verdict.HOLDS, 139, 17)
    assert result.not_checked == ()


def test_three_servers_elect_in_one_term_over_any_network():
    result = check(RAFT(max_term=1, max_log=0), deadlock=False, progress=False)
    assert (result.verdict, result.distinct, result.depth) == (Verdict.HOLDS, 836, 14)


@pytest.mark.parametrize(
    ("constants", "states"),
    [
        ({"servers": 2, "max_term": 3, "max_log": 2}, 56_417),
        ({"servers": 3, "max_term": 2, "max_log": 1}, 294_494),
    ],
)
def test_the_explorations_of_chapter_6_hold(constants, states):
    model = RAFT(**constants, **BOUNDED)
    result = check(model, deadlock=False, progress=False, symmetry=True)
    assert (result.verdict, result.distinct) == (Verdict.HOLDS, states)
    reached = {name for name, trace in result.witnesses.items() if trace is not None}
    assert reached == {claim.__name__ for claim in RAFT.sometimes} - OVER_TIME


def test_both_engines_agree_on_a_small_model():
    constants = {"servers": 2, "max_term": 2, "max_log": 0, **BOUNDED}
    slow, fast = explored(**constants), explored("fast", **constants)
    assert (slow.distinct, slow.depth) == (fast.distinct, fast.depth)


def test_a_conflict_is_truncated_in_a_scene():
    model = RAFT(history=True, max_term=2)
    world = model.start()
    elect(world, "s1", "s2")
    request(world, "s1")
    elect(world, "s2", "s3", term=2)
    request(world, "s2")
    replicate(world, "s2", "s1")
    claim = next(c for c in RAFT.sometimes if c.__name__ == "a_conflict_is_truncated")
    found = [model.holds(claim, state) for state in world.trace.states]
    assert found.index(True) > 0
    assert world["s1"].log == (Entry(2, world["v1"]),)


def test_two_servers_never_truncate_so_the_claim_excuses_them():
    witness = explored(servers=2, max_term=1, history=True).witnesses["a_conflict_is_truncated"]
    assert len(witness) == 0


# The network.


def test_a_network_that_only_grows_delivers_a_message_twice():
    world = RAFT(servers=2).start()
    world["s1"].time_out()
    message = find(world, RequestVote, "s1", "s2")
    receive(world, message)
    receive(world, message)
    assert dict(world.state.messages)[message] == 1


def test_without_duplicates_a_message_is_received_once():
    world = RAFT(servers=2, duplicates=0).start()
    world["s1"].time_out()
    message = find(world, RequestVote, "s1", "s2")
    receive(world, message)
    with pytest.raises(NotEnabled, match="not in flight"):
        receive(world, message)


@pytest.mark.parametrize("loses", [0, 1])
def test_loss_is_a_step_only_where_the_network_loses(loses):
    world = RAFT(servers=2, duplicates=0, loses=loses).start()
    world["s1"].time_out()
    assert any(step.action == "lose" for step in world.enabled()) == bool(loses)


def test_without_reordering_only_the_first_message_of_a_channel_is_received():
    world = RAFT(servers=2, reorders=0, duplicates=0, loses=0).start()
    elect(world, "s1", "s2")
    heartbeat = send_entries(world, "s1", "s2")
    request(world, "s1")
    later = send_entries(world, "s1", "s2")
    receivable = [dict(s.arguments).get("m") for s in world.enabled() if s.process == "s2"]
    assert heartbeat in receivable
    assert later not in receivable


@pytest.mark.parametrize("loses", [0, 1])
@pytest.mark.parametrize("duplicates", [0, 1])
@pytest.mark.parametrize("reorders", [0, 1])
def test_every_kind_of_network_elects_and_keeps_the_invariants(loses, duplicates, reorders):
    network = {"loses": loses, "duplicates": duplicates, "reorders": reorders, "max_messages": 2}
    spec = RAFT.variant("raft", sometimes=(RAFT.sometimes[0],))
    model = spec(servers=2, max_term=1, max_log=0, **network)
    result = check(model, deadlock=False, progress=False, engine="reference", max_states=300)
    assert result.verdict is not Verdict.VIOLATED
    assert result.witnesses["a_leader_is_elected"] is not None


def test_overtaking_is_what_takes_a_commit_back():
    mutant = next(m for m in MUTANTS if m.row == 29)
    spec = mutant.spec()
    ordered = spec(servers=2, max_term=1, reorders=0, duplicates=0, loses=0)
    result = check(ordered, deadlock=False, engine="reference", max_depth=12)
    assert result.verdict is Verdict.UNKNOWN
    reordered = spec(servers=2, max_term=1, duplicates=0)
    result = check(reordered, deadlock=False, engine="reference")
    assert result.property == "commitIndex_is_monotone"


# Restarts.


def test_restarts_are_bounded_by_the_constant():
    without = explored(servers=2, max_term=1, max_log=0)
    with_one = explored(servers=2, max_term=1, max_log=0, max_restarts=1)
    assert without.verdict is with_one.verdict is Verdict.HOLDS
    assert with_one.distinct > without.distinct


def test_a_restart_loses_what_is_volatile_and_keeps_what_is_not():
    world = RAFT().start()
    elect(world, "s1", "s2")
    request(world, "s1")
    s1 = world["s1"]
    s1.restart()
    assert (s1.role, s1.commitIndex, s1.votesGranted) == (Role.FOLLOWER, 0, frozenset())
    assert (s1.currentTerm, s1.votedFor, len(s1.log)) == (1, s1, 1)


# Actions, one by one.


def test_append_entries_carries_any_number_of_entries():
    world = RAFT().start()
    elect(world, "s1", "s2")
    request(world, "s1")
    request(world, "s1")
    sent = [s.choices for s in world.enabled() if str(s).startswith("s1.append_entries(s2")]
    assert sent == [(0,), (1,), (2,)]


def test_an_overtaken_message_removes_nothing():
    world = RAFT(servers=2).start()
    elect(world, "s1", "s2")
    request(world, "s1")
    short = send_entries(world, "s1", "s2", last=0)
    replicate(world, "s1", "s2")
    receive(world, short)
    assert len(world["s2"].log) == 1


def test_figure_8_is_refused_by_the_guard_on_the_term():
    world = RAFT().start()
    mutant = MUTANTS[0]
    with pytest.raises(NotEnabled, match="may_commit"):
        mutant.scene(world)
    assert mutant.row == 1


def test_a_follower_commits_no_further_than_the_message_vouches():
    world = RAFT(servers=3).start()
    elect(world, "s1", "s2")
    request(world, "s1")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 2)
    message = send_entries(world, "s1", "s3", last=1)
    assert isinstance(message, AppendEntries)
    receive(world, message)
    assert (message.leaderCommit, world["s3"].commitIndex) == (2, 1)


# Claims that no mutant's scene breaks, and one that all are measured by.


def broken_claims(server, scene, **constants):
    """The names of the claims that a scene breaks on a server, and none on Raft."""
    found = set()
    for claim in (*RAFT.invariants, *RAFT.transitions):
        kind = "invariants" if claim in RAFT.invariants else "transitions"
        empty = {"invariants": (), "transitions": (), "sometimes": ()}
        model = RAFT.variant("x", server, **{**empty, kind: (claim,)})(history=True, **constants)
        if first_violation(model, play(model, scene)) is not None:
            found.add(claim.__name__)
    return found


def test_every_claim_is_broken_by_some_mistake():
    found = set()
    for mutant in MUTANTS:
        if mutant.scene is not None:
            found |= broken_claims(mutant.server, mutant.scene, **mutant.constants)
    claims = {claim.__name__ for claim in (*RAFT.invariants, *RAFT.transitions)}
    assert claims - found == {"log_terms_do_not_decrease", "leader_append_only"}


def two_leaders_write(world):
    elect(world, "s1", "s2")
    request(world, "s1", "v1")
    elect(world, "s3", "s2")
    request(world, "s3", "v2")
    request(world, "s3", "v2")
    receive(world, send_entries(world, "s3", "s1"))


def test_leader_append_only_is_broken_by_two_leaders_of_a_term():
    claims = broken_claims(mistakes.VotesTwice, two_leaders_write, values=2)
    assert "leader_append_only" in claims


def test_log_terms_do_not_decrease_is_broken_by_a_log_out_of_order():
    world = RAFT(values=1).start()
    elect(world, "s1", "s2", term=2)
    request(world, "s1")
    request(world, "s1")
    state, layout = world.state, world.state.layout
    values = list(state.values)
    at = layout.index["s1", "log"]
    value = values[at][0].value
    values[at] = (Entry(2, value), Entry(1, value))
    claim = next(c for c in RAFT.invariants if c.__name__ == "log_terms_do_not_decrease")
    assert RAFT().holds(claim, state)
    assert not RAFT().holds(claim, type(state)(layout, tuple(values), state.messages))


# False invariants.


def test_the_more_up_to_date_log_need_not_have_what_is_committed():
    model = raft_exercises.MORE_UP_TO_DATE(servers=5, max_term=3, max_log=2)
    trace = play(model, raft_exercises.committed_by_a_later_leader)
    assert first_violation(model, trace) is not None
    right = RAFT(servers=5, max_term=3, max_log=2, history=True)
    assert first_violation(right, play(right, raft_exercises.committed_by_a_later_leader)) is None


def test_a_leader_may_commit_what_is_not_on_its_own_disk():
    spec = raft_exercises.COMMITTED_IS_DURABLE
    model = spec(servers=3, max_term=1, max_log=1, **BOUNDED)
    result = check(model, deadlock=False, progress=False, symmetry=True)
    assert (result.verdict, result.property) == (Verdict.VIOLATED, "committed_is_durable")


# Liveness.


def test_with_fair_timers_and_no_more_faults_there_is_a_leader_and_all_is_committed():
    for claim in TIMELY_RAFT.liveness:
        result = check_liveness(TIMELY_RAFT(servers=2), claim)
        assert (result.verdict, result.states) == (Verdict.HOLDS, 234), claim.name


def test_without_fairness_nothing_need_happen():
    result = check_liveness(TIMELY_RAFT(servers=2), TIMELY_RAFT.liveness[0], fairness=())
    assert result.verdict is Verdict.VIOLATED


def test_a_client_that_asks_once_may_wait_for_ever():
    spec = TIMELY_RAFT.variant("asked-once", AskedOnceServer)
    result = check_liveness(spec(servers=2), leads_to(is_requested, is_committed))
    assert result.verdict is Verdict.VIOLATED
    assert any(step.action == "restart" for step in result.trace.steps)


def test_three_servers_come_to_a_leader_and_commit_all_where_the_first_to_stand_can_win():
    result = check_liveness(ORDERLY_RAFT())
    assert (result.verdict, result.states, result.bound) == (Verdict.HOLDS, 11_462, None)
    assert len(ORDERLY_RAFT.liveness) == 3


def test_three_servers_do_not_where_a_client_asks_once_or_nothing_is_fair():
    class Once(OrderlyServer):
        """A client does not ask again."""

        def is_wanted(self, value: Value) -> bool:
            """Whether a client asks for a value: where it is not in the log."""
            return all(entry.value != value for entry in self.log)

    asked_once = ORDERLY_RAFT.variant("asked-once", Once)()
    result = check_liveness(asked_once, leads_to(is_requested, is_committed))
    assert result.verdict is Verdict.VIOLATED
    assert any(step.action == "restart" for step in result.trace.steps)
    unfair = check_liveness(ORDERLY_RAFT(max_restarts=0), fairness=())
    assert (unfair.verdict, len(unfair.trace)) == (Verdict.VIOLATED, 0)


def test_of_three_servers_where_anybody_is_first_to_stand_nothing_is_known():
    result = check_liveness(TIMELY_RAFT(servers=3, max_term=2, max_log=2))
    assert result.verdict is Verdict.UNKNOWN
    assert result.bound.startswith("18 steps lead out of the explored states")


def test_dueling_candidates_return_to_the_same_state_but_for_the_term():
    world = RAFT().start()
    seen = []
    for _ in range(3):
        for server in world[Server]:
            server.time_out()
        seen.append([(s.role, s.votedFor, s.log, s.votesGranted) for s in world[Server]])
    assert seen[0] == seen[1] == seen[2]
    assert [s.currentTerm for s in world[Server]] == [3, 3, 3]
