"""pyraftlog 3.0.0, driven: its faults are found, and made short."""

from __future__ import annotations

import pytest

from raftnb.drive import drive
from raftnb.specs.libraries.ahead import RAFT_AHEAD

pytest.importorskip("pyraftlog", reason="pyraftlog is not installed (from Python 3.12 on)")

from raftnb.drive.adapters.pyraftlog import Pyraftlog

MODEL = RAFT_AHEAD(servers=3, max_term=3, max_log=2, max_restarts=1)


def test_walks_find_four_faults_of_three_servers() -> None:
    answer = drive(MODEL, Pyraftlog(), walks=40)
    found = {one.name.partition(".")[2]: len(one.scene) for one in answer.differences}
    assert found["role after RequestVote from s2"] == 4
    assert any(n.startswith("currentTerm after AppendEntries") and k <= 8 for n, k in found.items())
    assert any(
        n.startswith("commitIndex after AppendEntriesRe") and k <= 9 for n, k in found.items()
    )
    assert "'Entry' object has no attribute '__dict__'" in str(answer)


def test_half_of_four_servers_elect() -> None:
    answer = drive(RAFT_AHEAD(servers=4, max_term=3), Pyraftlog(), walks=10)
    scene = [("s1", "time_out"), ("s2", "receive", 1), ("s1", "receive", 2)]
    assert [one.as_tuple() for one in answer.differences[0].scene] == scene
    assert str(answer.differences[0].mismatches[0]) == (
        "s1.role: Role.CANDIDATE in the specification, 'leader' here"
    )
