"""The proof of the store whose reads need no entry in the log.

It joins the proofs of ReadIndex and of the store. There is no refinement mapping here: a read may
be answered from a machine that others have left behind, so what it has read was decided before, and
no function of the state knows then whether it will be answered. What is proved is what such a read
sees: the state of the log after at least all that was chosen when the read began.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import in_flight
from raftnb.language.proof import Lemma
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.claims import nextIndex_is_in_range
from raftnb.specs.raft.clients import (
    RAFT_STORE_READ_INDEX,
    Calls,
    ClientResponse,
    Machine,
    StoreServer,
    answers_never_change,
    state_machines_agree,
)
from raftnb.specs.raft.invariant import commitIndex_was_committed
from raftnb.specs.raft.log import servers_apply_the_log
from raftnb.specs.raft.log_proof import NEW
from raftnb.specs.raft.read_index import applied_is_committed
from raftnb.specs.raft.read_index_proof import (
    RAFT_READ_INDEX_PROOF,
    a_read_knows_all_or_is_not_confirmed,
    only_leaders_wait,
    who_is_beyond_stays_so,
)
from raftnb.specs.raft.server import Role, Value
from raftnb.specs.raft.store_invariant import (
    COMMANDS,
    SERVERS,
    STATES,
    a_command_takes_effect_once,
    answers_took_effect,
    applied_is_remembered,
    dictionaries_are_remembered,
    no_read_waits,
    sessions_are_the_clients,
    the_last_took_effect,
    the_log_stays,
    what_is_new_is_effective,
    what_is_open_took_no_effect,
    what_took_effect_was_given_out,
    what_took_no_effect_is_open,
)
from raftnb.specs.raft.store_proof import RAFT_STORE_PROOF
from raftnb.specs.store.sequential import Key, Op


def writes_that_are_over_took_effect(v: Value) -> bool:
    """A write that its client does not wait for has taken effect."""
    if v not in Calls.of or Calls.of[v].op != Op.WRITE:
        return True
    return Calls.of[v].client.command == v or v in Machine.given


def answers_to_writes_took_effect() -> bool:
    """An answer to a write is the one that it has; any answer is to whom it is for."""
    return all(
        m.command in Calls.of
        and Calls.of[m.command].client == m.dest
        and (
            Calls.of[m.command].op == Op.READ
            or (m.command in Machine.given and m.value == Machine.given[m.command])
        )
        for m in in_flight(ClientResponse)
    )


def what_waits_is_a_read(s: StoreServer) -> bool:
    """What waits at a server is a read that was given out."""
    if s.readIndex is None:
        return True
    return s.reading is not None and s.reading in Calls.of and Calls.of[s.reading].op == Op.READ


def reads_are_answered_from_the_log(s: StoreServer, k: Key) -> bool:
    """A read is answered from the log's state after all that was chosen when it began, or later."""
    if not (s.role == Role.LEADER and s.has_applied() and s.still_leads()):
        return True
    if s.lastApplied == 0:
        return s.chosenBefore == 0 and s.dictionary[k] is None
    seen = s.chosenBefore <= s.lastApplied and s.lastApplied <= len(Machine.states)
    return seen and s.dictionary[k] == Machine.states[s.lastApplied - 1].dictionary[k]


EFFECTS = (
    writes_that_are_over_took_effect,
    what_is_open_took_no_effect,
    what_took_no_effect_is_open,
    what_took_effect_was_given_out,
    the_last_took_effect,
)
READS = (answers_to_writes_took_effect, what_waits_is_a_read)
SAME = tuple(claim for claim in SERVERS if claim not in (answers_took_effect, no_read_waits))
STORE = (*COMMANDS, *EFFECTS, *STATES, *SAME, *READS)
APPLIED = (servers_apply_the_log, applied_is_committed, commitIndex_was_committed)
ALL = (*STORE, *APPLIED, sessions_are_the_clients, only_leaders_wait)
ONCE = (what_is_new_is_effective, a_command_takes_effect_once)
NEEDS = {
    "append_entries": (nextIndex_is_in_range,),
    "advance_commit_index": (the_log_stays,),
    "apply": ONCE,
}
READ_INDEX = RAFT_READ_INDEX_PROOF

RAFT_STORE_READ_INDEX_PROOF = replace(
    READ_INDEX,
    spec=RAFT_STORE_READ_INDEX,
    invariant=(*READ_INDEX.invariant, *(Lemma(claim, ALL, steps=NEEDS) for claim in STORE)),
    derived=(
        *READ_INDEX.derived,
        Lemma(servers_apply_the_log, (*base.AB, *NEW, commitIndex_was_committed)),
        Lemma(sessions_are_the_clients, STORE),
    ),
    goals=(
        *(goal for goal in READ_INDEX.goals if goal.claim is not servers_apply_the_log),
        Lemma(state_machines_agree, STORE),
        Lemma(answers_never_change, STORE),
        Lemma(
            reads_are_answered_from_the_log,
            (
                a_read_knows_all_or_is_not_confirmed,
                who_is_beyond_stays_so,
                dictionaries_are_remembered,
                applied_is_remembered,
            ),
        ),
    ),
    cuts={
        **RAFT_STORE_PROOF.cuts,
        "apply": (
            Lemma(what_is_new_is_effective, ALL),
            Lemma(a_command_takes_effect_once, (*ALL, what_is_new_is_effective)),
        ),
    },
    defined=(*READ_INDEX.defined, *ALL),
)
