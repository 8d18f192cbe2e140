"""The package's own format: what the first line must be, partial states, values, and reasons."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb import Verdict
from raftnb.conform import Conformance, EventError
from raftnb.conform.misfit import differ
from raftnb.conform.recorded import RecordedMapping

from .logs import held

START = {"event": "start", "servers": ["a", "b", "c"]}


def message(kind: str, source: str, dest: str, **known: Any) -> dict[str, Any]:
    return {"type": kind, "from": source, "to": dest, **known}


def state(server: str, **known: Any) -> dict[str, Any]:
    return {"event": "state", "server": server, "state": known}


def led(value: Any = "x", entry: Any = None) -> list[dict[str, Any]]:
    """A log in which a leads term 1, and has b's answer for its entry."""
    entries = [[1, value]] if entry is None else [entry]
    request = {"value": value} if len(entries[0]) == 2 else {}
    append = message("AppendEntries", "a", "b", prevLogIndex=0, entries=entries)
    return [
        START,
        {"event": "time_out", "server": "a"},
        {"event": "receive", "server": "b", "message": message("RequestVote", "a", "b")},
        {"event": "receive", "server": "a", "message": message("RequestVoteResponse", "b", "a")},
        state("a", role="leader"),
        {"event": "request", "server": "a", **request},
        {"event": "send", "server": "a", "message": append},
        {"event": "receive", "server": "b", "message": append},
        {"event": "receive", "server": "a", "message": message("AppendEntriesResponse", "b", "a")},
    ]


def judged(*events: dict[str, Any]) -> Conformance:
    return held(RecordedMapping(), list(events))


def reason(*events: dict[str, Any]) -> str:
    """Why the last event does not fit."""
    found = judged(*events)
    assert (found.verdict, found.matched) == (Verdict.VIOLATED, len(events) - 1)
    assert found.first_misfit is not None
    return found.first_misfit.reasons[0]


@pytest.mark.parametrize("known", [
    {"b": 1, "c": 0}, {"b": 1}, {"c": 0}, {}, {"a": 1, "b": 1, "c": 0}, {"a": 0}, {"a": 99, "b": 1},
])  # fmt: skip
def test_of_match_index_what_is_logged_of_others_is_compared(known: dict[str, int]) -> None:
    assert judged(*led(), state("a", matchIndex=known)).verdict is Verdict.HOLDS


@pytest.mark.parametrize("known", [{"b": 0}, {"a": 1, "b": 2, "c": 0}, {"c": 1}])
def test_a_wrong_match_index_does_not_fit(known: dict[str, int]) -> None:
    peer, index = next((p, n) for p, n in known.items() if p != "a")
    is_ = {"b": 1, "c": 0}[peer]
    told = reason(*led(), state("a", matchIndex=known))
    assert told == f"a.matchIndex[{peer}] is {is_}, logged {index}"


def test_who_leads_no_more_has_no_match_index_and_no_votes() -> None:
    again = {"event": "restart", "server": "a"}
    forgotten = state("a", matchIndex={"b": 7}, votesGranted=["c"])
    assert judged(*led(), again, forgotten).verdict is Verdict.HOLDS


def test_a_candidate_need_not_name_itself() -> None:
    stands = [START, {"event": "time_out", "server": "a"}]
    for voters in ([], ["a"]):
        assert judged(*stands, state("a", votesGranted=voters)).verdict is Verdict.HOLDS
    told = reason(*stands, state("a", votesGranted=["a", "b"]))
    assert told == "a.votesGranted without itself is {}, logged {b}"


@pytest.mark.parametrize(("events", "line"), [
    ([], None),
    (led()[1:], 1),
    ([*led()[1:], START], 1),
    ([*led(), START], 10),
    ([START, START, *led()[1:]], 2),
])  # fmt: skip
def test_start_is_the_first_event_and_there_is_one(events: list[Any], line: int | None) -> None:
    with pytest.raises(EventError, match="start") as told:
        judged(*events)
    assert told.value.place == ("" if line is None else f"line {line}")
    assert (told.value.allowed != "", told.value.cure != "") == (True, True)


@pytest.mark.parametrize("servers", [
    3, [], "abc", ["a", "a"], ["a", 2], ["a", ""], [f"s{n}" for n in range(101)],
])  # fmt: skip
def test_servers_that_are_no_cluster(servers: Any) -> None:
    with pytest.raises(EventError) as told:
        judged({"event": "start", "servers": servers})
    assert told.value.place == "line 1"
    assert (told.value.allowed != "", told.value.cure != "") == (True, True)


