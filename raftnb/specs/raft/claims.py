"""Raft with static membership: what is claimed of the servers of `server`, and the Spec.

The five properties of the paper's Figure 3 come first (Ongaro and Ousterhout 2014), then those of
the literature, then those that reach over all time and read the history variables.
"""

from __future__ import annotations

from raftnb.language import Delivery, after
from raftnb.language.spec import Spec
from raftnb.specs.raft.server import (
    Faults,
    Past,
    Role,
    Server,
    Value,
    is_quorum,
)

# Safety: the five properties of Figure 3.


def election_safety(a: Server, b: Server) -> bool:
    """At most one leader can be elected in a given term."""
    both = a.role == Role.LEADER and b.role == Role.LEADER and a.currentTerm == b.currentTerm
    return not both or a == b


def leader_append_only(s: Server) -> bool:
    """A leader never overwrites or deletes entries in its log; it only appends new entries."""
    still = s.role == Role.LEADER and after(s).role == Role.LEADER
    return not still or after(s).log[: len(s.log)] == s.log


def log_matching(a: Server, b: Server) -> bool:
    """Two logs with an entry of the same index and term are identical up through that index."""
    shared = range(min(len(a.log), len(b.log)))
    return all(a.log[i].term != b.log[i].term or a.log[: i + 1] == b.log[: i + 1] for i in shared)


def leader_completeness(a: Server, b: Server) -> bool:
    """What a server knows to be committed is in the log of every leader of its term or later."""
    concerned = a.role == Role.LEADER and a.currentTerm >= b.currentTerm
    return not concerned or a.log[: b.commitIndex] == b.log[: b.commitIndex]


def state_machine_safety(a: Server, b: Server) -> bool:
    """No two servers apply different commands at the same index."""
    both = min(a.commitIndex, b.commitIndex)
    return a.log[:both] == b.log[:both]


# Safety: what the literature adds.


def committed_entries_are_on_a_majority(s: Server) -> bool:
    """Whatever a server knows to be committed is in the logs of a majority."""
    prefix = s.log[: s.commitIndex]
    return is_quorum(frozenset({p for p in Server if p.log[: len(prefix)] == prefix}))


def commitIndex_is_within_the_log(s: Server) -> bool:
    """A server commits no entry that it does not have."""
    return s.commitIndex <= len(s.log)


def log_terms_do_not_decrease(s: Server) -> bool:
    """Along a log, terms never decrease."""
    return all(s.log[i].term <= s.log[i + 1].term for i in range(len(s.log) - 1))


def nextIndex_is_in_range(s: Server, peer: Server) -> bool:
    """A leader's nextIndex is between 1 and its log's end, so prevLogIndex is never negative."""
    return s.role != Role.LEADER or 1 <= s.nextIndex[peer] <= len(s.log) + 1


def matchIndex_is_true(s: Server, peer: Server) -> bool:
    """Up to a leader's matchIndex for a peer of its own term, the two logs are the same."""
    concerned = s.role == Role.LEADER and peer.currentTerm == s.currentTerm
    return not concerned or (
        peer.log[: s.matchIndex[peer]] == s.log[: s.matchIndex[peer]]
        and s.matchIndex[peer] <= len(s.log)
    )


def committed_log_is_append_only(s: Server) -> bool:
    """A committed entry is never overwritten or deleted."""
    return after(s).log[: s.commitIndex] == s.log[: s.commitIndex]


def commitIndex_is_monotone(s: Server) -> bool:
    """A commitIndex only grows, but for a restart, which loses it."""
    return after(s).commitIndex >= s.commitIndex or after(Faults).restarts > Faults.restarts


def matchIndex_is_monotone(s: Server, peer: Server) -> bool:
    """While a server leads, its matchIndex for a peer only grows."""
    still = s.role == Role.LEADER and after(s).role == Role.LEADER
    return not still or after(s).matchIndex[peer] >= s.matchIndex[peer]


def one_vote_per_term(s: Server) -> bool:
    """Within a term a vote, once given, is neither changed nor taken back."""
    same = after(s).currentTerm == s.currentTerm and s.votedFor is not None
    return not same or after(s).votedFor == s.votedFor


def currentTerm_is_monotone(s: Server) -> bool:
    """A server's term never decreases."""
    return after(s).currentTerm >= s.currentTerm


# Safety over all time, said with the history variables.


