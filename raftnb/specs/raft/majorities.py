"""What is assumed of majorities, and of clusters that are the same or nearly, in a proof.

Nothing else is; the proof counts to justify it.
"""

from __future__ import annotations

from raftnb.language import Set
from raftnb.specs.raft.membership import are_near, is_majority, is_same
from raftnb.specs.raft.server import Server


def majorities_of_one_cluster_meet(
    a: Set[Server], b: Set[Server], c: Set[Server], d: Set[Server]
) -> bool:
    """Two majorities of one cluster share a server."""
    both = is_same(c, d) and is_majority(a, c) and is_majority(b, d)
    return not both or any(s in a and s in b for s in Server)


def one_cluster_has_its_majorities(a: Set[Server], c: Set[Server], d: Set[Server]) -> bool:
    """A majority of a cluster is one of a cluster with the same members."""
    return not (is_same(c, d) and is_majority(a, c)) or is_majority(a, d)


def a_cluster_is_itself(c: Set[Server]) -> bool:
    """A cluster has the same members as itself."""
    return is_same(c, c)


def clusters_are_the_same_either_way(c: Set[Server], d: Set[Server]) -> bool:
    """To have the same members is symmetric."""
    return not is_same(c, d) or is_same(d, c)


def clusters_are_the_same_in_turn(c: Set[Server], d: Set[Server], e: Set[Server]) -> bool:
    """To have the same members is transitive."""
    return not (is_same(c, d) and is_same(d, e)) or is_same(c, e)


def majorities_of_neighbors_meet(
    a: Set[Server], b: Set[Server], c: Set[Server], d: Set[Server]
) -> bool:
    """Majorities of two clusters that differ by one server share a server."""
    both = are_near(c, d) and is_majority(a, c) and is_majority(b, d)
    return not both or any(s in a and s in b for s in Server)


def clusters_are_near_either_way(c: Set[Server], d: Set[Server]) -> bool:
    """To differ by one server is symmetric."""
    return not are_near(c, d) or are_near(d, c)


def neighbors_of_one_cluster(c: Set[Server], d: Set[Server], e: Set[Server]) -> bool:
    """A cluster is as near to one with the same members."""
    return not (are_near(c, d) and is_same(d, e)) or are_near(c, e)


def everyone_is_a_majority(a: Set[Server], c: Set[Server]) -> bool:
    """All servers together have a majority of any cluster that has a member."""
    empty = not any(s in c for s in Server)
    return any(s not in a for s in Server) or empty or is_majority(a, c)


MEET = (majorities_of_one_cluster_meet, majorities_of_neighbors_meet)
CLUSTERS = (
    *MEET,
    clusters_are_near_either_way,
    neighbors_of_one_cluster,
    one_cluster_has_its_majorities,
    a_cluster_is_itself,
    clusters_are_the_same_either_way,
    clusters_are_the_same_in_turn,
)
