"""Elections that stay calm: PreVote and CheckQuorum (Ongaro's dissertation, 9.6, 6.2 and 4.2.3).

In Figure 2 a server that was cut off comes back with a term that nobody else has, and deposes a
leader with whom nothing was wrong. With PreVote a server asks first whether it would be elected:
only if a majority would vote for it, since none of them hears from a leader and its log is up to
date, does it go on to a new term. Nobody's term or vote changes by the question. A leader that a
majority no longer answers steps down (CheckQuorum), so that its followers stop hearing from it.
"""

from __future__ import annotations

from raftnb.language import Delivery, Message, Set, after, discard, reply, send, when
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.quiet import QuietServer, is_quiet
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    Index,
    Role,
    Server,
    Term,
    is_quorum,
    last_term,
)


class PreVote(Message):
    """A server whose timer has run out asks who would vote for it (section 9.6)."""

    term: Term
    lastLogIndex: Index
    lastLogTerm: Term


class PreVoteResponse(Message):
    """The answer to a PreVote."""

    term: Term
    voteGranted: bool


class PreVoteServer(Server):
    """A server that stands for election only where a majority would elect it."""

    # Volatile state on all servers: whether a leader was heard within an election timeout, and
    # who would vote for this server.
    hearsLeader: bool = False
    preVotes: Set[Server] = frozenset()

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost."""
        super().restart()
        self.hearsLeader = False
        self.preVotes = frozenset()

    def ask_for_pre_votes(self) -> None:
        """An election timeout has passed: ask all others whether this server has their vote."""
        when(self.role != Role.LEADER)
        self.hearsLeader = False
        self.preVotes = frozenset({self})
        for peer in Server:
            if peer != self:
                send(
                    PreVote(
                        term=self.currentTerm,
                        lastLogIndex=len(self.log),
                        lastLogTerm=last_term(self.log),
                    ),
                    to=peer,
                )

    def would_vote_for(self, m: PreVote) -> bool:
        """Whether this server would vote for the one that asks, in a term that is still to come."""
        return (
            m.term >= self.currentTerm
            and self.role != Role.LEADER
            and not self.hearsLeader
            and self.log_is_up_to_date(m)
        )

    def handle_pre_vote(self, m: PreVote) -> None:
        """Answer; nothing is promised by it. Who asks in an older term hears of the newer one."""
        granted = self.would_vote_for(m)
        term = m.term if granted else self.currentTerm
        reply(m, PreVoteResponse(term=term, voteGranted=granted))

    def handle_pre_vote_response(self, m: PreVoteResponse) -> None:
        """Count who would vote for this server, if it still wants to know."""
        when(m.term <= self.currentTerm)
        if self.counts_pre_vote(m):
            self.preVotes |= {m.source}
        discard(m)

    def counts_pre_vote(self, m: PreVoteResponse) -> bool:
        """Whether a response belongs to what this server asks now."""
        return m.term == self.currentTerm and m.voteGranted and self in self.preVotes

    def would_win(self) -> bool:
        """Whether a majority would vote for this server."""
        return is_quorum(self.preVotes)

    def time_out(self) -> None:
        """Start an election, where a majority would vote for this server."""
        when(self.would_win())
        super().time_out()
        self.preVotes = frozenset()

    def update_term(self, m: Message) -> None:
        """Any RPC with a newer term but a PreVote: that alone changes nobody's term."""
        when(not isinstance(m, PreVote))
        super().update_term(m)
        self.hearsLeader = False
        self.preVotes = frozenset()

    def handle_append_entries(self, m: AppendEntries) -> None:
        """A leader of this term is heard: nobody else is wanted."""
        super().handle_append_entries(m)
        if m.term == self.currentTerm:
            self.hearsLeader = True
            self.preVotes = frozenset()


class CheckQuorumServer(PreVoteServer):
    """A leader that hears from no majority steps down (section 6.2)."""

    # Volatile state on leaders: who has answered within an election timeout.
    heardFrom: Set[Server] = frozenset()

    def restart(self) -> None:
        """Fail and come back: what is volatile is lost."""
        super().restart()
        self.heardFrom = frozenset()

    def become_leader(self) -> None:
        """Votes from a majority: they have just been heard."""
        super().become_leader()
        self.heardFrom = self.votesGranted

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """A follower of this leader is heard."""
        super().handle_append_entries_response(m)
        if m.term == self.currentTerm and self.role == Role.LEADER:
            self.heardFrom |= {m.source}

    def hears_majority(self) -> bool:
        """Whether a majority, this leader among them, has been heard."""
        return is_quorum(self.heardFrom | {self})

    def check_quorum(self) -> None:
        """An election timeout has passed for a leader: go on if a majority was heard in it."""
        when(self.role == Role.LEADER)
        if not self.hears_majority():
            self.role = Role.FOLLOWER
        self.heardFrom = frozenset()


class UnhurriedServer(QuietServer, CheckQuorumServer):
    """The same where nobody acts while a message is under way, and nothing fails any more."""

    def ask_for_pre_votes(self) -> None:
        """Ask where all is quiet."""
        when(is_quiet())
        super().ask_for_pre_votes()


def somebody_leads_or_would_win() -> bool:
    """There is a leader, or a server that a majority would vote for."""
    return any(s.role == Role.LEADER or s.would_win() for s in PreVoteServer)


def a_new_term_has_a_majority_behind_it(s: PreVoteServer) -> bool:
    """A server goes beyond all terms only where a majority would vote for it."""
    term = after(s).currentTerm
    known = term == s.currentTerm or any(peer.currentTerm >= term for peer in Server)
    return known or is_quorum(s.preVotes)


def who_is_asked_has_no_leader(s: PreVoteServer) -> bool:
    """Who still counts what others would vote has not heard from a leader since it asked."""
    return s.preVotes == frozenset() or not s.hearsLeader


def a_leader_steps_down_in_its_term() -> bool:
    """A leader whom no majority answers any more has become a follower, in its own term."""
    return any(
        s.role == Role.FOLLOWER and s.votedFor == s and is_quorum(s.votesGranted) for s in Server
    )


RAFT_PREVOTE = RAFT.variant(
    "raft-prevote",
    CheckQuorumServer,
    summary="Raft whose elections stay calm: PreVote and CheckQuorum",
    constants={**RAFT.constants, "servers": 2},
    invariants=(*RAFT.invariants, who_is_asked_has_no_leader),
    transitions=(*RAFT.transitions, a_new_term_has_a_majority_behind_it),
    sometimes=(*RAFT.sometimes, a_leader_steps_down_in_its_term),
)
UNHURRIED_PREVOTE = RAFT_PREVOTE.variant(
    "unhurried-prevote",
    UnhurriedServer,
    summary="raft-prevote where nothing fails and nobody hurries: an election stays possible",
    constants={**RAFT_PREVOTE.constants, "max_term": 2},
    delivery=Delivery(duplicates=False),
    possible=(somebody_leads_or_would_win,),
)
