"""The proof that handing over is safe, and that whoever is asked to stand has all of the log.

All that is proved of Raft with PreVote stands, since votes are counted as ever. The new rests on
two facts: a leader takes no requests while it hands over, so that a follower that was up to date
stays so; and nobody is invited but by the leader of its term.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import in_flight
from raftnb.language.proof import Lemma
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.invariant import (
    acknowledged_log_is_the_leaders,
    acknowledged_log_is_there,
    acknowledgements_are_of_the_past,
    matchIndex_was_acknowledged,
)
from raftnb.specs.raft.prevote_proof import RAFT_PREVOTE_PROOF, messages_are_not_of_the_future
from raftnb.specs.raft.server import Past, Role
from raftnb.specs.raft.transfer import (
    RAFT_TRANSFER,
    TimeoutNow,
    TransferServer,
    a_new_term_is_called_for,
    who_is_asked_has_the_leaders_log,
)


def leaders_ask_to_stand() -> bool:
    """Whoever asks another server to stand leads the term of which it speaks, or has led it."""
    return all(m.term in Past.leaders for m in in_flight(TimeoutNow))


def who_is_invited_has_a_leader(s: TransferServer) -> bool:
    """Whoever has been invited is in a term that has a leader."""
    return not s.isInvited or s.currentTerm in Past.leaders


def who_is_asked_to_stand_is_known_to_have_all(s: TransferServer, peer: TransferServer) -> bool:
    """While a leader hands over, the one that it has asked is known to have all of the log."""
    asked = s.role == Role.LEADER and s.hasAsked and s.successor == peer
    return not asked or s.matchIndex[peer] >= len(s.log)


PREVOTE = RAFT_PREVOTE_PROOF
HANDING_OVER = (
    leaders_ask_to_stand,
    who_is_invited_has_a_leader,
    who_is_asked_to_stand_is_known_to_have_all,
)

RAFT_TRANSFER_PROOF = replace(
    PREVOTE,
    spec=RAFT_TRANSFER,
    invariant=(
        *PREVOTE.invariant,
        *(Lemma(claim, (*base.STEP, *HANDING_OVER)) for claim in HANDING_OVER),
    ),
    goals=(
        *(goal for goal in PREVOTE.goals if goal.claim in RAFT_TRANSFER.claims),
        Lemma(
            a_new_term_is_called_for,
            (messages_are_not_of_the_future, who_is_invited_has_a_leader),
        ),
        Lemma(
            who_is_asked_has_the_leaders_log,
            (
                *base.AB,
                matchIndex_was_acknowledged,
                acknowledged_log_is_there,
                acknowledged_log_is_the_leaders,
                acknowledgements_are_of_the_past,
                who_is_asked_to_stand_is_known_to_have_all,
            ),
        ),
    ),
)
