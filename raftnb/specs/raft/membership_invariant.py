"""Why a cluster may change: an inductive invariant, beside that of Raft with static membership.

The logs of all leaders are the paths of a tree, and each entry of it names a configuration. Two
configurations in different parts of the tree may be far apart, so that their quorums need not meet.
But whoever changes the configuration has committed all that comes before. So of any two places in
the tree, either the configurations have a cluster in common; or on the way to one of them, and not
to the other, an entry was chosen by a quorum that meets every quorum of the other, and that entry
will not be lost (`configurations_meet_or_were_left`).

An index `i` counts entries from 0 here, as `log[i]` does; at -1 is the first configuration.
"""

from __future__ import annotations

from raftnb.language import Seq, Set, in_flight
from raftnb.specs.raft.invariant import acknowledged, leader_had, wrote
from raftnb.specs.raft.membership import (
    Configurations,
    Decisions,
    are_near,
    is_majority,
    is_same,
    new_members,
    old_members,
)
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Entry,
    Index,
    Past,
    Role,
    Server,
    Term,
    Value,
)

# Words.


def old_at(log: Seq[Entry], i: Index) -> Set[Server]:
    """The cluster from which the configuration at an index leads away."""
    return Configurations.old[log[i].value]


def new_at(log: Seq[Entry], i: Index) -> Set[Server]:
    """The cluster to which the configuration at an index leads."""
    return Configurations.new[log[i].value]


def old_before(log: Seq[Entry], n: Index) -> Set[Server]:
    """The cluster from which the last configuration of the first n entries leads away."""
    return Configurations.old[log[n - 1].value] if n > 0 else frozenset(Server)


def new_before(log: Seq[Entry], n: Index) -> Set[Server]:
    """The cluster to which the last configuration of the first n entries leads."""
    return Configurations.new[log[n - 1].value] if n > 0 else frozenset(Server)


def decide(servers: Set[Server], old: Set[Server], new: Set[Server]) -> bool:
    """Whether the servers are a quorum of a configuration."""
    return is_majority(servers, old) and is_majority(servers, new)


def share(a: Set[Server], b: Set[Server], c: Set[Server], d: Set[Server]) -> bool:
    """Whether two configurations, from a to b and from c to d, have a cluster in common, or nearly.

    Clusters that differ by one server will do: their majorities meet as well.
    """
    same = is_same(a, c) or is_same(a, d) or is_same(b, c) or is_same(b, d)
    return same or are_near(b, d)


def meet(old: Set[Server], new: Set[Server], log: Seq[Entry], i: Index) -> bool:
    """Whether a configuration has a cluster in common with the one at an index."""
    return share(old, new, old_at(log, i), new_at(log, i))


def follow(old: Set[Server], new: Set[Server], c: Set[Server], d: Set[Server]) -> bool:
    """Whether a configuration from c to d is a given one, or what that may change to at once.

    Any two that follow the same one have a cluster in common.
    """
    return is_same(new, c) if is_same(old, new) else is_same(new, d)


def follows(old: Set[Server], new: Set[Server], log: Seq[Entry], i: Index) -> bool:
    """Whether the configuration at an index follows a given one."""
    return follow(old, new, old_at(log, i), new_at(log, i))


def follows_the_first(old: Set[Server], log: Seq[Entry], j: int) -> bool:
    """Whether a configuration follows the first of all; or one does that was chosen up to j."""
    everyone = frozenset(Server)
    return is_same(everyone, old) or any(
        k <= j and was_chosen(log, k) and is_same(everyone, old_at(log, k)) for k in range(len(log))
    )


def follow_from(old: Set[Server], new: Set[Server], i: int, log: Seq[Entry], j: Index) -> bool:
    """Whether the configuration at j follows a given one at i; or a chosen one between does."""
    return follows(old, new, log, j) or any(
        i < k and k <= j and was_chosen(log, k) and follows(old, new, log, k)
        for k in range(len(log))
    )


def was_chosen(log: Seq[Entry], i: Index) -> bool:
    """A quorum had the entry at an index when it was committed."""
    return log[i].value in Decisions.chosenBy


