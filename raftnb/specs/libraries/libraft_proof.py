"""The proof that Raft as libraft does it is safe: Raft's own, with a disk and snapshots."""

from __future__ import annotations

from dataclasses import replace

from raftnb.language.claims import Property
from raftnb.language.proof import Lemma
from raftnb.specs.libraries import libraft_invariant as disk
from raftnb.specs.libraries.libraft import RAFT_LIBRAFT
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft import invariant, lemmas
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.adapted import adapted
from raftnb.specs.raft.disks import committed_log_outlives_all_but_a_restart

RAFT = base.RAFT_PROOF

RAFT_GOALS = {goal.claim: goal for goal in RAFT.goals}

STORED = (
    disk.stored_log_is_there,
    disk.writes_are_of_a_leader,
    disk.writes_entries_are_the_leaders,
    disk.writes_commits_were_committed,
)
INSTALLED = (
    disk.who_installs_follows,
    disk.what_is_installed_is_of_a_leader,
    disk.what_is_installed_is_the_leaders,
)
SENT = (disk.snapshots_are_of_a_leader, disk.snapshots_entries_are_the_leaders)
KEPT = (
    disk.acknowledged_log_is_kept,
    disk.acknowledged_entries_are_kept,
    disk.leaders_acknowledge_what_they_store,
)
IN_PLACE_OF: dict[Property, Property] = {
    invariant.leaders_acknowledge_their_entries: disk.leaders_acknowledge_what_they_store,
    lemmas.merged_terms_are_the_leaders: disk.taken_terms_are_the_leaders,
    lemmas.merged_log_is_the_leaders: disk.taken_log_is_the_leaders,
    lemmas.what_is_cut_off_is_not_the_leaders: disk.what_is_overwritten_is_not_the_leaders,
    lemmas.new_commits_are_the_leaders: disk.taken_commits_are_the_leaders,
}
REPLACED = (
    invariant.leaders_acknowledge_their_entries,
    invariant.acknowledged_log_is_there,
    invariant.acknowledged_entries_stay,
)
TAKEN = (
    lemmas.matching_log_is_the_leaders,
    disk.taken_terms_are_the_leaders,
    disk.taken_log_is_the_leaders,
    disk.what_is_overwritten_is_not_the_leaders,
)
WRITTEN = (
    disk.what_counts_is_there,
    disk.what_is_stored_is_the_writers,
    disk.what_is_stored_was_committed,
)
ARRIVED = (
    disk.covered_log_is_the_leaders,
    disk.what_is_replaced_is_not_the_leaders,
    disk.known_commits_are_the_leaders,
    disk.snapshots_cover_what_is_known,
)
COMMITS = (
    invariant.commitIndex_was_committed,
    lemmas.committed_stays,
    lemmas.committed_fits,
)
ACKNOWLEDGED = (
    invariant.acknowledgements_are_of_the_past,
    invariant.acknowledged_log_is_the_leaders,
    disk.acknowledged_log_is_kept,
)
STEPS = {
    "restart": (disk.stored_log_is_there, *INSTALLED),
    "time_out": INSTALLED,
    "client_request": (disk.stored_log_is_there, *INSTALLED),
    "become_leader": INSTALLED,
    "advance_commit_index": (disk.stored_log_is_there,),
    "handle_append_entries": (disk.stored_log_is_there, *INSTALLED),
    "store": (*STORED, *WRITTEN, *INSTALLED),
    "install": (*STORED, *INSTALLED),
    "handle_install_snapshot": (disk.stored_log_is_there, *SENT, *INSTALLED, *ARRIVED),
}
COMMITTING = {
    "handle_append_entries": (*TAKEN, disk.taken_commits_are_the_leaders),
    "store": COMMITS,
    "install": COMMITS,
    "handle_install_snapshot": COMMITS,
}


def with_disk(*lemmas: Lemma) -> tuple[Lemma, ...]:
    """Lemmas of Raft's proof, which may use what is known of the disk and of snapshots."""
    return adapted(lemmas, instead=IN_PLACE_OF, everywhere=STEPS)