def each_leader_had_the_votes_of_a_majority() -> bool:
    """Every leader there ever was had a majority, each of whom voted for it and for no other."""
    return all(
        is_quorum(Past.voters[t]) and all(s.votes.get(t) == Past.leaders[t] for s in Past.voters[t])
        for t in Past.leaders
    )


def leaders_are_never_replaced_within_a_term() -> bool:
    """The leader of a term is its leader for ever: election safety over all time."""
    return all(after(Past).leaders.get(t) == Past.leaders[t] for t in Past.leaders)


def each_commit_was_acknowledged_by_a_majority() -> bool:
    """Whatever a leader committed, a majority had acknowledged in its term."""
    return all(
        is_quorum(Past.committers[t])
        and all(s.acknowledged.get(t, 0) >= Past.committed[t] for s in Past.committers[t])
        for t in Past.committed
    )


def leader_completeness_over_time() -> bool:
    """What was committed in a term is in the logs of the leaders of all later terms."""
    return all(
        Past.leaderLog[u][: Past.committed[t]] == Past.leaderLog[t][: Past.committed[t]]
        for t in Past.committed
        for u in Past.leaders
        if u >= t
    )


# Sometimes: nothing above holds for want of anything happening, as far as the bounds allow it.


def a_leader_is_elected() -> bool:
    """There is a leader."""
    return any(s.role == Role.LEADER for s in Server)


def an_entry_is_committed(max_log: int) -> bool:
    """Some server knows of a committed entry."""
    return max_log == 0 or any(s.commitIndex > 0 for s in Server)


def a_leader_inherits_an_entry(max_term: int, max_log: int) -> bool:
    """A leader has an entry from the leader of an earlier term."""
    return (
        max_term < 2
        or max_log == 0
        or any(
            s.role == Role.LEADER and s.log != () and s.log[0].term < s.currentTerm for s in Server
        )
    )


def two_leaders_of_different_terms(max_term: int) -> bool:
    """An old leader has not yet heard of the new one (which takes three servers)."""
    return (
        max_term < 2
        or len(Server) < 3
        or any(
            a.role == Role.LEADER and b.role == Role.LEADER and a.currentTerm < b.currentTerm
            for a in Server
            for b in Server
        )
    )


def a_conflict_is_truncated(max_term: int, max_log: int) -> bool:
    """A server has lost entries that it once acknowledged (which takes three servers)."""
    return (
        max_term < 2
        or max_log == 0
        or len(Server) < 3
        or any(
            s.log[: s.acknowledged[t]] != Past.leaderLog[t][: s.acknowledged[t]]
            for s in Server
            for t in s.acknowledged
        )
    )


# Bounds of an exploration.


def terms_are_bounded(s: Server, max_term: int) -> bool:
    """Terms up to max_term."""
    return s.currentTerm <= max_term


def logs_are_bounded(s: Server, max_log: int) -> bool:
    """Logs of up to max_log entries (and so as many entries in one AppendEntries)."""
    return len(s.log) <= max_log


def restarts_are_bounded(max_restarts: int) -> bool:
    """Up to max_restarts restarts in all."""
    return Faults.restarts <= max_restarts


RAFT = Spec(
    name="raft",
    summary="Raft with static membership, message by message (Figure 2)",
    processes=(Server,),
    shared=(Faults, Past),
    domains=(Value,),
    constants={
        "servers": 3,
        "values": 1,
        "max_term": 1,
        "max_log": 1,
        "max_restarts": 0,
        "max_messages": 99,
        "max_copies": 1,
    },
    invariants=(
        election_safety,
        log_matching,
        leader_completeness,
        state_machine_safety,
        committed_entries_are_on_a_majority,
        commitIndex_is_within_the_log,
        log_terms_do_not_decrease,
        nextIndex_is_in_range,
        matchIndex_is_true,
        each_leader_had_the_votes_of_a_majority,
        each_commit_was_acknowledged_by_a_majority,
        leader_completeness_over_time,
    ),
    transitions=(
        leader_append_only,
        committed_log_is_append_only,
        commitIndex_is_monotone,
        matchIndex_is_monotone,
        one_vote_per_term,
        currentTerm_is_monotone,
        leaders_are_never_replaced_within_a_term,
    ),
    sometimes=(
        a_leader_is_elected,
        an_entry_is_committed,
        a_leader_inherits_an_entry,
        two_leaders_of_different_terms,
        a_conflict_is_truncated,
    ),
    constraints=(terms_are_bounded, logs_are_bounded, restarts_are_bounded),
    distinct_messages="max_messages",
    copies="max_copies",
    delivery=Delivery(),
    symmetric=(Server, Value),
)
