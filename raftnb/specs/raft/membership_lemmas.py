"""What follows from the invariant of a cluster that changes, and what a step meets and leaves.

What is assumed of majorities is in `majorities`.
"""

from __future__ import annotations

from raftnb.language import Set, after
from raftnb.specs.raft.invariant import acknowledged, has_entry_of, leader_had, wrote
from raftnb.specs.raft.membership import (
    Configurations,
    Decisions,
    MemberServer,
    is_behind,
    is_same,
    new_members,
    old_members,
)
from raftnb.specs.raft.membership_invariant import (
    decide,
    follow,
    follow_from,
    follows,
    follows_the_first,
    leads_to,
    meet,
    meet_or_were_left,
    new_at,
    new_before,
    old_at,
    old_before,
    share,
    was_chosen,
    was_left,
)
from raftnb.specs.raft.server import Index, Past, Role, Server, Term, last_term

# What follows from the invariant in the same state.


def one_log_is_the_most_up_to_date() -> bool:
    """Of finitely many logs one is as up to date as any, and the server that has it is not refused.

    Among the logs with the latest last term it is one of the longest.
    """
    t = max(last_term(p.log) for p in Server)
    n = max(len(p.log) for p in Server if last_term(p.log) == t)
    return any(
        last_term(s.log) == t and len(s.log) == n and all(is_behind(p, s) for p in Server)
        for s in Server
    )


def chosen_entries_stay(t: Term, u: Term, i: Index) -> bool:
    """What was chosen in a term, every later leader has."""
    if not (wrote(t, i) and was_chosen(Past.leaderLog[t], i) and u in Past.leaders and t < u):
        return True
    return leader_had(u, t, i)


def chosen_entries_of_a_log_had_a_quorum(u: Term, k: Index, s: Server) -> bool:
    """What is chosen in a leader's log, a quorum of the configuration there acknowledged."""
    if not (u in Past.leaders and k < len(Past.leaderLog[u]) and was_chosen(Past.leaderLog[u], k)):
        return True
    servers = Decisions.chosenBy[Past.leaderLog[u][k].value]
    t = Past.leaderLog[u][k].term
    known = s not in servers or (k < acknowledged(s, t) and t <= s.currentTerm)
    log = Past.leaderLog[u]
    return known and decide(servers, old_at(log, k), new_at(log, k))


def chosen_entries_of_a_log_stay(u: Term, k: Index, t: Term) -> bool:
    """What is chosen in a leader's log, every leader of its term or later has."""
    if not (u in Past.leaders and k < len(Past.leaderLog[u]) and was_chosen(Past.leaderLog[u], k)):
        return True
    concerned = t in Past.leaders and Past.leaderLog[u][k].term <= t
    return not concerned or leader_had(t, Past.leaderLog[u][k].term, k)


def chosen_entries_of_any_log_stay(s: Server, k: Index, u: Term) -> bool:
    """What is chosen in any log, every leader of the entry's term or later has."""
    if not (k < len(s.log) and was_chosen(s.log, k)):
        return True
    return not (u in Past.leaders and s.log[k].term <= u) or leader_had(u, s.log[k].term, k)


def later_leaders_began_with_what_was_chosen(t: Term, u: Term, k: Index) -> bool:
    """A leader began with all that is chosen in the log of the leader of an earlier term."""
    if not (t in Past.leaders and k < len(Past.leaderLog[t]) and was_chosen(Past.leaderLog[t], k)):
        return True
    if not (u in Past.leaders and t < u):
        return True
    return k < Decisions.inherited[u] and leader_had(u, Past.leaderLog[t][k].term, k)


def chosen_entries_are_on_one_path(t: Term, i: Index, u: Term, j: Index) -> bool:
    """Of any two chosen entries, one leads to the other."""
    if not (t in Past.leaders and i < len(Past.leaderLog[t]) and was_chosen(Past.leaderLog[t], i)):
        return True
    if not (u in Past.leaders and j < len(Past.leaderLog[u]) and was_chosen(Past.leaderLog[u], j)):
        return True
    a, b = Past.leaderLog[t], Past.leaderLog[u]
    return leads_to(a, i, b, j) or leads_to(b, j, a, i)


