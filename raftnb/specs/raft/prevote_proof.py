"""The proof that Raft with PreVote and CheckQuorum is Raft, and that its elections are calm.

All that is proved of Raft stands: a server asks before it does what it did before, and a leader
that steps down becomes a follower, as every server may. One conjunct more is needed for the new
claim: no message speaks of a term that nobody has reached.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import Message, in_flight
from raftnb.language.proof import Lemma
from raftnb.specs.raft.prevote import (
    RAFT_PREVOTE,
    a_new_term_has_a_majority_behind_it,
    who_is_asked_has_no_leader,
)
from raftnb.specs.raft.proof import RAFT_PROOF


def messages_are_not_of_the_future() -> bool:
    """A message speaks of a term that its sender or its receiver has reached."""
    return all(
        m.term <= m.source.currentTerm or m.term <= m.dest.currentTerm for m in in_flight(Message)
    )


RAFT_PREVOTE_PROOF = replace(
    RAFT_PROOF,
    spec=RAFT_PREVOTE,
    invariant=(
        *RAFT_PROOF.invariant,
        Lemma(messages_are_not_of_the_future),
        Lemma(who_is_asked_has_no_leader),
    ),
    goals=(
        *RAFT_PROOF.goals,
        Lemma(a_new_term_has_a_majority_behind_it, (messages_are_not_of_the_future,)),
    ),
)
