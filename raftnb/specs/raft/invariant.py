"""Why Raft is safe: an inductive invariant, in the language of the specification.

Each function below is true in every reachable state. Together they hold in the initial state, and
every action preserves them, for any number of servers, any terms, and logs and messages of any
length; the claims of `raft` follow. The history variables tell the story: who led each term and who
voted for it, each leader's log, what each server acknowledged, and what was committed.

An index `i` counts entries from 0 here, as `log[i]` does.
"""

from __future__ import annotations

from raftnb.language import Set, in_flight
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Index,
    Past,
    RequestVote,
    RequestVoteResponse,
    Role,
    Server,
    Term,
    is_quorum,
    last_term,
    term_at,
)

# Words.


def has_entry_of(s: Server, t: Term, i: Index) -> bool:
    """Server s has at i the entry that the leader of term t wrote there."""
    return i < len(s.log) and s.log[i].term == t


def leader_had(u: Term, t: Term, i: Index) -> bool:
    """The leader of term u has, or had, at i the entry that the leader of term t wrote there."""
    return i < len(Past.leaderLog[u]) and Past.leaderLog[u][i].term == t


def wrote(t: Term, i: Index) -> bool:
    """The entry at i in the log of term t's leader is of its own term."""
    return t in Past.leaders and leader_had(t, t, i)


def lost_between(t: Term, i: Index, last: Term) -> bool:
    """Some leader after term t, up to term `last`, did not have the entry of term t at i."""
    return any(t < u and u <= last and not leader_had(u, t, i) for u in Past.leaders)


def acknowledged(s: Server, t: Term) -> Index:
    """Up to where s has acknowledged entries in term t."""
    return s.acknowledged[t] if t in s.acknowledged else 0


# A. Elections: one vote per term, so one leader per term.


def terms_are_natural(s: Server) -> bool:
    """Terms count from 0."""
    return s.currentTerm >= 0


def vote_requests_are_not_of_the_future() -> bool:
    """A RequestVote was sent in a term that its sender has reached."""
    return all(
        m.term >= 1 and m.term <= m.source.currentTerm and m.source != m.dest
        for m in in_flight(RequestVote)
    )


def votes_are_not_of_the_future(s: Server, t: Term) -> bool:
    """A vote was given in a term that voter and candidate have reached; a term is 1 or more."""
    return t not in s.votes or (t >= 1 and t <= s.currentTerm and t <= s.votes[t].currentTerm)


def votes_are_remembered(s: Server) -> bool:
    """votedFor is this server's vote in its current term."""
    return s.currentTerm not in s.votes or s.votedFor == s.votes[s.currentTerm]


def granted_votes_were_given() -> bool:
    """A response that grants a vote is about a vote given."""
    return all(
        not m.voteGranted or (m.term in m.source.votes and m.source.votes[m.term] == m.dest)
        for m in in_flight(RequestVoteResponse)
    )


def candidates_count_votes_given(c: Server, s: Server) -> bool:
    """A candidate counts only votes given to it in its term."""
    counted = c.role == Role.CANDIDATE and s in c.votesGranted
    return not counted or (c.currentTerm in s.votes and s.votes[c.currentTerm] == c)


def leaders_had_votes(t: Term, s: Server) -> bool:
    """Who is said to have elected the leader of a term did vote for it."""
    voted = t in Past.leaders and s in Past.voters[t]
    return not voted or (t in s.votes and s.votes[t] == Past.leaders[t])


def leaders_had_a_quorum(t: Term) -> bool:
    """The leader of each term was elected by a quorum, and its log is remembered."""
    known = t in Past.voters and t in Past.leaderLog
    return t not in Past.leaders or (known and is_quorum(Past.voters[t]))


def leaders_are_remembered(s: Server) -> bool:
    """A server that leads is the leader of its term."""
    leads = s.currentTerm in Past.leaders and Past.leaders[s.currentTerm] == s
    return s.role != Role.LEADER or leads


def leaders_were_candidates(t: Term) -> bool:
    """A leader has reached its term, and is no candidate in it any more."""
    if t not in Past.leaders:
        return True
    leader = Past.leaders[t]
    return (
        t >= 1
        and t <= leader.currentTerm
        and not (t == leader.currentTerm and leader.role == Role.CANDIDATE)
    )


VOTES = (
    terms_are_natural,
    vote_requests_are_not_of_the_future,
    votes_are_not_of_the_future,
    votes_are_remembered,
    granted_votes_were_given,
    candidates_count_votes_given,
)
ELECTIONS = (
    *VOTES,
    leaders_had_votes,
    leaders_had_a_quorum,
    leaders_are_remembered,
    leaders_were_candidates,
)


