"""The proof that a cluster may change by one server at a time, for any number of servers.

It is the proof of joint consensus, in which clusters that differ by one server take the place of
those that are the same. But two clusters that differ by one server from a third one need not be so
near to each other. So here the rule of 2015 is needed: whoever changes the cluster has committed an
entry of its own term just before, and of two leaders only one can have written that.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import Seq, Set, after
from raftnb.language.claims import Property
from raftnb.language.proof import Lemma
from raftnb.specs.raft import membership_lemmas as found
from raftnb.specs.raft.membership import (
    RAFT_ONE_BY_ONE,
    Configurations,
    OneByOneServer,
    are_near,
    is_same,
    new_members,
    old_members,
)
from raftnb.specs.raft.membership_invariant import (
    configurations_follow_or_one_between_was_chosen,
    new_at,
    was_chosen,
)
from raftnb.specs.raft.membership_proof import RAFT_JOINT_PROOF
from raftnb.specs.raft.server import Entry, Index, Past, Server, Term


def is_kept(new: Set[Server], i: int, log: Seq[Entry], j: Index) -> bool:
    """Whether the cluster at j is a given one at i; or one is that was chosen between."""
    return is_same(new, new_at(log, j)) or any(
        i < k and k <= j and was_chosen(log, k) and is_same(new, new_at(log, k))
        for k in range(len(log))
    )


def is_near(new: Set[Server], i: int, log: Seq[Entry], j: Index) -> bool:
    """Whether the cluster at j is near a given one at i; or one is that was chosen between."""
    return are_near(new, new_at(log, j)) or any(
        i < k and k <= j and was_chosen(log, k) and are_near(new, new_at(log, k))
        for k in range(len(log))
    )


def goes_on(new: Set[Server], i: int, log: Seq[Entry], j: Index) -> bool:
    """Whether a cluster at i is kept; or is changed at once by the leader who wrote the entry."""
    own = i >= 0 and i < j and log[i + 1].term == log[i].term
    return is_kept(new, i, log, j) or (own and is_near(new, i, log, j))


def clusters_go_on(u: Term, i: Index, j: Index) -> bool:
    """Along a leader's log, a cluster is kept, or was until an entry after it was chosen.

    It may be changed right after an entry only by the leader who wrote that entry.
    """
    if not (u in Past.leaders and j < len(Past.leaderLog[u]) and i <= j):
        return True
    return goes_on(new_at(Past.leaderLog[u], i), i, Past.leaderLog[u], j)


def its_writers_clusters_go_on(self: OneByOneServer, u: Term, i: Index, j: Index) -> bool:
    """So it is along any log, by the leader who wrote the entry at j."""
    if not (j < len(self.log) and i <= j and u == self.log[j].term):
        return True
    return goes_on(new_at(self.log, i), i, self.log, j)


def a_logs_clusters_go_on(self: OneByOneServer, i: Index, j: Index) -> bool:
    """So it is along any log."""
    if not (j < len(self.log) and i <= j):
        return True
    return goes_on(new_at(self.log, i), i, self.log, j)


def where_it_leads_on_clusters_do(self: OneByOneServer, u: Term, i: Index, j: Index) -> bool:
    """Where a leader's log goes on from the end of this one, so do the clusters."""
    if not (u in Past.leaders and j < len(Past.leaderLog[u]) and len(self.log) - 1 <= j):
        return True
    if not (i == len(self.log) - 1 and Past.leaderLog[u][i].term == self.log[i].term):
        return True
    return goes_on(new_members(self.log), i, Past.leaderLog[u], j)


def present_cluster_goes_on(self: OneByOneServer, u: Term, j: Index) -> bool:
    """Where a leader's log goes on from this one, empty or not, so do the clusters."""
    n, log = len(self.log), Past.leaderLog[u]
    if not (n > 0 and u in Past.leaders and j < len(log) and n - 1 <= j):
        return True
    if log[n - 1].term != self.log[n - 1].term:
        return True
    return goes_on(new_members(self.log), n - 1, log, j)


def new_cluster_is_near(self: OneByOneServer) -> bool:
    """A new entry leaves the cluster as it is; or the last one is this leader's, and committed."""
    last = after(self).log[-1].value
    old, new = after(Configurations).old[last], after(Configurations).new[last]
    same = is_same(old, old_members(self.log)) and is_same(new, new_members(self.log))
    n = len(self.log)
    own = self.is_settled() and n > 0 and self.log[n - 1].term == self.currentTerm
    return same or (own and are_near(new_members(self.log), new))


def new_cluster_goes_on_from_its_writers(self: OneByOneServer, u: Term, i: Index, j: Index) -> bool:
    """The new entry goes on from any one from which the last one of this leader's log does."""
    last_one = u == self.currentTerm and i <= j and j == len(self.log) - 1
    return not last_one or new_cluster_goes_on(self, i)


def new_cluster_goes_on(self: OneByOneServer, i: Index) -> bool:
    """The new entry goes on from any one before."""
    if i >= len(self.log):
        return True
    new = after(Configurations).new[after(self).log[-1].value]
    was, n = new_at(self.log, i), len(self.log)
    kept = is_same(was, new) or any(
        i < k and was_chosen(self.log, k) and is_same(was, new_at(self.log, k)) for k in range(n)
    )
    near = are_near(was, new) or any(
        i < k and was_chosen(self.log, k) and are_near(was, new_at(self.log, k)) for k in range(n)
    )
    return kept or (after(self).log[i + 1].term == after(self).log[i].term and near)


INSTEAD: dict[Property, Property] = {
    configurations_follow_or_one_between_was_chosen: clusters_go_on,
    found.a_logs_configurations_follow: a_logs_clusters_go_on,
    found.its_writers_configurations_follow: its_writers_clusters_go_on,
    found.new_configuration_follows_its_writers: new_cluster_goes_on_from_its_writers,
    found.what_leads_on_is_followed: where_it_leads_on_clusters_do,
    found.present_configuration_is_followed: present_cluster_goes_on,
    found.new_configuration_follows: new_cluster_is_near,
    found.new_configuration_follows_any: new_cluster_goes_on,
}
ACTIONS = {"change": "add", "finish_change": "remove"}


def instead(claims: tuple[Property, ...]) -> tuple[Property, ...]:
    """The claims, with what is said of single servers in place of joint configurations."""
    return tuple(INSTEAD.get(claim, claim) for claim in claims)


def one_by_one(lemma: Lemma) -> Lemma:
    """A lemma of the proof of joint consensus."""
    return replace(
        lemma,
        claim=INSTEAD.get(lemma.claim, lemma.claim),
        uses=instead(lemma.uses or ()),
        steps={ACTIONS.get(name, name): instead(uses) for name, uses in lemma.steps.items()},
        own=instead(lemma.own),
    )


JOINT = RAFT_JOINT_PROOF
RAFT_ONE_BY_ONE_PROOF = replace(
    JOINT,
    spec=RAFT_ONE_BY_ONE,
    invariant=tuple(map(one_by_one, JOINT.invariant)),
    derived=tuple(map(one_by_one, JOINT.derived)),
    goals=tuple(map(one_by_one, JOINT.goals)),
    cuts={
        ACTIONS.get(name, name): tuple(map(one_by_one, cuts)) for name, cuts in JOINT.cuts.items()
    },
)