RAFT_LIBRAFT_PROOF = replace(
    RAFT,
    spec=RAFT_LIBRAFT,
    invariant=(
        *adapted(
            tuple(one for one in RAFT.invariant if one.claim not in REPLACED),
            instead=IN_PLACE_OF,
            also={invariant.commitIndex_was_committed: COMMITTING},
            everywhere=STEPS,
        ),
        *with_disk(
            *(Lemma(claim, (*base.STEP, *STORED[:3])) for claim in STORED[:3]),
            Lemma(
                disk.writes_commits_were_committed,
                (*base.STEP, invariant.leaderCommit_was_committed),
            ),
            *(Lemma(claim, base.STEP) for claim in INSTALLED),
            Lemma(disk.snapshots_are_of_a_leader, (*base.STEP, *COMMITS)),
            Lemma(disk.snapshots_entries_are_the_leaders, (*base.STEP, *SENT)),
            Lemma(disk.acknowledged_log_is_kept, (*base.STEP, *ACKNOWLEDGED, *TAKEN)),
            Lemma(
                disk.acknowledged_entries_are_kept,
                (*base.STEP, invariant.acknowledgements_are_of_the_past, *TAKEN),
            ),
            Lemma(
                disk.leaders_acknowledge_what_they_store,
                (*base.STEP, invariant.acknowledgements_are_of_the_past, *TAKEN, *base.GROW),
            ),
        ),
    ),
    derived=(
        Lemma(
            invariant.acknowledged_log_is_there,
            (disk.acknowledged_log_is_kept, disk.stored_log_is_there),
        ),
        Lemma(invariant.acknowledged_entries_stay, (disk.acknowledged_entries_are_kept,)),
        *adapted(RAFT.derived, instead=IN_PLACE_OF),
    ),
    goals=(
        *with_disk(
            *(one for one in RAFT.goals if one.claim is not raft.committed_log_is_append_only),
            replace(
                RAFT_GOALS[raft.committed_log_is_append_only],
                claim=committed_log_outlives_all_but_a_restart,
            ),
        ),
    ),
    cuts={
        **RAFT.cuts,
        "handle_append_entries": (
            Lemma(lemmas.matching_log_is_the_leaders, base.AB),
            Lemma(disk.taken_terms_are_the_leaders, (*base.AB, lemmas.matching_log_is_the_leaders)),
            Lemma(disk.taken_log_is_the_leaders, (*base.AB, *TAKEN[:2])),
            Lemma(
                disk.what_is_overwritten_is_not_the_leaders,
                (*base.AB, lemmas.matching_log_is_the_leaders),
            ),
            Lemma(
                disk.taken_commits_are_the_leaders,
                (*base.AB, *COMMITS, *TAKEN, disk.stored_log_is_there),
            ),
            Lemma(
                lemmas.new_commits_were_committed,
                (invariant.commitIndex_was_committed, invariant.leaderCommit_was_committed),
            ),
        ),
        "store": (
            Lemma(disk.what_counts_is_there, STORED),
            Lemma(
                disk.what_is_stored_is_the_writers,
                (
                    invariant.logs_match_the_leaders,
                    invariant.leaders_logs_match,
                    disk.stored_log_is_there,
                    disk.writes_are_of_a_leader,
                    disk.what_counts_is_there,
                ),
            ),
            Lemma(disk.what_is_stored_was_committed, (*STORED, disk.what_is_stored_is_the_writers)),
        ),
        "handle_install_snapshot": (
            Lemma(disk.covered_log_is_the_leaders, (*base.AB, *SENT)),
            Lemma(disk.what_is_replaced_is_not_the_leaders, (*base.AB, *SENT)),
            Lemma(disk.known_commits_are_the_leaders, (*base.AB, *COMMITS, *SENT)),
            Lemma(
                disk.snapshots_cover_what_is_known,
                (*base.AB, *SENT, *COMMITS, *ACKNOWLEDGED, disk.stored_log_is_there, *ARRIVED[1:3]),
            ),
        ),
    },
)

__all__ = ["RAFT_LIBRAFT_PROOF"]
