"""Why Raft is safe whose disks lose all: what an emptied server promised, others can tell.

A vote *counts* as long as its candidate has not lost all itself, or if it did elect a leader. Who
is emptied will find a term that is no older than any in which such a vote of it was given, or in
which it acknowledged anything:

- A candidate that has lost nothing is in the term of its vote, and is asked.
- Of those who elected a leader there is another one. It knows the leader's term, and is asked; or
  it is emptied as well, and answers only when it has found a term itself, of which the same is
  true.

All else is as for torn disks, from the term on that is found. So nothing is assumed of how many
disks are emptied, or how often; where several are at once, they may wait for each other for ever.

An index `i` counts entries from 0 here, as `log[i]` does, and `j` counts disks.
"""

from __future__ import annotations

from raftnb.language import Nat, Set, after, in_flight
from raftnb.specs.raft.emptied import EmptiedDiskServer, TermRequest, TermResponse
from raftnb.specs.raft.invariant import acknowledged, leader_had, wrote
from raftnb.specs.raft.server import (
    AppendEntriesResponse,
    Faults,
    Index,
    Past,
    RequestVote,
    RequestVoteResponse,
    Role,
    Server,
    Term,
    is_quorum,
)

# Words.


def helped_to_elect(s: Server, t: Term) -> bool:
    """The vote of a server is among those that elected the leader of a term."""
    return t in Past.leaders and s in Past.voters[t]


def vote_counts(s: EmptiedDiskServer, t: Term) -> bool:
    """The vote of a server in a term did elect, or its candidate has not lost it."""
    return t in s.votes and (s.votes[t].question == 0 or helped_to_elect(s, t))


def will_be_told(s: EmptiedDiskServer, p: EmptiedDiskServer, t: Term) -> bool:
    """What p answers, or has answered, to the question of s is t or more, if p knows so much."""
    return s.question not in p.answers or p.answers[s.question] >= t


# What is true of emptied servers.


def who_is_emptied_has_nothing(s: EmptiedDiskServer) -> bool:
    """A server that has lost its term has no term, vote, log, commitIndex or office."""
    nothing = s.currentTerm == 0 and s.votedFor is None and s.commitIndex == 0
    return not s.isEmptied or (
        nothing and s.log == () and s.stored == () and s.writing == () and s.tornIn is not None
    )


def who_was_emptied_does_not_stand(s: EmptiedDiskServer) -> bool:
    """Whose disk was emptied, now or before, is a follower."""
    return (s.question == 0 and not s.isEmptied) or (s.question > 0 and s.role == Role.FOLLOWER)


def losses_are_of_the_past(s: EmptiedDiskServer) -> bool:
    """A disk lost something in a term that the server has reached, if it knows one."""
    return s.tornIn is None or (s.tornIn >= 0 and (s.isEmptied or s.tornIn <= s.currentTerm))


def nobody_votes_in_no_term(s: Server) -> bool:
    """Who has voted has reached a term."""
    return s.votedFor is None or s.currentTerm >= 1


def questions_were_asked(s: EmptiedDiskServer) -> bool:
    """A question has the number of a failure that was."""
    return s.question >= 0 and s.question <= Faults.restarts


def answers_are_to_questions(s: EmptiedDiskServer, n: Nat) -> bool:
    """Nobody has answered a question that is still to be asked."""
    return n not in s.answers or n <= Faults.restarts


def term_requests_have_a_question() -> bool:
    """A question in flight was asked by somebody else, who had lost its term."""
    return all(
        m.question <= Faults.restarts and m.term == 0 and m.source != m.dest
        for m in in_flight(TermRequest)
    )


def term_responses_are_answers() -> bool:
    """An answer in flight was given; it may be higher than others to the same question."""
    return all(
        m.question in m.source.answers
        and m.source.answers[m.question] <= m.term
        and m.term >= 0
        and m.source != m.dest
        for m in in_flight(TermResponse)
    )


def who_has_answered_was_counted(s: EmptiedDiskServer, p: EmptiedDiskServer) -> bool:
    """The term that a server is about to find is none below those that it was told."""
    if not (s.isEmptied and p in s.answeredBy and s.tornIn is not None):
        return True
    return s.question in p.answers and p.answers[s.question] <= s.tornIn


def candidates_will_tell(s: EmptiedDiskServer, t: Term) -> bool:
    """The candidate for whom an emptied server voted tells it at least the term of the vote."""
    if not (s.isEmptied and t in s.votes and s.votes[t].question == 0):
        return True
    return will_be_told(s, s.votes[t], t)


