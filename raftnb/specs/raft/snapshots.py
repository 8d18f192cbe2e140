"""Snapshots: a log whose beginning is thrown away (Ongaro's dissertation, chapter 5).

Each server may replace what it has applied by the state that it led to, the *snapshot*, with the
index and the term of the last entry that it covers. A follower that needs an entry which its leader
no longer has is sent the snapshot instead (InstallSnapshot).

`log` is the whole log here, so that all that is claimed of Raft is claimed of these servers. Of the
first `base` entries a server only has the snapshot, their number, and the last one's term: nothing
that it does depends on more, which a test looks for. An InstallSnapshot says what an AppendEntries
with all entries from the first one on would say; on that the proof rests.
"""

from __future__ import annotations

from raftnb.language import Delivery, Seq, either, in_flight, macro, reply, send, when
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.quiet import QuietServer, is_quiet
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    Index,
    Role,
    Server,
    Value,
    last_term,
    term_at,
)


def commands(entries: Seq[Entry]) -> Seq[Value]:
    """What the entries ask for, in order."""
    return tuple(entry.value for entry in entries)


class InstallSnapshot(AppendEntries):
    """A leader sends its snapshot to a follower that is too far behind (Figure 5.3).

    `entries` are those that the snapshot covers. Their number is lastIncludedIndex, and the term of
    the last one is lastIncludedTerm; nobody reads more of them.
    """

    state: Seq[Value]


class SnapshotServer(Server):
    """A server that compacts its log.

    The state machine is the one that forgets nothing: its state are the commands that it has done.
    """

    # Persistent: how many entries the snapshot covers (lastIncludedIndex), and what they led to.
    base: Index = 0
    snapshot: Seq[Value] = ()

    def restart(self) -> None:
        """Fail and come back: what the snapshot covers is known to be committed."""
        super().restart()
        self.commitIndex = self.base

    def state(self) -> Seq[Value]:
        """The state of the state machine, when it has applied all that is known to be committed."""
        return self.snapshot + commands(self.log[self.base : self.commitIndex])

    def take_snapshot(self) -> None:
        """Replace entries that are committed by the state that they lead to."""
        last = either(*range(self.base + 1, self.commitIndex + 1))
        self.snapshot += commands(self.log[self.base : last])
        self.base = last

    def has_entries_for(self, peer: Server) -> bool:
        """Whether what a follower needs next has not been compacted."""
        return self.nextIndex[peer] > self.base

    def append_entries(self, peer: Server) -> None:
        """Send entries, where they still are in the log."""
        when(self.has_entries_for(peer))
        super().append_entries(peer)

    def log_matches(self, m: AppendEntries) -> bool:
        """Whether the log matches before the entries: what the snapshot covers is committed."""
        return m.prevLogIndex < self.base or super().log_matches(m)

    def conflicts(self, m: AppendEntries) -> bool:
        """Whether an entry still in the log has the index of a new one, but another term."""
        first = max(m.prevLogIndex, self.base)
        return any(
            self.log[i].term != m.entries[i - m.prevLogIndex].term
            for i in range(first, min(len(self.log), self.last_new(m)))
        )

    def send_snapshot(self, peer: Server) -> None:
        """Send a follower the snapshot, where what it needs next has been compacted."""
        when(self.role == Role.LEADER)
        when(peer != self)
        when(not self.has_entries_for(peer))
        send(
            InstallSnapshot(
                term=self.currentTerm,
                prevLogIndex=0,
                prevLogTerm=0,
                entries=self.log[: self.base],
                leaderCommit=self.base,
                state=self.snapshot,
            ),
            to=peer,
        )

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation."""
        when(not isinstance(m, InstallSnapshot))
        super().handle_append_entries(m)

    def handle_install_snapshot(self, m: InstallSnapshot) -> None:
        """InstallSnapshot, receiver implementation."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.CANDIDATE:
            self.role = Role.FOLLOWER
        if m.term < self.currentTerm:
            self.reject(m)
        else:
            self.install(m)

    def has_last_of(self, m: InstallSnapshot) -> bool:
        """Whether the log has the last entry that a snapshot covers (step 6)."""
        last = len(m.entries)
        return last <= len(self.log) and term_at(self.log, last) == last_term(m.entries)

    def installed_log(self, m: InstallSnapshot) -> Seq[Entry]:
        """The log after a snapshot: what follows its last entry is kept, if the log has that."""
        return self.log if self.has_last_of(m) else m.entries

    @macro
    def install(self, m: InstallSnapshot) -> None:
        """Put a snapshot that covers more in place of one's own (steps 5 to 8), and answer."""
        last = len(m.entries)
        if last > self.base:
            self.log = self.installed_log(m)
            self.base = last
            self.snapshot = m.state
        self.commitIndex = max(self.commitIndex, last)
        self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), last)}
        reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=last))


class OneRequestServer(QuietServer, SnapshotServer):
    """The same where one server stands, one request is made, and nothing fails but messages.

    Nobody sends while a message is under way, so that all there is to be seen is whether whoever
    was left behind can be served.
    """

    def time_out(self) -> None:
        """Stand for election, if nobody has yet."""
        when(all(s.currentTerm == 0 for s in Server))
        super().time_out()

    def client_request(self, value: Value) -> None:
        """Append the one command that is asked for."""
        when(self.log == ())
        super().client_request(value)

    def send_snapshot(self, peer: Server) -> None:
        """Send where all is quiet."""
        when(is_quiet())
        super().send_snapshot(peer)


def snapshots_are_committed(s: SnapshotServer) -> bool:
    """A snapshot covers only what is known to be committed."""
    return s.base <= s.commitIndex


def snapshots_are_of_the_log(s: SnapshotServer) -> bool:
    """A snapshot is the state to which the entries lead that it covers."""
    return s.snapshot == commands(s.log[: s.base])


def state_machines_agree(a: SnapshotServer, b: SnapshotServer) -> bool:
    """State machines that have applied as many entries are in the same state."""
    return a.commitIndex != b.commitIndex or a.state() == b.state()


def a_snapshot_is_sent(max_log: int) -> bool:
    """A leader sends a snapshot (which takes three servers: one that was left behind)."""
    return max_log == 0 or len(Server) < 3 or in_flight(InstallSnapshot) != ()


def everybody_catches_up() -> bool:
    """Whoever leads knows that all have its log, and all know as much to be committed."""
    return all(
        s.role != Role.LEADER
        or peer == s
        or (s.matchIndex[peer] == len(s.log) and peer.commitIndex == s.commitIndex)
        for s in Server
        for peer in Server
    )


def nobody_leads() -> bool:
    """The election has failed: there is no leader."""
    return all(s.role != Role.LEADER for s in Server)


RAFT_SNAPSHOTS = RAFT.variant(
    "raft-snapshots",
    SnapshotServer,
    summary="Raft with snapshots: logs are compacted, and followers sent what they lack (5)",
    constants={**RAFT.constants, "servers": 2},
    invariants=(
        *RAFT.invariants,
        snapshots_are_committed,
        snapshots_are_of_the_log,
        state_machines_agree,
    ),
    sometimes=(*RAFT.sometimes, a_snapshot_is_sent),
)
CATCHING_UP = RAFT_SNAPSHOTS.variant(
    "catching-up",
    OneRequestServer,
    summary="raft-snapshots with one request: whoever was left behind can still catch up",
    constants={**RAFT.constants, "max_messages": 2},
    delivery=Delivery(duplicates=False),
    sometimes=(a_snapshot_is_sent,),
    final=nobody_leads,
    possible=(everybody_catches_up,),
)
