"""Claims about Raft that look like invariants and are not, with the scenes that refute them.

Both stood in etcd's specification: MoreUpToDateCorrectInv (etcd-io/raft #515, and CCF #4472) and
CommittedIsDurableInv (etcd-io/raft #226).
"""

from __future__ import annotations

from typing import Any

from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.mistakes.disk import DiskServer
from raftnb.specs.raft.scenes import commit, elect, replicate, request
from raftnb.specs.raft.server import Role, Server, last_term


def more_up_to_date_is_right(a: Server, b: Server) -> bool:
    """False: whose log is as up to date as another's has all that the other knows committed."""
    ahead = last_term(a.log) > last_term(b.log) or (
        last_term(a.log) == last_term(b.log) and len(a.log) >= len(b.log)
    )
    return not ahead or a.log[: b.commitIndex] == b.log[: b.commitIndex]


def committed_is_durable(s: DiskServer) -> bool:
    """False: what a leader commits is on its own disk."""
    return s.role != Role.LEADER or s.commitIndex <= s.synced


def committed_by_a_later_leader(world: Any) -> None:
    """Five servers: s5 learns that s1's old entry is committed, while s2 has a newer one."""
    elect(world, "s1", "s2", "s3")
    request(world, "s1")
    elect(world, "s2", "s3", "s4", term=2)
    request(world, "s2")
    elect(world, "s1", "s3", "s4", term=3)
    request(world, "s1")
    replicate(world, "s1", "s3")
    replicate(world, "s1", "s4")
    commit(world, "s1", 2)
    replicate(world, "s1", "s5", last=1)


def committed_by_the_others(world: Any) -> None:
    """Three servers: s2 and s3 have the entry on disk, s1, the leader, not yet."""
    elect(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    replicate(world, "s1", "s3")
    commit(world, "s1", 1)


MORE_UP_TO_DATE = RAFT.variant(
    "more-up-to-date", invariants=(more_up_to_date_is_right,), transitions=(), sometimes=()
)
COMMITTED_IS_DURABLE = RAFT.variant(
    "committed-is-durable",
    DiskServer,
    invariants=(committed_is_durable,),
    transitions=(),
    sometimes=(),
)

__all__ = ["COMMITTED_IS_DURABLE", "MORE_UP_TO_DATE"]
