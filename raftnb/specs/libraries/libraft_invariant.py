"""Why Raft as libraft does it is safe: what is true of its disk and its snapshots, besides.

A server answers for what is on its disk, so what it has acknowledged survives a restart. What is on
the way to the disk is some leader's, and covers nothing that the disk has; a snapshot is a leader's
log up to somewhere, and was committed.
"""

from __future__ import annotations

from raftnb.language import after, in_flight
from raftnb.specs.libraries.libraft import InstallSnapshot, LibraftServer
from raftnb.specs.raft.invariant import acknowledged, has_entry_of, lost_between, wrote
from raftnb.specs.raft.server import AppendEntries, Index, Past, Role, Term

# Words.


def kept(s: LibraftServer) -> Index:
    """How much of a server's log survives its next restart: it has none while it installs."""
    return len(s.log) if s.installing is not None else s.lastStored


def was_committed(n: Index, t: Term) -> bool:
    """So many entries were committed by the leader of term t, or before."""
    return n == 0 or any(u <= t and n <= Past.committed[u] for u in Past.committed)


def leader_has(t: Term, n: Index) -> bool:
    """Term t has a leader, and its log has n entries or more."""
    return t in Past.leaders and n >= 0 and n <= len(Past.leaderLog[t])


def takes(self: LibraftServer, m: AppendEntries) -> bool:
    """Whether a server has the entries of a message after it is handled."""
    ignored = self.installing is not None and m.entries != ()
    return m.term == self.currentTerm and self.log_matches(m) and not ignored


def installs(self: LibraftServer, m: InstallSnapshot) -> bool:
    """Whether a server puts a snapshot in place of its log."""
    return m.term == self.currentTerm and self.installing is None and not self.has_all(m)


# Conjuncts: the disk.


def stored_log_is_there(s: LibraftServer) -> bool:
    """What is on disk is in the log."""
    return s.lastStored >= 0 and s.lastStored <= len(s.log)


def writes_are_of_a_leader(s: LibraftServer, j: Index) -> bool:
    """What is on its way to the disk is within a leader's log, and behind what the disk has."""
    if j >= len(s.writing):
        return True
    w = s.writing[j]
    within = leader_has(w.term, w.prev + len(w.entries))
    return within and w.term <= s.currentTerm and s.lastStored <= w.prev


def writes_entries_are_the_leaders(s: LibraftServer, j: Index, i: Index) -> bool:
    """Entries on their way to the disk are those of the leader who sent them."""
    if j >= len(s.writing) or i >= len(s.writing[j].entries):
        return True
    w = s.writing[j]
    return w.entries[i] == Past.leaderLog[w.term][w.prev + i]


def writes_commits_were_committed(s: LibraftServer, j: Index) -> bool:
    """What will be known to be committed after a write was committed in its term or before."""
    if j >= len(s.writing):
        return True
    w = s.writing[j]
    return w.leaderCommit >= 0 and was_committed(w.leaderCommit, w.term)


# Conjuncts: snapshots.


def snapshots_are_of_a_leader() -> bool:
    """A snapshot is of the leader of its term, who had committed it."""
    return all(
        leader_has(m.term, len(m.snapshot))
        and len(m.snapshot) >= 1
        and was_committed(len(m.snapshot), m.term)
        for m in in_flight(InstallSnapshot)
    )


def snapshots_entries_are_the_leaders(i: Index) -> bool:
    """The entries that a snapshot covers are those of its leader."""
    return all(
        i >= len(m.snapshot) or m.snapshot[i] == Past.leaderLog[m.term][i]
        for m in in_flight(InstallSnapshot)
    )


def who_installs_follows(s: LibraftServer) -> bool:
    """Who installs a snapshot follows, and has nothing else in its log."""
    w = s.installing
    if w is None:
        return True
    return s.role == Role.FOLLOWER and s.lastStored == 0 and len(w.entries) == len(s.log)


def what_is_installed_is_of_a_leader(s: LibraftServer) -> bool:
    """What is being installed is of a leader, who had committed it."""
    w = s.installing
    if w is None:
        return True
    known = leader_has(w.term, len(w.entries)) and was_committed(len(w.entries), w.term)
    return known and w.term <= s.currentTerm


def what_is_installed_is_the_leaders(s: LibraftServer, i: Index) -> bool:
    """What is being installed is what its leader has."""
    w = s.installing
    return w is None or i >= len(s.log) or s.log[i] == Past.leaderLog[w.term][i]


# Conjuncts: what is acknowledged is kept, in place of being there.


def acknowledged_log_is_kept(s: LibraftServer) -> bool:
    """What a server has acknowledged in its current term survives a restart."""
    t = s.currentTerm
    return t not in s.acknowledged or s.acknowledged[t] <= kept(s)


def acknowledged_entries_are_kept(s: LibraftServer, t: Term, i: Index) -> bool:
    """An entry of term t acknowledged in it is kept, unless a later leader did not have it."""
    if not (t in s.acknowledged and i < s.acknowledged[t] and wrote(t, i)):
        return True
    return (has_entry_of(s, t, i) and i < kept(s)) or lost_between(t, i, s.currentTerm)


