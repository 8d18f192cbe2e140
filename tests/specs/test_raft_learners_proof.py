"""Learners, and servers that are set up anew, proved for any number of servers.

The whole proof is `python -m raftnb prove raft-learners`.
"""

from __future__ import annotations

import pytest

from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.language import Set
from raftnb.prove import prove
from raftnb.specs import PROOFS
from raftnb.specs.raft import learners_invariant
from raftnb.specs.raft.learners import RAFT_LEARNERS, Learners, LearnerServer
from raftnb.specs.raft.membership import new_members
from raftnb.specs.raft.mistakes.learning import AddsAtOnce, ComesBackBlank
from raftnb.specs.raft.server import Server, Value

LEARN = PROOFS["raft-learners"]


def test_what_is_said_of_wiped_servers_is_proved() -> None:
    claims = ["who_is_wiped_takes_no_part", "acknowledged_entries_stay_until_a_wipe"]
    goals = ["one_vote_per_term", "what_is_stored_outlives_all_but_a_wipe"]
    found = prove(LEARN, only=[*claims, *goals], actions="wipe", timeout=30, trust=True)
    assert found.unknown == ()
    assert {one.claim for one in found.checked} == {*claims, *goals}


def test_who_counts_has_caught_up() -> None:
    claims = ["who_joins_has_caught_up", "clusters_go_on", "members_are_no_learners"]
    found = prove(LEARN, only=claims, actions=("add", "add_learner"), timeout=30, trust=True)
    assert found.unknown == ()
    assert {one.action for one in found.checked} == {"add", "add_learner"}


class MembersLearn(LearnerServer):
    """Whoever is a member counts as a learner, too."""

    def propose(self, value: Value, old: Set[Server], new: Set[Server]) -> None:
        """Append an entry from which on this configuration holds."""
        super().propose(value, old, new)
        Learners.of |= {value: Learners.of[value] | new}


class TakesOneOut(LearnerServer):
    """To take a learner in is to take a member out."""

    def add_learner(self, value: Value, server: Server) -> None:
        """Go over to a cluster without this server."""
        members = new_members(self.log) - {server}
        self.propose(value, members, members)


@pytest.mark.parametrize(
    ("server", "claim", "action"),
    [
        (ComesBackBlank, "who_is_wiped_takes_no_part", "update_term"),
        (AddsAtOnce, "who_joins_has_caught_up", "add"),
        (MembersLearn, "members_are_no_learners", "add"),
        (TakesOneOut, "new_cluster_is_near", "add_learner"),
    ],
    ids=["ComesBackBlank", "AddsAtOnce", "MembersLearn", "TakesOneOut"],
)
def test_what_a_mistake_breaks_is_not_proved(server: type[Server], claim: str, action: str) -> None:
    wrong = LEARN.of(RAFT_LEARNERS.variant("wrong", server))
    found = prove(wrong, only=claim, actions=action, timeout=1, trust=True)
    assert claim in {one.claim for one in found.unknown}


def test_what_is_new_in_the_invariant_holds_in_every_explored_state() -> None:
    conjuncts = (lemma.claim for lemma in LEARN.invariant)
    new = tuple(claim for claim in conjuncts if claim.__module__ == learners_invariant.__name__)
    assert len(new) == 12
    spec = RAFT_LEARNERS.variant("conjuncts", invariants=new, transitions=(), sometimes=())
    found = check(spec(values=2, max_log=2, max_restarts=1, history=True), symmetry=True)
    assert (found.verdict, found.distinct) == (Verdict.HOLDS, 668)


def test_what_is_open_is_that_somebody_can_win() -> None:
    assert LEARN.not_covered() == ("somebody_who_counts_can_win",)
