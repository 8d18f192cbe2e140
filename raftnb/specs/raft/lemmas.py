"""What follows from Raft's invariant, and what a step meets and leaves: steps of the proof.

The quorum axioms are all that is assumed of majorities; the proof counts to justify them.
"""

from __future__ import annotations

from raftnb.language import Set, after
from raftnb.specs.raft.server import AppendEntries, Index, Past, Server, Term, is_quorum

# What is assumed of majorities, and nothing else.


def quorums_meet(a: Set[Server], b: Set[Server]) -> bool:
    """Two quorums share a server."""
    return not (is_quorum(a) and is_quorum(b)) or any(s in a and s in b for s in Server)


def more_than_a_quorum_is_one(a: Set[Server], b: Set[Server]) -> bool:
    """A set that contains a quorum is a quorum."""
    return not is_quorum(a) or any(s in a and s not in b for s in Server) or is_quorum(b)


def everyone_is_a_quorum(a: Set[Server]) -> bool:
    """All the servers together are a quorum."""
    return is_quorum(a) or any(s not in a for s in Server)


# What follows from the invariant in the same state.


def terms_grow_along_logs(s: Server, i: Index, j: Index) -> bool:
    """Along a log, terms never decrease."""
    return i >= len(s.log) or j > i or s.log[j].term <= s.log[i].term


def terms_grow_along_leaders_logs(t: Term, i: Index, j: Index) -> bool:
    """Along a leader's log, terms never decrease."""
    if t not in Past.leaders or i >= len(Past.leaderLog[t]) or j > i:
        return True
    return Past.leaderLog[t][j].term <= Past.leaderLog[t][i].term


def quorums_have_seen_each_leader(u: Term, q: Set[Server]) -> bool:
    """In each quorum there is a server that has reached the term of a given leader."""
    if not (u in Past.leaders and is_quorum(q)):
        return True
    return any(s in q and u <= s.currentTerm and u in s.votes for s in Past.voters[u])


def committed_fits(t: Term, u: Term) -> bool:
    """The log of every later leader is as long as what was committed in a term."""
    if not (t in Past.committed and u in Past.leaders and t <= u):
        return True
    return Past.committed[t] <= len(Past.leaderLog[u])


def committed_stays(t: Term, u: Term, i: Index) -> bool:
    """What was committed in a term is in the log of every later leader."""
    if not (t in Past.committed and i < Past.committed[t] and u in Past.leaders and t <= u):
        return True
    return i < len(Past.leaderLog[u]) and Past.leaderLog[u][i] == Past.leaderLog[t][i]


def committers_have_enough(t: Term, s: Server) -> bool:
    """The log of who made a commit possible is as long as what was committed."""
    counted = t in Past.committed and s in Past.committers[t]
    return not counted or Past.committed[t] <= len(s.log)


def committers_have_what_was_committed(t: Term, s: Server, i: Index) -> bool:
    """Who made a commit possible still has what was committed."""
    if not (t in Past.committed and s in Past.committers[t] and i < Past.committed[t]):
        return True
    return i < len(s.log) and s.log[i] == Past.leaderLog[t][i]


def committed_entries_are_the_leaders(s: Server, u: Term, i: Index) -> bool:
    """What a server knows to be committed is what any leader committed there."""
    if not (i < s.commitIndex and u in Past.committed and i < Past.committed[u]):
        return True
    return s.log[i] == Past.leaderLog[u][i]


# Cuts: what a step is about to meet, and what it leaves.


def term_has_no_leader_yet(self: Server) -> bool:
    """Who becomes leader is the first leader of its term, which is not the initial one."""
    return self.currentTerm >= 1 and self.currentTerm not in Past.leaders


def merged_terms_are_the_leaders(self: Server, m: AppendEntries, i: Index) -> bool:
    """After an AppendEntries is accepted, the terms are the leader's as far as it goes."""
    accepted = m.term == self.currentTerm and self.log_matches(m)
    if not (accepted and i < self.last_new(m)):
        return True
    log = after(self).log
    return i < len(log) and log[i].term == Past.leaderLog[m.term][i].term


def merged_log_is_the_leaders(self: Server, m: AppendEntries, i: Index) -> bool:
    """After an AppendEntries is accepted, the log is the leader's as far as the message goes."""
    accepted = m.term == self.currentTerm and self.log_matches(m)
    if not (accepted and i < self.last_new(m)):
        return True
    log = after(self).log
    return i < len(log) and log[i] == Past.leaderLog[m.term][i]


def matching_log_is_the_leaders(self: Server, m: AppendEntries, i: Index) -> bool:
    """Where prevLogTerm matches, the log is the leader's up to there."""
    accepted = m.term == self.currentTerm and self.log_matches(m)
    if not (accepted and i < m.prevLogIndex):
        return True
    return self.log[i] == Past.leaderLog[m.term][i]


def what_is_cut_off_is_not_the_leaders(self: Server, m: AppendEntries, i: Index) -> bool:
    """Where an entry conflicts, no entry beyond the message's is the leader's."""
    accepted = m.term == self.currentTerm and self.log_matches(m)
    if not (accepted and self.conflicts(m) and self.last_new(m) <= i and i < len(self.log)):
        return True
    return i >= len(Past.leaderLog[m.term]) or self.log[i].term != Past.leaderLog[m.term][i].term


def new_commits_are_the_leaders(self: Server, m: AppendEntries, i: Index) -> bool:
    """After an AppendEntries is accepted, what is known to be committed is the leader's."""
    accepted = m.term == self.currentTerm and self.log_matches(m)
    if not (accepted and i < after(self).commitIndex):
        return True
    log = after(self).log
    leaderLog = Past.leaderLog[m.term]
    return i < len(log) and i < len(leaderLog) and log[i] == leaderLog[i]


def new_commits_were_committed(self: Server, m: AppendEntries) -> bool:
    """The new commitIndex was committed by a leader of this term or before."""
    n = after(self).commitIndex
    known = any(u <= self.currentTerm and n <= Past.committed[u] for u in Past.committed)
    return n == 0 or known
