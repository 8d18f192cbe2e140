"""The proof that learners, and servers that are set up anew, do no harm: for any number of servers.

It is the proof of changes by one server at a time. Taking in a learner is an entry as any other.
What is said of a server's term is said with the servers that were wiped: see `learners_invariant`.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language.claims import Property
from raftnb.language.proof import Lemma
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft import invariant as inv
from raftnb.specs.raft import learners_invariant as learning
from raftnb.specs.raft import majorities, membership_steps
from raftnb.specs.raft import membership_invariant as members
from raftnb.specs.raft import membership_lemmas as found
from raftnb.specs.raft.learners import (
    RAFT_LEARNERS,
    learners_do_not_count,
    what_is_stored_outlives_all_but_a_wipe,
    who_joins_has_caught_up,
)
from raftnb.specs.raft.one_by_one_proof import RAFT_ONE_BY_ONE_PROOF

INSTEAD: dict[Property, Property] = {
    inv.vote_requests_are_not_of_the_future: learning.vote_requests_are_of_the_past,
    inv.votes_are_not_of_the_future: learning.votes_are_of_the_past,
    inv.leaders_were_candidates: learning.leaders_had_been_candidates,
    inv.acknowledgements_are_of_the_past: learning.acknowledgements_were_given,
    inv.responses_were_acknowledgements: learning.responses_were_given,
    inv.acknowledged_entries_stay: learning.acknowledged_entries_stay_until_a_wipe,
    members.missing_entries_were_not_chosen_by_their_configuration: (
        learning.missing_entries_will_not_be_chosen
    ),
    found.chosen_entries_of_a_log_had_a_quorum: learning.a_quorum_had_what_was_chosen,
    found.later_leaders_are_known: learning.later_leaders_are_known_or_voters_wiped,
    found.what_the_new_leader_lacks_was_not_chosen: learning.what_it_lacks_will_not_be_chosen,
    raft.committed_log_is_append_only: what_is_stored_outlives_all_but_a_wipe,
}


def instead(claims: tuple[Property, ...]) -> tuple[Property, ...]:
    """The claims, with what is said of servers that may be wiped."""
    return tuple(INSTEAD.get(claim, claim) for claim in claims)


WIPED = (learning.who_is_wiped_takes_no_part,)
LEARNERS = (learning.values_say_who_learns, learning.members_are_no_learners)
OF_THE_WIPED = (inv.voters_pass_on_their_entries, learning.missing_entries_will_not_be_chosen)
AB = (*instead(membership_steps.AB), *WIPED)
MORE: dict[str, tuple[Property, ...]] = {
    "add_learner": (learning.values_name_one_cluster,),
    # Nothing is sent in the first term, so that whoever is wiped receives nothing.
    "handle_append_entries": (inv.messages_are_of_a_leader, learning.leaders_had_been_candidates),
    "wipe": (learning.nobody_votes_in_the_first_term,),
}


def with_learners(lemma: Lemma) -> Lemma:
    """A lemma of the proof of changes by one server: taking in a learner is like adding it."""
    claim = INSTEAD.get(lemma.claim, lemma.claim)
    steps = {action: instead(uses) for action, uses in lemma.steps.items()}
    steps = {**steps, "add_learner": steps.get("add", ())}
    return replace(
        lemma,
        claim=claim,
        uses=(*instead(lemma.uses or ()), *(WIPED if claim in OF_THE_WIPED else ())),
        steps=steps | {action: (*steps.get(action, ()), *uses) for action, uses in MORE.items()},
        own=instead(lemma.own),
    )


ONE_BY_ONE = RAFT_ONE_BY_ONE_PROOF
CUTS = {action: tuple(map(with_learners, cuts)) for action, cuts in ONE_BY_ONE.cuts.items()}

RAFT_LEARNERS_PROOF = replace(
    ONE_BY_ONE,
    spec=RAFT_LEARNERS,
    invariant=(
        *map(with_learners, ONE_BY_ONE.invariant),
        Lemma(learning.who_is_wiped_takes_no_part, AB),
        Lemma(learning.nobody_votes_in_the_first_term, AB),
        Lemma(
            learning.values_name_one_cluster,
            (*LEARNERS, *members.NAMED, *majorities.CLUSTERS),
        ),
        *(Lemma(claim, (*LEARNERS, *members.NAMED)) for claim in LEARNERS),
    ),
    derived=tuple(map(with_learners, ONE_BY_ONE.derived)),
    goals=(
        *(
            with_learners(lemma)
            for lemma in ONE_BY_ONE.goals
            if INSTEAD.get(lemma.claim, lemma.claim) in RAFT_LEARNERS.claims
        ),
        Lemma(learners_do_not_count, (*LEARNERS, *members.NAMED)),
        Lemma(
            who_joins_has_caught_up,
            (*AB, *members.NAMED),
            steps={
                "add": (
                    inv.matchIndex_was_acknowledged,
                    learning.acknowledgements_were_given,
                    learning.acknowledged_entries_stay_until_a_wipe,
                    found.settled_logs_were_chosen,
                    found.chosen_entries_stay,
                )
            },
        ),
    ),
    defined=(*instead(ONE_BY_ONE.defined), *LEARNERS, *WIPED),
    cuts={**CUTS, "add_learner": CUTS["add"]},
)

__all__ = ["RAFT_LEARNERS_PROOF"]
