"""Raft for driving implementations: what Figure 2 leaves to a leader, every leader may choose.

From which index on a leader sends entries is a matter of speed and not of safety: whatever
`nextIndex` it keeps, the follower checks prevLogIndex and prevLogTerm. Implementations keep it in
ways of their own: they run ahead, or jump by hints.
"""

from __future__ import annotations

from raftnb.language import either, send, when
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import AppendEntries, Role, Server, term_at


class FreeServer(Server):
    """A server that as a leader sends any entries of its log, whatever its nextIndex."""

    def append_entries(self, peer: Server) -> None:
        """Send a follower any part of the log."""
        when(self.role == Role.LEADER)
        when(peer != self)
        prev = either(*range(len(self.log) + 1))
        last = either(*range(prev, len(self.log) + 1))
        send(
            AppendEntries(
                term=self.currentTerm,
                prevLogIndex=prev,
                prevLogTerm=term_at(self.log, prev),
                entries=self.log[prev:last],
                leaderCommit=self.commitIndex,
            ),
            to=peer,
        )


FREE_RAFT = RAFT.variant(
    "free-raft", FreeServer, summary="Raft whose leaders send any entries of their logs"
)

__all__ = ["FREE_RAFT", "FreeServer"]
