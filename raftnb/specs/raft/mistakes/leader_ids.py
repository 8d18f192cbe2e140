"""A mistake about terms that may have several leaders: who leads is told by term and server."""

from __future__ import annotations

from typing import Any

from raftnb.specs.raft.claims import RAFT, leader_completeness
from raftnb.specs.raft.mistakes.mutant import Mutant
from raftnb.specs.raft.scenes import commit, elect, replicate, request
from raftnb.specs.raft.server import RequestVote, Server, Term, Value, last_term


def term_of(leader: Term) -> Term:
    """The term of a leader id."""
    return (leader + len(Server) - 1) // len(Server)


class LeaderIdServer(Server):
    """A server of a cluster whose terms have several leaders, one after the other.

    A leader id is a term and a server, in this order. What is called `currentTerm` is the number
    of such an id: each server stands in ids of its own only, and a vote is for an id. So it is
    Raft, with logs compared by term, server, and index (openraft #1722 takes that for a mistake):
    Raft's proof allows servers to skip terms. The next mistake is made on its ground.
    """

    def next_id(self) -> Term:
        """The number of the next leader id that is this server's own."""
        after = range(self.currentTerm + 1, self.currentTerm + len(Server) + 1)
        return min(number for number in after if number % len(Server) == self.index)

    def time_out(self) -> None:
        """Start an election, for the next leader id of this server."""
        self.currentTerm = self.next_id() - 1
        super().time_out()


class ComparesTermsOfIds(LeaderIdServer):
    """Logs are compared by term and index, whichever leader of the term wrote them."""

    def log_is_up_to_date(self, m: RequestVote) -> bool:
        """Whether the candidate's log is of a later term, or of the same one and long enough."""
        mine, other = term_of(last_term(self.log)), term_of(m.lastLogTerm)
        return other > mine or (other == mine and m.lastLogIndex >= len(self.log))


def earlier_leader_comes_back(world: Any) -> None:
    """s2 has two entries, s3 leads the same term, and commits one with s1; s1 votes for s2."""
    elect(world, "s2", "s1")
    request(world, "s2")
    request(world, "s2")
    elect(world, "s3", "s1")
    request(world, "s3")
    replicate(world, "s3", "s1")
    commit(world, "s3", 1)
    elect(world, "s2", "s1")


ROW_96 = Mutant(
    row=96,
    server=ComparesTermsOfIds,
    breaks=leader_completeness,
    servers=3,
    terms=4,
    entries=2,
    how="script",
    scene=earlier_leader_comes_back,
    why="Of two leaders of one term the later one has all that the earlier one committed.",
    base=RAFT.variant("leader-ids", LeaderIdServer, symmetric=(Value,)),
)
