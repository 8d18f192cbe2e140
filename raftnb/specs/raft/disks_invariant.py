"""Why Raft is safe whose logs are written while the servers go on: what is true of its disks.

`disks` has a log for each write that is on its way: what the disk will have after it. The first one
is what the disk has, and is what a restart would leave; the last one is the log. All of them are
pieced together from leaders' logs, and what was acknowledged is in each of them.

An index `i` counts entries from 0 here, as `log[i]` does, and `j` counts disks and writes.
"""

from __future__ import annotations

from raftnb.language import after
from raftnb.specs.raft.disks import DiskServer
from raftnb.specs.raft.invariant import acknowledged, has_entry_of, leader_had, lost_between, wrote
from raftnb.specs.raft.server import Index, Past, Role, Term

# A. From what the disk has to the log.


def each_write_has_its_disk(s: DiskServer) -> bool:
    """There is one disk more than there are writes."""
    return len(s.disks) == len(s.writing) + 1


def first_disk_is_what_is_stored(s: DiskServer, i: Index) -> bool:
    """The first disk is what is stored."""
    same = len(s.disks[0]) == len(s.stored)
    return same and (i >= len(s.stored) or s.disks[0][i] == s.stored[i])


def last_disk_is_the_log(s: DiskServer, i: Index) -> bool:
    """The last disk is the log."""
    last = s.disks[len(s.writing)]
    return len(last) == len(s.log) and (i >= len(s.log) or last[i] == s.log[i])


def writes_begin_within_the_disk(s: DiskServer, j: Index) -> bool:
    """A write begins within the disk that it meets, and ends where the next one does."""
    if j >= len(s.writing):
        return True
    w = s.writing[j]
    return w.prev <= len(s.disks[j]) and len(s.disks[j + 1]) == w.prev + len(w.entries)


def writes_leave_what_comes_before(s: DiskServer, j: Index, i: Index) -> bool:
    """A write changes nothing before it."""
    if j >= len(s.writing) or i >= s.writing[j].prev:
        return True
    return s.disks[j + 1][i] == s.disks[j][i]


def writes_put_their_entries(s: DiskServer, j: Index, i: Index) -> bool:
    """After a write its entries are there."""
    if j >= len(s.writing) or i < s.writing[j].prev or i >= len(s.disks[j + 1]):
        return True
    return s.disks[j + 1][i] == s.writing[j].entries[i - s.writing[j].prev]


def what_counts_is_not_overwritten(s: DiskServer, j: Index) -> bool:
    """No write begins before the end of what is believed to be stored."""
    return j >= len(s.writing) or s.storedIndex <= s.writing[j].prev


def what_counts_is_on_each_disk(s: DiskServer, j: Index) -> bool:
    """Each disk is as long as what is believed to be stored."""
    return j >= len(s.disks) or s.storedIndex <= len(s.disks[j])


def disks_are_the_log_or_overwritten(s: DiskServer, j: Index, i: Index) -> bool:
    """What is on a disk is in the log, or will be overwritten."""
    if j >= len(s.disks) or i >= len(s.disks[j]):
        return True
    there = i < len(s.log) and s.disks[j][i] == s.log[i]
    return there or any(w.prev <= i for w in s.writing[j:])


# B. Each disk is a log that leaders wrote.


def disks_were_written_by_leaders(s: DiskServer, j: Index, i: Index) -> bool:
    """Each entry on a disk was written by the leader of its term, at this index."""
    if j >= len(s.disks) or i >= len(s.disks[j]):
        return True
    u = s.disks[j][i].term
    return u in Past.leaders and u >= 1 and u <= s.currentTerm and leader_had(u, u, i)


def disks_match_the_leaders(s: DiskServer, j: Index, i: Index, k: Index) -> bool:
    """Up to an entry, a disk is the log of the leader who wrote the entry."""
    if j >= len(s.disks) or i >= len(s.disks[j]) or k > i:
        return True
    return s.disks[j][k] == Past.leaderLog[s.disks[j][i].term][k]


# C. What is acknowledged outlives a restart at any time.


def acknowledged_log_is_on_each_disk(s: DiskServer, j: Index) -> bool:
    """Each disk is as long as what was acknowledged in the current term."""
    t = s.currentTerm
    return t not in s.acknowledged or j >= len(s.disks) or s.acknowledged[t] <= len(s.disks[j])


def acknowledged_disks_are_the_leaders(s: DiskServer, j: Index, i: Index) -> bool:
    """What a server has acknowledged in its current term is on each disk what the leader has."""
    t = s.currentTerm
    if not (t in s.acknowledged and i < s.acknowledged[t]):
        return True
    return j >= len(s.disks) or i >= len(s.disks[j]) or s.disks[j][i] == Past.leaderLog[t][i]


def acknowledged_entries_are_on_each_disk(s: DiskServer, j: Index, t: Term, i: Index) -> bool:
    """An entry of term t acknowledged in it is on each disk, unless a later leader had it not."""
    if not (t in s.acknowledged and i < s.acknowledged[t] and wrote(t, i) and j < len(s.disks)):
        return True
    there = i < len(s.disks[j]) and s.disks[j][i].term == t
    return there or lost_between(t, i, s.currentTerm)


def leaders_acknowledge_what_they_store(s: DiskServer, i: Index) -> bool:
    """A leader acknowledges the entries that it wrote, once they are on its disk."""
    wrote_it = s.role == Role.LEADER and has_entry_of(s, s.currentTerm, i)
    return not (wrote_it and i < s.storedIndex) or i < acknowledged(s, s.currentTerm)


# What follows.


def disks_end_where_writes_do(s: DiskServer, j: Index) -> bool:
    """A disk but the first ends where the write before it does."""
    if j < 1 or j >= len(s.disks):
        return True
    return len(s.disks[j]) == s.writing[j - 1].prev + len(s.writing[j - 1].entries)


def what_counts_is_within_the_log(s: DiskServer) -> bool:
    """What is believed to be stored is no more than the log."""
    return s.storedIndex <= len(s.log)


def what_counts_is_the_log(s: DiskServer, j: Index, i: Index) -> bool:
    """What is believed to be stored is on each disk what it is in the log."""
    if j >= len(s.disks) or i >= s.storedIndex:
        return True
    return i < len(s.disks[j]) and i < len(s.log) and s.disks[j][i] == s.log[i]


# Cuts: the disk has done what it was given first.


def what_counts_now_is_on_each_disk(self: DiskServer, j: Index) -> bool:
    """Each later disk is as long as what is believed to be stored after a write."""
    return j < 1 or j >= len(self.disks) or after(self).storedIndex <= len(self.disks[j])


def what_counts_now_is_within_the_log(self: DiskServer) -> bool:
    """What is believed to be stored after a write is no more than the log."""
    return self.writing == () or after(self).storedIndex <= len(self.log)


def what_counts_now_is_the_log(self: DiskServer, j: Index, i: Index) -> bool:
    """What is believed to be stored after a write is on each later disk what it is in the log."""
    if j < 1 or j >= len(self.disks) or i >= after(self).storedIndex:
        return True
    return i < len(self.disks[j]) and i < len(self.log) and self.disks[j][i] == self.log[i]
