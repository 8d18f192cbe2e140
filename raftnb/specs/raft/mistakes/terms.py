"""Mistakes about terms: what is of an earlier term counts, or what is of a later one does not."""

from __future__ import annotations

from typing import Any

from raftnb.language import Message, discard, when
from raftnb.specs.raft.claims import (
    currentTerm_is_monotone,
    election_safety,
    leader_completeness,
)
from raftnb.specs.raft.mistakes.mutant import THREE_IN_FLIGHT, TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.scenes import (
    commit,
    count_vote,
    elect,
    find,
    receive,
    replicate,
    request,
    send_entries,
    stand,
    take_entries,
    two_entries_at_one_index,
    vote,
)
from raftnb.specs.raft.server import (
    AppendEntries,
    AppendEntriesResponse,
    RequestVoteResponse,
    Role,
    Server,
)


class CountsOldVotes(Server):
    """A vote of an earlier term is counted in this one."""

    def counts_vote(self, m: RequestVoteResponse) -> bool:
        """Whether a response grants a vote to this candidate."""
        return self.role == Role.CANDIDATE and m.voteGranted


def old_vote_arrives(world: Any) -> None:
    """s2's vote for s1 of term 1 arrives in term 2, in which s2 votes for s3."""
    stand(world, "s1")
    vote(world, "s2", "s1")
    stand(world, "s1")
    count_vote(world, "s1", "s2")
    world["s1"].become_leader()
    elect(world, "s3", "s2", term=2)


ROW_16 = Mutant(
    row=16,
    server=CountsOldVotes,
    breaks=election_safety,
    servers=3,
    terms=2,
    entries=0,
    network=THREE_IN_FLIGHT,
    scene=old_vote_arrives,
    why="A vote is for one term; the voter may vote for another in the next.",
    seen_in=("little-raft #44",),
)


class FollowsOldLeaders(Server):
    """An AppendEntries of an earlier term is accepted."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation, without step 1."""
        when(m.term <= self.currentTerm)
        if m.term == self.currentTerm and self.role == Role.CANDIDATE:
            self.role = Role.FOLLOWER
        if not self.log_matches(m):
            self.reject(m)
        else:
            self.accept(m)


def old_leader_commits(world: Any) -> None:
    """s2 has voted for s3 in term 2 when it acknowledges an entry of s1's term 1."""
    elect(world, "s1", "s2")
    request(world, "s1")
    entries = send_entries(world, "s1", "s2")
    elect(world, "s3", "s2", term=2)
    receive(world, entries)
    receive(world, find(world, AppendEntriesResponse, "s2", "s1", success=True))
    commit(world, "s1", 1)


ROW_24 = Mutant(
    row=24,
    server=FollowsOldLeaders,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    network=THREE_IN_FLIGHT,
    scene=old_leader_commits,
    why="Its vote for the new leader promised not to acknowledge the old one any more.",
)


class StaysInOffice(Server):
    """A server that learns of a newer term adopts it, but not the role of a follower."""

    def update_term(self, m: Message) -> None:
        """Any RPC with a newer term: adopt it."""
        when(m.term > self.currentTerm)
        self.currentTerm = m.term
        self.votedFor = None


def leader_reaches_the_next_term(world: Any) -> None:
    """s1 leads term 1, hears of term 2, and goes on to lead in it beside s3."""
    elect(world, "s1", "s2")
    stand(world, "s3", term=2)
    vote(world, "s1", "s3")
    vote(world, "s2", "s3")
    count_vote(world, "s3", "s2")
    world["s3"].become_leader()


ROW_25 = Mutant(
    row=25,
    server=StaysInOffice,
    breaks=election_safety,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=leader_reaches_the_next_term,
    why="It leads a term in which nobody elected it.",
)


class CountsOldAcknowledgments(Server):
    """An acknowledgment of an earlier term is counted in this one."""

    def handle_append_entries_response(self, m: AppendEntriesResponse) -> None:
        """The leader learns how far a follower's log agrees, or tries further back."""
        when(m.term <= self.currentTerm)
        if self.role == Role.LEADER:
            if m.success:
                self.matchIndex |= {m.source: max(self.matchIndex[m.source], m.matchIndex)}
                self.nextIndex |= {m.source: self.matchIndex[m.source] + 1}
            else:
                self.nextIndex |= {m.source: max(self.nextIndex[m.source] - 1, 1)}
        discard(m)


def old_acknowledgment_is_counted(world: Any) -> None:
    """s2 acknowledged index 2 in term 1; in term 3 another entry is there."""
    elect(world, "s1", "s2", "s4")
    request(world, "s1")
    request(world, "s1")
    answer = take_entries(world, "s1", "s2")
    elect(world, "s3", "s4", "s5", term=2)
    request(world, "s3")
    take_entries(world, "s3", "s1")
    elect(world, "s1", "s4", "s5", term=3)
    request(world, "s1")
    replicate(world, "s1", "s4")
    receive(world, answer)
    commit(world, "s1", 2)
    elect(world, "s3", "s2", "s5", term=4)


ROW_28 = Mutant(
    row=28,
    server=CountsOldAcknowledgments,
    breaks=leader_completeness,
    servers=5,
    terms=4,
    entries=2,
    how="script",
    scene=old_acknowledgment_is_counted,
    why="What was acknowledged in an earlier term may have been overwritten since.",
)


class TruncationTakesTermsBack(Server):
    """A server whose log is cut off goes back to the term of what is left."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation; where entries conflict, the term follows them."""
        cut = m.term == self.currentTerm and self.log_matches(m) and self.conflicts(m)
        super().handle_append_entries(m)
        if cut:
            self.currentTerm = m.prevLogTerm


def conflict_takes_the_term(world: Any) -> None:
    """s1's entry of term 1 is cut off, and s1 goes back to before its vote in that term."""
    two_entries_at_one_index(world)
    take_entries(world, "s2", "s1")


ROW_91 = Mutant(
    row=91,
    server=TruncationTakesTermsBack,
    breaks=currentTerm_is_monotone,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=conflict_takes_the_term,
    why="It may vote again in all the terms between.",
    seen_in=("nats-server PR #5975",),
)