def settled_logs_were_chosen(s: MemberServer) -> bool:
    """If a leader has committed all of its log, the last entry was chosen."""
    if not (s.role == Role.LEADER and s.is_settled() and len(s.log) > 0):
        return True
    return was_chosen(s.log, len(s.log) - 1)


# Cuts: what a step is about to meet, and what it leaves.


def entries_are_in_a_leaders_log(self: MemberServer, i: Index, j: Index) -> bool:
    """Up to an entry, a log is that of the leader who wrote the entry."""
    if i >= len(self.log) or j > i:
        return True
    t = self.log[i].term
    return t in Past.leaders and i < len(Past.leaderLog[t]) and self.log[j] == Past.leaderLog[t][j]


def a_logs_configurations_follow_the_first(self: MemberServer, u: Term, j: Index) -> bool:
    """The configurations of a log follow the first of all, or one that was chosen does."""
    if not (j < len(self.log) and u == self.log[j].term):
        return True
    return follows_the_first(old_at(self.log, j), self.log, j)


def its_writers_configurations_follow(self: MemberServer, u: Term, i: Index, j: Index) -> bool:
    """So it is from any configuration in a log on, by the leader who wrote the entry at j."""
    if not (j < len(self.log) and i <= j and u == self.log[j].term):
        return True
    return follow_from(old_at(self.log, i), new_at(self.log, i), i, self.log, j)


def a_logs_configurations_follow(self: MemberServer, i: Index, j: Index) -> bool:
    """So it is from any configuration in a log on."""
    if not (j < len(self.log) and i <= j):
        return True
    return follow_from(old_at(self.log, i), new_at(self.log, i), i, self.log, j)


def a_logs_configurations_meet(self: MemberServer, i: Index, u: Term, j: Index) -> bool:
    """Any configuration of a log meets any one of a leader's log, or one of them was left."""
    if not (i < len(self.log) and u in Past.leaders and j < len(Past.leaderLog[u])):
        return True
    old, new = old_at(self.log, i), new_at(self.log, i)
    return meet_or_were_left(self.log, i, old, new, Past.leaderLog[u], j)


def a_logs_configurations_are_met(self: MemberServer, t: Term, i: Index, j: Index) -> bool:
    """So is any one of a leader's log met by any one of a log."""
    if not (j < len(self.log) and t in Past.leaders and i < len(Past.leaderLog[t])):
        return True
    old, new = old_at(Past.leaderLog[t], i), new_at(Past.leaderLog[t], i)
    return meet_or_were_left(Past.leaderLog[t], i, old, new, self.log, j)


def a_logs_configurations_meet_each_other(self: MemberServer, i: Index, j: Index) -> bool:
    """So do any two configurations of a log."""
    if not (i < len(self.log) and j < len(self.log)):
        return True
    return meet_or_were_left(self.log, i, old_at(self.log, i), new_at(self.log, i), self.log, j)


def its_writers_configurations_meet(
    self: MemberServer, t: Term, i: Index, u: Term, j: Index
) -> bool:
    """The same, of the leader of term t who wrote the entry at i."""
    written = i < len(self.log) and t == self.log[i].term
    return not written or a_logs_configurations_meet(self, i, u, j)


def its_writers_configurations_are_met(
    self: MemberServer, t: Term, i: Index, u: Term, j: Index
) -> bool:
    """The same, of the leader of term u who wrote the entry at j."""
    written = j < len(self.log) and u == self.log[j].term
    return not written or a_logs_configurations_are_met(self, t, i, j)


def its_writers_configurations_meet_each_other(
    self: MemberServer, t: Term, i: Index, u: Term, j: Index
) -> bool:
    """The same, of both."""
    if not (i < len(self.log) and j < len(self.log)):
        return True
    of_them = t == self.log[i].term and u == self.log[j].term
    return not of_them or a_logs_configurations_meet_each_other(self, i, j)


