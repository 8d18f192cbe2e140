"""PySyncObj, driven: with its journal it agrees, over connections in order."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from raftnb import Verdict
from raftnb.drive import Adapter, Sent, drive, replay
from raftnb.explore import check
from raftnb.specs.libraries.pysyncobj import NO_OP_RAFT
from tests.drive.lost_command import OLD_ANSWER, OVERWRITTEN

pytest.importorskip("pysyncobj", reason="pysyncobj is not installed")

from raftnb.drive.adapters.pysyncobj import PySyncObj

MODEL = NO_OP_RAFT(servers=3, max_term=3, max_log=3, max_restarts=1)


def test_with_its_journal_only_old_answers_are_counted() -> None:
    answer = drive(MODEL, PySyncObj(), walks=40)
    found = {(one.mismatches[0].what[3:], one.event[:-8]) for one in answer.differences}
    assert found <= {("matchIndex", "AppendEntriesResponse")}
    assert drive(MODEL, PySyncObj(match=False), walks=20).differences == ()


def test_it_counts_an_answer_of_an_old_term() -> None:
    scene = [
        ("s1", "time_out"), ("s2", "receive", 1), ("s1", "receive", 2), ("s3", "receive", 1),
        ("s3", "receive", 3), ("s2", "receive", 3), ("s1", "client_request", "v1"),
        ("s3", "time_out"), ("s1", "receive", 4), ("s1", "receive", 5), ("s1", "receive", 8),
        ("s1", "time_out"), ("s3", "receive", 12), ("s1", "receive", 13),
    ]  # fmt: skip
    model = NO_OP_RAFT(servers=3, max_term=3, max_log=4)
    assert replay(model, PySyncObj(), scene).verdict is Verdict.HOLDS
    answer = replay(model, PySyncObj(), [*scene, ("s1", "receive", 6)])
    assert answer.verdict is Verdict.VIOLATED
    assert answer.property == "s1.matchIndex after AppendEntriesResponse from s2"


def test_so_it_commits_what_two_of_five_servers_have() -> None:
    model = NO_OP_RAFT(servers=5, max_term=4, max_log=4)
    assert replay(model, PySyncObj(match=False), OLD_ANSWER[:-1]).verdict is Verdict.HOLDS
    answer = replay(model, PySyncObj(match=False), OLD_ANSWER)
    assert str(answer.differences[0].mismatches[0]) == (
        "s1.commitIndex: 0 in the specification, 3 here"
    )


def test_and_the_command_is_lost() -> None:
    cluster = PySyncObj()
    played(cluster, ("s1", "s2", "s3", "s4", "s5"), (*OLD_ANSWER, *OVERWRITTEN))
    one, other = cluster.state("s1"), cluster.state("s3")
    assert cluster.nodes["s1"].raftLastApplied == cluster.nodes["s3"].raftLastApplied == 4
    cluster.stop()
    assert one["commitIndex"] == other["commitIndex"] == 3
    assert [entry["term"] for entry in one["log"]] == [2, 3, 3]
    assert [entry["term"] for entry in other["log"]] == [2, 4, 4]


def played(adapter: Adapter, names: tuple[str, ...], scene: tuple[Any, ...]) -> None:
    """Play a scene with the implementation alone; every connection keeps the order."""
    adapter.start(names)
    sent: list[list[Sent]] = []
    queues: dict[tuple[str, str], list[Sent]] = {}
    for process, action, *rest in scene:
        for one in sent[-1] if sent else []:
            queues.setdefault((one.source, one.dest), []).append(one)
        if action == "receive":
            (message,) = [one for one in sent[rest[0] - 1] if one.dest == process]
            assert queues[message.source, process].pop(0) is message
            sent.append(list(adapter.receive(process, message)))
        else:
            sent.append(list(getattr(adapter, action)(process, *rest)))


def test_without_its_journal_it_forgets_its_vote() -> None:
    answer = drive(MODEL, PySyncObj(journal=False), walks=10)
    found = {
        tuple(given.as_tuple() for given in one.scene): {wrong.what for wrong in one.mismatches}
        for one in answer.differences
    }
    scene = (("s1", "time_out"), ("s1", "restart"))
    assert found[scene] == {"s1.currentTerm", "s1.votedFor"}


def test_the_walks_do_not_depend_on_the_hashes_of_a_run() -> None:
    text = (
        "from raftnb.drive import drive; from raftnb.specs.libraries.pysyncobj import NO_OP_RAFT\n"
        "from raftnb.drive.adapters.pysyncobj import PySyncObj\n"
        "model = NO_OP_RAFT(servers=3, max_term=2, max_log=2)\n"
        "print(drive(model, PySyncObj(journal=False), walks=4).inputs)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", text], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1


def test_without_its_journal_it_votes_twice_in_a_term() -> None:
    scene = [
        ("s1", "time_out"), ("s2", "receive", 1), ("s3", "time_out"), ("s2", "restart"),
    ]  # fmt: skip
    assert replay(MODEL, PySyncObj(), [*scene, ("s2", "receive", 3)]).verdict is Verdict.HOLDS
    assert replay(MODEL, PySyncObj(journal=False), scene).verdict is Verdict.VIOLATED


def test_no_op_raft_keeps_what_raft_keeps() -> None:
    answer = check(
        NO_OP_RAFT(servers=2, max_term=2, max_log=2, max_messages=1, reorders=1), progress=False
    )
    assert answer.verdict is Verdict.HOLDS
