"""The proof that a read without the log sees all that was chosen before it began.

Its heart is a claim about one state, `leaders_know_what_was_chosen`: a leader that has committed an
entry of its own term, and a quorum none of which has gone beyond that term, knows all of the log.
A leader that begins a read cannot know whether there is such a quorum. But whoever had gone beyond
its term by then never answers its round: so when a quorum has, there was.
"""

from __future__ import annotations

from dataclasses import replace

from raftnb.language import Set, in_flight
from raftnb.language.proof import Lemma
from raftnb.specs.raft import proof as base
from raftnb.specs.raft.invariant import (
    commitIndex_was_committed,
    commits_were_of_the_leaders_term,
    leaders_are_remembered,
    leaders_were_candidates,
)
from raftnb.specs.raft.lemmas import (
    committed_fits,
    committed_stays,
    quorums_have_seen_each_leader,
    terms_grow_along_logs,
)
from raftnb.specs.raft.log import Log
from raftnb.specs.raft.log_proof import NEW, RAFT_LOG_PROOF
from raftnb.specs.raft.read_index import (
    RAFT_READ_INDEX,
    Heartbeat,
    HeartbeatResponse,
    ReadIndexServer,
    applied_is_committed,
    reads_see_all_that_was_chosen,
)
from raftnb.specs.raft.server import Past, Role, Server, Term, is_quorum

# What leaders know of the log.


def leaders_know_their_commits(s: Server) -> bool:
    """A leader knows of all that was committed in its term."""
    t = s.currentTerm
    return s.role != Role.LEADER or t not in Past.committed or Past.committed[t] <= s.commitIndex


def the_log_ends_with_a_commit() -> bool:
    """The log is as long as what some leader committed."""
    return len(Log.chosen) == 0 or any(len(Log.chosen) == Past.committed[t] for t in Past.committed)


def nobody_leads_a_later_term(s: Server, q: Set[Server], u: Term) -> bool:
    """While no member of some quorum has gone beyond a term, nobody has led a later one."""
    stays = is_quorum(q) and all(p not in q or p.currentTerm <= s.currentTerm for p in Server)
    return not stays or u not in Past.leaders or u <= s.currentTerm


def commits_of_the_past_are_known(s: Server, u: Term) -> bool:
    """A leader that has committed in its own term knows of all commits of it and those before."""
    n = s.commitIndex
    current = s.role == Role.LEADER and n >= 1 and s.log[n - 1].term == s.currentTerm
    if not (current and u in Past.committed and u <= s.currentTerm):
        return True
    return Past.committed[u] <= n


def leaders_know_what_was_chosen(s: Server, q: Set[Server]) -> bool:
    """A leader that has committed in its own term, and a quorum not beyond it: it knows it all."""
    n = s.commitIndex
    current = s.role == Role.LEADER and n >= 1 and s.log[n - 1].term == s.currentTerm
    stays = is_quorum(q) and all(p not in q or p.currentTerm <= s.currentTerm for p in Server)
    return not (current and stays) or len(Log.chosen) <= n


# What a round of heartbeats shows.


def waits(s: ReadIndexServer) -> bool:
    """Whether a read waits at a leader."""
    return s.role == Role.LEADER and s.readIndex is not None


def only_leaders_wait(s: ReadIndexServer) -> bool:
    """Whoever has a read that waits leads."""
    return s.readIndex is None or s.role == Role.LEADER


def rounds_are_not_of_the_future() -> bool:
    """Nobody speaks of a round that the leader has not begun."""
    return all(m.round <= m.source.round for m in in_flight(Heartbeat)) and all(
        m.round <= m.dest.round for m in in_flight(HeartbeatResponse)
    )


def who_is_beyond_stays_so(s: ReadIndexServer, p: ReadIndexServer) -> bool:
    """Who had gone beyond the term when the read began still has, and has not confirmed it."""
    gone = waits(s) and p in s.beyond
    return not gone or (p.currentTerm > s.currentTerm and p not in s.confirmedBy)


def who_is_beyond_does_not_answer() -> bool:
    """No answer to the round of a read that waits is from a server that was beyond the term."""
    return all(
        not (waits(m.dest) and m.term == m.dest.currentTerm and m.round == m.dest.round)
        or m.source not in m.dest.beyond
        for m in in_flight(HeartbeatResponse)
    )


def a_read_knows_all_or_is_not_confirmed(s: ReadIndexServer, q: Set[Server]) -> bool:
    """A read that does not reach all that was chosen: in every quorum someone was beyond."""
    if not (waits(s) and is_quorum(q) and s.chosenBefore > s.readIndex):
        return True
    return any(p in q and p in s.beyond for p in Server)


KNOWN = (
    committed_stays,
    committed_fits,
    commits_were_of_the_leaders_term,
    leaders_know_their_commits,
    terms_grow_along_logs,
    commitIndex_was_committed,
)
ROUNDS = (
    only_leaders_wait,
    rounds_are_not_of_the_future,
    who_is_beyond_stays_so,
    who_is_beyond_does_not_answer,
)

RAFT_READ_INDEX_PROOF = replace(
    RAFT_LOG_PROOF,
    spec=RAFT_READ_INDEX,
    invariant=(
        *RAFT_LOG_PROOF.invariant,
        Lemma(
            leaders_know_their_commits,
            (
                *base.STEP,
                commits_were_of_the_leaders_term,
                leaders_were_candidates,
                commitIndex_was_committed,
            ),
        ),
        Lemma(
            the_log_ends_with_a_commit,
            (*base.STEP, *NEW, commits_were_of_the_leaders_term, leaders_know_their_commits),
        ),
        Lemma(applied_is_committed, ()),
        Lemma(only_leaders_wait, ()),
        Lemma(rounds_are_not_of_the_future, ()),
        Lemma(who_is_beyond_stays_so, (*ROUNDS, *base.STEP), (("p in s.beyond",),)),
        Lemma(who_is_beyond_does_not_answer, (*ROUNDS, *base.STEP)),
        Lemma(
            a_read_knows_all_or_is_not_confirmed,
            (only_leaders_wait,),
            (("is_quorum(q)", "s.chosenBefore"),),
            steps={
                "begin_read": (
                    leaders_know_what_was_chosen,
                    leaders_are_remembered,
                    leaders_were_candidates,
                    commitIndex_was_committed,
                )
            },
        ),
    ),
    derived=(
        *RAFT_LOG_PROOF.derived,
        Lemma(nobody_leads_a_later_term, (quorums_have_seen_each_leader,)),
        Lemma(commits_of_the_past_are_known, (*base.AB, *KNOWN)),
        Lemma(
            leaders_know_what_was_chosen,
            (
                nobody_leads_a_later_term,
                commits_of_the_past_are_known,
                the_log_ends_with_a_commit,
                commits_were_of_the_leaders_term,
                commitIndex_was_committed,
            ),
            (("is_quorum(q)", "s.commitIndex"),),
        ),
    ),
    goals=(
        *RAFT_LOG_PROOF.goals,
        Lemma(
            reads_see_all_that_was_chosen,
            (a_read_knows_all_or_is_not_confirmed, who_is_beyond_stays_so),
        ),
    ),
    defined=(*RAFT_LOG_PROOF.defined, commitIndex_was_committed),
)
