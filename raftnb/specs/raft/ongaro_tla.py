"""Diego Ongaro's raft.tla, action by action, without its history variables.

The actions are those of the published TLA+ text (Ongaro 2014, appendix B), under the same names in
Python's spelling, so that state counts can be compared with TLC's.
"""

from __future__ import annotations

from enum import Enum

from raftnb.language import (
    Delivery,
    Domain,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    Set,
    discard,
    each,
    reply,
    send,
    when,
)
from raftnb.language.spec import Spec

Term = Nat
Index = Nat


class Value(Domain, number="values"):
    """A value that a client can ask to append."""


class Role(Enum):
    """What a server is at the moment."""

    FOLLOWER = "follower"
    CANDIDATE = "candidate"
    LEADER = "leader"


class Entry(Record):
    """An entry of a log."""

    term: Term
    value: Value


class Rpc(Message):
    """A message of Raft, with the term of its sender."""

    term: Term


class Response(Rpc):
    """The answer to a request."""


class RequestVoteRequest(Rpc):
    """A candidate asks for a vote."""

    lastLogTerm: Term
    lastLogIndex: Index


class RequestVoteResponse(Response):
    """A vote, or a refusal."""

    voteGranted: bool


class AppendEntriesRequest(Rpc):
    """A leader sends at most one entry, or a heartbeat."""

    prevLogIndex: Index
    prevLogTerm: Term
    entries: Seq[Entry]
    commitIndex: Index


class AppendEntriesResponse(Response):
    """A follower's answer; `matchIndex` is 0 unless it succeeded."""

    success: bool
    matchIndex: Index


def last_term(log: Seq[Entry]) -> Term:
    """The term of the last entry of a log, or 0 if it is empty."""
    return log[-1].term if log else 0


def is_quorum(servers: Set[Server]) -> bool:
    """Whether the servers are a majority."""
    return 2 * len(servers) > len(Server)


