"""The proof that Raft with clients, whose reads go through the log, is a linearizable store."""

from __future__ import annotations

from dataclasses import replace

from raftnb.language.mapping import RefinementMapping
from raftnb.language.proof import Lemma
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.claims import nextIndex_is_in_range
from raftnb.specs.raft.clients import RAFT_STORE, answers_never_change, state_machines_agree
from raftnb.specs.raft.invariant import (
    commitIndex_was_committed,
    commits_were_of_the_leaders_term,
)
from raftnb.specs.raft.log import servers_apply_the_log
from raftnb.specs.raft.log_proof import NEW, RAFT_LOG_PROOF, commits_fit
from raftnb.specs.raft.read_index import applied_is_committed, reads_see_all_that_was_chosen
from raftnb.specs.raft.store_invariant import (
    COMMANDS,
    EFFECTS,
    SERVERS,
    STATES,
    a_command_takes_effect_once,
    no_read_waits,
    sessions_are_the_clients,
    the_log_stays,
    what_is_new_is_effective,
)
from raftnb.specs.raft.store_mapping import AS_STORE, STEPS
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE

APPLIED = (servers_apply_the_log, applied_is_committed, commitIndex_was_committed)
STORE = (*COMMANDS, *EFFECTS, *STATES, *SERVERS)
ALL = (*STORE, *APPLIED, sessions_are_the_clients)
ONCE = (what_is_new_is_effective, a_command_takes_effect_once)
NEEDS = {
    "append_entries": (nextIndex_is_in_range,),
    "advance_commit_index": (the_log_stays,),
    "apply": ONCE,
}

RAFT_STORE_PROOF = replace(
    RAFT_LOG_PROOF,
    spec=RAFT_STORE,
    invariant=(
        *RAFT_LOG_PROOF.invariant,
        Lemma(applied_is_committed, ()),
        *(Lemma(claim, ALL, steps=NEEDS) for claim in STORE),
    ),
    derived=(
        *RAFT_LOG_PROOF.derived,
        Lemma(servers_apply_the_log, (*base.AB, *NEW, commitIndex_was_committed)),
        Lemma(sessions_are_the_clients, STORE),
    ),
    goals=(
        *(goal for goal in RAFT_LOG_PROOF.goals if goal.claim is not servers_apply_the_log),
        Lemma(reads_see_all_that_was_chosen, (no_read_waits,)),
        Lemma(state_machines_agree, STORE),
        Lemma(answers_never_change, STORE),
    ),
    defined=(*RAFT_LOG_PROOF.defined, commitIndex_was_committed, *ALL),
    cuts={
        "apply": (
            Lemma(what_is_new_is_effective, ALL),
            Lemma(a_command_takes_effect_once, (*ALL, what_is_new_is_effective)),
        ),
        **RAFT_LOG_PROOF.cuts,
        "advance_commit_index": (
            *RAFT_LOG_PROOF.cuts["advance_commit_index"],
            Lemma(the_log_stays, (*base.STEP, *NEW, commits_were_of_the_leaders_term, commits_fit)),
        ),
    },
    refines=RefinementMapping(LINEARIZABLE_STORE, AS_STORE, STEPS, uses=(*ALL, *ONCE), defined=ALL),
)