def test_entries_have_values_everywhere_or_nowhere() -> None:
    assert judged(*led(entry=[1]), state("a", log=[[1]])).verdict is Verdict.HOLDS
    for events in (
        [*led(), state("a", log=[[1]])],
        [*led(entry=[1]), state("a", log=[[1, "x"]])],
        [*led(entry=[1]), {"event": "request", "server": "a", "value": "y"}],
    ):
        with pytest.raises(EventError, match="value") as told:
            judged(*events)
        assert told.value.place == "line 10"
    told_log = reason(*led(entry=[1]), state("a", log=[[2]]))
    assert told_log.startswith("a.log at 1 is Entry(term=1, value=")


def test_values_have_the_names_that_the_log_has_for_them() -> None:
    told = reason(*led("x"), state("a", log=[[1, "y"]]))
    assert told == "a.log at 1 is Entry(term=1, value=x), logged Entry(term=1, value=y)"
    told = reason(*led({"set": 3}), state("a", log=[[1, 17]]))
    assert told == 'a.log at 1 is Entry(term=1, value={"set": 3}), logged Entry(term=1, value=17)'
    told = reason(*led("b"), state("a", log=[[1, "a"]]))  # also names of servers
    assert told == 'a.log at 1 is Entry(term=1, value="b"), logged Entry(term=1, value="a")'
    told = reason(*led(), state("a", role="follower"))
    assert told == "a.role is leader, logged follower"


def test_servers_may_have_any_names() -> None:
    names = ["10.0.0.1:80", "v1", "10.0.0.3:80"]
    stands = {"event": "time_out", "server": names[0]}
    found = judged({"event": "start", "servers": names}, stands, state("v1", votedFor=names[0]))
    assert found.first_misfit is not None
    assert found.first_misfit.reasons == ("v1.votedFor is null, logged 10.0.0.1:80",)


def test_a_choice_that_is_not_there_says_what_may_be_chosen() -> None:
    told = reason(*led(), state("a", commitIndex=2))
    assert told == "a.advance_commit_index may choose 1, logged 2"
    append = message("AppendEntries", "a", "c", prevLogIndex=4, entries=[])
    told = reason(*led(), {"event": "send", "server": "a", "message": append})
    assert told == "a.append_entries may choose 1 or 2, logged 5"


def test_the_nearest_message_says_where_it_differs() -> None:
    wrong = message("AppendEntries", "a", "b", prevLogIndex=0, entries=[[2, "x"]], term=1)
    told = reason(*led()[:7], {"event": "receive", "server": "b", "message": wrong})
    assert told == (
        "no such AppendEntries from a to b is in flight; of the nearest "
        "entries at 1 is Entry(term=1, value=x), logged Entry(term=2, value=x)"
    )


def test_what_is_logged_is_told_as_it_is_logged() -> None:
    assert differ("success", True, {"a": [1]}) == 'success is true, logged {"a": [1]}'
    assert differ("the end", [[1, 2], [2, 2]], [[1, 2], [2, 3]]) == (
        "the end at 2 is [2, 2], logged [2, 3]"
    )
    assert differ("the end", [1], [1, 2]) == "the length of the end is 1, logged 2"
    assert differ("it", (), None) == "it is (), logged null"


def answered_twice() -> list[dict[str, Any]]:
    """A log in which b has answered a heartbeat and an entry, and a gets one of the answers."""
    beat = message("AppendEntries", "a", "b", prevLogIndex=0, entries=[])
    between = [
        {"event": "send", "server": "a", "message": beat},
        {"event": "receive", "server": "b", "message": beat},
    ]
    return [*led()[:5], *between, *led()[5:]]


@pytest.mark.parametrize("index", [0, 1])
def test_a_message_that_is_logged_in_part_may_be_any_of_those(index: int) -> None:
    log = answered_twice()
    assert judged(*log, state("a", matchIndex={"b": index})).verdict is Verdict.HOLDS
    later = [state("b", commitIndex=0), state("a", matchIndex={"b": index})]
    assert judged(*log, *later).verdict is Verdict.HOLDS


def test_a_message_that_is_logged_in_part_is_one_that_was_sent() -> None:
    found = judged(*answered_twice(), state("a", matchIndex={"b": 2}))
    assert (found.verdict, found.matched) == (Verdict.VIOLATED, 11)
    assert found.first_misfit is not None
    assert found.first_misfit.reasons == (
        "a.matchIndex[b] is 1, logged 2", "a.matchIndex[b] is 0, logged 2",
    )  # fmt: skip


def test_a_request_shows_that_a_candidate_has_won() -> None:
    log = [event for event in led() if event != state("a", role="leader")]
    assert judged(*log).verdict is Verdict.HOLDS
    told = reason(*log[:2], {"event": "request", "server": "a", "value": "x"})
    assert told == "a.client_request is not enabled: `when(self.role == Role.LEADER)` is false"


def deposed(**known: Any) -> list[dict[str, Any]]:
    """A log in which c stands in term 2, and a, which led, hears of it."""
    return [
        *led(),
        {"event": "receive", "server": "c", "message": message("RequestVote", "a", "c")},
        {"event": "time_out", "server": "c"},
        {
            "event": "receive", "server": "a", "message": message("RequestVote", "c", "a"),
            "state": {"currentTerm": 2, **known},
        },
    ]  # fmt: skip


