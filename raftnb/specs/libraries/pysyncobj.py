"""Raft as PySyncObj does it (a Python library), where that is not as in Figure 2.

With its journal, commitIndex survives a restart, though maybe an older one. A leader that hears of
no quorum stands down within its term, and nextIndex runs ahead. An entry's command is not looked
at.
"""

from __future__ import annotations

from raftnb.language import Delivery, either, send, when
from raftnb.specs.libraries.ahead import RAFT_AHEAD, DurableCommitServer
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import AppendEntries, Entry, Past, Role, Server, Value, term_at


class PySyncObjServer(DurableCommitServer):
    """A server of PySyncObj with its journal, which keeps commitIndex, too."""

    def step_down(self) -> None:
        """A leader that has not heard of a quorum for a while stands down within its term."""
        when(self.role == Role.LEADER)
        self.role = Role.FOLLOWER


class ForgetfulServer(PySyncObjServer):
    """A server of PySyncObj without its journal, as it is by default."""

    def restart(self) -> None:
        """Fail and come back: term, vote and log are lost, but for the log's first entry."""
        super().restart()
        self.currentTerm = 0
        self.votedFor = None
        self.log = self.log[:1]
        self.commitIndex = min(self.commitIndex, len(self.log))


RAFT_PYSYNCOBJ = RAFT.variant(
    "raft-pysyncobj", PySyncObjServer, summary="Raft as PySyncObj does it"
)
RAFT_PYSYNCOBJ_FORGETFUL = RAFT.variant(
    "raft-pysyncobj-forgetful", ForgetfulServer, summary="Raft as PySyncObj does it, no journal"
)


class NoOpServer(DurableCommitServer):
    """A server that as a new leader appends an entry at once, and sends it; as PySyncObj does.

    The entry stands for no command (section 8); here it has any value.
    """

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

__all__ = [
    "NO_OP_RAFT",
    "RAFT_PYSYNCOBJ",
    "RAFT_PYSYNCOBJ_FORGETFUL",
    "ForgetfulServer",
    "NoOpServer",
    "PySyncObjServer",
]
