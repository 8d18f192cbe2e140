"""The proof that Raft is an append-only log, and that ReadIndex reads see all of it.

Two conjuncts more than the proof of Raft has: the log is pieced together from what leaders
committed. The key is in the step that commits: what a leader commits now, every leader of a later
term has already (`later_leaders_have_the_new_commit`). An *older* leader may so extend the log
after a newer one was elected, and it extends it by what the newer one has.
"""

from __future__ import annotations

from raftnb.language import after
from raftnb.language.proof import Lemma, Proof
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.invariant import (
    acknowledgements_are_of_the_past,
    commitIndex_was_committed,
    commits_were_of_the_leaders_term,
    leaders_acknowledge_their_entries,
    matchIndex_was_acknowledged,
    missing_entries_were_not_chosen,
)
from raftnb.specs.raft.lemmas import (
    committed_fits,
    committed_stays,
)
from raftnb.specs.raft.log import RAFT_LOG, Log, servers_apply_the_log, the_log_is_append_only
from raftnb.specs.raft.server import Index, Past, Server, Term


def committed_was_chosen(t: Term, i: Index) -> bool:
    """What a leader committed is in the log."""
    if not (t in Past.committed and i < Past.committed[t]):
        return True
    return i < len(Log.chosen) and Log.chosen[i] == Past.leaderLog[t][i]


def chosen_was_committed(i: Index) -> bool:
    """Each entry of the log was committed by some leader."""
    if i >= len(Log.chosen):
        return True
    return any(
        i < Past.committed[t] and Log.chosen[i] == Past.leaderLog[t][i] for t in Past.committed
    )


# Cuts: what is proved of the step that commits, before the rest.


def the_leader_wrote_it(self: Server) -> bool:
    """The last entry committed now is of this leader's own term, and remembered as such."""
    n = after(self).commitIndex
    t = self.currentTerm
    return (
        n >= 1
        and n <= len(Past.leaderLog[t])
        and t in Past.leaders
        and Past.leaderLog[t][n - 1].term == t
    )


def later_leaders_have_the_last(self: Server, u: Term) -> bool:
    """Every leader of a later term has that entry, or it could not have been acknowledged."""
    n = after(self).commitIndex
    t = self.currentTerm
    if not (u in Past.leaders and t < u):
        return True
    return n <= len(Past.leaderLog[u]) and Past.leaderLog[u][n - 1].term == t


def later_leaders_have_the_new_commit(self: Server, u: Term, i: Index) -> bool:
    """What a leader commits now, every leader of its term or later has."""
    n = after(self).commitIndex
    if not (i < n and u in Past.leaders and self.currentTerm <= u):
        return True
    return i < len(Past.leaderLog[u]) and Past.leaderLog[u][i] == self.log[i]


def commits_fit(self: Server, t: Term, i: Index) -> bool:
    """Where this commit and an earlier one overlap, they are the same."""
    if not (t in Past.committed and i < Past.committed[t] and i < after(self).commitIndex):
        return True
    return self.log[i] == Past.leaderLog[t][i]


NEW = (committed_was_chosen, chosen_was_committed)
RAFT = base.RAFT_PROOF
COMMITTING = (
    *base.STEP,
    commits_were_of_the_leaders_term,
    commitIndex_was_committed,
    committed_stays,
    committed_fits,
    matchIndex_was_acknowledged,
    leaders_acknowledge_their_entries,
    acknowledgements_are_of_the_past,
    missing_entries_were_not_chosen,
)

RAFT_LOG_PROOF = Proof(
    RAFT_LOG,
    invariant=(
        *RAFT.invariant,
        Lemma(
            committed_was_chosen,
            (*base.STEP, *NEW, committed_stays, committed_fits, commits_were_of_the_leaders_term),
            (
                ("t in Past.committed", "Past.leaderLog[t][i].term"),
                ("Log.chosen[i].term", "Past.committed[t]"),
                ("Log.chosen[i].value", "Past.committed[t]"),
                ("Past.committed[t]", "Past.leaderLog[t][i].value"),
            ),
            steps={"advance_commit_index": (later_leaders_have_the_new_commit, commits_fit)},
        ),
        Lemma(
            chosen_was_committed,
            (*base.STEP, *NEW, commits_were_of_the_leaders_term),
            (("Log.chosen[i].term",), ("Log.chosen[i].value",)),
            steps={"advance_commit_index": (commits_fit,)},
        ),
    ),
    derived=RAFT.derived,
    goals=(
        *RAFT.goals,
        Lemma(servers_apply_the_log, (*base.STEP, *NEW, commitIndex_was_committed)),
        Lemma(
            the_log_is_append_only,
            (*base.STEP, *NEW, commits_were_of_the_leaders_term),
            steps={"advance_commit_index": (commits_fit,)},
        ),
    ),
    axioms=RAFT.axioms,
    opaque=RAFT.opaque,
    defined=RAFT.defined,
    cuts={
        **RAFT.cuts,
        "advance_commit_index": (
            Lemma(the_leader_wrote_it, base.STEP),
            Lemma(
                later_leaders_have_the_last,
                (*COMMITTING, the_leader_wrote_it),
                (("u in Past.leaders",),),
            ),
            Lemma(
                later_leaders_have_the_new_commit,
                (*base.STEP, the_leader_wrote_it, later_leaders_have_the_last),
            ),
            Lemma(
                commits_fit,
                (*COMMITTING, later_leaders_have_the_new_commit),
                (
                    ("Past.committed[t]", "self.log[i].term"),
                    ("Past.committed[t]", "self.log[i].value"),
                    ("Past.committed[t]", "Past.leaderLog[t][i].term"),
                    ("Past.committed[t]", "Past.leaderLog[t][i].value"),
                ),
            ),
        ),
    },
)
