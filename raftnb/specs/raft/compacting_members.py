"""Snapshots and membership together: logs are compacted while the cluster changes.

Nothing has to be added to either. A server goes by the last entry of its log, and where that has
been compacted, it is the last one that the snapshot covers: so a snapshot has to keep what that
entry says of the cluster (Ongaro's dissertation, section 5.1), as it keeps its index and its term.
"""

from __future__ import annotations

from raftnb.language import in_flight
from raftnb.specs.raft.membership import RAFT_JOINT, JointServer, new_members, old_members
from raftnb.specs.raft.snapshots import (
    InstallSnapshot,
    SnapshotServer,
    snapshots_are_committed,
    snapshots_are_of_the_log,
    state_machines_agree,
)


class CompactingMember(SnapshotServer, JointServer):
    """A server that compacts its log, of a cluster that changes by joint consensus."""


def a_snapshot_is_all_that_says_who_the_cluster_is(max_log: int) -> bool:
    """A server goes by a configuration that it has only as a snapshot, and not by the first."""
    return max_log == 0 or any(
        s.base == len(s.log) and s.base > 0 and new_members(s.log) != new_members(())
        for s in SnapshotServer
    )


def a_joint_configuration_is_sent_as_a_snapshot(max_log: int) -> bool:
    """A snapshot is under way that ends while the cluster changes (which takes three servers)."""
    return (
        max_log == 0
        or len(SnapshotServer) < 3
        or any(old_members(m.entries) != new_members(m.entries) for m in in_flight(InstallSnapshot))
    )


RAFT_JOINT_SNAPSHOTS = RAFT_JOINT.variant(
    "raft-joint-snapshots",
    CompactingMember,
    summary="raft-joint with snapshots: logs are compacted while the cluster changes",
    invariants=(
        *RAFT_JOINT.invariants,
        snapshots_are_committed,
        snapshots_are_of_the_log,
        state_machines_agree,
    ),
    sometimes=(
        *RAFT_JOINT.sometimes,
        a_snapshot_is_all_that_says_who_the_cluster_is,
        a_joint_configuration_is_sent_as_a_snapshot,
    ),
)
