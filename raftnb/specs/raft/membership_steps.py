"""The steps by which a cluster that changes is proved safe: what each rests on.

First the words in which the proof is written, then the cuts of the actions that elect a leader and
that append an entry.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language.claims import Property
from raftnb.language.proof import Lemma
from raftnb.specs.raft import invariant as inv
from raftnb.specs.raft import lemmas as old
from raftnb.specs.raft import majorities
from raftnb.specs.raft import membership_invariant as members
from raftnb.specs.raft import membership_lemmas as found

INSTEAD: dict[Property, tuple[Property, ...]] = {
    inv.leaders_had_a_quorum: (members.leaders_beginnings_are_remembered,),
    inv.missing_entries_were_not_chosen: (),
    inv.commits_had_a_quorum: (),
    inv.commits_were_acknowledged: (members.commits_were_chosen,),
    old.quorums_meet: (),
}


def instead(claims: tuple[Property, ...]) -> tuple[Property, ...]:
    """The claims, with what takes the place of those that speak of one cluster."""
    return tuple(one for claim in claims for one in INSTEAD.get(claim, (claim,)))


def with_members(lemma: Lemma) -> Lemma:
    """A lemma of Raft's proof: an entry that changes the cluster is one as any other."""
    steps = {action: instead(uses) for action, uses in lemma.steps.items()}
    request = steps.get("client_request", ())
    return replace(
        lemma,
        uses=instead(lemma.uses or ()),
        steps={**steps, "change": request, "finish_change": request},
    )


AB = instead((*inv.ELECTIONS, *inv.LOGS))
STEP = (*AB, old.term_has_no_leader_yet)
CHOSEN = (members.chosen_entries_had_a_quorum, members.chosen_entries_were_acknowledged)
OF_A_LOG = (found.chosen_entries_of_a_log_had_a_quorum, found.chosen_entries_of_a_log_stay)
FIRST_FOLLOWED = members.configurations_follow_the_first_or_a_chosen_one
FOLLOWED = members.configurations_follow_or_one_between_was_chosen
MEETING = (
    found.a_logs_configurations_meet,
    found.a_logs_configurations_are_met,
    found.a_logs_configurations_meet_each_other,
)
WRITERS = (
    found.its_writers_configurations_meet,
    found.its_writers_configurations_are_met,
    found.its_writers_configurations_meet_each_other,
)
APPENDS = ("client_request", "change", "finish_change")


def when_appending(*claims: Property) -> dict[str, tuple[Property, ...]]:
    """What is used in the steps that append an entry to a leader's log."""
    return dict.fromkeys(APPENDS, claims)


VOTERS = (
    members.leaders_beginnings_are_remembered,
    members.leaders_had_a_quorum_of_their_configuration,
    inv.leaders_had_votes,
    *majorities.MEET,
    inv.votes_are_not_of_the_future,
)
REMEMBERED = (
    inv.leaders_are_remembered,
    inv.leaders_entries_are_remembered,
    inv.leaders_logs_are_remembered,
)

# What is known of a log is known of the logs of leaders that it is pieced together from.
OF_ANY_LOG = (
    Lemma(
        found.entries_are_in_a_leaders_log,
        (
            inv.entries_were_written_by_leaders,
            members.leaders_beginnings_are_remembered,
            inv.logs_match_the_leaders,
        ),
    ),
    *(
        Lemma(
            claim,
            (members.leaders_beginnings_are_remembered, found.entries_are_in_a_leaders_log),
            own=(of_leaders,),
        )
        for claim, of_leaders in (
            (found.a_logs_configurations_follow_the_first, FIRST_FOLLOWED),
            (found.its_writers_configurations_follow, FOLLOWED),
            *((claim, members.configurations_meet_or_were_left) for claim in WRITERS),
        )
    ),
    Lemma(found.a_logs_configurations_follow, (found.its_writers_configurations_follow,)),
    *(Lemma(claim, (of_writers,)) for claim, of_writers in zip(MEETING, WRITERS, strict=True)),
    Lemma(
        found.present_configuration_follows_the_first,
        (majorities.a_cluster_is_itself, found.a_logs_configurations_follow_the_first),
    ),
    Lemma(
        found.present_configuration_meets,
        (*majorities.CLUSTERS, found.a_logs_configurations_meet),
        own=(FIRST_FOLLOWED,),
    ),
)

