"""Raft as etcd does it (the Go library go.etcd.io/raft), where that is not as in Figure 2.

A heartbeat is a message of its own. A leader sends entries ahead of what is acknowledged, and finds
the place where a follower's log parts from its own by hints. What is committed is neither looked at
nor answered for again. commitIndex is kept on disk. A candidate whom a majority has refused stands
down within its term. An entry's command is not looked at.
"""

from __future__ import annotations

from raftnb.language import Message, Set, reply, send, when
from raftnb.specs.libraries.ahead import DurableCommitServer
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Index,
    RequestVoteResponse,
    Role,
    Server,
    Term,
    is_quorum,
)


class Heartbeat(Message):
    """A leader still leads (MsgHeartbeat); `commit` is what the follower is known to have of it."""

    term: Term
    commit: Index


class HeartbeatResponse(Message):
    """The answer to a Heartbeat (MsgHeartbeatResp)."""

    term: Term


class EtcdServer(DurableCommitServer):
    """A server of etcd's library."""

    refusedBy: Set[Server] = frozenset()

    def restart(self) -> None:
        """Fail and come back: who has refused is forgotten."""
        super().restart()
        self.refusedBy = frozenset()

    def time_out(self) -> None:
        """Start an election: nobody has refused yet."""
        super().time_out()
        self.refusedBy = frozenset()

    def handle_request_vote_response(self, m: RequestVoteResponse) -> None:
        """Count who refuses, too."""
        super().handle_request_vote_response(m)
        if m.term == self.currentTerm and not m.voteGranted:
            self.refusedBy |= {m.source}

    def stand_down(self) -> None:
        """A candidate whom a majority has refused becomes a follower, within its term."""
        when(self.role == Role.CANDIDATE)
        when(is_quorum(self.refusedBy))
        self.role = Role.FOLLOWER

    def send_heartbeat(self, peer: Server) -> None:
        """Tell a follower that this server leads, and of what is committed as far as it has it."""
        when(self.role == Role.LEADER)
        when(peer != self)
        commit = min(self.matchIndex[peer], self.commitIndex)
        send(Heartbeat(term=self.currentTerm, commit=commit), to=peer)

    def handle_heartbeat(self, m: Heartbeat) -> None:
        """Follow the leader of this term, and commit what it says."""
        when(m.term == self.currentTerm)
        self.role = Role.FOLLOWER
        self.commitIndex = max(self.commitIndex, m.commit)
        reply(m, HeartbeatResponse(term=m.term))

    def handle_append_entries(self, m: AppendEntries) -> None:
        """What begins before commitIndex is answered with commitIndex, and not looked at."""
        if m.term == self.currentTerm and m.prevLogIndex < self.commitIndex:
            self.role = Role.FOLLOWER
            known = self.acknowledged.get(m.term, 0)
            self.acknowledged |= {m.term: max(known, self.commitIndex)}
            answer = AppendEntriesResponse(term=m.term, success=True, matchIndex=self.commitIndex)
            reply(m, answer)
        else:
            super().handle_append_entries(m)


RAFT_ETCD = RAFT.variant("raft-etcd", EtcdServer, summary="Raft as etcd's library does it")

__all__ = ["RAFT_ETCD", "EtcdServer", "Heartbeat", "HeartbeatResponse"]
