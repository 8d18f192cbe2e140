"""raft.tla in the language: TLC's counts, and what it must not do."""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.specs.raft.ongaro_tla import RAFT_TLA, Server


@pytest.mark.parametrize(
    ("constants", "counts"),
    [
        ({"max_messages": 1}, (1_645, 12_861, 28)),
        ({"max_messages": 2}, (13_479, 134_721, 32)),
        ({"servers": 3, "max_messages": 1}, (1_931_973, 22_844_275, 53)),
    ],
)
def test_the_counts_are_those_that_tlc_printed(constants, counts):
    found = check(RAFT_TLA(**constants), progress=False)
    assert (found.distinct, found.generated, found.depth) == counts
    assert found.verdict is Verdict.HOLDS


def test_the_counts_under_server_symmetry_are_those_that_tlc_printed():
    found = check(RAFT_TLA(servers=3), symmetry=True, progress=False)
    assert (found.distinct, found.generated, found.depth) == (322_580, 3_813_460, 53)


def test_the_reference_engine_counts_the_same():
    found = check(RAFT_TLA(), engine="reference")
    assert (found.distinct, found.generated, found.depth) == (1_645, 12_861, 28)


class Forgetful(Server):
    """A server that forgets its vote when it restarts."""

    def restart(self) -> None:
        super().restart()
        self.votedFor = None


def test_a_server_that_forgets_its_vote_lets_two_leaders_be_elected_in_one_term():
    spec = RAFT_TLA.variant("raft-tla-forgetful", Forgetful)
    found = check(spec(servers=3, max_messages=2), progress=False)
    assert found.verdict is Verdict.VIOLATED
    assert found.property == "at_most_one_leader_per_term"
    leaders = [s for s in ("s1", "s2", "s3") if found.trace.last[s, "role"].name == "LEADER"]
    assert len({found.trace.last[s, "currentTerm"] for s in leaders}) < len(leaders)