# B. Log matching: every log is pieced together from the logs of leaders.


def entries_were_written_by_leaders(s: Server, i: Index) -> bool:
    """Each entry was written by the leader of its term, at this index; that term is not ahead."""
    if i >= len(s.log):
        return True
    u = s.log[i].term
    return u in Past.leaders and u >= 1 and u <= s.currentTerm and leader_had(u, u, i)


def logs_match_the_leaders(s: Server, i: Index, j: Index) -> bool:
    """Up to an entry, a log is that of the leader who wrote the entry."""
    if i >= len(s.log) or j > i:
        return True
    return s.log[j] == Past.leaderLog[s.log[i].term][j]


def leaders_entries_were_written_by_leaders(t: Term, i: Index) -> bool:
    """Each entry of a leader's log was written by the leader of its term, at this index."""
    if t not in Past.leaders or i >= len(Past.leaderLog[t]):
        return True
    u = Past.leaderLog[t][i].term
    return u in Past.leaders and u >= 1 and u <= t and leader_had(u, u, i)


def leaders_logs_match(t: Term, i: Index, j: Index) -> bool:
    """Up to an entry, a leader's log is that of the leader who wrote the entry."""
    if t not in Past.leaders or i >= len(Past.leaderLog[t]) or j > i:
        return True
    return Past.leaderLog[t][j] == Past.leaderLog[Past.leaderLog[t][i].term][j]


def leaders_logs_are_remembered(s: Server) -> bool:
    """The log remembered for a term is as long as that of the server that leads in it."""
    return s.role != Role.LEADER or len(s.log) == len(Past.leaderLog[s.currentTerm])


def leaders_entries_are_remembered(s: Server, i: Index) -> bool:
    """The log remembered for a term has the entries of the server that leads in it."""
    if s.role != Role.LEADER or i >= len(s.log):
        return True
    return s.log[i] == Past.leaderLog[s.currentTerm][i]


def candidates_have_older_entries(s: Server, i: Index) -> bool:
    """A candidate has no entry of its own term yet."""
    return s.role != Role.CANDIDATE or i >= len(s.log) or s.log[i].term < s.currentTerm


def messages_are_of_a_leader() -> bool:
    """An AppendEntries is from the leader of its term, and within its log."""
    return all(
        m.term in Past.leaders
        and m.prevLogIndex >= 0
        and m.prevLogIndex + len(m.entries) <= len(Past.leaderLog[m.term])
        for m in in_flight(AppendEntries)
    )


def messages_match_before() -> bool:
    """The prevLogTerm of an AppendEntries is what its leader has there."""
    return all(
        term_at(Past.leaderLog[m.term], m.prevLogIndex) == m.prevLogTerm
        for m in in_flight(AppendEntries)
    )


def messages_entries_are_the_leaders(i: Index) -> bool:
    """The entries of an AppendEntries are those of its leader."""
    return all(
        i >= len(m.entries) or m.entries[i] == Past.leaderLog[m.term][m.prevLogIndex + i]
        for m in in_flight(AppendEntries)
    )


def acknowledgements_are_within_the_leaders_log() -> bool:
    """A successful response is about entries that the leader has."""
    return all(
        not m.success
        or (
            m.term in Past.leaders
            and m.matchIndex >= 0
            and m.matchIndex <= len(Past.leaderLog[m.term])
        )
        for m in in_flight(AppendEntriesResponse)
    )


LOGS = (
    entries_were_written_by_leaders,
    logs_match_the_leaders,
    leaders_entries_were_written_by_leaders,
    leaders_logs_match,
    leaders_logs_are_remembered,
    leaders_entries_are_remembered,
    candidates_have_older_entries,
    messages_are_of_a_leader,
    messages_match_before,
    messages_entries_are_the_leaders,
    acknowledgements_are_within_the_leaders_log,
    raft.nextIndex_is_in_range,
)


# C. Completeness: what was committed stays in the log of every later leader.


def vote_requests_describe_the_log() -> bool:
    """While a candidate waits for votes, its RequestVote tells how up to date its log is."""
    return all(
        m.term != m.source.currentTerm
        or m.source.role != Role.CANDIDATE
        or (m.lastLogIndex == len(m.source.log) and m.lastLogTerm == last_term(m.source.log))
        for m in in_flight(RequestVote)
    )


def acknowledgements_are_of_the_past(s: Server, t: Term) -> bool:
    """What a server acknowledged in a term, the leader of that term has."""
    if t not in s.acknowledged:
        return True
    return (
        t in Past.leaders
        and t <= s.currentTerm
        and s.acknowledged[t] >= 0
        and s.acknowledged[t] <= len(Past.leaderLog[t])
    )


