"""The proof that Raft is safe whose disks lose all, by the rule of `emptied`.

It is that of Raft with torn disks, where a server may be without a term, and votes no longer count
for candidates that have lost all (`emptied_invariant`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from raftnb.language.claims import Property
from raftnb.language.proof import Lemma
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft import emptied_invariant as emptied
from raftnb.specs.raft import invariant, lemmas
from raftnb.specs.raft import torn_invariant as torn
from raftnb.specs.raft.adapted import Uses, adapted
from raftnb.specs.raft.disks_proof import ENDS
from raftnb.specs.raft.emptied import (
    RAFT_EMPTIED_DISKS,
    terms_grow_but_on_an_emptied_disk,
    who_is_emptied_takes_no_part,
)
from raftnb.specs.raft.proof import COMMITTED
from raftnb.specs.raft.torn_proof import RAFT_TORN_DISKS_PROOF as TORN

IN_PLACE_OF: dict[Property, Property] = {
    torn.losses_are_of_the_past: emptied.losses_are_of_the_past,
    invariant.vote_requests_are_not_of_the_future: emptied.vote_requests_are_not_of_the_future,
    invariant.votes_are_not_of_the_future: emptied.votes_are_not_of_the_future,
    invariant.votes_are_remembered: emptied.votes_are_remembered,
    invariant.granted_votes_were_given: emptied.granted_votes_were_given,
    invariant.leaders_were_candidates: emptied.leaders_were_candidates,
    invariant.acknowledgements_are_of_the_past: emptied.acknowledgements_are_of_the_past,
    invariant.responses_were_acknowledgements: emptied.responses_were_acknowledgements,
    invariant.missing_entries_were_not_chosen: emptied.missing_entries_were_not_chosen,
    lemmas.quorums_have_seen_each_leader: emptied.quorums_have_elected_each_leader,
    raft.currentTerm_is_monotone: terms_grow_but_on_an_emptied_disk,
}
STATE = (
    emptied.who_is_emptied_has_nothing,
    emptied.who_was_emptied_does_not_stand,
    emptied.losses_are_of_the_past,
    emptied.nobody_votes_in_no_term,
)
QUESTIONS = (
    emptied.questions_were_asked,
    emptied.answers_are_to_questions,
    emptied.term_requests_have_a_question,
    emptied.term_responses_are_answers,
    emptied.who_has_answered_was_counted,
)
OWN = (emptied.candidates_vote_for_themselves, emptied.leaders_voted_for_themselves)
ELECTIONS = tuple(IN_PLACE_OF.get(claim, claim) for claim in invariant.ELECTIONS)
TOLD = (emptied.candidates_will_tell, emptied.voters_will_tell)
FOUND = (emptied.found_term_is_none_older,)
STANDS = (emptied.who_was_emptied_does_not_stand,)
HEARS = (emptied.who_hears_knows_its_term,)
MORE: Mapping[str, Uses] = {
    "time_out": STANDS,
    "become_leader": STANDS,
    "flush": STANDS,
    "handle_request_vote": STATE,
    "handle_append_entries": (*HEARS, *STANDS),
    "lose_all": (*ENDS, *STATE, emptied.questions_were_asked),
    "find_term": (*ENDS, *STATE, *FOUND),
}
# Who has helped to elect a later leader acknowledges nothing of a term before.
PASSED = (invariant.leaders_had_votes, emptied.votes_are_not_of_the_future, *STANDS)


# What was committed stays: of elections nothing more is used.
STAYS = (lemmas.committed_fits, lemmas.committed_stays)
WRITTEN = (
    invariant.leaders_entries_were_written_by_leaders,
    invariant.leaders_logs_match,
    emptied.missing_entries_were_not_chosen,
    *COMMITTED,
)


def with_emptied(found: tuple[Lemma, ...], steps: Mapping[str, Uses] = MORE) -> tuple[Lemma, ...]:
    """Lemmas of Raft with torn disks, of those that may have lost all."""

    def one(lemma: Lemma) -> Lemma:
        claim = IN_PLACE_OF.get(lemma.claim, lemma.claim)
        more: Uses = STATE if claim is not lemma.claim or claim in ELECTIONS else ()
        if claim is emptied.missing_entries_were_not_chosen:
            more = PASSED
        uses = WRITTEN if claim in STAYS else (*(lemma.uses or ()), *more)
        return replace(lemma, claim=claim, uses=uses)

    return tuple(map(one, adapted(found, instead=IN_PLACE_OF, everywhere=steps)))


NEW = (
    *(
        Lemma(claim, (*STATE, *ELECTIONS, QUESTIONS[0]))
        for claim in STATE
        if claim not in IN_PLACE_OF.values()
    ),
    *(Lemma(claim, (*STATE, *QUESTIONS, ELECTIONS[0])) for claim in QUESTIONS),
    *(Lemma(claim, (*STATE, *ELECTIONS, *OWN)) for claim in OWN),
    Lemma(TOLD[0], (*STATE, *QUESTIONS, *ELECTIONS, TOLD[0])),
    Lemma(
        TOLD[1],
        (
            *STATE,
            *QUESTIONS,
            *ELECTIONS,
            *OWN,
            *TOLD,
            lemmas.term_has_no_leader_yet,
            emptied.acknowledgements_are_of_the_past,
            lemmas.more_than_a_quorum_is_one,
        ),
    ),
)

RAFT_EMPTIED_DISKS_PROOF = replace(
    TORN,
    spec=RAFT_EMPTIED_DISKS,
    invariant=(
        *adapted(NEW, everywhere={"handle_append_entries": HEARS}),
        *with_emptied(TORN.invariant),
    ),
    derived=with_emptied(TORN.derived, {}),
    goals=(
        *with_emptied(TORN.goals),
        Lemma(who_is_emptied_takes_no_part, STATE),
    ),
    cuts={
        "flush": with_emptied(TORN.cuts["flush"], {}),
        "become_leader": with_emptied(TORN.cuts["become_leader"], {"become_leader": STANDS}),
        "handle_append_entries": (
            Lemma(
                HEARS[0],
                (*STATE, invariant.messages_are_of_a_leader, emptied.leaders_were_candidates),
            ),
            *with_emptied(TORN.cuts["handle_append_entries"], {"handle_append_entries": HEARS}),
        ),
        "find_term": (
            Lemma(
                FOUND[0],
                (
                    *STATE,
                    *QUESTIONS,
                    *ELECTIONS,
                    *TOLD,
                    emptied.acknowledgements_are_of_the_past,
                    lemmas.more_than_a_quorum_is_one,
                ),
            ),
        ),
    },
    defined=(
        emptied.questions_were_asked,
        *(IN_PLACE_OF.get(claim, claim) for claim in TORN.defined),
    ),
)

__all__ = ["RAFT_EMPTIED_DISKS_PROOF"]
