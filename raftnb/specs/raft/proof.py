"""The proof of Raft: its invariant, what follows, and hints for the solver.

Where a claim `uses` others, these are assumed of the state before the step; a solver that is given
all of them at once loses its way. Hints can make the proof fail, but never wrong.
"""

from __future__ import annotations

from raftnb.language.proof import Lemma, Proof
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft.invariant import (
    ELECTIONS,
    LOGS,
    acknowledged_entries_stay,
    acknowledged_log_is_the_leaders,
    acknowledged_log_is_there,
    acknowledgements_are_of_the_past,
    acknowledgements_are_within_the_leaders_log,
    candidates_have_older_entries,
    commitIndex_was_committed,
    commits_had_a_quorum,
    commits_were_acknowledged,
    commits_were_of_the_leaders_term,
    entries_were_written_by_leaders,
    leaderCommit_was_committed,
    leaders_acknowledge_their_entries,
    leaders_are_remembered,
    leaders_entries_are_remembered,
    leaders_entries_were_written_by_leaders,
    leaders_logs_are_remembered,
    leaders_logs_match,
    logs_match_the_leaders,
    matchIndex_was_acknowledged,
    messages_are_of_a_leader,
    messages_entries_are_the_leaders,
    messages_match_before,
    missing_entries_were_not_chosen,
    responses_were_acknowledgements,
    vote_requests_describe_the_log,
    voters_pass_on_their_entries,
)
from raftnb.specs.raft.lemmas import (
    committed_entries_are_the_leaders,
    committed_fits,
    committed_stays,
    committers_have_enough,
    committers_have_what_was_committed,
    everyone_is_a_quorum,
    matching_log_is_the_leaders,
    merged_log_is_the_leaders,
    merged_terms_are_the_leaders,
    more_than_a_quorum_is_one,
    new_commits_are_the_leaders,
    new_commits_were_committed,
    quorums_have_seen_each_leader,
    quorums_meet,
    term_has_no_leader_yet,
    terms_grow_along_leaders_logs,
    terms_grow_along_logs,
    what_is_cut_off_is_not_the_leaders,
)
from raftnb.specs.raft.server import is_quorum

FIRST = (*ELECTIONS, term_has_no_leader_yet)
AB = ELECTIONS + LOGS
STEP = (*AB, term_has_no_leader_yet)
GROW = (terms_grow_along_logs, terms_grow_along_leaders_logs)
ACCEPTED = (
    matching_log_is_the_leaders,
    merged_terms_are_the_leaders,
    merged_log_is_the_leaders,
    what_is_cut_off_is_not_the_leaders,
)
NEW_COMMITS = (new_commits_are_the_leaders, new_commits_were_committed)
COMMITTED = (commits_were_of_the_leaders_term, commits_had_a_quorum, commits_were_acknowledged)

LOG_MATCHING = (
    Lemma(entries_were_written_by_leaders, STEP + ACCEPTED),
    Lemma(logs_match_the_leaders, STEP + ACCEPTED),
    Lemma(leaders_entries_were_written_by_leaders, STEP),
    Lemma(leaders_logs_match, STEP),
    Lemma(leaders_logs_are_remembered, STEP),
    Lemma(leaders_entries_are_remembered, STEP),
    Lemma(candidates_have_older_entries, STEP),
    Lemma(messages_are_of_a_leader, STEP),
    Lemma(messages_match_before, STEP),
    Lemma(messages_entries_are_the_leaders, STEP),
    Lemma(acknowledgements_are_within_the_leaders_log, STEP),
    Lemma(
        raft.nextIndex_is_in_range,
        (*STEP, matchIndex_was_acknowledged, acknowledgements_are_of_the_past),
    ),
)

COMPLETENESS = (
    Lemma(vote_requests_describe_the_log, STEP),
    Lemma(acknowledgements_are_of_the_past, STEP),
    Lemma(responses_were_acknowledgements, (*STEP, acknowledgements_are_of_the_past)),
    Lemma(
        matchIndex_was_acknowledged,
        (*STEP, acknowledgements_are_of_the_past, responses_were_acknowledgements),
    ),
    Lemma(leaders_acknowledge_their_entries, (*STEP, acknowledgements_are_of_the_past)),
    Lemma(acknowledged_entries_stay, (*STEP, acknowledgements_are_of_the_past, *ACCEPTED)),
    Lemma(
        acknowledged_log_is_there,
        (*STEP, acknowledgements_are_of_the_past, *ACCEPTED),
        steps={"handle_append_entries": (acknowledged_log_is_the_leaders,)},
    ),
    Lemma(
        acknowledged_log_is_the_leaders,
        (*STEP, acknowledged_log_is_there, acknowledgements_are_of_the_past, *ACCEPTED),
    ),
    Lemma(
        voters_pass_on_their_entries,
        (
            *STEP,
            *GROW,
            vote_requests_describe_the_log,
            acknowledgements_are_of_the_past,
            acknowledged_entries_stay,
        ),
    ),
    Lemma(
        missing_entries_were_not_chosen,
        (),
        (("Past.leaderLog[t][i].term", "u in Past.leaders", "is_quorum(q)"),),
        steps={
            "client_request": (
                leaders_are_remembered,
                leaders_logs_are_remembered,
                leaders_entries_are_remembered,
                acknowledgements_are_of_the_past,
                quorums_have_seen_each_leader,
            ),
            "become_leader": (
                *STEP,
                quorums_meet,
                acknowledgements_are_of_the_past,
                voters_pass_on_their_entries,
            ),
        },
    ),
    Lemma(commits_were_of_the_leaders_term, (*STEP, commitIndex_was_committed)),
    Lemma(
        commits_were_acknowledged,
        (
            *STEP,
            acknowledgements_are_of_the_past,
            matchIndex_was_acknowledged,
            leaders_acknowledge_their_entries,
            commits_were_of_the_leaders_term,
            commitIndex_was_committed,
        ),
    ),
    Lemma(commits_had_a_quorum, STEP),
    Lemma(
        leaderCommit_was_committed,
        (*STEP, commits_were_of_the_leaders_term, commitIndex_was_committed),
    ),
    Lemma(
        commitIndex_was_committed,
        (),
        steps={
            "become_leader": (*FIRST, commits_were_of_the_leaders_term),
            "client_request": (*STEP, commits_were_of_the_leaders_term),
            "handle_append_entries": (
                messages_are_of_a_leader,
                committed_stays,
                committed_fits,
                messages_entries_are_the_leaders,
                matching_log_is_the_leaders,
                *NEW_COMMITS,
            ),
            "advance_commit_index": STEP,
        },
    ),
)