class Server(Process, number="servers"):
    """A Raft server as raft.tla has it; indices are from 1."""

    currentTerm: Term = 1
    role: Role = Role.FOLLOWER
    votedFor: Server | None = None
    log: Seq[Entry] = ()
    commitIndex: Index = 0
    votesResponded: Set[Server] = frozenset()
    votesGranted: Set[Server] = frozenset()
    nextIndex: Map[Server, Index] = each(1)
    matchIndex: Map[Server, Index] = each(0)

    def restart(self) -> None:
        """Restart from stable storage: everything but currentTerm, votedFor and log is lost."""
        self.role = Role.FOLLOWER
        self.votesResponded = frozenset()
        self.votesGranted = frozenset()
        self.nextIndex = Map((s, 1) for s in Server)
        self.matchIndex = Map((s, 0) for s in Server)
        self.commitIndex = 0

    def timeout(self) -> None:
        """Time out and start a new election."""
        when(self.role != Role.LEADER)
        self.role = Role.CANDIDATE
        self.currentTerm += 1
        self.votedFor = None
        self.votesResponded = frozenset()
        self.votesGranted = frozenset()

    def request_vote(self, peer: Server) -> None:
        """A candidate asks a server for its vote, itself included."""
        when(self.role == Role.CANDIDATE)
        when(peer not in self.votesResponded)
        request = RequestVoteRequest(
            term=self.currentTerm,
            lastLogTerm=last_term(self.log),
            lastLogIndex=len(self.log),
        )
        send(request, to=peer)

    def become_leader(self) -> None:
        """A candidate with the votes of a majority becomes leader."""
        when(self.role == Role.CANDIDATE)
        when(is_quorum(self.votesGranted))
        self.role = Role.LEADER
        self.nextIndex = Map((s, len(self.log) + 1) for s in Server)
        self.matchIndex = Map((s, 0) for s in Server)

    def client_request(self, value: Value) -> None:
        """A leader appends a client's value to its log."""
        when(self.role == Role.LEADER)
        self.log += (Entry(self.currentTerm, value),)

    def append_entries(self, peer: Server) -> None:
        """A leader sends a follower at most one entry."""
        when(self.role == Role.LEADER)
        when(peer != self)
        prevLogIndex = self.nextIndex[peer] - 1
        lastEntry = min(len(self.log), self.nextIndex[peer])
        request = AppendEntriesRequest(
            term=self.currentTerm,
            prevLogIndex=prevLogIndex,
            prevLogTerm=self.log[prevLogIndex - 1].term if prevLogIndex > 0 else 0,
            entries=self.log[prevLogIndex:lastEntry],
            commitIndex=min(self.commitIndex, lastEntry),
        )
        send(request, to=peer)

    def advance_commit_index(self) -> None:
        """A leader commits what a majority has, if that is of its own term."""
        when(self.role == Role.LEADER)
        agreed = max((i for i in range(1, len(self.log) + 1) if self.has_quorum(i)), default=0)
        if agreed > 0 and self.log[agreed - 1].term == self.currentTerm:
            self.commitIndex = agreed

    def has_quorum(self, index: Index) -> bool:
        """Whether a majority, this server included, is known to have the entry at an index."""
        return is_quorum(frozenset(s for s in Server if s == self or self.matchIndex[s] >= index))

    # Receiving a message: at most one of these actions is enabled for it.

    def update_term(self, m: Rpc) -> None:
        """Any message with a newer term makes the receiver a follower; the message stays."""
        when(m.term > self.currentTerm)
        self.currentTerm = m.term
        self.role = Role.FOLLOWER
        self.votedFor = None

    def handle_request_vote_request(self, m: RequestVoteRequest) -> None:
        """Answer a request for a vote."""
        when(m.term <= self.currentTerm)
        logOk = (m.lastLogTerm, m.lastLogIndex) >= (last_term(self.log), len(self.log))
        grant = m.term == self.currentTerm and logOk and self.votedFor in (None, m.source)
        if grant:
            self.votedFor = m.source
        reply(m, RequestVoteResponse(term=self.currentTerm, voteGranted=grant))

    def handle_request_vote_response(self, m: RequestVoteResponse) -> None:
        """Tally a vote, whatever the role."""
        when(m.term == self.currentTerm)
        self.votesResponded |= frozenset({m.source})
        if m.voteGranted:
            self.votesGranted |= frozenset({m.source})
        discard(m)

    def reject_append_entries_request(self, m: AppendEntriesRequest) -> None:
        """Refuse entries of an older term, or that do not follow on from the log."""
        when(m.term <= self.currentTerm)
        unfit = self.role == Role.FOLLOWER and not self.log_matches(m)
        when(m.term < self.currentTerm or unfit)
        reply(m, AppendEntriesResponse(term=self.currentTerm, success=False, matchIndex=0))

    def return_to_follower(self, m: AppendEntriesRequest) -> None:
        """A candidate gives way to the leader of its term; the message stays."""
        when(m.term == self.currentTerm)
        when(self.role == Role.CANDIDATE)
        self.role = Role.FOLLOWER

    def accept_append_entries_request(self, m: AppendEntriesRequest) -> None:
        """Answer if the entry is there already; else drop the last entry, or append the new one."""
        when(m.term == self.currentTerm)
        when(self.role == Role.FOLLOWER)
        when(self.log_matches(m))
        index = m.prevLogIndex + 1
        if m.entries == () or (
            len(self.log) >= index and self.log[index - 1].term == m.entries[0].term
        ):
            self.commitIndex = m.commitIndex
            matchIndex = m.prevLogIndex + len(m.entries)
            response = AppendEntriesResponse(
                term=self.currentTerm, success=True, matchIndex=matchIndex
            )
            reply(m, response)
        elif len(self.log) >= index:
            self.log = self.log[:-1]
        else:
            self.log += m.entries

    def log_matches(self, m: AppendEntriesRequest) -> bool:
        """Whether the log has the entry before the new ones."""
        at = m.prevLogIndex
        return at == 0 or (at <= len(self.log) and self.log[at - 1].term == m.prevLogTerm)

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """Note how far a follower's log agrees, or go one entry back."""
        when(m.term == self.currentTerm)
        if m.success:
            self.nextIndex |= {m.source: m.matchIndex + 1}
            self.matchIndex |= {m.source: m.matchIndex}
        else:
            self.nextIndex |= {m.source: max(self.nextIndex[m.source] - 1, 1)}
        discard(m)

    def drop_stale_response(self, m: Response) -> None:
        """Ignore a response of an older term."""
        when(m.term < self.currentTerm)
        discard(m)


class Wire(Process, everywhere=True):
    """The network, which duplicates and drops messages."""

    def duplicate_message(self, m: Rpc) -> None:
        """One more copy of a message."""
        send(m, to=m.dest)

    def drop_message(self, m: Rpc) -> None:
        """One copy less of a message."""
        discard(m)


def terms_are_bounded(max_term: Nat) -> bool:
    """The constraint on terms."""
    return all(s.currentTerm <= max_term for s in Server)


def logs_are_bounded(max_log: Nat) -> bool:
    """The constraint on the lengths of logs."""
    return all(len(s.log) <= max_log for s in Server)


def at_most_one_leader_per_term() -> bool:
    """Election Safety (Raft paper, Figure 3), for the leaders of the moment."""
    leaders = tuple(s.currentTerm for s in Server if s.role == Role.LEADER)
    return len(leaders) == len(frozenset(leaders))


def a_leader_is_elected() -> bool:
    """Some server becomes leader."""
    return any(s.role == Role.LEADER for s in Server)


RAFT_TLA = Spec(
    name="raft-tla",
    summary="Ongaro's raft.tla as published, without history variables, for comparison with TLC",
    processes=(Server, Wire),
    domains=(Value,),
    constants={
        "servers": 2,
        "values": 1,
        "max_term": 2,
        "max_log": 1,
        "max_messages": 1,
        "max_copies": 1,
    },
    invariants=(at_most_one_leader_per_term,),
    sometimes=(a_leader_is_elected,),
    constraints=(terms_are_bounded, logs_are_bounded),
    distinct_messages="max_messages",
    copies="max_copies",
    delivery=Delivery(loses=False, duplicates=False, reorders=True),
    symmetric=(Server, Value),
)