def test_what_a_leader_did_may_show_when_it_leads_no_more() -> None:
    for known in ({}, {"role": "follower"}, {"log": [[1, "x"]]}, {"log": [[1, "x"], [1, "x"]]}):
        assert judged(*deposed(commitIndex=1, **known)).verdict is Verdict.HOLDS
    assert reason(*deposed(commitIndex=2, role="follower")) == "a.commitIndex is 0, logged 2"


def test_what_a_leader_appended_before_it_failed_is_in_its_log() -> None:
    """What it had committed is forgotten."""
    log = [[1, "x"], [1, "x"]]
    back = {"event": "restart", "server": "a", "state": {"log": log, "commitIndex": 0}}
    assert judged(*led(), back).verdict is Verdict.HOLDS
    back["state"] = {"commitIndex": 1}
    assert reason(*led(), back) == "a.commitIndex is 0, logged 1"


def test_a_wrong_log_has_one_reason() -> None:
    request = {"event": "request", "server": "a", "value": "x", "state": {"log": [[1, "y"]]}}
    found = judged(*led()[:5], request)
    assert found.first_misfit is not None
    assert len(found.first_misfit.reasons) == 1


def test_entries_that_are_sent_are_logged() -> None:
    log = led()
    sent = message("AppendEntries", "a", "b", prevLogIndex=0)
    log[6] = {"event": "send", "server": "a", "message": sent}
    with pytest.raises(EventError, match="without `entries`") as told:
        judged(*log)
    assert told.value.place == "line 7"


def test_what_a_leader_committed_in_silence_shows_after_it_is_deposed() -> None:
    newer = message("RequestVote", "b", "a")
    deposed = [
        *led(),
        {"event": "time_out", "server": "b"},
        {"event": "receive", "server": "a", "message": newer},
    ]
    found = judged(*deposed, state("a", role="follower"), state("a", commitIndex=1))
    assert found.verdict is Verdict.HOLDS
    assert judged(*deposed, state("a", role="follower"), state("a", commitIndex=0)).matched == 13
    assert reason(*deposed, state("a", commitIndex=2)).endswith("logged 2")


def voted(**known: Any) -> list[dict[str, Any]]:
    """A log in which b is asked for its vote, and fails: with this state it comes back."""
    asked = message("RequestVote", "a", "b")
    return [
        START,
        {"event": "time_out", "server": "a"},
        {"event": "receive", "server": "b", "message": asked},
        {"event": "restart", "server": "b", "state": known},
    ]


@pytest.mark.parametrize("known", [
    {"currentTerm": 0, "votedFor": None}, {"currentTerm": 1, "votedFor": None},
    {"currentTerm": 1, "votedFor": "a"},
])  # fmt: skip
def test_who_fails_has_done_its_last_event_or_a_part_of_it_or_nothing(known: Any) -> None:
    assert judged(*voted(**known)).verdict is Verdict.HOLDS


@pytest.mark.parametrize("known", [{"currentTerm": 2}, {"votedFor": "c"}, {"log": [[1, "x"]]}])
def test_who_fails_has_done_nothing_else(known: Any) -> None:
    reason(*voted(**known))


def test_who_fails_has_done_what_others_were_sent() -> None:
    """A vote that is counted was given, and must not be forgotten."""
    counted = {"event": "receive", "server": "a"}
    counted["message"] = message("RequestVoteResponse", "b", "a")
    for number in (3, 4):
        log = voted(currentTerm=1, votedFor=None)
        log.insert(number, counted)
        assert judged(*log).verdict is Verdict.VIOLATED
    *before, back = voted(currentTerm=1, votedFor="a")
    assert judged(*before, counted, back, state("a", role="leader")).verdict is Verdict.HOLDS


def test_who_fails_had_done_all_before_its_last_event() -> None:
    *before, back = voted(currentTerm=0)
    again = {"event": "receive", "server": "b", "message": message("RequestVote", "a", "b")}
    reason(*before, again, back)
    reason(*before, state("b"), back)
    stood = {"event": "time_out", "server": "b"}
    for term, fits in ((1, True), (2, True), (0, False), (3, False)):
        back["state"] = {"currentTerm": term}
        assert (judged(*before, stood, back).verdict is Verdict.HOLDS) == fits


def test_a_request_may_not_be_in_the_log_of_a_leader_that_fails() -> None:
    request = {"event": "request", "server": "a", "value": "x"}
    for length, fits in ((0, False), (1, True), (2, True), (3, False)):
        back = {"event": "restart", "server": "a", "state": {"logLength": length}}
        assert (judged(*led(), request, back).verdict is Verdict.HOLDS) == fits
