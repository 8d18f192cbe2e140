"""A variant of Raft that PySyncObj is driven by."""

from __future__ import annotations

from raftnb.language import Delivery, either, send
from raftnb.specs.libraries.ahead import RAFT_AHEAD, AheadServer
from raftnb.specs.raft.server import (
    AppendEntries,
    Entry,
    Past,
    Server,
    Value,
    term_at,
)


class NoOpServer(AheadServer):
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


NO_OP_RAFT = RAFT_AHEAD.variant(
    "no-op-raft",
    NoOpServer,
    summary="Raft whose new leaders append an entry of their own, over connections in order",
    delivery=Delivery(loses=True, duplicates=False, reorders=False),
)

__all__ = ["NO_OP_RAFT", "NoOpServer"]
