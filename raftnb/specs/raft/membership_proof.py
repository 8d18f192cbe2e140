"""The proof that a cluster may change by joint consensus: for any number of servers.

Raft's proof rests on this, that any two quorums meet. Here those of one cluster do, and its
conjuncts stand with what takes the place of that: see `membership_invariant`.
"""

from __future__ import annotations

from raftnb.language.proof import Lemma, Proof
from raftnb.specs.raft import invariant as inv
from raftnb.specs.raft import lemmas as old
from raftnb.specs.raft import majorities
from raftnb.specs.raft import membership_invariant as members
from raftnb.specs.raft import membership_lemmas as found
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.membership import (
    RAFT_JOINT,
    are_near,
    configurations_are_never_rewritten,
    is_majority,
    is_same,
    somebody_can_win,
)
from raftnb.specs.raft.membership_steps import (
    AB,
    APPENDING,
    APPENDS,
    CHOSEN,
    ELECTING,
    INSTEAD,
    MEETING,
    REMEMBERED,
    STEP,
    when_appending,
    with_members,
)

RAFT = base.RAFT_PROOF

CONFIGURATIONS = (
    Lemma(members.clusters_have_members, (members.clusters_have_members, *members.NAMED)),
    *(Lemma(claim, (*members.NAMED, *AB)) for claim in members.NAMED),
    Lemma(members.values_name_one_entry, (*STEP, *members.NAMED)),
    Lemma(members.leaders_beginnings_are_remembered, STEP),
    Lemma(members.leaders_had_a_quorum_of_their_configuration, (*STEP, *members.NAMED)),
    Lemma(members.inherited_entries_are_older, STEP),
    Lemma(
        members.unsettled_entries_keep_the_configuration,
        (*STEP, *members.NAMED, *majorities.CLUSTERS, found.new_configuration_follows),
    ),
    Lemma(
        members.chosen_entries_had_a_quorum,
        (
            *STEP,
            *members.NAMED,
            *majorities.CLUSTERS,
            members.values_name_one_entry,
            members.unsettled_entries_keep_the_configuration,
        ),
    ),
    Lemma(
        members.chosen_entries_were_acknowledged,
        (
            *STEP,
            *members.NAMED,
            members.values_name_one_entry,
            inv.acknowledgements_are_of_the_past,
            inv.matchIndex_was_acknowledged,
            inv.leaders_acknowledge_their_entries,
        ),
    ),
    Lemma(
        members.commits_were_chosen,
        (
            *STEP,
            *members.NAMED,
            inv.commits_were_of_the_leaders_term,
            inv.commitIndex_was_committed,
        ),
    ),
    Lemma(
        members.missing_entries_were_not_chosen_by_their_configuration,
        (),
        (
            (
                "Past.leaderLog[t][i].term",
                "u in Past.leaders",
                "is_majority(q, Configurations.old[Past.leaderLog[t][i].value])",
            ),
        ),
        steps={
            **when_appending(
                *STEP,
                *members.NAMED,
                inv.acknowledgements_are_of_the_past,
                found.later_leaders_are_known,
            ),
            "become_leader": (
                *STEP,
                *members.NAMED,
                found.what_the_new_leader_lacks_was_not_chosen,
            ),
        },
    ),
    Lemma(
        members.configurations_follow_the_first_or_a_chosen_one,
        (*STEP, *members.NAMED),
        steps={
            **when_appending(found.new_configuration_follows_the_first),
            "become_leader": (found.a_logs_configurations_follow_the_first,),
        },
        own=(members.configurations_follow_the_first_or_a_chosen_one,),
    ),
    Lemma(
        members.configurations_follow_or_one_between_was_chosen,
        (members.leaders_beginnings_are_remembered,),
        steps={
            **when_appending(
                *REMEMBERED,
                *members.NAMED,
                majorities.a_cluster_is_itself,
                majorities.clusters_are_the_same_either_way,
            ),
            "become_leader": (old.term_has_no_leader_yet,),
        },
        own=(
            members.configurations_follow_or_one_between_was_chosen,
            found.a_logs_configurations_follow,
            found.new_configuration_follows_any,
        ),
    ),
    Lemma(
        members.configurations_meet_or_were_left,
        (members.leaders_beginnings_are_remembered,),
        (("Past.leaderLog[t][i].value", "Past.leaderLog[u][j].value"),),
        steps={
            **when_appending(*STEP, *members.NAMED, *majorities.CLUSTERS),
            "become_leader": (old.term_has_no_leader_yet,),
        },
        own=(
            *MEETING,
            members.configurations_meet_or_were_left,
            found.new_configuration_meets,
            found.new_configuration_is_met,
        ),
    ),
)

