"""Why Raft is safe whose disks lose the end of a log: what is true of servers that have lost some.

What a server has acknowledged up to the term in which its disk lost something may be gone, until it
is made good. All else that `disks_invariant` says stands. Whoever makes it good is the leader of a
later term, who has an entry of that term among all that it says is committed. An entry of before
that its log has is further to the front than that, so the server has it again; one that its log has
not was lost between. So nothing is assumed of how many disks lose something, or how often.

An index `i` counts entries from 0 here, as `log[i]` does, and `j` counts disks.
"""

from __future__ import annotations

from raftnb.language import after
from raftnb.specs.raft.disks import TornDiskServer
from raftnb.specs.raft.invariant import has_entry_of, leader_had, lost_between, wrote
from raftnb.specs.raft.server import AppendEntries, Index, Role, Term


def losses_are_of_the_past(s: TornDiskServer) -> bool:
    """A disk lost something in a term that the server has reached."""
    return s.tornIn is None or (s.tornIn >= 0 and s.tornIn <= s.currentTerm)


def who_is_torn_is_not_elected(s: TornDiskServer) -> bool:
    """A server whose disk has lost something leads nobody, and does not stand."""
    return s.tornIn is None or s.role == Role.FOLLOWER


def acknowledged_log_is_on_each_disk(s: TornDiskServer, j: Index) -> bool:
    """Each disk is as long as what was acknowledged in this term, unless that may be gone."""
    t = s.currentTerm
    if s.may_have_lost(t) or t not in s.acknowledged or j >= len(s.disks):
        return True
    return s.acknowledged[t] <= len(s.disks[j])


def acknowledged_entries_are_on_each_disk(s: TornDiskServer, j: Index, t: Term, i: Index) -> bool:
    """An entry of term t acknowledged in it is on each disk, may be gone, or was lost between."""
    if s.may_have_lost(t) or j >= len(s.disks):
        return True
    if not (t in s.acknowledged and i < s.acknowledged[t] and wrote(t, i)):
        return True
    there = i < len(s.disks[j]) and s.disks[j][i].term == t
    return there or lost_between(t, i, s.currentTerm)


# What follows.


def acknowledged_log_is_there(s: TornDiskServer) -> bool:
    """What a server has acknowledged in its current term it has, unless that may be gone."""
    t = s.currentTerm
    return s.may_have_lost(t) or t not in s.acknowledged or s.acknowledged[t] <= len(s.log)


def acknowledged_entries_stay(s: TornDiskServer, t: Term, i: Index) -> bool:
    """An entry of term t acknowledged in it stays, or may be gone, or was lost between."""
    if s.may_have_lost(t):
        return True
    if not (t in s.acknowledged and i < s.acknowledged[t] and wrote(t, i)):
        return True
    return has_entry_of(s, t, i) or lost_between(t, i, s.currentTerm)


# Cuts: a leader makes good what was lost.


def is_made_good_now(s: TornDiskServer, m: AppendEntries, t: Term, i: Index) -> bool:
    """What this server may have lost of term t is made good, and the leader has such an entry."""
    return s.may_have_lost(t) and after(s).tornIn is None and leader_had(m.term, t, i)


def what_is_made_good_is_stored(self: TornDiskServer, m: AppendEntries, t: Term, i: Index) -> bool:
    """Where nothing is missing any more, an older entry that the leader has is stored."""
    if not is_made_good_now(self, m, t, i):
        return True
    return i < self.last_new(m) and i < self.storedIndex and i < after(self).storedIndex


def what_is_made_good_is_on_each_disk(
    self: TornDiskServer, m: AppendEntries, t: Term, i: Index, j: Index
) -> bool:
    """Then it is in the log, and on each disk that there was before."""
    if not is_made_good_now(self, m, t, i):
        return True
    log = after(self).log
    logged = i < len(log) and log[i].term == t
    there = j >= len(self.disks) or (i < len(self.disks[j]) and self.disks[j][i].term == t)
    return logged and there
