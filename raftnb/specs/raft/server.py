"""A Raft server with static membership, message by message, beside the paper's Figure 2.

Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm (2014). Names are those
of Figure 2; a request's `source` is its candidateId or leaderId. Indices count from 1, as there.
What is claimed of it, and the specification itself, is in `raftnb.specs.raft.claims`.
"""

from __future__ import annotations

from enum import Enum

from raftnb.language import (
    Domain,
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    discard,
    each,
    either,
    history,
    macro,
    reply,
    send,
    when,
)

Term = Nat
Index = Nat


class Value(Domain, number="values"):
    """A command that a client can ask for."""


class Role(Enum):
    """What a server is just now (section 5.1)."""

    FOLLOWER = "follower"
    CANDIDATE = "candidate"
    LEADER = "leader"


class Entry(Record):
    """One entry of the log: a command, and the term in which a leader received it."""

    term: Term
    value: Value


class RequestVote(Message):
    """Invoked by candidates to gather votes (section 5.2)."""

    term: Term
    lastLogIndex: Index
    lastLogTerm: Term


class RequestVoteResponse(Message):
    """The answer to a RequestVote."""

    term: Term
    voteGranted: bool


class AppendEntries(Message):
    """Invoked by the leader to replicate log entries; also used as heartbeat (section 5.3)."""

    term: Term
    prevLogIndex: Index
    prevLogTerm: Term
    entries: Seq[Entry]
    leaderCommit: Index


class AppendEntriesResponse(Message):
    """The answer to an AppendEntries; `matchIndex` says up to where the logs agree."""

    term: Term
    success: bool
    matchIndex: Index


class Faults(Globals):
    """How often servers have failed and come back."""

    restarts: int = 0


class Past(Globals):
    """History variables: what was, for claims that reach beyond one state. No guard reads them."""

    leaders: Map[Term, Server] = history(Map())
    voters: Map[Term, Set[Server]] = history(Map())
    leaderLog: Map[Term, Seq[Entry]] = history(Map())
    committed: Map[Term, Index] = history(Map())
    committers: Map[Term, Set[Server]] = history(Map())


def term_at(log: Seq[Entry], index: Index) -> Term:
    """The term of the entry at an index; 0 before the first."""
    return log[index - 1].term if index > 0 else 0


def last_term(log: Seq[Entry]) -> Term:
    """The term of the log's last entry; 0 if there is none."""
    return term_at(log, len(log))


def is_quorum(servers: Set[Server]) -> bool:
    """Whether these servers are a majority of the cluster."""
    return 2 * len(servers) > len(Server)