def responses_were_acknowledgements() -> bool:
    """A successful response says no more than its sender acknowledged."""
    return all(
        not m.success
        or (m.term <= m.source.currentTerm and m.matchIndex <= acknowledged(m.source, m.term))
        for m in in_flight(AppendEntriesResponse)
    )


def matchIndex_was_acknowledged(s: Server, peer: Server) -> bool:
    """A leader's matchIndex for a peer is something that the peer acknowledged."""
    return s.role != Role.LEADER or s.matchIndex[peer] <= acknowledged(peer, s.currentTerm)


def leaders_acknowledge_their_entries(s: Server, i: Index) -> bool:
    """A leader acknowledges the entries that it wrote."""
    wrote_it = s.role == Role.LEADER and has_entry_of(s, s.currentTerm, i)
    return not wrote_it or i < acknowledged(s, s.currentTerm)


def acknowledged_entries_stay(s: Server, t: Term, i: Index) -> bool:
    """An entry of term t acknowledged in term t stays, unless a later leader did not have it."""
    if not (t in s.acknowledged and i < s.acknowledged[t] and wrote(t, i)):
        return True
    return has_entry_of(s, t, i) or lost_between(t, i, s.currentTerm)


def acknowledged_log_is_there(s: Server) -> bool:
    """What a server has acknowledged in its current term it has."""
    t = s.currentTerm
    return t not in s.acknowledged or s.acknowledged[t] <= len(s.log)


def acknowledged_log_is_the_leaders(s: Server, i: Index) -> bool:
    """What a server has acknowledged in its current term is what the leader has."""
    t = s.currentTerm
    if not (t in s.acknowledged and i < s.acknowledged[t] and i < len(s.log)):
        return True
    return s.log[i] == Past.leaderLog[t][i]


def voters_pass_on_their_entries(c: Server, s: Server, t: Term, i: Index) -> bool:
    """What a voter acknowledged before, its candidate has, unless a leader between did not."""
    votes = c.role == Role.CANDIDATE and c.currentTerm in s.votes and s.votes[c.currentTerm] == c
    if not (votes and t < c.currentTerm):
        return True
    if not (t in s.acknowledged and i < s.acknowledged[t] and wrote(t, i)):
        return True
    return has_entry_of(c, t, i) or lost_between(t, i, c.currentTerm)


def missing_entries_were_not_chosen(t: Term, u: Term, i: Index, q: Set[Server]) -> bool:
    """An entry that a later leader lacks can never be acknowledged by a quorum any more.

    Paxos would say: it is no longer choosable. This replaces the induction over terms in section
    5.4.3's proof.
    """
    missing = wrote(t, i) and u in Past.leaders and t < u and not leader_had(u, t, i)
    if not (missing and is_quorum(q)):
        return True
    return any(s in q and s.currentTerm > t and acknowledged(s, t) <= i for s in Server)


def commits_were_of_the_leaders_term(t: Term) -> bool:
    """What a leader commits by counting ends with an entry of its own term."""
    if t not in Past.committed:
        return True
    n = Past.committed[t]
    return (
        t in Past.leaders
        and t in Past.committers
        and n >= 1
        and n <= len(Past.leaderLog[t])
        and Past.leaderLog[t][n - 1].term == t
    )


def commits_were_acknowledged(t: Term, s: Server) -> bool:
    """Those who are said to have made a commit possible did acknowledge it."""
    counted = t in Past.committed and s in Past.committers[t]
    return not counted or (t in s.acknowledged and Past.committed[t] <= s.acknowledged[t])


def commits_had_a_quorum(t: Term) -> bool:
    """A quorum acknowledged each commit."""
    return t not in Past.committed or is_quorum(Past.committers[t])


def leaderCommit_was_committed() -> bool:
    """The leaderCommit of an AppendEntries was committed in its term or before."""
    return all(
        m.leaderCommit >= 0
        and (
            m.leaderCommit == 0
            or any(u <= m.term and m.leaderCommit <= Past.committed[u] for u in Past.committed)
        )
        for m in in_flight(AppendEntries)
    )


def commitIndex_was_committed(s: Server) -> bool:
    """What a server knows to be committed, a leader of its term or before committed."""
    return (
        s.commitIndex >= 0
        and s.commitIndex <= len(s.log)
        and (
            s.commitIndex == 0
            or any(
                u <= s.currentTerm
                and s.commitIndex <= Past.committed[u]
                and all(s.log[i] == Past.leaderLog[u][i] for i in range(s.commitIndex))
                for u in Past.committed
            )
        )
    )
