"""Logs that are compacted while the cluster changes, proved for any number of servers.

The whole proof is `python -m raftnb prove raft-joint-snapshots`.
"""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Seq
from raftnb.prove import prove
from raftnb.specs import PROOFS
from raftnb.specs.raft import membership_invariant, snapshots_proof
from raftnb.specs.raft.compacting_members import RAFT_JOINT_SNAPSHOTS, CompactingMember
from raftnb.specs.raft.mistakes.learning import SnapshotForgetsTheCluster
from raftnb.specs.raft.server import Entry, Server
from raftnb.specs.raft.snapshots import InstallSnapshot

BOTH = PROOFS["raft-joint-snapshots"]
ELECTED = "leaders_had_a_quorum_of_their_configuration"


def test_where_the_two_meet_is_proved() -> None:
    claims = [
        "entries_name_configurations",
        "logs_match_the_leaders",
        "installed_log_is_the_leaders",
    ]
    found = prove(
        BOTH, only=claims, actions=("handle_install_snapshot", "restart"), timeout=30, trust=True
    )
    assert found.unknown == ()
    assert {one.claim for one in found.checked} == set(claims)


def test_every_claim_is_covered() -> None:
    assert BOTH.not_covered() == ()


class KeepsItsLog(CompactingMember):
    """A snapshot that is installed leaves the log as it is."""

    def installed_log(self, m: InstallSnapshot) -> Seq[Entry]:
        """The log after a snapshot."""
        return self.log


@pytest.mark.parametrize(
    ("server", "claim", "action"),
    [
        (SnapshotForgetsTheCluster, ELECTED, "become_leader"),
        (KeepsItsLog, "installed_log_is_the_leaders", "handle_install_snapshot"),
    ],
    ids=["SnapshotForgetsTheCluster", "KeepsItsLog"],
)
def test_what_a_mistake_breaks_is_not_proved(server: type[Server], claim: str, action: str) -> None:
    wrong = BOTH.of(RAFT_JOINT_SNAPSHOTS.variant("wrong", server))
    found = prove(wrong, only=claim, actions=action, timeout=1, trust=True)
    assert claim in {one.claim for one in found.unknown}


def test_what_the_two_proofs_say_of_their_own_holds_in_every_explored_state() -> None:
    own = (membership_invariant.__name__, snapshots_proof.__name__)
    conjuncts = (lemma.claim for lemma in (*BOTH.invariant, *BOTH.derived))
    claims = tuple(claim for claim in conjuncts if claim.__module__ in own)
    assert len(claims) == 25
    spec = RAFT_JOINT_SNAPSHOTS.variant(
        "conjuncts", invariants=claims, transitions=(), sometimes=()
    )
    found = check(spec(max_log=1, max_messages=1, history=True), symmetry=True)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 121)