APPENDING = (
    *OF_ANY_LOG,
    Lemma(
        found.what_leads_on_is_followed,
        (
            members.leaders_beginnings_are_remembered,
            inv.leaders_entries_were_written_by_leaders,
            inv.leaders_logs_match,
            found.entries_are_in_a_leaders_log,
        ),
        own=(FOLLOWED,),
    ),
    Lemma(
        found.present_configuration_is_followed,
        (*majorities.CLUSTERS, found.what_leads_on_is_followed),
        own=(FIRST_FOLLOWED,),
    ),
    Lemma(
        found.new_configuration_follows,
        (
            *majorities.CLUSTERS,
            *members.NAMED,
            inv.leaders_are_remembered,
            inv.leaders_were_candidates,
        ),
    ),
    Lemma(
        found.new_configuration_follows_its_writers,
        (
            *REMEMBERED,
            members.leaders_beginnings_are_remembered,
            *majorities.CLUSTERS,
            found.new_configuration_follows,
            found.settled_logs_were_chosen,
        ),
        own=(FOLLOWED,),
    ),
    Lemma(
        found.new_configuration_follows_any,
        (found.new_configuration_follows_its_writers,),
    ),
    Lemma(
        found.new_configuration_follows_the_first,
        (
            *members.NAMED,
            *majorities.CLUSTERS,
            found.present_configuration_follows_the_first,
            found.new_configuration_follows,
            found.settled_logs_were_chosen,
        ),
    ),
    Lemma(
        found.new_configuration_meets,
        (
            *REMEMBERED,
            inv.leaders_entries_were_written_by_leaders,
            inv.leaders_logs_match,
            members.leaders_beginnings_are_remembered,
            *majorities.CLUSTERS,
            found.new_configuration_follows,
            found.settled_logs_were_chosen,
            found.chosen_entries_are_on_one_path,
        ),
        (("Past.leaderLog[u][j].value",),),
        own=(found.present_configuration_meets, found.present_configuration_is_followed),
    ),
    Lemma(
        found.new_configuration_is_met,
        (*majorities.CLUSTERS, found.new_configuration_meets),
        (("Past.leaderLog[t][i].value",),),
    ),
    Lemma(
        found.new_configuration_meets_an_elections,
        (
            members.leaders_beginnings_are_remembered,
            *majorities.CLUSTERS,
            found.new_configuration_follows_the_first,
            found.new_configuration_meets,
        ),
        (("u in Past.leaders",),),
    ),
    Lemma(
        found.later_elections_are_met,
        (
            *REMEMBERED,
            members.leaders_beginnings_are_remembered,
            found.chosen_entries_of_a_log_stay,
            found.later_leaders_began_with_what_was_chosen,
            found.new_configuration_meets_an_elections,
        ),
        (("u in Past.leaders",),),
    ),
    Lemma(
        found.later_leaders_are_known,
        (
            *VOTERS,
            found.chosen_entries_of_a_log_had_a_quorum,
            found.later_elections_are_met,
        ),
    ),
)

ELECTING = (
    *OF_ANY_LOG,
    Lemma(
        found.present_configuration_meets_an_elections,
        (
            members.leaders_beginnings_are_remembered,
            *majorities.CLUSTERS,
            found.present_configuration_follows_the_first,
            found.present_configuration_meets,
        ),
        (("u in Past.leaders",),),
    ),
    Lemma(
        found.new_leader_has_what_was_chosen,
        (
            members.leaders_beginnings_are_remembered,
            inv.leaders_entries_were_written_by_leaders,
            *OF_A_LOG,
            *majorities.MEET,
            inv.candidates_count_votes_given,
            inv.voters_pass_on_their_entries,
        ),
    ),
    Lemma(
        found.rivals_configurations_meet,
        (
            members.leaders_beginnings_are_remembered,
            inv.leaders_entries_were_written_by_leaders,
            inv.candidates_have_older_entries,
            members.inherited_entries_are_older,
            found.chosen_entries_of_any_log_stay,
            found.new_leader_has_what_was_chosen,
            found.present_configuration_meets_an_elections,
        ),
    ),
    Lemma(
        old.term_has_no_leader_yet,
        (
            *VOTERS,
            majorities.a_cluster_is_itself,
            inv.candidates_count_votes_given,
            inv.leaders_were_candidates,
            found.rivals_configurations_meet,
        ),
    ),
    Lemma(
        found.what_was_chosen_is_not_beyond,
        (
            *AB,
            found.chosen_entries_stay,
            old.terms_grow_along_logs,
            old.terms_grow_along_leaders_logs,
        ),
    ),
    Lemma(
        found.what_the_new_leader_lacks_was_not_chosen,
        (
            members.leaders_beginnings_are_remembered,
            inv.leaders_entries_were_written_by_leaders,
            inv.votes_are_not_of_the_future,
            *majorities.MEET,
            found.new_leader_has_what_was_chosen,
            found.what_was_chosen_is_not_beyond,
            found.present_configuration_meets,
            inv.candidates_count_votes_given,
            inv.voters_pass_on_their_entries,
            inv.acknowledgements_are_of_the_past,
            members.missing_entries_were_not_chosen_by_their_configuration,
        ),
    ),
)
