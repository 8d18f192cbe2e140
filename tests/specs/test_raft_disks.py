"""Disks that are written while a server goes on, and disks that lose what they had."""

from __future__ import annotations

import pytest

from raftnb.data.errors import NotEnabled
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Set
from raftnb.language.proof import Proof
from raftnb.prove import prove
from raftnb.specs.raft.disks import RAFT_DISKS, RAFT_TORN_DISKS, DiskServer, TornDiskServer
from raftnb.specs.raft.disks_proof import RAFT_DISKS_PROOF
from raftnb.specs.raft.mistakes import torn
from raftnb.specs.raft.mistakes.torn import replicate_stored, store
from raftnb.specs.raft.scenes import commit, elect, replicate, request
from raftnb.specs.raft.server import Index, Server
from raftnb.specs.raft.torn_proof import RAFT_TORN_DISKS_PROOF

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
    ("proof", "states"),
    [(RAFT_DISKS_PROOF, 8_244), (RAFT_TORN_DISKS_PROOF, 13_002)],
    ids=["disks", "torn"],
)
def test_all_claims_and_conjuncts_hold_where_two_terms_are_explored_to_the_end(
    proof: Proof, states: int
) -> None:
    claims = {lemma.claim for lemma in (*proof.invariant, *proof.derived)}
    spec = proof.spec.variant("conjuncts", invariants=tuple({*proof.spec.invariants, *claims}))
    found = check(spec(max_term=2, max_messages=1, history=True))
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, states)


def test_all_claims_hold_where_three_servers_and_a_loss_are_explored_to_the_end() -> None:
    found = check(RAFT_TORN_DISKS(servers=3), symmetry=True)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 151_732)


def test_every_claim_is_covered_and_what_the_disk_does_is_proved_for_any_number_of_servers() -> (
    None
):
    assert RAFT_DISKS_PROOF.not_covered() == ()
    found = prove(RAFT_DISKS_PROOF, actions=("flush", "restart"), timeout=60, trust=True)
    assert found.unknown == ()
    assert len(found.checked) > 300


def test_what_a_torn_disk_loses_is_proved_for_any_number_of_servers() -> None:
    assert RAFT_TORN_DISKS_PROOF.not_covered() == ()
    found = prove(RAFT_TORN_DISKS_PROOF, actions="lose_tail", timeout=60, trust=True)
    assert found.unknown == ()
    assert len(found.checked) > 100


class StoresVotesLater(DiskServer):
    """A vote is lost by a restart."""

    def restart(self) -> None:
        """Fail and come back without the vote."""
        super().restart()
        self.votedFor = None


class KeepsItsLog(DiskServer):
    """A restart forgets what is on its way to the disk, and keeps it in the log."""

    def restart(self) -> None:
        """Fail and come back with the log."""
        known = self.log
        super().restart()
        self.log = known


class CountsItselfAtOnce(DiskServer):
    """A leader counts itself for what is on its way to its disk."""

    def replicated_on(self, index: Index) -> Set[Server]:
        """The servers known to have the log up to an index: this leader, and by matchIndex."""
        return frozenset({s for s in Server if s == self or self.matchIndex[s] >= index})


@pytest.mark.parametrize(
    ("mistake", "claim", "action"),
    [
        (StoresVotesLater, "votes_are_remembered", "restart"),
        (KeepsItsLog, "last_disk_is_the_log", "restart"),
        (torn.BelievesEveryFlush, "what_counts_is_not_overwritten", "flush"),
        (torn.AnswersAtOnce, "acknowledged_log_is_on_each_disk", "handle_append_entries"),
        (CountsItselfAtOnce, "commits_were_acknowledged", "advance_commit_index"),
        (torn.VotesTorn, "voters_pass_on_their_entries", "handle_request_vote"),
        (torn.TrustsItsOldLeader, "what_is_made_good_is_stored", "handle_append_entries"),
    ],
)
def test_what_a_mistake_breaks_is_not_proved(
    mistake: type[DiskServer], claim: str, action: str
) -> None:
    whole = RAFT_TORN_DISKS_PROOF if issubclass(mistake, TornDiskServer) else RAFT_DISKS_PROOF
    proof = whole.of(whole.spec.variant("mistaken", mistake))
    found = prove(proof, only=claim, actions=action, timeout=2, trust=True)
    assert (claim, action) in found.failing
