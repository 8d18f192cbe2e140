"""The proof that logs may be compacted while the cluster changes: for any number of servers.

The two proofs are about different things. That of joint consensus is about leaders and what they
wrote; that of snapshots is about what a server does not look at any more. So all lemmas of the one
are proved with what is known of snapshots, and those that are new in the other stand with what
takes the place of quorums that meet.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language.proof import Lemma
from raftnb.specs.raft.compacting_members import RAFT_JOINT_SNAPSHOTS
from raftnb.specs.raft.membership_proof import RAFT_JOINT_PROOF
from raftnb.specs.raft.membership_steps import with_members
from raftnb.specs.raft.proof import RAFT_PROOF
from raftnb.specs.raft.snapshots_proof import COMPACTED, RAFT_SNAPSHOTS_PROOF, with_snapshots

RAFT, JOINT, SNAPSHOTS = RAFT_PROOF, RAFT_JOINT_PROOF, RAFT_SNAPSHOTS_PROOF


def of_snapshots(lemmas: tuple[Lemma, ...], rafts: tuple[Lemma, ...]) -> tuple[Lemma, ...]:
    """The lemmas that Raft's own proof has not, with what is known of a cluster that changes."""
    known = {lemma.claim for lemma in rafts}
    return tuple(with_members(lemma) for lemma in lemmas if lemma.claim not in known)


RAFT_JOINT_SNAPSHOTS_PROOF = replace(
    JOINT,
    spec=RAFT_JOINT_SNAPSHOTS,
    invariant=(
        *map(with_snapshots, JOINT.invariant),
        *of_snapshots(SNAPSHOTS.invariant, RAFT.invariant),
    ),
    derived=(*JOINT.derived, *of_snapshots(SNAPSHOTS.derived, RAFT.derived)),
    goals=(
        *map(with_snapshots, JOINT.goals),
        *of_snapshots(SNAPSHOTS.goals, RAFT.goals),
    ),
    defined=(*JOINT.defined, *COMPACTED),
    cuts={
        **JOINT.cuts,
        **{
            action: tuple(map(with_members, SNAPSHOTS.cuts[action]))
            for action in ("handle_append_entries", "handle_install_snapshot")
        },
    },
)

__all__ = ["RAFT_JOINT_SNAPSHOTS_PROOF"]
