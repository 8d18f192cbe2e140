"""Mistakes about votes: whom a server may vote for, and how many votes elect a leader."""

from __future__ import annotations

from typing import Any

from raftnb.specs.raft.claims import (
    a_leader_is_elected,
    election_safety,
    leader_completeness,
    one_vote_per_term,
)
from raftnb.specs.raft.mistakes.mutant import THREE_IN_FLIGHT, TWO_IN_FLIGHT, Mutant
from raftnb.specs.raft.scenes import (
    commit,
    elect,
    entry_committed,
    replicate,
    request,
    take_entries,
)
from raftnb.specs.raft.server import AppendEntries, RequestVote, Role, Server, last_term, term_at


class VotesForAnyLog(Server):
    """The voter does not compare logs."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Any log will do."""
        return True


def s3_takes_over(world: Any) -> None:
    """An entry is committed on s1 and s2; then s3, without it, is elected by s2."""
    entry_committed(world)
    elect(world, "s3", "s2", term=2)


ROW_2 = Mutant(
    row=2,
    server=VotesForAnyLog,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=s3_takes_over,
    why="The voter has the committed entry and elects a leader without it.",
)


class ComparesIndexOnly(Server):
    """Up to date means long enough."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is at least as long."""
        return m.lastLogIndex >= len(self.log)


def longer_log_wins(world: Any) -> None:
    """s1 has two old entries, s2 commits a new one with s3, and s3 votes for s1."""
    elect(world, "s1", "s2")
    request(world, "s1")
    request(world, "s1")
    elect(world, "s2", "s3", term=2)
    request(world, "s2")
    replicate(world, "s2", "s3")
    commit(world, "s2", 1)
    elect(world, "s1", "s3", term=3)


ROW_3 = Mutant(
    row=3,
    server=ComparesIndexOnly,
    breaks=leader_completeness,
    servers=3,
    terms=3,
    entries=2,
    network=THREE_IN_FLIGHT,
    how="walk",
    seed=2,
    scene=longer_log_wins,
    why="Two entries nobody committed count for more than one that was.",
    seen_in=("noraft #22",),
)


class ComparesTermOnly(Server):
    """Up to date means of a late enough term."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's last entry is of a term at least as late."""
        return m.lastLogTerm >= last_term(self.log)


def shorter_log_wins(world: Any) -> None:
    """Of two entries, s3 has the first alone; the second is committed on s1 and s2."""
    elect(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s3")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 2)
    elect(world, "s3", "s2", term=2)


ROW_4 = Mutant(
    row=4,
    server=ComparesTermOnly,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=2,
    network=TWO_IN_FLIGHT,
    scene=shorter_log_wins,
    why="Of two logs of the same last term, the shorter lacks the committed entry.",
)


class ComparesWithCommitted(Server):
    """The candidate's log is compared with what the voter knows to be committed."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is at least as up to date as the committed part."""
        term = term_at(self.log, self.commitIndex)
        return m.lastLogTerm > term or (
            m.lastLogTerm == term and m.lastLogIndex >= self.commitIndex
        )


ROW_5 = Mutant(
    row=5,
    server=ComparesWithCommitted,
    breaks=leader_completeness,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    scene=s3_takes_over,
    why="The voter has the entry, but has not heard yet that it is committed.",
    seen_in=("CCF #589",),
)


class WantsALongerLog(Server):
    """The candidate's log must be longer than the voter's."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is more up to date than this server's."""
        return m.lastLogTerm > last_term(self.log) or (
            m.lastLogTerm == last_term(self.log) and m.lastLogIndex > len(self.log)
        )


ROW_6 = Mutant(
    row=6,
    server=WantsALongerLog,
    breaks=a_leader_is_elected,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    how="liveness",
    why="All logs are empty at first, so none is longer, and nobody is ever elected.",
    seen_in=("neo4j #6289",),
)


class VotesTwice(Server):
    """A server votes as often as it is asked."""

    def may_vote_for(self, candidate: Server) -> bool:
        """The vote is always free."""
        return True


def s2_votes_for_both(world: Any) -> None:
    """s2 votes for s1, and for s3."""
    elect(world, "s1", "s2")
    elect(world, "s3", "s2")


ROW_17 = Mutant(
    row=17,
    server=VotesTwice,
    breaks=election_safety,
    servers=3,
    terms=1,
    entries=0,
    scene=s2_votes_for_both,
    why="Two majorities share a server, and it voted for both.",
    seen_in=("zeebe #5356", "ravendb #4383"),
)


class FollowingFreesTheVote(Server):
    """An AppendEntries of its own term makes a server forget its vote."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation; the vote is free again."""
        super().handle_append_entries(m)
        if m.term == self.currentTerm:
            self.votedFor = None


def s2_follows_and_votes_again(world: Any) -> None:
    """s2 votes for s1, hears its heartbeat, and votes for s3."""
    elect(world, "s1", "s2")
    take_entries(world, "s1", "s2")
    elect(world, "s3", "s2")


ROW_18 = Mutant(
    row=18,
    server=FollowingFreesTheVote,
    breaks=election_safety,
    servers=3,
    terms=1,
    entries=0,
    scene=s2_follows_and_votes_again,
    why="A heartbeat gives a server a second vote in the same term.",
    seen_in=("redpanda #14", "NATS #5314"),
)


class SteppingDownFreesTheVote(Server):
    """A candidate that finds a leader in its term takes its vote back."""

    def handle_append_entries(self, m: AppendEntries) -> None:
        """AppendEntries, receiver implementation; a candidate's vote is free again."""
        if m.term == self.currentTerm and self.role == Role.CANDIDATE:
            self.votedFor = None
        super().handle_append_entries(m)


ROW_19 = Mutant(
    row=19,
    server=SteppingDownFreesTheVote,
    breaks=one_vote_per_term,
    servers=3,
    terms=2,
    entries=1,
    network=TWO_IN_FLIGHT,
    how="equivalent",
    why="The vote comes too late: a majority of the others has elected the term's leader.",
    seen_in=("CCF #5891",),
)


class HalfIsEnough(Server):
    """Half of the servers, rounded down, elect a leader."""

    def has_won(self) -> bool:
        """Whether N/2 servers have voted for this one."""
        return len(self.votesGranted) >= len(Server) // 2


def both_elect_themselves(world: Any) -> None:
    """s1 and s2 have one vote each, their own."""
    elect(world, "s1")
    elect(world, "s2")


ROW_20 = Mutant(
    row=20,
    server=HalfIsEnough,
    breaks=election_safety,
    servers=3,
    terms=1,
    entries=0,
    scene=both_elect_themselves,
    why="Two halves need not share a server.",
)
