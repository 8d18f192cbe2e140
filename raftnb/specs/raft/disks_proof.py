"""What is proved of servers whose logs are written while they go on, and what is open.

Proved, for any number of servers: that there is one leader in a term, since terms and votes are
stored at once. Open, and named by the report: all that rests on logs. The invariant of Raft does
not do for it as it stands: a leader has acknowledged its own entries before its disk has them, and
what `acknowledged` says of a server is then more than what a restart leaves to it.
"""

from __future__ import annotations

from raftnb.language.proof import Lemma, Proof
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft.disks import RAFT_DISKS, DiskServer
from raftnb.specs.raft.invariant import ELECTIONS
from raftnb.specs.raft.lemmas import everyone_is_a_quorum, quorums_meet, term_has_no_leader_yet
from raftnb.specs.raft.proof import FIRST
from raftnb.specs.raft.server import Server, is_quorum


def leaders_look_at_places(s: DiskServer, peer: Server) -> bool:
    """nextIndex begins with 1."""
    return s.nextIndex[peer] >= 1


RAFT_DISKS_PROOF = Proof(
    RAFT_DISKS,
    invariant=(
        *(Lemma(claim, FIRST) for claim in ELECTIONS),
        Lemma(leaders_look_at_places),
    ),
    goals=(
        Lemma(raft.election_safety, ELECTIONS),
        Lemma(raft.each_leader_had_the_votes_of_a_majority, ELECTIONS),
        Lemma(raft.one_vote_per_term, ()),
        Lemma(raft.currentTerm_is_monotone, ()),
        Lemma(raft.commitIndex_is_monotone, ()),
        Lemma(raft.matchIndex_is_monotone, ()),
        Lemma(raft.leaders_are_never_replaced_within_a_term, FIRST),
    ),
    axioms=(Lemma(quorums_meet), Lemma(everyone_is_a_quorum)),
    opaque=(is_quorum,),
    defined=(*ELECTIONS, leaders_look_at_places),
    cuts={"become_leader": (Lemma(term_has_no_leader_yet, (*ELECTIONS, quorums_meet)),)},
)
