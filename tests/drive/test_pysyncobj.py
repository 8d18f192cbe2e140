"""PySyncObj, driven: with its journal it agrees, over connections in order."""

from __future__ import annotations

import pytest

from raftnb import Verdict
from raftnb.drive import drive, replay
from raftnb.drive.raft import NO_OP_RAFT
from raftnb.explore import check

pytest.importorskip("pysyncobj", reason="pysyncobj is not installed")

from raftnb.drive.adapters.pysyncobj import PySyncObj

MODEL = NO_OP_RAFT(servers=3, max_term=3, max_log=3, max_restarts=1)


def test_with_its_journal_it_agrees() -> None:
    answer = drive(MODEL, PySyncObj(), walks=20)
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.differences == ()
    assert answer.inputs > 400


def test_without_its_journal_it_forgets_its_vote() -> None:
    answer = drive(MODEL, PySyncObj(journal=False), walks=10, stop_after=1)
    assert [one.as_tuple() for one in answer.differences[0].scene] == [
        ("s1", "time_out"), ("s1", "restart"),
    ]  # fmt: skip
    assert {wrong.what for wrong in answer.differences[0].mismatches} == {
        "s1.currentTerm", "s1.votedFor",
    }  # fmt: skip


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
