"""What the libraries have in common: a leader that sends ahead of acknowledgments."""

from __future__ import annotations

from raftnb.language import Seq, either
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import Index, Server


class AheadServer(Server):
    """A server whose nextIndex runs ahead of acknowledgments, and jumps by hints."""

    def starts(self, peer: Server) -> Seq[Index]:
        """Where the entries that are sent may begin: anywhere in the log, or behind it."""
        return tuple(range(1, len(self.log) + 2))

    def append_entries(self, peer: Server) -> None:
        """Send entries from where the library has nextIndex."""
        self.nextIndex |= {peer: either(*self.starts(peer))}
        super().append_entries(peer)


class DurableCommitServer(AheadServer):
    """A server that keeps its commitIndex on disk, though maybe an older one."""

    def restart(self) -> None:
        """Fail and come back, perhaps with a commitIndex that was known before."""
        kept = either(*range(self.commitIndex + 1))
        super().restart()
        self.commitIndex = kept


RAFT_AHEAD = RAFT.variant(
    "raft-ahead", AheadServer, summary="Raft whose leaders send any part of their logs"
)
"""Raft for implementations in general: which nextIndex they keep is a matter of speed."""
