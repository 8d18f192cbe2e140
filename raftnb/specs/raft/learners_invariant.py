"""Why learners, and servers that are set up anew, leave a cluster that changes as safe as it was.

A learner counts for nothing, so that nothing is said of it but that it is no member. A server that
is wiped forgets its term and its log, but what it once voted and acknowledged has been counted
already, and it never does either again. So where the invariant says that a server has reached a
term, or has left it, whoever is wiped has done so for good.

An index `i` counts entries from 0 here, as `log[i]` does.
"""

from __future__ import annotations

from raftnb.language import Set, after, in_flight
from raftnb.specs.raft.invariant import (
    acknowledged,
    has_entry_of,
    leader_had,
    lost_between,
    wrote,
)
from raftnb.specs.raft.learners import Learners, LearnerServer
from raftnb.specs.raft.membership import Configurations, Decisions, is_majority, is_same
from raftnb.specs.raft.membership_invariant import decide, new_at, old_at, was_chosen
from raftnb.specs.raft.server import (
    AppendEntriesResponse,
    Index,
    Past,
    RequestVote,
    Role,
    Server,
    Term,
    Value,
)

# Words.


def has_reached(s: LearnerServer, t: Term) -> bool:
    """Server s has come as far as a term, or is set up anew."""
    return s.isWiped or t <= s.currentTerm


def has_left(s: LearnerServer, t: Term) -> bool:
    """Server s will not vote or acknowledge anything in a term any more."""
    return s.isWiped or s.currentTerm > t


# What is new.


def who_is_wiped_takes_no_part(s: LearnerServer) -> bool:
    """Whoever is set up anew stays in the first term, has an empty log, and follows."""
    has_nothing = s.currentTerm == 0 and s.log == () and s.commitIndex == 0
    return not s.isWiped or (has_nothing and s.role == Role.FOLLOWER)


def nobody_votes_in_the_first_term(s: Server) -> bool:
    """Whoever has voted has stood for election, or heard of one."""
    return s.votedFor is None or s.currentTerm >= 1


def values_name_one_cluster(v: Value) -> bool:
    """No value names a joint configuration."""
    if v not in Configurations.old or v not in Configurations.new:
        return True
    return is_same(Configurations.old[v], Configurations.new[v])


def values_say_who_learns(v: Value) -> bool:
    """Whatever says who the members are says who learns."""
    return v not in Configurations.new or v in Learners.of


def members_are_no_learners(v: Value, s: Server) -> bool:
    """No value names a server as a learner and as a member."""
    if v not in Configurations.new or v not in Learners.of:
        return True
    return s not in Learners.of[v] or s not in Configurations.new[v]


# What is said of servers that have reached a term, or left it, in place of Raft's own conjuncts.


def vote_requests_are_of_the_past() -> bool:
    """A RequestVote was sent in a term that its sender had reached."""
    return all(
        m.term >= 1 and has_reached(m.source, m.term) and m.source != m.dest
        for m in in_flight(RequestVote)
    )


def votes_are_of_the_past(s: LearnerServer, t: Term) -> bool:
    """A vote was given in a term that voter and candidate had reached; a term is 1 or more."""
    return t not in s.votes or (t >= 1 and has_reached(s, t) and has_reached(s.votes[t], t))


def leaders_had_been_candidates(t: Term) -> bool:
    """A leader had reached its term, and is no candidate in it any more."""
    if t not in Past.leaders:
        return True
    leader = Past.leaders[t]
    still = t == leader.currentTerm and leader.role == Role.CANDIDATE
    return t >= 1 and has_reached(leader, t) and not still


def acknowledgements_were_given(s: LearnerServer, t: Term) -> bool:
    """What a server acknowledged in a term that it had reached, the leader of that term has."""
    if t not in s.acknowledged:
        return True
    return (
        t in Past.leaders
        and has_reached(s, t)
        and s.acknowledged[t] >= 0
        and s.acknowledged[t] <= len(Past.leaderLog[t])
    )


def responses_were_given() -> bool:
    """A successful response says no more than its sender acknowledged."""
    return all(
        not m.success
        or (has_reached(m.source, m.term) and m.matchIndex <= acknowledged(m.source, m.term))
        for m in in_flight(AppendEntriesResponse)
    )


def acknowledged_entries_stay_until_a_wipe(s: LearnerServer, t: Term, i: Index) -> bool:
    """An entry of term t acknowledged in it stays, unless a later leader had it not, or a wipe."""
    if not (t in s.acknowledged and i < s.acknowledged[t] and wrote(t, i)):
        return True
    return s.isWiped or has_entry_of(s, t, i) or lost_between(t, i, s.currentTerm)


def missing_entries_will_not_be_chosen(t: Term, u: Term, i: Index, q: Set[Server]) -> bool:
    """An entry that a later leader lacks no quorum of its configuration will acknowledge."""
    missing = wrote(t, i) and u in Past.leaders and t < u and not leader_had(u, t, i)
    if not (missing and is_majority(q, old_at(Past.leaderLog[t], i))):
        return True
    if not is_majority(q, new_at(Past.leaderLog[t], i)):
        return True
    return any(s in q and has_left(s, t) and acknowledged(s, t) <= i for s in LearnerServer)


# What follows, and what a step meets.


def a_quorum_had_what_was_chosen(u: Term, k: Index, s: LearnerServer) -> bool:
    """What is chosen in a leader's log, a quorum of the configuration there acknowledged."""
    if not (u in Past.leaders and k < len(Past.leaderLog[u]) and was_chosen(Past.leaderLog[u], k)):
        return True
    servers = Decisions.chosenBy[Past.leaderLog[u][k].value]
    t = Past.leaderLog[u][k].term
    known = s not in servers or (k < acknowledged(s, t) and has_reached(s, t))
    log = Past.leaderLog[u]
    return known and decide(servers, old_at(log, k), new_at(log, k))


def later_leaders_are_known_or_voters_wiped(self: LearnerServer, u: Term, q: Set[Server]) -> bool:
    """In each quorum of the new configuration one has left the term, if a later leader is known."""
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    if not (u in Past.leaders and self.currentTerm < u and decide(q, old, new)):
        return True
    return any(s in q and has_left(s, self.currentTerm) for s in LearnerServer)


def what_it_lacks_will_not_be_chosen(
    self: LearnerServer, t: Term, i: Index, q: Set[Server]
) -> bool:
    """An older entry that the new leader lacks no quorum of its configuration will acknowledge."""
    missing = wrote(t, i) and t < self.currentTerm and not has_entry_of(self, t, i)
    if not (missing and decide(q, old_at(Past.leaderLog[t], i), new_at(Past.leaderLog[t], i))):
        return True
    return any(s in q and has_left(s, t) and acknowledged(s, t) <= i for s in LearnerServer)
