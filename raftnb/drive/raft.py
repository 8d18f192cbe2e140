"""Raft for driving implementations: what Figure 2 leaves to a leader, every leader may choose.

From which index on a leader sends entries is a matter of speed and not of safety: whatever
`nextIndex` it keeps, the follower checks prevLogIndex and prevLogTerm. Implementations keep it in
ways of their own: they run ahead, or jump by hints.
"""

from __future__ import annotations

from raftnb.language import Delivery, either, send, when
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import (
    AppendEntries,
    Entry,
    Past,
    Role,
    Server,
    Value,
    term_at,
)


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


class NoOpServer(FreeServer):
    """A server that as a new leader appends an entry at once, and sends it; as PySyncObj does.

    The entry stands for no command (section 8); here it has any value. A commitIndex that is kept
    in a file may be what is left after a restart.
    """

    def restart(self) -> None:
        """Fail and come back, perhaps with a commitIndex that was known before."""
        kept = either(*range(self.commitIndex + 1))
        super().restart()
        self.commitIndex = kept

    def become_leader(self) -> None:
        """Become leader, append an entry, and send it to all others."""
        super().become_leader()
        before = self.log
        self.log += (Entry(self.currentTerm, either(*Value)),)
        Past.leaderLog |= {self.currentTerm: self.log}
        self.acknowledged |= {self.currentTerm: len(self.log)}
        for peer in Server:
            if peer != self:
                send(
                    AppendEntries(
                        term=self.currentTerm,
                        prevLogIndex=len(before),
                        prevLogTerm=term_at(before, len(before)),
                        entries=self.log[len(before) :],
                        leaderCommit=self.commitIndex,
                    ),
                    to=peer,
                )


NO_OP_RAFT = FREE_RAFT.variant(
    "no-op-raft",
    NoOpServer,
    summary="Raft whose new leaders append an entry of their own, over connections in order",
    delivery=Delivery(loses=True, duplicates=False, reorders=False),
)

__all__ = ["FREE_RAFT", "NO_OP_RAFT", "FreeServer", "NoOpServer"]