def leads_to(log: Seq[Entry], k: Index, other: Seq[Entry], j: int) -> bool:
    """The entry at k of one log is at or before index j of another."""
    return k <= j and other[k].term == log[k].term


# What is named, and by what.


def values_say_both(v: Value) -> bool:
    """Whatever says what the cluster was says what it is."""
    return (v in Configurations.old) == (v in Configurations.new)


def entries_name_configurations(s: Server, i: Index) -> bool:
    """Each entry of a log names a configuration that is written down."""
    return i >= len(s.log) or s.log[i].value in Configurations.new


def leaders_entries_name_configurations(t: Term, i: Index) -> bool:
    """So does each entry of a leader's log."""
    if t not in Past.leaders or i >= len(Past.leaderLog[t]):
        return True
    return Past.leaderLog[t][i].value in Configurations.new


def sent_entries_name_configurations(i: Index) -> bool:
    """So does each entry that is sent."""
    return all(
        m.prevLogIndex >= 0 and (i >= len(m.entries) or m.entries[i].value in Configurations.new)
        for m in in_flight(AppendEntries)
    )


def answers_are_natural() -> bool:
    """A response speaks of an index, or of none."""
    return all(m.matchIndex >= 0 for m in in_flight(AppendEntriesResponse))


def leaders_look_at_places(s: Server, peer: Server) -> bool:
    """nextIndex begins with 1, matchIndex with 0, and no commitIndex is below 0."""
    return s.nextIndex[peer] >= 1 and s.matchIndex[peer] >= 0 and s.commitIndex >= 0


def chosen_values_are_named(v: Value) -> bool:
    """What was chosen is written down."""
    return v not in Decisions.chosenBy or v in Configurations.new


def values_name_one_entry(t: Term, u: Term, i: Index, j: Index) -> bool:
    """A value is in one entry only: leaders wrote it in one term, at one index."""
    if not (wrote(t, i) and wrote(u, j)):
        return True
    same = Past.leaderLog[t][i].value == Past.leaderLog[u][j].value
    return not same or (t == u and i == j)


def clusters_have_members(v: Value) -> bool:
    """No cluster that a value names is empty."""
    if v not in Configurations.old or v not in Configurations.new:
        return True
    old, new = Configurations.old[v], Configurations.new[v]
    return any(s in old for s in Server) and any(s in new for s in Server)


NAMED = (
    values_say_both,
    entries_name_configurations,
    leaders_entries_name_configurations,
    sent_entries_name_configurations,
    answers_are_natural,
    leaders_look_at_places,
    chosen_values_are_named,
)


# Elections: a leader was elected by the configuration of the log that it began with.


def leaders_beginnings_are_remembered(t: Term) -> bool:
    """Of each leader it is remembered who voted for it, its log, and how long that was at first."""
    if t not in Past.leaders:
        return True
    known = t in Past.voters and t in Past.leaderLog and t in Decisions.inherited
    return known and 0 <= Decisions.inherited[t] <= len(Past.leaderLog[t])


def leaders_had_a_quorum_of_their_configuration(t: Term) -> bool:
    """The leader of each term was elected by a quorum of the last configuration it then had."""
    if t not in Past.leaders:
        return True
    log, n = Past.leaderLog[t], Decisions.inherited[t]
    return decide(Past.voters[t], old_before(log, n), new_before(log, n))


def inherited_entries_are_older(t: Term, i: Index) -> bool:
    """What a leader has beyond the log that it began with, it wrote; and nothing before."""
    if t not in Past.leaders or i >= len(Past.leaderLog[t]):
        return True
    return (i >= Decisions.inherited[t]) == (Past.leaderLog[t][i].term == t)


# Commits: by the configuration that the last committed entry names.


def unsettled_entries_keep_the_configuration(s: Server, i: Index) -> bool:
    """Beyond what it has committed, a leader's own entries name one configuration."""
    mine = i < len(s.log) and s.log[i].term == s.currentTerm
    if not (s.role == Role.LEADER and s.commitIndex <= i and mine):
        return True
    old, new = old_members(s.log), new_members(s.log)
    return is_same(old_at(s.log, i), old) and is_same(new_at(s.log, i), new)


