"""Raft as libraft does it (the C library under dqlite), where that is not as in Figure 2.

Its elections are in `libraft_elections`. Entries are in memory first and on disk later: answers,
commits and the leader's own part in a quorum follow the disk, which works in order. A leader sends
entries from where it likes. It may send a snapshot of its log's beginning.

A log is kept whole here, though the library drops what a snapshot covers. What is to be overwritten
is gone from the disk at once. A restart while a snapshot is being put on disk is left out.
"""

from __future__ import annotations

from raftnb.language import Message, Record, Seq, Set, discard, either, macro, reply, send, when
from raftnb.specs.libraries.libraft_elections import LibraftElections
from raftnb.specs.raft.claims import RAFT, committed_log_is_append_only
from raftnb.specs.raft.disks import committed_log_outlives_all_but_a_restart
from raftnb.specs.raft.prevote import PreVoteResponse
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

    def time_out(self) -> None:
        """Start an election, but not while a snapshot is being put on disk."""
        when(self.installing is None)
        super().time_out()

    def ask_around(self) -> None:
        """Ask who would vote, but not while a snapshot is being put on disk."""
        when(self.installing is None)
        super().ask_around()

    # Entries: in memory at once, on disk later.

    def client_request(self, value: Value) -> None:
        """An entry of the leader's own is on its way to disk, too; nothing is acknowledged yet."""
        known = self.acknowledged
        super().client_request(value)
        self.acknowledged = known
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

    def first_unknown(self, m: AppendEntries) -> Index:
        """How many entries of the log come before the first of a message that is not in it."""
        known = min(
            (
                n
                for n in range(len(m.entries))
                if m.prevLogIndex + n >= len(self.log)
                or self.log[m.prevLogIndex + n] != m.entries[n]
            ),
            default=len(m.entries),
        )
        return m.prevLogIndex + known

    def answered(self, index: Index) -> Index:
        """Up to where a server answers for its log: what was checked, as far as it is on disk."""
        return min(index, self.lastStored)

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take new entries over, and write them to disk; without any, answer at once."""
        prev = self.first_unknown(m)
        new = m.entries[prev - m.prevLogIndex :]
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

    def is_there(self, w: Write, n: Index) -> bool:
        """Whether entry n of a write is in the log, and is not going to be overwritten."""
        at = w.prev + n
        written_again = any(later.prev <= at for later in self.writing)
        return at < len(self.log) and self.log[at] == w.entries[n] and not written_again

    def still_there(self, w: Write) -> Index:
        """How many of the entries that were written are still in the log."""
        last = len(w.entries)
        return min((n for n in range(last) if not self.is_there(w, n)), default=last)

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
        if kept > 0 and w.term == self.currentTerm and self.role == Role.LEADER:
            known = self.acknowledged.get(w.term, 0)
            self.acknowledged |= {w.term: max(known, self.lastStored)}

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
        return last <= len(self.log) and term_at(self.log, last) == last_term(m.snapshot)

    def installed(self, last: Index) -> Index:
        """Up to where a server answers that has all that a snapshot covers."""
        return min(last, self.lastStored)

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
                matchIndex = self.installed(last)
                self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
                reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))
            else:
                self.log = m.snapshot
                self.lastStored = 0
                self.installing = Write(0, m.snapshot, m.term, m.source, last)
                discard(m)

    def install(self) -> None:
        """The disk has the snapshot: it is what the log begins with, and all of it is committed."""
        when(self.writing == ())
        w = self.installing
        when(w is not None)
        if w is not None:
            self.installing = None
            self.lastStored = len(w.entries)
            self.commitIndex = max(self.commitIndex, len(w.entries))
            if self.role == Role.FOLLOWER:
                self.answer(w)


class AsIsServer(LibraftServer):
    """A server of libraft 0.15, with two faults that lose what is committed, and two small ones.

    A leader commits an entry of an earlier term by counting replicas (5.4.2). A follower answers
    with all that it has on disk, also what the message did not vouch for, and so does a write of
    an earlier term (AppendEntries, and matchIndex of Figure 2). What is about to be overwritten
    counts as stored; and who has anything of a later term is taken to have a snapshot's last entry.
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

    def is_there(self, w: Write, n: Index) -> bool:
        """An entry that is going to be overwritten counts, if one like it is written after that."""
        at = w.prev + n
        return at < len(self.log) and self.log[at] == w.entries[n]

    def has_all(self, m: InstallSnapshot) -> bool:
        """An entry of a later term is as good as the one that a snapshot covers."""
        last = len(m.snapshot)
        return last <= len(self.log) and term_at(self.log, last) >= last_term(m.snapshot)

    def installed(self, last: Index) -> Index:
        """All that the snapshot covers, on disk or not."""
        return last

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """A follower may answer for more than the leader has."""
        super().handle_append_entries_response(m)
        known = min(self.matchIndex[m.source], len(self.log))
        self.matchIndex |= {m.source: known}
        self.nextIndex |= {m.source: min(self.nextIndex[m.source], len(self.log) + 1)}


RAFT_LIBRAFT = RAFT.variant(
    "raft-libraft",
    LibraftServer,
    summary="Raft as libraft does it",
    transitions=(
        *(claim for claim in RAFT.transitions if claim is not committed_log_is_append_only),
        committed_log_outlives_all_but_a_restart,
    ),
)
RAFT_LIBRAFT_AS_IS = RAFT_LIBRAFT.variant(
    "raft-libraft-as-is", AsIsServer, summary="Raft as libraft 0.15 does it, its faults included"
)


class AsksFirst(LibraftServer):
    """A server that is told to use pre-vote: it begins a term when a majority would elect it.

    A candidate whose election has failed begins the next term without asking again.
    """

    def time_out(self) -> None:
        """An election has come to nothing."""
        when(self.role == Role.CANDIDATE)
        super().time_out()

    def begin_term(self) -> None:
        """A majority would elect this server."""
        when(self.asking)
        super().time_out()


class AsIsAsksFirst(AsksFirst, AsIsServer):
    """The same with what libraft 0.15 does, one fault more included."""

    def handle_pre_vote_response(self, m: PreVoteResponse) -> None:
        """A late answer, about the term that has begun meanwhile, counts for the next one, too."""
        if m.term >= self.currentTerm and m.voteGranted and self.asking:
            self.preVotes |= {m.source}
        discard(m)


RAFT_LIBRAFT_PRE_VOTE = RAFT_LIBRAFT.variant(
    "raft-libraft-pre-vote", AsksFirst, summary="Raft as libraft does it with pre-vote"
)
RAFT_LIBRAFT_PRE_VOTE_AS_IS = RAFT_LIBRAFT.variant(
    "raft-libraft-pre-vote-as-is",
    AsIsAsksFirst,
    summary="Raft as libraft 0.15 does it with pre-vote, its faults included",
)
