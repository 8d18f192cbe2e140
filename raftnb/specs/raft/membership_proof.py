"""What is proved of a cluster that changes, for any number of servers, and what is open.

Proved: that majorities meet where the argument needs it, by counting; that votes are given once in
a term, and counted only by whom they were given to; that terms, commitIndex and matchIndex only
grow; that a configuration, once written, stays. Open, and named by the report: that there is one
leader in a term, which needs an invariant about the clusters by which leaders were elected; and all
that rests on it.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import Set, in_flight
from raftnb.language.proof import Lemma, Proof
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft.invariant import VOTES
from raftnb.specs.raft.membership import (
    RAFT_JOINT,
    RAFT_ONE_BY_ONE,
    Configurations,
    configurations_are_never_rewritten,
    is_majority,
)
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Index,
    Server,
    Value,
)


def majorities_meet(a: Set[Server], b: Set[Server], c: Set[Server]) -> bool:
    """Two majorities of one cluster share a server."""
    within = all((s not in a or s in c) and (s not in b or s in c) for s in Server)
    both = within and is_majority(a, c) and is_majority(b, c)
    return not both or any(s in a and s in b for s in Server)


def majorities_of_neighbors_meet(
    a: Set[Server], b: Set[Server], c: Set[Server], d: Set[Server]
) -> bool:
    """A majority of a cluster, and one of that with one server more, share a server."""
    within = all((s not in a or s in c) and (s not in b or s in d) for s in Server)
    larger = all(s not in c or s in d for s in Server) and len(d) <= len(c) + 1
    both = within and larger and is_majority(a, c) and is_majority(b, d)
    return not both or any(s in a and s in b for s in Server)


def values_say_both(v: Value) -> bool:
    """Whatever says what the cluster was says what it is."""
    return (v in Configurations.old) == (v in Configurations.new)


def entries_name_configurations(s: Server, i: Index) -> bool:
    """Each entry of a log names a configuration that is written down."""
    return i >= len(s.log) or s.log[i].value in Configurations.new


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


NAMED = (
    values_say_both,
    entries_name_configurations,
    sent_entries_name_configurations,
    answers_are_natural,
    leaders_look_at_places,
)
RAFT_JOINT_PROOF = Proof(
    RAFT_JOINT,
    invariant=(
        *(Lemma(claim, VOTES) for claim in VOTES),
        *(Lemma(claim, NAMED) for claim in NAMED),
    ),
    goals=(
        Lemma(raft.one_vote_per_term, ()),
        Lemma(raft.currentTerm_is_monotone, ()),
        Lemma(raft.commitIndex_is_monotone, ()),
        Lemma(raft.matchIndex_is_monotone, ()),
        Lemma(configurations_are_never_rewritten, NAMED),
    ),
    axioms=(Lemma(majorities_meet), Lemma(majorities_of_neighbors_meet)),
    opaque=(is_majority,),
    defined=NAMED,
)
RAFT_ONE_BY_ONE_PROOF = replace(RAFT_JOINT_PROOF, spec=RAFT_ONE_BY_ONE)
