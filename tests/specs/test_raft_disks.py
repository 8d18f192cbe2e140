"""Disks that are written while a server goes on, and disks that lose what they had."""

from __future__ import annotations

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language.spec import Spec
from raftnb.prove import prove
from raftnb.specs.raft.claims import election_safety
from raftnb.specs.raft.disks import RAFT_DISKS, RAFT_TORN_DISKS, DiskServer
from raftnb.specs.raft.disks_proof import RAFT_DISKS_PROOF
from raftnb.specs.raft.invariant import VOTES
from raftnb.specs.raft.mistakes.torn import replicate_stored, store
from raftnb.specs.raft.scenes import commit, elect, replicate, request

WIDE = {"servers": 3, "max_term": 9, "max_log": 9, "max_restarts": 9}


def test_a_leader_commits_what_others_have_stored_and_it_has_not() -> None:
    world = RAFT_DISKS(**WIDE).start()
    elect(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    replicate(world, "s1", "s3")
    with pytest.raises(NotEnabled):
        commit(world, "s1", 1)
    for follower in ("s2", "s3"):
        store(world, follower)
        replicate(world, "s1", follower)
    commit(world, "s1", 1)
    assert (world["s1"].storedIndex, world["s1"].commitIndex) == (0, 1)
    world["s1"].restart()
    assert world["s1"].log == ()


def test_a_torn_disk_is_made_good_by_a_leader_of_a_later_term() -> None:
    world = RAFT_TORN_DISKS(**WIDE).start()
    elect(world, "s1", "s2")
    request(world, "s1")
    store(world, "s1")
    replicate_stored(world, "s1", "s2")
    commit(world, "s1", 1)
    world["s2"].lose_tail(choose=(0,))
    replicate_stored(world, "s1", "s2")
    replicate_stored(world, "s1", "s3")
    assert world["s2"].tornIn == 1
    with pytest.raises(NotEnabled):
        elect(world, "s3", "s2", term=2)
    elect(world, "s1", "s3", term=4)
    request(world, "s1")
    store(world, "s1")
    replicate_stored(world, "s1", "s3")
    commit(world, "s1", 2)
    replicate_stored(world, "s1", "s2")
    assert world["s2"].tornIn is None


@pytest.mark.parametrize(
    ("spec", "states"), [(RAFT_DISKS, 7_506), (RAFT_TORN_DISKS, 11_496)], ids=["disks", "torn"]
)
def test_all_claims_hold_where_two_terms_are_explored_to_the_end(spec: Spec, states: int) -> None:
    found = check(spec(max_term=2, max_messages=1, history=True))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, states)


def test_all_claims_hold_where_three_servers_and_a_loss_are_explored_to_the_end() -> None:
    found = check(RAFT_TORN_DISKS(servers=3), symmetry=True)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 151_732)


def test_there_is_one_leader_in_a_term_for_any_number_of_servers_with_disks() -> None:
    found = prove(RAFT_DISKS_PROOF, only=(election_safety, *VOTES), timeout=60)
    assert found.unknown == ()
    assert len(found.checked) > 50
    assert "what_is_believed_is_stored" in found.not_covered


class StoresVotesLater(DiskServer):
    """A vote is lost by a restart."""

    def restart(self) -> None:
        """Fail and come back without the vote."""
        super().restart()
        self.votedFor = None


def test_with_votes_that_are_written_later_nothing_is_proved() -> None:
    proof = RAFT_DISKS_PROOF.of(RAFT_DISKS.variant("later", StoresVotesLater))
    found = prove(proof, only=("votes_are_remembered",), actions="restart", timeout=2, trust=True)
    assert found.failing == (("votes_are_remembered", "restart"),)