def voters_will_tell(s: EmptiedDiskServer, t: Term) -> bool:
    """Another one of those who elected a leader tells an emptied server at least its term."""
    promised = helped_to_elect(s, t) or t in s.acknowledged
    if is_quorum(frozenset({s})) or not (s.isEmptied and promised):
        return True
    return any(p != s and p in Past.voters[t] and will_be_told(s, p, t) for p in EmptiedDiskServer)


def candidates_vote_for_themselves(s: Server) -> bool:
    """A candidate has its own vote."""
    return s.role != Role.CANDIDATE or s in s.votesGranted


def leaders_voted_for_themselves(t: Term) -> bool:
    """A leader is among those who elected it."""
    return t not in Past.leaders or Past.leaders[t] in Past.voters[t]


# Raft's invariant: elections.


def vote_requests_are_not_of_the_future() -> bool:
    """A RequestVote was sent in a term that its sender has reached, or has lost."""
    return all(
        m.term >= 1
        and m.source != m.dest
        and (m.source.question > 0 or m.term <= m.source.currentTerm)
        for m in in_flight(RequestVote)
    )


def votes_are_not_of_the_future(s: EmptiedDiskServer, t: Term) -> bool:
    """A vote that counts was given in a term that the voter has reached, if it knows one.

    The candidate has reached it, or has lost it.
    """
    if t not in s.votes:
        return True
    asked = s.votes[t].question > 0 or t <= s.votes[t].currentTerm
    return t >= 1 and asked and (s.isEmptied or not vote_counts(s, t) or t <= s.currentTerm)


def votes_are_remembered(s: EmptiedDiskServer) -> bool:
    """votedFor is this server's vote in its current term, if that counts and is not lost."""
    t = s.currentTerm
    return s.may_have_lost(t) or not vote_counts(s, t) or s.votedFor == s.votes[t]


def granted_votes_were_given() -> bool:
    """A response that grants a vote is about a vote given, or who asked has lost all."""
    return all(
        not m.voteGranted
        or m.dest.question > 0
        or (m.term in m.source.votes and m.source.votes[m.term] == m.dest)
        for m in in_flight(RequestVoteResponse)
    )


def leaders_were_candidates(t: Term) -> bool:
    """A leader has reached its term, and is no candidate in it any more, or has lost all."""
    if t not in Past.leaders:
        return True
    leader = Past.leaders[t]
    there = t == leader.currentTerm and leader.role == Role.CANDIDATE
    return t >= 1 and (leader.question > 0 or (t <= leader.currentTerm and not there))


# Raft's invariant: completeness.


def acknowledgements_are_of_the_past(s: EmptiedDiskServer, t: Term) -> bool:
    """What a server acknowledged in a term, the leader of that term has."""
    if t not in s.acknowledged:
        return True
    return (
        t in Past.leaders
        and (s.isEmptied or t <= s.currentTerm)
        and s.acknowledged[t] >= 0
        and s.acknowledged[t] <= len(Past.leaderLog[t])
    )


def responses_were_acknowledgements() -> bool:
    """A successful response says no more than its sender acknowledged."""
    return all(
        not m.success
        or (m.term in m.source.acknowledged and m.matchIndex <= acknowledged(m.source, m.term))
        for m in in_flight(AppendEntriesResponse)
    )


def missing_entries_were_not_chosen(t: Term, u: Term, i: Index, q: Set[Server]) -> bool:
    """An entry that a later leader lacks can never be acknowledged by a quorum any more.

    In each there is a server that has helped to elect a later leader, and did not acknowledge it.
    """
    missing = wrote(t, i) and u in Past.leaders and t < u and not leader_had(u, t, i)
    if not (missing and is_quorum(q)):
        return True
    return any(s in q and elected_after(s, t) and acknowledged(s, t) <= i for s in Server)


def elected_after(s: Server, t: Term) -> bool:
    """A server has helped to elect the leader of a term after t."""
    return any(t < u and s in Past.voters[u] for u in Past.leaders)


# What follows.


def quorums_have_elected_each_leader(u: Term, q: Set[Server]) -> bool:
    """In each quorum there is a server that has helped to elect a given leader."""
    if not (u in Past.leaders and is_quorum(q)):
        return True
    return any(s in q and s in Past.voters[u] for s in Server)


# Cuts: a server hears of a leader, and one has all answers.


def who_hears_knows_its_term(self: EmptiedDiskServer) -> bool:
    """A server that takes an AppendEntries has not lost its term."""
    return not self.isEmptied


def found_term_is_none_older(self: EmptiedDiskServer, t: Term) -> bool:
    """Nothing that counts was promised in a later term than the one that is found."""
    promised = vote_counts(self, t) or t in self.acknowledged
    return not promised or t <= after(self).currentTerm
