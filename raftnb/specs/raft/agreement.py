"""What `raft` and `raft-tla` share, and in what they differ.

Both are Raft; raft.tla is its author's own specification, as published. Seen by `shared_view`, the
term, role, log and commitIndex of each server, `raft` reaches no state that `raft-tla` does not.
The converse fails for one reason only: a candidate of raft.tla does not vote for itself at once; it
sends itself a RequestVote, and may vote for another in between. `LateVoteServer` does so too, and
reaches exactly the same states.

The other differences are in how a state is reached, not in which ones are. AppendEntries carries
any number of entries (raft.tla: one at most). A conflicting suffix is replaced in the step that
answers (raft.tla: entries are dropped one by one, then appended, then answered). A leader commits
any index that it may (raft.tla: the largest). commitIndex and matchIndex never go back (raft.tla:
an old message takes them back, rows 29 and 30 of the known mistakes). Answers of an older term are
dropped by the action that handles them (raft.tla: by one of their own). raft.tla also notes who
has responded. Terms start at 0 here, as in Figure 2, and at 1 there.
"""

from __future__ import annotations

from typing import Any

from raftnb.language import send, when
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import RequestVote, Role, Server, last_term

FIRST_TERM = {"raft": 0, "raft-late-vote": 0, "raft-tla": 1}


class LateVoteServer(Server):
    """A server that asks for votes in steps of their own, its own vote among them (raft.tla)."""

    def time_out(self) -> None:
        """Start an election: a new term, and no vote yet."""
        when(self.role != Role.LEADER)
        self.role = Role.CANDIDATE
        self.currentTerm += 1
        self.votedFor = None
        self.votesGranted = frozenset()

    def request_vote(self, peer: Server) -> None:
        """A candidate asks a server for its vote, itself included."""
        when(self.role == Role.CANDIDATE)
        send(
            RequestVote(
                term=self.currentTerm,
                lastLogIndex=len(self.log),
                lastLogTerm=last_term(self.log),
            ),
            to=peer,
        )


RAFT_LATE_VOTE = RAFT.variant("raft-late-vote", LateVoteServer)


def shared_view(world: Any) -> tuple[Any, ...]:
    """Of each server: terms since the first, role, the terms in its log, and commitIndex."""
    spec = world.model.spec
    first = FIRST_TERM[spec.name]
    return tuple(
        (
            server.currentTerm - first,
            server.role.name,
            tuple(entry.term - first for entry in server.log),
            server.commitIndex,
        )
        for server in world[spec.processes[0]]
    )


def within(view: tuple[Any, ...], max_term: int, max_log: int) -> bool:
    """Whether a view is within bounds on terms and logs."""
    return all(term <= max_term and len(log) <= max_log for term, _, log, _ in view)


__all__ = ["RAFT_LATE_VOTE", "LateVoteServer", "shared_view", "within"]