DERIVED = (
    Lemma(quorums_have_seen_each_leader, (*ELECTIONS, quorums_meet)),
    Lemma(terms_grow_along_logs, AB),
    Lemma(terms_grow_along_leaders_logs, AB),
    Lemma(committed_fits, (*AB, missing_entries_were_not_chosen, *COMMITTED)),
    Lemma(committed_stays, (*AB, missing_entries_were_not_chosen, *COMMITTED)),
    Lemma(
        committers_have_enough,
        (
            *AB,
            acknowledged_entries_stay,
            acknowledgements_are_of_the_past,
            committed_stays,
            committed_fits,
            *COMMITTED,
        ),
    ),
    Lemma(
        committers_have_what_was_committed,
        (
            *AB,
            acknowledged_entries_stay,
            acknowledgements_are_of_the_past,
            committed_stays,
            committed_fits,
            *COMMITTED,
        ),
    ),
    Lemma(
        committed_entries_are_the_leaders,
        (*AB, commits_were_of_the_leaders_term, commitIndex_was_committed, committed_stays),
    ),
)

CHOSEN = (*AB, *COMMITTED, commitIndex_was_committed, committed_stays, committed_fits)

FIGURE_3 = (
    Lemma(raft.election_safety, ELECTIONS),
    Lemma(raft.leader_append_only, STEP),
    Lemma(raft.log_matching, AB),
    Lemma(raft.leader_completeness, CHOSEN),
    Lemma(raft.state_machine_safety, (*CHOSEN, committed_entries_are_the_leaders)),
)

MORE = (
    Lemma(
        raft.committed_entries_are_on_a_majority,
        (
            commitIndex_was_committed,
            commits_had_a_quorum,
            more_than_a_quorum_is_one,
            everyone_is_a_quorum,
            committers_have_enough,
            committers_have_what_was_committed,
        ),
    ),
    Lemma(raft.commitIndex_is_within_the_log, (commitIndex_was_committed,)),
    Lemma(raft.log_terms_do_not_decrease, GROW),
    Lemma(
        raft.matchIndex_is_true,
        (
            *AB,
            matchIndex_was_acknowledged,
            acknowledged_log_is_there,
            acknowledged_log_is_the_leaders,
            acknowledgements_are_of_the_past,
        ),
    ),
    Lemma(raft.each_leader_had_the_votes_of_a_majority, ELECTIONS),
    Lemma(raft.each_commit_was_acknowledged_by_a_majority, COMMITTED),
    Lemma(raft.leader_completeness_over_time, (*AB, *COMMITTED, committed_stays, committed_fits)),
    Lemma(
        raft.committed_log_is_append_only,
        (*AB, *ACCEPTED, new_commits_are_the_leaders, commitIndex_was_committed, committed_stays),
    ),
    Lemma(raft.commitIndex_is_monotone, ()),
    Lemma(raft.matchIndex_is_monotone, ()),
    Lemma(raft.one_vote_per_term, ()),
    Lemma(raft.currentTerm_is_monotone, ()),
    Lemma(raft.leaders_are_never_replaced_within_a_term, FIRST),
)

RAFT_PROOF = Proof(
    raft.RAFT,
    invariant=(*(Lemma(claim, FIRST) for claim in ELECTIONS), *LOG_MATCHING, *COMPLETENESS),
    derived=DERIVED,
    goals=(*FIGURE_3, *MORE),
    axioms=(Lemma(quorums_meet), Lemma(everyone_is_a_quorum), Lemma(more_than_a_quorum_is_one)),
    opaque=(is_quorum,),
    defined=(*AB, commits_were_of_the_leaders_term),
    cuts={
        "become_leader": (Lemma(term_has_no_leader_yet, (*ELECTIONS, quorums_meet)),),
        "handle_append_entries": (
            Lemma(matching_log_is_the_leaders, AB),
            Lemma(merged_terms_are_the_leaders, (*AB, matching_log_is_the_leaders)),
            Lemma(
                merged_log_is_the_leaders,
                (*AB, matching_log_is_the_leaders, merged_terms_are_the_leaders),
            ),
            Lemma(what_is_cut_off_is_not_the_leaders, (*AB, matching_log_is_the_leaders)),
            Lemma(
                new_commits_are_the_leaders,
                (*AB, commitIndex_was_committed, committed_stays, committed_fits, *ACCEPTED),
            ),
            Lemma(
                new_commits_were_committed, (commitIndex_was_committed, leaderCommit_was_committed)
            ),
        ),
    },
)