def leaders_acknowledge_what_they_store(s: LibraftServer, i: Index) -> bool:
    """A leader acknowledges the entries that it wrote, once they are on its disk."""
    wrote_it = s.role == Role.LEADER and has_entry_of(s, s.currentTerm, i)
    return not (wrote_it and i < s.lastStored) or i < acknowledged(s, s.currentTerm)


# Cuts: entries are taken over.


def taken_terms_are_the_leaders(self: LibraftServer, m: AppendEntries, i: Index) -> bool:
    """After entries are taken over, the terms are the leader's as far as the message goes."""
    if not (takes(self, m) and i < self.last_new(m)):
        return True
    log = after(self).log
    return i < len(log) and log[i].term == Past.leaderLog[m.term][i].term


def taken_log_is_the_leaders(self: LibraftServer, m: AppendEntries, i: Index) -> bool:
    """After entries are taken over, the log is the leader's as far as the message goes."""
    if not (takes(self, m) and i < self.last_new(m)):
        return True
    log = after(self).log
    return i < len(log) and log[i] == Past.leaderLog[m.term][i]


def what_is_overwritten_is_not_the_leaders(self: LibraftServer, m: AppendEntries, i: Index) -> bool:
    """From the first entry on that is not in the log, none in the log is the leader's."""
    first = self.first_unknown(m)
    if not (takes(self, m) and first < self.last_new(m) and first <= i and i < len(self.log)):
        return True
    return i >= len(Past.leaderLog[m.term]) or self.log[i].term != Past.leaderLog[m.term][i].term


def taken_commits_are_the_leaders(self: LibraftServer, m: AppendEntries, i: Index) -> bool:
    """After entries are taken over, what is known to be committed is the leader's."""
    if not (takes(self, m) and i < after(self).commitIndex):
        return True
    log, leaderLog = after(self).log, Past.leaderLog[m.term]
    return i < len(log) and i < len(leaderLog) and log[i] == leaderLog[i]


# Cuts: the disk has something.


def what_counts_is_there(self: LibraftServer) -> bool:
    """The last entry that is counted as stored is in the log, and the leader's who sent it."""
    n = after(self).lastStored - self.lastStored
    if self.writing == () or n <= 0:
        return True
    w = self.writing[0]
    last, leaderLog = w.prev + n - 1, Past.leaderLog[w.term]
    return (
        n <= len(w.entries)
        and last < len(self.log)
        and self.log[last] == w.entries[n - 1]
        and last < len(leaderLog)
        and self.log[last] == leaderLog[last]
    )


def what_is_stored_is_the_writers(self: LibraftServer, i: Index) -> bool:
    """Where more is on disk, it is the log of the leader who sent it."""
    if self.writing == () or self.lastStored >= after(self).lastStored:
        return True
    leaderLog = Past.leaderLog[self.writing[0].term]
    stored = i < after(self).lastStored
    return not stored or (i < len(leaderLog) and self.log[i] == leaderLog[i])


def what_is_stored_was_committed(self: LibraftServer) -> bool:
    """What is known to be committed after a write was committed in its term or before."""
    n = after(self).commitIndex
    if self.writing == () or n == self.commitIndex:
        return True
    more = self.lastStored < after(self).lastStored and n <= after(self).lastStored
    return more and was_committed(n, self.writing[0].term)


# Cuts: a snapshot arrives.


def covered_log_is_the_leaders(self: LibraftServer, m: InstallSnapshot, i: Index) -> bool:
    """Whose log has the last entry that a snapshot covers has all of it."""
    if not (m.term == self.currentTerm and self.has_all(m) and i < len(m.snapshot)):
        return True
    return self.log[i] == Past.leaderLog[m.term][i]


def what_is_replaced_is_not_the_leaders(self: LibraftServer, m: InstallSnapshot, i: Index) -> bool:
    """Where the log is replaced, nothing from a snapshot's last entry on is the leader's."""
    if not (installs(self, m) and len(m.snapshot) <= i + 1 and i < len(self.log)):
        return True
    return i >= len(Past.leaderLog[m.term]) or self.log[i].term != Past.leaderLog[m.term][i].term


def known_commits_are_the_leaders(self: LibraftServer, m: InstallSnapshot, i: Index) -> bool:
    """What is known to be committed is the leader's."""
    if not (m.term == self.currentTerm and i < self.commitIndex):
        return True
    leaderLog = Past.leaderLog[m.term]
    return i < len(self.log) and i < len(leaderLog) and self.log[i] == leaderLog[i]


def snapshots_cover_what_is_known(self: LibraftServer, m: InstallSnapshot) -> bool:
    """A snapshot that replaces a log covers all that was acknowledged or known to be committed."""
    if not installs(self, m):
        return True
    last = len(m.snapshot)
    return self.commitIndex <= last and acknowledged(self, m.term) <= last