def present_configuration_follows_the_first(self: MemberServer) -> bool:
    """The last configuration of a log follows the first of all, or one that was chosen does."""
    return follows_the_first(old_members(self.log), self.log, len(self.log) - 1)


def present_configuration_meets(self: MemberServer, u: Term, j: Index) -> bool:
    """The last configuration of a log meets any one of a leader's log, or one was left."""
    if not (u in Past.leaders and j < len(Past.leaderLog[u])):
        return True
    old, new = old_members(self.log), new_members(self.log)
    return meet_or_were_left(self.log, len(self.log) - 1, old, new, Past.leaderLog[u], j)


def what_leads_on_is_followed(self: MemberServer, u: Term, i: Index, j: Index) -> bool:
    """Where a leader's log goes on from the end of this one, so do the configurations."""
    if not (u in Past.leaders and j < len(Past.leaderLog[u]) and len(self.log) - 1 <= j):
        return True
    if not (i == len(self.log) - 1 and Past.leaderLog[u][i].term == self.log[i].term):
        return True
    return follow_from(old_members(self.log), new_members(self.log), i, Past.leaderLog[u], j)


def present_configuration_is_followed(self: MemberServer, u: Term, j: Index) -> bool:
    """Where a leader's log goes on from this one, empty or not, so do the configurations."""
    n, log = len(self.log), Past.leaderLog[u]
    if not (u in Past.leaders and j < len(log) and n - 1 <= j):
        return True
    if not (n == 0 or log[n - 1].term == self.log[n - 1].term):
        return True
    return follow_from(old_members(self.log), new_members(self.log), n - 1, log, j)


def new_configuration_follows(self: MemberServer) -> bool:
    """A new entry leaves the configuration as it is; or all is committed, and it may change."""
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    was_old, was_new = old_members(self.log), new_members(self.log)
    same = is_same(old, was_old) and is_same(new, was_new)
    return same or (self.is_settled() and follow(was_old, was_new, old, new))


def new_configuration_follows_the_first(self: MemberServer) -> bool:
    """The new configuration follows the first of all, or one that was chosen does."""
    old = after(Configurations).old[after(self).log[-1].value]
    return follows_the_first(old, self.log, len(self.log) - 1)


def new_configuration_follows_its_writers(self: MemberServer, u: Term, i: Index, j: Index) -> bool:
    """The new configuration follows any one that the last one of this leader's log follows."""
    last_one = u == self.currentTerm and i <= j and j == len(self.log) - 1
    return not last_one or new_configuration_follows_any(self, i)


def new_configuration_follows_any(self: MemberServer, i: Index) -> bool:
    """The new configuration follows any one of the log, or one does that was chosen since."""
    if i >= len(self.log):
        return True
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    was_old, was_new = old_at(self.log, i), new_at(self.log, i)
    return follow(was_old, was_new, old, new) or any(
        i < k and was_chosen(self.log, k) and follows(was_old, was_new, self.log, k)
        for k in range(len(self.log))
    )


def new_configuration_meets(self: MemberServer, u: Term, j: Index) -> bool:
    """The new configuration meets any other one, or one of them was left."""
    if not (u in Past.leaders and j < len(Past.leaderLog[u])):
        return True
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    return meet_or_were_left(self.log, len(self.log) - 1, old, new, Past.leaderLog[u], j)


def new_configuration_is_met(self: MemberServer, t: Term, i: Index) -> bool:
    """Any other configuration meets the new one, or one of them was left."""
    if not (t in Past.leaders and i < len(Past.leaderLog[t])):
        return True
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    log, n = Past.leaderLog[t], len(self.log)
    return (
        share(old_at(log, i), new_at(log, i), old, new)
        or was_left(log, i, self.log, n - 1, old, new)
        or was_left(self.log, n - 1, log, i, old_at(log, i), new_at(log, i))
    )


