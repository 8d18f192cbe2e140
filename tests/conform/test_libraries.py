"""The logs of libraries against the variants of Raft that say what these do."""

from __future__ import annotations

import pytest

from raftnb import Verdict
from raftnb.conform import Conformance, EventError, conforms, recorded_log
from raftnb.conform.etcd import EtcdMapping
from raftnb.conform.libraft import LibraftMapping
from raftnb.conform.pysyncobj import PySyncObjMapping

from .logs import (
    ETCD,
    OLD_TERM,
    PRE_VOTE,
    PYSYNCOBJ,
    SNAPSHOTS,
    WHOLE_LOG,
    events_of,
    held,
)


def test_the_log_of_etcd_fits() -> None:
    found = held(EtcdMapping(), events_of(ETCD))
    assert (found.verdict, found.events, len(found.behavior)) == (Verdict.HOLDS, 7565, 2241)


def test_a_log_of_libraft_with_pre_vote_fits_the_sound_variant() -> None:
    found = held(LibraftMapping(), events_of(PRE_VOTE))
    assert (found.verdict, found.matched) == (Verdict.HOLDS, 1620)


def test_libraft_commits_an_entry_of_an_old_term_by_counting() -> None:
    found = held(LibraftMapping(), events_of(OLD_TERM))
    assert (found.verdict, found.matched) == (Verdict.VIOLATED, 252)
    assert found.first_misfit is not None
    assert found.first_misfit.line == 253
    assert found.first_misfit.reasons == (
        "s3.advance_commit_index is not enabled: `when(self.may_commit(N))` is false",
    )


@pytest.mark.parametrize("name", [OLD_TERM, PRE_VOTE, SNAPSHOTS])
def test_the_logs_of_libraft_fit_the_library_as_it_is(name: str) -> None:
    found = held(LibraftMapping(as_is=True), events_of(name))
    assert (found.verdict, found.matched) == (Verdict.HOLDS, len(events_of(name)))


def test_libraft_answers_for_entries_that_nobody_vouched_for() -> None:
    found = held(LibraftMapping(), events_of(WHOLE_LOG))
    assert (found.verdict, found.matched) == (Verdict.VIOLATED, 1863)
    assert found.first_misfit is not None
    assert found.first_misfit.reasons == (
        "no such AppendEntriesResponse from s3 to s1 is due; "
        "of the nearest matchIndex is 27, logged 31",
    )


def test_so_two_servers_of_libraft_commit_different_entries() -> None:
    found = held(LibraftMapping(as_is=True), events_of(WHOLE_LOG))
    assert (found.verdict, found.matched, found.first_misfit) == (Verdict.VIOLATED, 2325, None)
    assert [(one.claim, one.line) for one in found.broken] == [
        ("matchIndex_is_true", 1889),
        ("committed_entries_are_on_a_majority", 1890),
        ("leader_completeness", 2081),
        ("state_machine_safety", 2138),
    ]
    assert found.property == "matchIndex_is_true"


def test_with_history_variables_the_claims_over_all_time_are_evaluated_too() -> None:
    for mapping, name, broken in (
        (EtcdMapping(), ETCD, []),
        (LibraftMapping(), PRE_VOTE, []),
        # Nobody acknowledged in the leader's term what it commits by counting.
        (
            LibraftMapping(as_is=True),
            OLD_TERM,
            [("each_commit_was_acknowledged_by_a_majority", 253)],
        ),
    ):
        model, start = mapping.begin(events_of(name), history=True)
        found = conforms(model, events_of(name), mapping, start=start)
        assert [(one.claim, one.line) for one in found.broken] == broken
        assert (found.first_misfit, found.partial) == (None, ())


def test_the_log_of_pysyncobj_fits() -> None:
    found = held(PySyncObjMapping(), events_of(PYSYNCOBJ), claims=False)
    assert (found.verdict, found.matched) == (Verdict.HOLDS, 6057)
    assert held(PySyncObjMapping(), events_of(PYSYNCOBJ)[:600]).verdict is Verdict.HOLDS


def replayed(found: Conformance, first: int, last: int) -> None:
    """Take the steps in a plain world: they are enabled, and lead to the same states."""
    trace = found.behavior.trace(first, last)
    world = found.behavior.model.start(trace.states[0])
    assert len(trace) > 0
    for step, after in trace:
        world.take(step)
        assert world.state == after


def test_the_behavior_is_one_of_the_plain_specification() -> None:
    replayed(held(EtcdMapping(), events_of(ETCD)[:1500], claims=False), 0, 300)
    found = held(LibraftMapping(as_is=True), events_of(SNAPSHOTS), claims=False)
    replayed(found, 0, 60)
    replayed(found, 1000, 1100)  # a snapshot is sent and installed there


def test_a_file_gives_the_same_answer_as_its_events() -> None:
    recording = recorded_log(PRE_VOTE)
    assert held(LibraftMapping(), recording, claims=False).matched == 1620


def test_a_server_that_nobody_named_is_an_error() -> None:
    events = [dict(event) for event in events_of(OLD_TERM)[:20]]
    events[7]["server"] = 9
    with pytest.raises(EventError, match="`server` 9") as told:
        held(LibraftMapping(), events)
    assert told.value.place == "line 8"