class Server(Process, number="servers"):
    """A Raft server."""

    # Persistent state on all servers.
    currentTerm: Term = 0
    votedFor: Server | None = None
    log: Seq[Entry] = ()
    # Volatile state on all servers.
    role: Role = Role.FOLLOWER
    commitIndex: Index = 0
    # Volatile state on candidates and leaders.
    votesGranted: Set[Server] = frozenset()
    nextIndex: Map[Server, Index] = each(1)
    matchIndex: Map[Server, Index] = each(0)
    # History: this server's vote in each term, and how much it has acknowledged in each.
    votes: Map[Term, Server] = history(Map())
    acknowledged: Map[Term, Index] = history(Map())

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost."""
        self.role = Role.FOLLOWER
        self.commitIndex = 0
        self.votesGranted = frozenset()
        self.nextIndex = Map({s: 1 for s in Server})
        self.matchIndex = Map({s: 0 for s in Server})
        Faults.restarts += 1

    def time_out(self) -> None:
        """Start an election: a new term, a vote for oneself, RequestVote to all others."""
        when(self.role != Role.LEADER)
        self.role = Role.CANDIDATE
        self.currentTerm += 1
        self.votedFor = self
        self.votes |= {self.currentTerm: self}
        self.votesGranted = frozenset({self})
        for peer in Server:
            if peer != self:
                send(
                    RequestVote(
                        term=self.currentTerm,
                        lastLogIndex=len(self.log),
                        lastLogTerm=last_term(self.log),
                    ),
                    to=peer,
                )

    def update_term(self, m: Message) -> None:
        """Any RPC with a newer term: adopt it, and become a follower. The message stays."""
        when(m.term > self.currentTerm)
        self.currentTerm = m.term
        self.role = Role.FOLLOWER
        self.votedFor = None

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is at least as up to date as this server's (5.4.1)."""
        return m.lastLogTerm > last_term(self.log) or (
            m.lastLogTerm == last_term(self.log) and m.lastLogIndex >= len(self.log)
        )

    def may_vote_for(self, candidate: Server) -> bool:
        """Whether this server's vote in its term is still free, or already this candidate's."""
        return self.votedFor is None or self.votedFor == candidate

    def handle_request_vote(self, m: RequestVote) -> None:
        """RequestVote, receiver implementation."""
        when(m.term <= self.currentTerm)
        granted = (
            m.term == self.currentTerm and self.may_vote_for(m.source) and self.log_is_up_to_date(m)
        )
        if granted:
            self.votedFor = m.source
            self.votes |= {self.currentTerm: m.source}
        reply(m, RequestVoteResponse(term=self.currentTerm, voteGranted=granted))

    def handle_request_vote_response(self, m: RequestVoteResponse) -> None:
        """Count a vote of this term; drop an answer of an older one."""
        when(m.term <= self.currentTerm)
        if self.counts_vote(m):
            self.votesGranted |= {m.source}
        discard(m)

    def counts_vote(self, m: RequestVoteResponse) -> bool:
        """Whether a response is a vote for this server's present candidacy."""
        return m.term == self.currentTerm and self.role == Role.CANDIDATE and m.voteGranted

    def has_won(self) -> bool:
        """Whether a majority of the servers has voted for this one."""
        return is_quorum(self.votesGranted)

    def become_leader(self) -> None:
        """Votes from a majority of servers: become leader."""
        when(self.role == Role.CANDIDATE)
        when(self.has_won())
        self.role = Role.LEADER
        self.nextIndex = Map({s: len(self.log) + 1 for s in Server})
        self.matchIndex = Map({s: 0 for s in Server})
        Past.leaders |= {self.currentTerm: self}
        Past.voters |= {self.currentTerm: self.votesGranted}
        Past.leaderLog |= {self.currentTerm: self.log}

    def client_request(self, value: Value) -> None:
        """A command received from a client: append an entry to the local log."""
        when(self.role == Role.LEADER)
        self.log += (Entry(self.currentTerm, value),)
        Past.leaderLog |= {self.currentTerm: self.log}
        self.acknowledged |= {self.currentTerm: len(self.log)}

    def append_entries(self, peer: Server) -> None:
        """Send a follower any number of log entries, starting at its nextIndex."""
        when(self.role == Role.LEADER)
        when(peer != self)
        prev = self.nextIndex[peer] - 1
        last = either(*range(prev, len(self.log) + 1))
        send(
            AppendEntries(
                term=self.currentTerm,
                prevLogIndex=prev,
                prevLogTerm=term_at(self.log, prev),
                entries=self.log[prev:last],
                leaderCommit=self.commitIndex,
            ),
            to=peer,
        )

    def log_matches(self, m: AppendEntries) -> bool:
        """Whether the log has an entry at prevLogIndex whose term is prevLogTerm (step 2)."""
        return m.prevLogIndex <= len(self.log) and (
            term_at(self.log, m.prevLogIndex) == m.prevLogTerm
        )

    def conflicts(self, m: AppendEntries) -> bool:
        """Whether an existing entry has the index of a new one, but another term (step 3)."""
        return any(
            self.log[i].term != m.entries[i - m.prevLogIndex].term
            for i in range(m.prevLogIndex, min(len(self.log), self.last_new(m)))
        )

    def last_new(self, m: AppendEntries) -> Index:
        """The index of the last entry that the message vouches for."""
        return m.prevLogIndex + len(m.entries)

    def merged_log(self, m: AppendEntries) -> Seq[Entry]:
        """The log without conflicting entries, and with the new ones (steps 3 and 4)."""
        if self.conflicts(m) or self.last_new(m) > len(self.log):
            return self.log[: m.prevLogIndex] + m.entries
        return self.log

    def committed_by(self, m: AppendEntries) -> Index:
        """The commit index that the message justifies (step 5)."""
        return min(m.leaderCommit, self.last_new(m))

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.CANDIDATE:
            self.role = Role.FOLLOWER
        if m.term < self.currentTerm or not self.log_matches(m):
            self.reject(m)
        else:
            self.accept(m)

    @macro
    def reject(self, m: AppendEntries) -> None:
        """Answer false (steps 1 and 2)."""
        reply(m, AppendEntriesResponse(term=self.currentTerm, success=False, matchIndex=0))

    @macro
    def accept(self, m: AppendEntries) -> None:
        """Take the entries over, and answer true (steps 3 to 5)."""
        self.log = self.merged_log(m)
        self.commitIndex = max(self.commitIndex, self.committed_by(m))
        matchIndex = self.last_new(m)
        self.acknowledged |= {m.term: max(self.acknowledged.get(m.term, 0), matchIndex)}
        reply(m, AppendEntriesResponse(term=m.term, success=True, matchIndex=matchIndex))

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader learns how far a follower's log agrees, or tries further back."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.LEADER:
            if m.success:
                self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
                self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}
            else:
                self.nextIndex |= {m.source: max(self.nextIndex[m.source] - 1, 1)}
        discard(m)

    def replicated_on(self, index: Index) -> Set[Server]:
        """The servers known to have the log up to an index: this leader, and by matchIndex."""
        return frozenset({s for s in Server if s == self or self.matchIndex[s] >= index})

    def is_replicated(self, index: Index) -> bool:
        """Whether a majority of the servers has the log up to an index."""
        return is_quorum(self.replicated_on(index))

    def may_commit(self, index: Index) -> bool:
        """Only entries of the leader's own term are committed by counting replicas (5.4.2)."""
        return term_at(self.log, index) == self.currentTerm

    def advance_commit_index(self) -> None:
        """There is an N > commitIndex on a majority, log[N].term == currentTerm: commit it."""
        when(self.role == Role.LEADER)
        N = either(*range(self.commitIndex + 1, len(self.log) + 1))
        when(self.may_commit(N))
        when(self.is_replicated(N))
        self.commitIndex = N
        if Past.committed.get(self.currentTerm, 0) < N:
            Past.committed |= {self.currentTerm: N}
            Past.committers |= {self.currentTerm: self.replicated_on(N)}
