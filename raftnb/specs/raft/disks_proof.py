"""The proof that Raft is safe whose logs are written to disks while the servers go on.

It is Raft's own, for any number of servers. What Raft's invariant says of a log is said of each
disk that there will be (`disks_invariant`), since a restart may leave any of them; that it is true
of the log follows.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language.claims import Property
from raftnb.language.proof import Lemma
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft import disks_invariant as disk
from raftnb.specs.raft import invariant
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.adapted import adapted
from raftnb.specs.raft.disks import (
    RAFT_DISKS,
    committed_log_outlives_all_but_a_restart,
    what_is_believed_is_stored,
)

RAFT = base.RAFT_PROOF

QUEUE = (
    disk.each_write_has_its_disk,
    disk.first_disk_is_what_is_stored,
    disk.last_disk_is_the_log,
    disk.writes_begin_within_the_disk,
    disk.writes_leave_what_comes_before,
    disk.writes_put_their_entries,
)
COUNTED = (
    disk.what_counts_is_not_overwritten,
    disk.what_counts_is_on_each_disk,
    disk.disks_are_the_log_or_overwritten,
)
ENDS = QUEUE[:3]
KNOWN = (disk.what_counts_is_within_the_log, disk.what_counts_is_the_log)
IN_PLACE_OF: dict[Property, Property] = {
    invariant.entries_were_written_by_leaders: disk.disks_were_written_by_leaders,
    invariant.logs_match_the_leaders: disk.disks_match_the_leaders,
    invariant.acknowledged_entries_stay: disk.acknowledged_entries_are_on_each_disk,
    invariant.acknowledged_log_is_there: disk.acknowledged_log_is_on_each_disk,
    invariant.acknowledged_log_is_the_leaders: disk.acknowledged_disks_are_the_leaders,
    invariant.leaders_acknowledge_their_entries: disk.leaders_acknowledge_what_they_store,
}
LEADERS = {invariant.leaders_acknowledge_their_entries: disk.leaders_acknowledge_what_they_store}
WRITTEN = (
    disk.what_counts_now_is_on_each_disk,
    disk.what_counts_now_is_within_the_log,
    disk.what_counts_now_is_the_log,
)
MORE: dict[str, tuple[Property, ...]] = {
    "restart": ENDS,
    "client_request": (*ENDS, *KNOWN),
    "handle_append_entries": (*ENDS, *KNOWN, disk.what_counts_is_on_each_disk),
    "flush": (disk.each_write_has_its_disk, *WRITTEN, *KNOWN),
}
ACKNOWLEDGED = (invariant.acknowledgements_are_of_the_past,)
DISKS = (disk.disks_were_written_by_leaders, disk.disks_match_the_leaders)


def with_disks(lemma: Lemma) -> Lemma:
    """A conjunct of Raft's, said of each disk where that is more than of the log."""
    more: dict[str, tuple[Property, ...]] = {}
    if lemma.claim in ACKNOWLEDGED:
        more = {"flush": WRITTEN}
    if lemma.claim in IN_PLACE_OF:
        claim, more = IN_PLACE_OF[lemma.claim], MORE
        uses = (*(lemma.uses or ()), *DISKS, claim, lemma.claim)
        lemma = replace(lemma, claim=claim, uses=uses)
    (found,) = adapted((lemma,), instead=LEADERS, everywhere=more)
    return found


RAFT_DISKS_PROOF = replace(
    RAFT,
    spec=RAFT_DISKS,
    invariant=(
        *(Lemma(claim, QUEUE) for claim in QUEUE),
        *(Lemma(claim, (*QUEUE, *COUNTED)) for claim in COUNTED[:2]),
        Lemma(COUNTED[2], (*ENDS, *COUNTED)),
        *map(with_disks, RAFT.invariant),
    ),
    derived=(
        Lemma(disk.disks_end_where_writes_do, (*ENDS, disk.writes_begin_within_the_disk)),
        Lemma(disk.what_counts_is_within_the_log, (*ENDS, *COUNTED)),
        Lemma(disk.what_counts_is_the_log, (*ENDS, *COUNTED)),
        *(
            Lemma(told, (*ENDS, said, *ACKNOWLEDGED))
            for told, said in IN_PLACE_OF.items()
            if told not in LEADERS
        ),
        *adapted(RAFT.derived, instead=LEADERS),
    ),
    goals=(
        *(
            replace(goal, claim=committed_log_outlives_all_but_a_restart)
            if goal.claim is raft.committed_log_is_append_only
            else goal
            for goal in RAFT.goals
        ),
        Lemma(what_is_believed_is_stored, (*ENDS, *KNOWN)),
    ),
    defined=(*QUEUE, *DISKS, *RAFT.defined),
    cuts={
        **RAFT.cuts,
        "flush": (
            Lemma(
                disk.what_counts_now_is_on_each_disk,
                (*ENDS, disk.disks_end_where_writes_do),
                own=(disk.disks_end_where_writes_do,),
            ),
            Lemma(disk.what_counts_now_is_within_the_log, (*ENDS, WRITTEN[0])),
            Lemma(disk.what_counts_now_is_the_log, (ENDS[0], *COUNTED, WRITTEN[0])),
        ),
    },
)

__all__ = ["RAFT_DISKS_PROOF"]