def new_configuration_meets_an_elections(self: MemberServer, u: Term) -> bool:
    """The new configuration meets any one that elected a leader, or one of them was left."""
    if u not in Past.leaders:
        return True
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    log, n = Past.leaderLog[u], Decisions.inherited[u]
    return (
        share(old, new, old_before(log, n), new_before(log, n))
        or was_left(self.log, len(self.log) - 1, log, n - 1, old_before(log, n), new_before(log, n))
        or was_left(log, n - 1, self.log, len(self.log) - 1, old, new)
    )


def present_configuration_meets_an_elections(self: MemberServer, u: Term) -> bool:
    """The configuration of a log meets any one that elected a leader, or one of them was left."""
    if u not in Past.leaders:
        return True
    old, new = old_members(self.log), new_members(self.log)
    log, n = Past.leaderLog[u], Decisions.inherited[u]
    return (
        share(old, new, old_before(log, n), new_before(log, n))
        or was_left(self.log, len(self.log) - 1, log, n - 1, old_before(log, n), new_before(log, n))
        or was_left(log, n - 1, self.log, len(self.log) - 1, old, new)
    )


def rivals_configurations_meet(self: MemberServer) -> bool:
    """If the term had a leader, it would have been elected by a configuration that meets this one.

    For it would have all that was chosen in earlier terms, and so would the new one.
    """
    if self.currentTerm not in Past.leaders:
        return True
    old, new = old_members(self.log), new_members(self.log)
    log, n = Past.leaderLog[self.currentTerm], Decisions.inherited[self.currentTerm]
    return share(old, new, old_before(log, n), new_before(log, n))


def later_elections_are_met(self: MemberServer, u: Term) -> bool:
    """The new configuration meets what elected a later leader, or chose a later entry."""
    if not (u in Past.leaders and self.currentTerm < u):
        return True
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    log, n = Past.leaderLog[u], Decisions.inherited[u]
    return share(old, new, old_before(log, n), new_before(log, n)) or any(
        was_chosen(log, k) and log[k].term > self.currentTerm and meet(old, new, log, k)
        for k in range(len(log))
    )


def later_leaders_are_known(self: MemberServer, u: Term, q: Set[Server]) -> bool:
    """Each quorum of the new configuration has heard of a later term, if that has a leader."""
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    if not (u in Past.leaders and self.currentTerm < u and decide(q, old, new)):
        return True
    return any(s in q and s.currentTerm > self.currentTerm for s in Server)


def new_leader_has_what_was_chosen(self: MemberServer, t: Term, k: Index) -> bool:
    """What was chosen by a configuration that the new leader's meets, the new leader has."""
    if not (t in Past.leaders and k < len(Past.leaderLog[t]) and was_chosen(Past.leaderLog[t], k)):
        return True
    meets = meet(old_members(self.log), new_members(self.log), Past.leaderLog[t], k)
    if not (meets and Past.leaderLog[t][k].term < self.currentTerm):
        return True
    return leads_to(Past.leaderLog[t], k, self.log, len(self.log) - 1)


def what_was_chosen_is_not_beyond(self: MemberServer, t: Term, i: Index, k: Index) -> bool:
    """A chosen entry that only the new leader has is by a leader who lacked what it lacks."""
    missing = wrote(t, i) and t < self.currentTerm and not has_entry_of(self, t, i)
    if not (missing and k < len(self.log) and was_chosen(self.log, k)):
        return True
    if leads_to(self.log, k, Past.leaderLog[t], i):
        return True
    u = self.log[k].term
    return t < u and u in Past.leaders and not leader_had(u, t, i)


def what_the_new_leader_lacks_was_not_chosen(
    self: MemberServer, t: Term, i: Index, q: Set[Server]
) -> bool:
    """An older entry that the new leader lacks no quorum of its configuration will acknowledge."""
    missing = wrote(t, i) and t < self.currentTerm and not has_entry_of(self, t, i)
    if not (missing and decide(q, old_at(Past.leaderLog[t], i), new_at(Past.leaderLog[t], i))):
        return True
    return any(s in q and s.currentTerm > t and acknowledged(s, t) <= i for s in Server)
