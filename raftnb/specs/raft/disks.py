"""Disks: what a server believes to be stored, and what is (Figure 2's persistent state, at length).

Figure 2 says that a server updates its stable storage before it responds. Nobody waits for a disk
with everything: a log is in memory first, and is written while the server goes on. So there are
two more variables: what the disk has, and up to where the server believes that its log is there.
A follower answers, and a leader counts itself, by the second; a restart leaves the first. Terms and
votes are small, and are stored at once.

`TornDiskServer` has disks that lose the end of what they had. Such a server has promised more than
it has. It notices, and gives no vote and does not stand until it has all that a leader has
committed, an entry of its own term included, whose term began after the loss.
"""

from __future__ import annotations

from raftnb.language import Delivery, Record, Seq, Set, after, either, history, macro, reply, when
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    Faults,
    Index,
    Role,
    Server,
    Term,
    Value,
    term_at,
)


class Write(Record):
    """Entries that the disk is to put behind the first `prev` ones, in place of what follows."""

    prev: Index
    entries: Seq[Entry]


class DiskServer(Server):
    """A server whose log is written to the disk while it goes on."""

    # What is on the disk, what is on its way there, and up to where the log is known to be stored.
    stored: Seq[Entry] = ()
    writing: Seq[Write] = ()
    storedIndex: Index = 0
    # History: what the disk has, and what it will have after each write that is on its way.
    disks: Seq[Seq[Entry]] = history(((),))

    def restart(self) -> None:
        """Fail and come back: there is what was on the disk."""
        super().restart()
        self.log = self.stored
        self.writing = ()
        self.storedIndex = len(self.stored)
        self.disks = (self.stored,)

    def client_request(self, value: Value) -> None:
        """A command received from a client: append it, and begin to write it."""
        known = self.acknowledged
        super().client_request(value)
        self.acknowledged = known  # nothing is promised before it is stored
        prev = len(self.log) - 1
        self.write(prev, self.log[prev:])

    @macro
    def write(self, prev: Index, entries: Seq[Entry]) -> None:
        """Begin to write the end of the log."""
        self.writing += (Write(prev, entries),)
        self.disks += (self.log,)

    def flush(self) -> None:
        """The disk has done what it was given first."""
        when(self.writing != ())
        w = self.writing[0]
        self.writing = self.writing[1:]
        self.stored = self.stored[: w.prev] + w.entries
        self.storedIndex = self.stored_after(w)
        self.disks = self.disks[1:]
        if self.role == Role.LEADER:
            known = self.acknowledged.get(self.currentTerm, 0)
            self.acknowledged |= {self.currentTerm: max(known, self.storedIndex)}

    def stored_after(self, w: Write) -> Index:
        """Up to where the log is stored after a write: what is to be overwritten is not of it."""
        end = w.prev + len(w.entries)
        return min(end, min((later.prev for later in self.writing), default=end))

    def answered(self, m: AppendEntries) -> Index:
        """Up to where a follower answers for its log: what was checked, as far as it is stored."""
        return min(self.last_new(m), self.storedIndex)

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over, begin to write them, and answer for what is stored."""
        if self.merged_log(m) != self.log:
            self.log = self.merged_log(m)
            self.storedIndex = min(self.storedIndex, m.prevLogIndex)
            self.write(m.prevLogIndex, m.entries)
        self.commitIndex = max(self.commitIndex, self.committed_by(m))
        matchIndex = self.answered(m)
        self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
        reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))

    def replicated_on(self, index: Index) -> Set[Server]:
        """The servers known to have stored the log up to an index."""
        return frozenset(
            {s for s in Server if (self.storedIndex if s == self else self.matchIndex[s]) >= index}
        )


class TornDiskServer(DiskServer):
    """A server whose disk may lose the end of what it has; the server notices."""

    # The term in which the disk lost something that has not been made good.
    tornIn: Term | None = None

    def lose_tail(self) -> None:
        """Fail and come back without the last entries on the disk."""
        self.stored = self.stored[: either(*range(len(self.stored)))]
        self.tornIn = self.currentTerm
        super().restart()

    def may_elect(self) -> bool:
        """Whether this server may take part in elections: not while something is missing."""
        return self.tornIn is None

    def time_out(self) -> None:
        """Start an election, where nothing is missing."""
        when(self.may_elect())
        super().time_out()

    def may_vote_for(self, candidate: Server) -> bool:
        """Whether this server's vote is free, and nothing is missing."""
        return self.may_elect() and super().may_vote_for(candidate)

    def may_have_lost(self, t: Term) -> bool:
        """Whether what this server acknowledged in a term may be gone."""
        return self.tornIn is not None and t <= self.tornIn

    def is_made_good(self, m: AppendEntries) -> bool:
        """Whether a leader that was elected without this server has said all that is committed."""
        has_all = m.leaderCommit <= self.answered(m)
        own = has_all and term_at(self.log, m.leaderCommit) == m.term
        return own and self.tornIn is not None and m.term > self.tornIn

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over; what was lost may be there again."""
        super().accept(m)
        if self.is_made_good(m):
            self.tornIn = None


def what_is_believed_is_stored(s: DiskServer) -> bool:
    """Up to where a server believes that its log is on the disk, it is."""
    return s.stored[: s.storedIndex] == s.log[: s.storedIndex] and s.storedIndex <= len(s.log)


def committed_log_outlives_all_but_a_restart(s: Server) -> bool:
    """What a server knows to be committed it keeps, but for a restart before it is stored."""
    kept = after(s).log[: s.commitIndex] == s.log[: s.commitIndex]
    return kept or after(Faults).restarts > Faults.restarts


def an_entry_waits_for_the_disk(max_log: int) -> bool:
    """A leader has an entry that is on others' disks, and not on its own."""
    return max_log == 0 or any(
        s.role == Role.LEADER and s.storedIndex < len(s.log) and s.matchIndex[p] == len(s.log)
        for s in DiskServer
        for p in Server
    )


def a_disk_is_torn(max_log: int, max_restarts: int) -> bool:
    """A server takes no part in elections, since its disk has lost something."""
    return max_log == 0 or max_restarts == 0 or any(not s.may_elect() for s in TornDiskServer)


# What a torn disk breaks by itself: what was acknowledged is lost.
KEPT = (raft.matchIndex_is_true, raft.committed_entries_are_on_a_majority)

RAFT_DISKS = RAFT.variant(
    "raft-disks",
    DiskServer,
    summary="Raft whose logs are written to disks while the servers go on",
    constants={**RAFT.constants, "servers": 2, "max_restarts": 1, "max_messages": 2},
    delivery=Delivery(duplicates=False),
    invariants=(*RAFT.invariants, what_is_believed_is_stored),
    transitions=(
        *(claim for claim in RAFT.transitions if claim is not raft.committed_log_is_append_only),
        committed_log_outlives_all_but_a_restart,
    ),
    sometimes=(*RAFT.sometimes, an_entry_waits_for_the_disk),
)
RAFT_TORN_DISKS = RAFT_DISKS.variant(
    "raft-torn-disks",
    TornDiskServer,
    summary="raft-disks with disks that lose the end of a log, and servers that notice",
    invariants=tuple(claim for claim in RAFT_DISKS.invariants if claim not in KEPT),
    sometimes=(*RAFT_DISKS.sometimes, a_disk_is_torn),
)
