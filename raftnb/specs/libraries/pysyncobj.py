"""Raft as PySyncObj does it (a Python library), where that is not as in Figure 2.

With its journal, commitIndex survives a restart, though maybe an older one. A leader that hears of
no quorum stands down within its term, and nextIndex runs ahead. An entry's command is not looked
at.
"""

from __future__ import annotations

from raftnb.language import either, when
from raftnb.specs.libraries.ahead import AheadServer
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import Role


class PySyncObjServer(AheadServer):
    """A server of PySyncObj with its journal."""

    def restart(self) -> None:
        """Fail and come back: commitIndex was in the journal, though maybe an older one."""
        kept = either(*range(self.commitIndex + 1))
        super().restart()
        self.commitIndex = kept

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

__all__ = ["RAFT_PYSYNCOBJ", "RAFT_PYSYNCOBJ_FORGETFUL", "ForgetfulServer", "PySyncObjServer"]