DERIVED = (
    Lemma(old.terms_grow_along_logs, AB),
    Lemma(old.terms_grow_along_leaders_logs, AB),
    Lemma(
        found.chosen_entries_stay,
        (*AB, *CHOSEN, members.missing_entries_were_not_chosen_by_their_configuration),
    ),
    Lemma(
        found.chosen_entries_of_a_log_had_a_quorum,
        (*AB, *members.NAMED, *CHOSEN, inv.acknowledgements_are_of_the_past),
    ),
    Lemma(found.chosen_entries_of_a_log_stay, (*AB, found.chosen_entries_stay)),
    Lemma(
        found.chosen_entries_of_any_log_stay,
        (
            members.leaders_beginnings_are_remembered,
            inv.entries_were_written_by_leaders,
            inv.logs_match_the_leaders,
            found.chosen_entries_stay,
        ),
    ),
    Lemma(
        found.later_leaders_began_with_what_was_chosen,
        (*AB, found.chosen_entries_of_a_log_stay, members.inherited_entries_are_older),
    ),
    Lemma(
        found.chosen_entries_are_on_one_path,
        (
            members.leaders_beginnings_are_remembered,
            inv.leaders_entries_were_written_by_leaders,
            inv.leaders_logs_match,
            found.chosen_entries_of_a_log_stay,
            old.terms_grow_along_leaders_logs,
        ),
    ),
    Lemma(
        old.committed_fits,
        (
            *AB,
            found.chosen_entries_stay,
            members.commits_were_chosen,
            inv.commits_were_of_the_leaders_term,
        ),
    ),
    Lemma(
        old.committed_stays,
        (
            *AB,
            found.chosen_entries_stay,
            members.commits_were_chosen,
            inv.commits_were_of_the_leaders_term,
        ),
    ),
    Lemma(
        old.committed_entries_are_the_leaders,
        (
            *AB,
            inv.commits_were_of_the_leaders_term,
            inv.commitIndex_was_committed,
            old.committed_stays,
        ),
    ),
    Lemma(
        found.settled_logs_were_chosen,
        (
            *AB,
            inv.commits_were_of_the_leaders_term,
            members.commits_were_chosen,
            inv.commitIndex_was_committed,
            old.committed_fits,
        ),
    ),
)

RAFT_JOINT_PROOF = Proof(
    RAFT_JOINT,
    invariant=(
        *(with_members(lemma) for lemma in RAFT.invariant if lemma.claim not in INSTEAD),
        *CONFIGURATIONS,
    ),
    derived=(*DERIVED, Lemma(found.one_log_is_the_most_up_to_date, ())),
    goals=(
        *(with_members(lemma) for lemma in RAFT.goals if lemma.claim in RAFT_JOINT.claims),
        Lemma(
            somebody_can_win,
            (
                *members.NAMED,
                members.clusters_have_members,
                found.one_log_is_the_most_up_to_date,
                majorities.everyone_is_a_majority,
            ),
        ),
        Lemma(configurations_are_never_rewritten, members.NAMED),
    ),
    axioms=tuple(map(Lemma, (*majorities.CLUSTERS, majorities.everyone_is_a_majority))),
    opaque=(is_majority, is_same, are_near),
    defined=(
        *AB,
        *members.NAMED,
        inv.commits_were_of_the_leaders_term,
        inv.commitIndex_was_committed,
    ),
    cuts={
        **{name: tuple(map(with_members, cuts)) for name, cuts in RAFT.cuts.items()},
        **dict.fromkeys(APPENDS, APPENDING),
        "become_leader": ELECTING,
    },
)
