"""The proof that Raft as etcd does it is safe: Raft's own, and what its differences need.

An AppendEntries that begins before commitIndex is not looked at, and answered with commitIndex:
what is committed is the leader's, so it may be acknowledged (`known_commits_are_the_leaders`). A
heartbeat commits what its receiver has acknowledged to the leader, and so has of its log.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import after, in_flight
from raftnb.language.proof import Lemma
from raftnb.specs.libraries.etcd import RAFT_ETCD, EtcdServer, Heartbeat
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.adapted import adapted
from raftnb.specs.raft.invariant import (
    acknowledged,
    acknowledged_entries_stay,
    acknowledged_log_is_the_leaders,
    acknowledged_log_is_there,
    acknowledgements_are_of_the_past,
    acknowledgements_are_within_the_leaders_log,
    commitIndex_was_committed,
    matchIndex_was_acknowledged,
    messages_are_of_a_leader,
    responses_were_acknowledgements,
)
from raftnb.specs.raft.lemmas import (
    committed_fits,
    committed_stays,
    matching_log_is_the_leaders,
    merged_log_is_the_leaders,
    merged_terms_are_the_leaders,
)
from raftnb.specs.raft.server import AppendEntries, Index, Past

RAFT = base.RAFT_PROOF


# Heartbeats.


def heartbeats_were_acknowledged() -> bool:
    """A Heartbeat is of a leader, and commits no more than its receiver has acknowledged."""
    return all(
        m.term in Past.leaders and m.commit <= acknowledged(m.dest, m.term)
        for m in in_flight(Heartbeat)
    )


def heartbeats_were_committed() -> bool:
    """What a Heartbeat commits was committed in its term or before."""
    return all(
        m.commit <= 0 or any(u <= m.term and m.commit <= Past.committed[u] for u in Past.committed)
        for m in in_flight(Heartbeat)
    )


def heartbeats_commit_what_is_the_leaders(self: EtcdServer, m: Heartbeat, i: Index) -> bool:
    """After a Heartbeat, what is known to be committed is the leader's."""
    if not (m.term == self.currentTerm and i < after(self).commitIndex):
        return True
    leaderLog = Past.leaderLog[m.term]
    return i < len(self.log) and i < len(leaderLog) and self.log[i] == leaderLog[i]


def heartbeats_commit_what_was_committed(self: EtcdServer, m: Heartbeat) -> bool:
    """The new commitIndex was committed by a leader of this term or before."""
    n = after(self).commitIndex
    known = any(u <= self.currentTerm and n <= Past.committed[u] for u in Past.committed)
    return n == 0 or known


# AppendEntries: what is known to be committed, and what is taken over.


def known_commits_fit(self: EtcdServer, m: AppendEntries) -> bool:
    """The leader's log is as long as what is known to be committed."""
    return m.term != self.currentTerm or self.commitIndex <= len(Past.leaderLog[m.term])


def known_commits_are_the_leaders(self: EtcdServer, m: AppendEntries, i: Index) -> bool:
    """What is known to be committed is the leader's."""
    if not (m.term == self.currentTerm and i < self.commitIndex):
        return True
    leaderLog = Past.leaderLog[m.term]
    return i < len(self.log) and i < len(leaderLog) and self.log[i] == leaderLog[i]


def taken_terms_are_the_leaders(self: EtcdServer, m: AppendEntries, i: Index) -> bool:
    """After entries are taken over, the terms are the leader's as far as the message goes."""
    accepted = m.term == self.currentTerm and self.log_matches(m)
    if not (accepted and m.prevLogIndex >= self.commitIndex and i < self.last_new(m)):
        return True
    log = after(self).log
    return i < len(log) and log[i].term == Past.leaderLog[m.term][i].term


def taken_log_is_the_leaders(self: EtcdServer, m: AppendEntries, i: Index) -> bool:
    """After entries are taken over, the log is the leader's as far as the message goes."""
    accepted = m.term == self.currentTerm and self.log_matches(m)
    if not (accepted and m.prevLogIndex >= self.commitIndex and i < self.last_new(m)):
        return True
    log = after(self).log
    return i < len(log) and log[i] == Past.leaderLog[m.term][i]


TAKEN = {
    merged_terms_are_the_leaders: taken_terms_are_the_leaders,
    merged_log_is_the_leaders: taken_log_is_the_leaders,
}
KNOWN = {
    "handle_append_entries": (
        commitIndex_was_committed,
        messages_are_of_a_leader,
        known_commits_fit,
        known_commits_are_the_leaders,
    )
}
BEATS = {
    "handle_heartbeat": (
        heartbeats_were_acknowledged,
        heartbeats_commit_what_is_the_leaders,
        heartbeats_commit_what_was_committed,
        committed_stays,
        committed_fits,
    )
}
COMMITS = (commitIndex_was_committed, committed_stays, committed_fits)
ACKNOWLEDGED = (
    acknowledged_log_is_there,
    acknowledged_log_is_the_leaders,
    acknowledgements_are_of_the_past,
)

RAFT_ETCD_PROOF = replace(
    RAFT,
    spec=RAFT_ETCD,
    invariant=(
        *adapted(
            RAFT.invariant,
            instead=TAKEN,
            also={
                acknowledgements_are_within_the_leaders_log: KNOWN,
                acknowledgements_are_of_the_past: KNOWN,
                acknowledged_log_is_there: KNOWN,
                acknowledged_log_is_the_leaders: KNOWN,
                acknowledged_entries_stay: KNOWN,
                commitIndex_was_committed: BEATS,
            },
        ),
        Lemma(
            heartbeats_were_acknowledged,
            (
                *base.STEP,
                acknowledgements_are_of_the_past,
                matchIndex_was_acknowledged,
                responses_were_acknowledgements,
            ),
        ),
        Lemma(heartbeats_were_committed, (*base.STEP, commitIndex_was_committed)),
    ),
    goals=adapted(RAFT.goals, instead=TAKEN),
    cuts={
        **RAFT.cuts,
        "handle_append_entries": (
            Lemma(known_commits_fit, (*base.AB, *COMMITS)),
            Lemma(known_commits_are_the_leaders, (*base.AB, *COMMITS)),
            Lemma(matching_log_is_the_leaders, base.AB),
            Lemma(taken_terms_are_the_leaders, (*base.AB, matching_log_is_the_leaders)),
            Lemma(
                taken_log_is_the_leaders,
                (*base.AB, matching_log_is_the_leaders, taken_terms_are_the_leaders),
            ),
            *adapted(RAFT.cuts["handle_append_entries"][3:], instead=TAKEN),
        ),
        "handle_heartbeat": (
            Lemma(
                heartbeats_commit_what_is_the_leaders,
                (*base.AB, *COMMITS, *ACKNOWLEDGED, heartbeats_were_acknowledged),
            ),
            Lemma(
                heartbeats_commit_what_was_committed,
                (commitIndex_was_committed, heartbeats_were_committed),
            ),
        ),
    },
)

__all__ = ["RAFT_ETCD_PROOF"]
