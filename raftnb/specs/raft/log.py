"""Raft as a log that is only appended to: what was ever committed, in one sequence.

The history variable `Log.chosen` is the state of that log. Each step of Raft appends to it or
leaves it alone, and what a server applies is what the log has there: so a state machine that is fed
from any server's committed entries is fed from this one sequence.
"""

from __future__ import annotations

from raftnb.language import Seq, after, history
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import Entry, Index, Past, Server


class Log(Past):
    """History: what was, and what was ever committed by counting replicas."""

    chosen: Seq[Entry] = history(())


class LogServer(Server):
    """The server, and the moment at which an entry is chosen: when a leader commits it."""

    def advance_commit_index(self) -> None:
        """As in Figure 2; what is committed for the first time is chosen."""
        super().advance_commit_index()
        if self.commitIndex > len(Log.chosen):
            Log.chosen = self.log[: self.commitIndex]


def the_log_is_append_only() -> bool:
    """A step of Raft is a step of the log: it appends entries, or nothing changes."""
    return after(Log).chosen[: len(Log.chosen)] == Log.chosen


def servers_apply_the_log(s: Server, i: Index) -> bool:
    """What a server knows to be committed is what the log has there."""
    return i >= s.commitIndex or (i < len(Log.chosen) and s.log[i] == Log.chosen[i])


def an_entry_is_chosen(max_log: int) -> bool:
    """The log has an entry."""
    return max_log == 0 or len(Log.chosen) > 0


RAFT_LOG = RAFT.variant(
    "raft-log",
    LogServer,
    Log,
    summary="Raft, and the one log of all that was ever committed",
    invariants=(*RAFT.invariants, servers_apply_the_log),
    transitions=(*RAFT.transitions, the_log_is_append_only),
    sometimes=(*RAFT.sometimes, an_entry_is_chosen),
)