def chosen_entries_had_a_quorum(t: Term, i: Index) -> bool:
    """An entry was chosen by a quorum of the configuration that it names."""
    if not (wrote(t, i) and was_chosen(Past.leaderLog[t], i)):
        return True
    servers = Decisions.chosenBy[Past.leaderLog[t][i].value]
    return decide(servers, old_at(Past.leaderLog[t], i), new_at(Past.leaderLog[t], i))


def chosen_entries_were_acknowledged(t: Term, i: Index, s: Server) -> bool:
    """Those who are said to have chosen an entry acknowledged it."""
    if not (wrote(t, i) and was_chosen(Past.leaderLog[t], i)):
        return True
    counted = s in Decisions.chosenBy[Past.leaderLog[t][i].value]
    return not counted or i < acknowledged(s, t)


def commits_were_chosen(t: Term) -> bool:
    """The last entry that a leader committed by counting was chosen."""
    if t not in Past.committed:
        return True
    n = Past.committed[t]
    return n >= 1 and n <= len(Past.leaderLog[t]) and was_chosen(Past.leaderLog[t], n - 1)


def missing_entries_were_not_chosen_by_their_configuration(
    t: Term, u: Term, i: Index, q: Set[Server]
) -> bool:
    """An entry that a later leader lacks no quorum of its configuration will acknowledge."""
    missing = wrote(t, i) and u in Past.leaders and t < u and not leader_had(u, t, i)
    if not (missing and decide(q, old_at(Past.leaderLog[t], i), new_at(Past.leaderLog[t], i))):
        return True
    return any(s in q and s.currentTerm > t and acknowledged(s, t) <= i for s in Server)


# The tree of configurations.


def configurations_follow_the_first_or_a_chosen_one(u: Term, j: Index) -> bool:
    """The configurations of a leader's log follow the first of all, or one that was chosen does.

    Before the configuration is changed once more, that to which it was changed is committed.
    """
    if not (u in Past.leaders and j < len(Past.leaderLog[u])):
        return True
    return follows_the_first(old_at(Past.leaderLog[u], j), Past.leaderLog[u], j)


def configurations_follow_or_one_between_was_chosen(u: Term, i: Index, j: Index) -> bool:
    """So it is from any configuration in a leader's log on, as from the first one."""
    if not (u in Past.leaders and j < len(Past.leaderLog[u]) and i <= j):
        return True
    log = Past.leaderLog[u]
    return follow_from(old_at(log, i), new_at(log, i), i, log, j)


def was_left(
    a: Seq[Entry], i: int, b: Seq[Entry], j: int, old: Set[Server], new: Set[Server]
) -> bool:
    """On the way to index i of a, and not to j of b, an entry was chosen that ends b.

    That is so where the configuration at j of b, which is given, meets the one that chose it.
    """
    return any(
        k <= i and was_chosen(a, k) and not leads_to(a, k, b, j) and meet(old, new, a, k)
        for k in range(len(a))
    )


def meet_or_were_left(
    a: Seq[Entry], i: int, old: Set[Server], new: Set[Server], b: Seq[Entry], j: Index
) -> bool:
    """The configuration at i of a, which is given, meets that at j of b; or one was left."""
    return (
        meet(old, new, b, j)
        or was_left(a, i, b, j, old_at(b, j), new_at(b, j))
        or was_left(b, j, a, i, old, new)
    )


def configurations_meet_or_were_left(t: Term, i: Index, u: Term, j: Index) -> bool:
    """Any two configurations in leaders' logs have a cluster in common, or one is out of action."""
    if not (t in Past.leaders and i < len(Past.leaderLog[t])):
        return True
    if not (u in Past.leaders and j < len(Past.leaderLog[u])):
        return True
    a, b = Past.leaderLog[t], Past.leaderLog[u]
    return meet_or_were_left(a, i, old_at(a, i), new_at(a, i), b, j)
