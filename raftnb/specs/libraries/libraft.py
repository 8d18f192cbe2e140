"""Raft as libraft does it (the C library under dqlite), where that is not as in Figure 2.

Its elections are in `libraft_elections`. Entries are in memory first and on disk later: answers,
commits and the leader's own part in a quorum follow the disk. A leader sends entries from where it
likes. It may send a snapshot of its log's beginning.

A log is kept whole here, though the library drops what a snapshot covers. A restart while a
snapshot is being put on disk is left out.
"""

from __future__ import annotations

from raftnb.language import Message, Record, Seq, Set, discard, either, macro, reply, send, when
from raftnb.specs.libraries.libraft_elections import LibraftElections
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    Index,
    Role,
    Server,
    Term,
    Value,
    last_term,
    term_at,
)


class Write(Record):
    """Entries on their way to disk: where they begin, and the message that brought them, if any."""

    prev: Index
    entries: Seq[Entry]
    term: Term
    leader: Server | None
    leaderCommit: Index


class InstallSnapshot(Message):
    """A leader sends what its log begins with, as one piece."""

    term: Term
    snapshot: Seq[Entry]


class LibraftServer(LibraftElections):
    """A server of libraft, with its disk and its snapshots."""

    # How much of the log is on disk, and what is on its way there.
    lastStored: Index = 0
    writing: Seq[Write] = ()
    installing: Write | None = None

    def restart(self) -> None:
        """Fail and come back: what is not on disk is lost."""
        when(self.installing is None)
        super().restart()
        self.log = self.log[: self.lastStored]
        self.writing = ()

    # Entries: in memory at once, on disk later.

    def client_request(self, value: Value) -> None:
        """An entry of the leader's own is on its way to disk, too."""
        super().client_request(value)
        prev = len(self.log) - 1
        self.writing += (Write(prev, self.log[prev:], self.currentTerm, None, 0),)

    def handle_append_entries(self, m: AppendEntries) -> None:
        """While a snapshot is being installed, entries are ignored."""
        if m.term == self.currentTerm and self.installing is not None and m.entries != ():
            self.leader = m.source
            self.asking = False
            self.preVotes = frozenset()
            discard(m)
        else:
            super().handle_append_entries(m)

    def unknown(self, m: AppendEntries) -> Seq[Entry]:
        """The entries of a message from the first on that is not in the log."""
        known = sum(
            1
            for n in range(1, len(m.entries) + 1)
            if self.log[m.prevLogIndex : m.prevLogIndex + n] == m.entries[:n]
        )
        return m.entries[known:]

    def answered(self, index: Index) -> Index:
        """Up to where a server answers for its log: what was checked, as far as it is on disk."""
        return min(index, self.lastStored)

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take new entries over, and write them to disk; without any, answer at once."""
        new = self.unknown(m)
        prev = self.last_new(m) - len(new)
        if new != ():
            self.log = self.merged_log(m)
            self.lastStored = min(self.lastStored, prev)
            self.writing += (Write(prev, new, m.term, m.source, m.leaderCommit),)
            discard(m)
        else:
            if self.installing is None:
                committed = min(self.committed_by(m), self.lastStored)
                self.commitIndex = max(self.commitIndex, committed)
            matchIndex = self.answered(prev)
            self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
            reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))

    def still_there(self, w: Write) -> Index:
        """How many of the entries that were written are still in the log."""
        return sum(
            1
            for n in range(1, len(w.entries) + 1)
            if self.log[w.prev : w.prev + n] == w.entries[:n]
        )

    def store(self) -> None:
        """The disk has the oldest entries that were to be written: commit, and answer for them."""
        when(self.writing != ())
        w = self.writing[0]
        self.writing = self.writing[1:]
        kept = self.still_there(w) if self.installing is None else 0
        self.lastStored += kept
        follows = self.role == Role.FOLLOWER and not self.asking
        if kept > 0 and w.leader is not None and follows:
            self.commitIndex = max(self.commitIndex, min(w.leaderCommit, self.lastStored))
            self.answer(w)

    def may_answer(self, w: Write) -> bool:
        """Whether a write still is of the present term."""
        return w.term == self.currentTerm

    @macro
    def answer(self, w: Write) -> None:
        """Tell the leader of what is on disk now."""
        if self.may_answer(w) and self.leader is not None:
            term, matchIndex = self.currentTerm, self.lastStored
            self.acknowledged |= {term: max(self.acknowledged.get(term, 0), matchIndex)}
            answer = AppendEntriesResponse(term=term, success=True, matchIndex=matchIndex)
            send(answer, to=self.leader)

    def replicated_on(self, index: Index) -> Set[Server]:
        """The leader counts itself by what it has on disk."""
        return frozenset(
            {s for s in Server if (self.lastStored if s == self else self.matchIndex[s]) >= index}
        )

    # Snapshots.

    def send_snapshot(self, peer: Server) -> None:
        """Send a follower what is committed, up to anywhere, as one piece."""
        when(self.role == Role.LEADER)
        when(peer != self)
        last = either(*range(1, self.commitIndex + 1))
        send(InstallSnapshot(term=self.currentTerm, snapshot=self.log[:last]), to=peer)

    def has_all(self, m: InstallSnapshot) -> bool:
        """Whether the log has all that a snapshot covers."""
        last = len(m.snapshot)
        return last <= len(self.log) and term_at(self.log, last) >= last_term(m.snapshot)

    def handle_install_snapshot(self, m: InstallSnapshot) -> None:
        """Begin to put a snapshot in place of the log, unless the log has all of it."""
        when(m.term <= self.currentTerm)
        if m.term < self.currentTerm:
            term = self.currentTerm
            reply(m, AppendEntriesResponse(term=term, success=False, matchIndex=0))
        else:
            self.role = Role.FOLLOWER
            self.leader = m.source
            self.asking = False
            self.preVotes = frozenset()
            last = len(m.snapshot)
            if self.installing is not None:
                discard(m)
            elif self.has_all(m):
                reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=last))
            else:
                self.log = m.snapshot
                self.lastStored = 0
                self.installing = Write(0, m.snapshot, m.term, m.source, last)
                discard(m)

    def install(self) -> None:
        """The disk has the snapshot: it is what the log begins with, and all of it is committed."""
        w = self.installing
        when(w is not None)
        if w is not None:
            self.installing = None
            self.lastStored = len(w.entries)
            self.commitIndex = max(self.commitIndex, len(w.entries))
            if self.role == Role.FOLLOWER:
                self.answer(w)


class AsIsServer(LibraftServer):
    """A server of libraft 0.15, with two faults that lose what is committed.

    A leader commits an entry of an earlier term by counting replicas (5.4.2). A follower answers
    with all that it has on disk, also what the message did not vouch for, and so does a write of
    an earlier term (AppendEntries, and matchIndex of Figure 2).
    """

    def may_commit(self, index: Index) -> bool:
        """Any entry that is replicated is committed."""
        return index > 0

    def answered(self, index: Index) -> Index:
        """All that is on disk."""
        return self.lastStored

    def may_answer(self, w: Write) -> bool:
        """Whatever was written is answered for."""
        return w.leader is not None

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """A follower may answer for more than the leader has."""
        super().handle_append_entries_response(m)
        known = min(self.matchIndex[m.source], len(self.log))
        self.matchIndex |= {m.source: known}
        self.nextIndex |= {m.source: min(self.nextIndex[m.source], len(self.log) + 1)}


RAFT_LIBRAFT = RAFT.variant("raft-libraft", LibraftServer, summary="Raft as libraft does it")
RAFT_LIBRAFT_AS_IS = RAFT.variant(
    "raft-libraft-as-is", AsIsServer, summary="Raft as libraft 0.15 does it, its faults included"
)
