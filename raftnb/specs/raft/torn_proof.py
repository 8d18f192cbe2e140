"""The proof that Raft is safe whose disks lose the end of what they had.

It is that of Raft on disks, where what a server acknowledged may be gone as long as its disk is
torn (`torn_invariant`). What is acknowledged need not be on a majority then, so that two claims of
`raft-disks` are not made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from raftnb.language.claims import Property
from raftnb.language.proof import Lemma
from raftnb.specs.raft import disks_invariant as disk
from raftnb.specs.raft import invariant, lemmas
from raftnb.specs.raft import torn_invariant as torn
from raftnb.specs.raft.adapted import Uses, adapted
from raftnb.specs.raft.disks import KEPT, RAFT_TORN_DISKS
from raftnb.specs.raft.disks_proof import ENDS, KNOWN, RAFT_DISKS_PROOF
from raftnb.specs.raft.proof import ACCEPTED, GROW

WHOLE = RAFT_DISKS_PROOF.without(
    *KEPT, lemmas.committers_have_enough, lemmas.committers_have_what_was_committed
)
IN_PLACE_OF: dict[Property, Property] = {
    disk.acknowledged_log_is_on_each_disk: torn.acknowledged_log_is_on_each_disk,
    disk.acknowledged_entries_are_on_each_disk: torn.acknowledged_entries_are_on_each_disk,
    invariant.acknowledged_log_is_there: torn.acknowledged_log_is_there,
    invariant.acknowledged_entries_stay: torn.acknowledged_entries_stay,
}
NEW = (torn.losses_are_of_the_past, torn.who_is_torn_is_not_elected)
MADE_GOOD = (torn.what_is_made_good_is_stored, torn.what_is_made_good_is_on_each_disk)
MORE = {"lose_tail": (*ENDS, *NEW), "handle_append_entries": (*MADE_GOOD, *NEW)}


def with_losses(found: tuple[Lemma, ...], steps: Mapping[str, Uses] = MORE) -> tuple[Lemma, ...]:
    """Lemmas of Raft on disks, of those that may have lost something."""
    return tuple(
        replace(one, claim=IN_PLACE_OF.get(one.claim, one.claim))
        for one in adapted(found, instead=IN_PLACE_OF, everywhere=steps)
    )


RAFT_TORN_DISKS_PROOF = replace(
    WHOLE,
    spec=RAFT_TORN_DISKS,
    invariant=(*(Lemma(claim, NEW) for claim in NEW), *with_losses(WHOLE.invariant)),
    derived=with_losses(WHOLE.derived, {}),
    goals=with_losses(WHOLE.goals),
    cuts={
        **WHOLE.cuts,
        "handle_append_entries": (
            *WHOLE.cuts["handle_append_entries"],
            Lemma(
                MADE_GOOD[0],
                (*ACCEPTED, *GROW, *KNOWN, *NEW, invariant.messages_are_of_a_leader),
            ),
            Lemma(MADE_GOOD[1], (*ACCEPTED, *KNOWN, MADE_GOOD[0])),
        ),
    },
)

__all__ = ["RAFT_TORN_DISKS_PROOF"]
