"""How libraft elects its leaders (the C library under dqlite), where that is not as in Figure 2.

Who has a leader refuses votes, and does not take over the candidate's term (dissertation, section
4.2.3). A leader without a quorum stands down within its term. With pre-vote, a server asks first
whether others would vote for it (section 9.6): the library calls it a candidate then; here it is a
follower that asks around.
"""

from __future__ import annotations

from raftnb.language import Message, Set, discard, reply, send, when
from raftnb.specs.libraries.ahead import AheadServer
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.prevote import PreVote, PreVoteResponse
from raftnb.specs.raft.server import (
    AppendEntries,
    RequestVote,
    RequestVoteResponse,
    Role,
    Server,
    is_quorum,
    last_term,
)


class LibraftElections(AheadServer):
    """A server that elects as libraft does; it may ask around before it begins a term."""

    # The leader that is known. Pre-vote: whether this server asks around, and who would elect it.
    leader: Server | None = None
    asking: bool = False
    preVotes: Set[Server] = frozenset()

    def restart(self) -> None:
        """Fail and come back: nobody is known to lead."""
        super().restart()
        self.leader = None
        self.asking = False
        self.preVotes = frozenset()

    def time_out(self) -> None:
        """Start an election, but who asks around only when a majority would vote for it."""
        when(not self.asking or is_quorum(self.preVotes))
        super().time_out()
        self.leader = None
        self.asking = False
        self.preVotes = frozenset()

    def step_down(self) -> None:
        """A leader that has not heard of a quorum for a while stands down within its term."""
        when(self.role == Role.LEADER)
        self.role = Role.FOLLOWER
        self.leader = None

    def update_term(self, m: Message) -> None:
        """A newer term: who stood or led knows no leader. Asking around does not bring one."""
        when(not isinstance(m, PreVote))
        when(not isinstance(m, PreVoteResponse))
        if self.role != Role.FOLLOWER:
            self.leader = None
        super().update_term(m)
        self.asking = False
        self.preVotes = frozenset()

    def has_leader(self) -> bool:
        """Whether this server leads, or follows a leader that it knows."""
        follows = self.role == Role.FOLLOWER and self.leader is not None
        return self.role == Role.LEADER or follows

    def handle_request_vote(self, m: RequestVote) -> None:
        """Who has a leader refuses in its own term, whatever the candidate's is."""
        if self.has_leader():
            reply(m, RequestVoteResponse(term=self.currentTerm, voteGranted=False))
        else:
            super().handle_request_vote(m)

    def handle_append_entries(self, m: AppendEntries) -> None:
        """Know the leader, and stop asking around."""
        if m.term == self.currentTerm:
            self.leader = m.source
            self.asking = False
        self.preVotes = frozenset()
        super().handle_append_entries(m)

    # Pre-vote.

    def ask_around(self) -> None:
        """Ask who would vote for this server in the next term, without beginning it."""
        when(self.role == Role.FOLLOWER)
        self.leader = None
        self.votesGranted = frozenset()
        self.asking = True
        self.preVotes = frozenset({self})
        for peer in Server:
            if peer != self:
                send(
                    PreVote(
                        term=self.currentTerm + 1,
                        lastLogIndex=len(self.log),
                        lastLogTerm=last_term(self.log),
                    ),
                    to=peer,
                )

    def would_vote(self, m: PreVote) -> bool:
        """Whether this server would vote for the sender, if it were to begin that term."""
        last = last_term(self.log)
        longer = m.lastLogTerm == last and m.lastLogIndex >= len(self.log)
        up_to_date = m.lastLogTerm > last or longer
        return not self.has_leader() and m.term >= self.currentTerm and up_to_date

    def handle_pre_vote(self, m: PreVote) -> None:
        """Say whether the sender would get the vote; nothing is promised."""
        reply(m, PreVoteResponse(term=m.term, voteGranted=self.would_vote(m)))

    def handle_pre_vote_response(self, m: PreVoteResponse) -> None:
        """Count who would vote for this server."""
        if m.term > self.currentTerm and m.voteGranted and self.asking:
            self.preVotes |= {m.source}
        discard(m)


LIBRAFT_ELECTIONS = RAFT.variant(
    "libraft-elections",
    LibraftElections,
    summary="Raft with the elections of libraft: pre-vote, and who has a leader refuses",
)

__all__ = ["LIBRAFT_ELECTIONS", "LibraftElections"]
