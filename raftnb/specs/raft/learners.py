"""Learners, and servers that are gone for good, where the cluster changes one server at a time.

A server with an empty log that counts at once may leave the cluster without a majority that has
what is committed: nothing new is committed until the server has caught up. So it comes as a
*learner* first (Ongaro's dissertation, 4.2.1): the configuration names it, and it does not count.
A learner votes when it is asked. It may count already, by an entry that it has not seen.

A server that was removed may be set up anew, with an empty disk. It has forgotten its votes, and so
it is another server: it never comes back by its old name.
"""

from __future__ import annotations

from raftnb.language import Globals, Map, Message, Seq, Set, after, macro, when
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft.membership import (
    RAFT_ONE_BY_ONE,
    Configurations,
    OneByOneServer,
    is_behind,
    new_members,
    somebody_can_win,
)
from raftnb.specs.raft.server import Entry, Role, Server, Value


class Learners(Globals):
    """Which learners the configuration has that each value names."""

    of: Map[Value, Set[Server]] = Map()


def learners(log: Seq[Entry]) -> Set[Server]:
    """The learners of a log's last configuration; none at first."""
    return Learners.of[log[-1].value] if log != () else frozenset()


def is_named(s: Server, log: Seq[Entry]) -> bool:
    """Whether a log's last configuration names a server, as a member or as a learner."""
    return s in new_members(log) or s in learners(log)


def is_removed(s: Server) -> bool:
    """Whether a committed configuration does not name a server, and none that follows it does."""
    return any(
        p.commitIndex > 0
        and all(
            not is_named(s, q.log)
            for q in Server
            if q.log[: p.commitIndex] == p.log[: p.commitIndex]
        )
        for p in Server
    )


class LearnerServer(OneByOneServer):
    """A server that learns before it counts."""

    # Whether the server was removed and set up anew.
    isWiped: bool = False

    @macro
    def propose(self, value: Value, old: Set[Server], new: Set[Server]) -> None:
        """Append an entry from which on this configuration holds; who counts is no learner."""
        Learners.of |= {value: learners(self.log) - new}
        super().propose(value, old, new)

    def may_teach(self) -> bool:
        """Whether a leader may take in a learner: not while the cluster changes.

        A leader that is to be removed could make itself a learner, with the longest log of all.
        """
        return self.is_settled()

    def add_learner(self, value: Value, server: Server) -> None:
        """Take a server in that does not count yet."""
        members = new_members(self.log)
        when(not is_named(server, self.log))
        when(self.may_teach())
        Learners.of |= {value: learners(self.log) | {server}}
        super().propose(value, members, members)

    def has_caught_up(self, server: Server) -> bool:
        """Whether a server is known to have all that is committed."""
        return self.matchIndex[server] >= self.commitIndex

    def add(self, value: Value, server: Server) -> None:
        """Let a learner that has caught up count."""
        when(server in learners(self.log))
        when(self.has_caught_up(server))
        super().add(value, server)

    def may_stand(self) -> bool:
        """Whether this server may stand for election: not as a learner."""
        return self not in learners(self.log)

    def may_vote(self) -> bool:
        """Whether this server votes when it is asked: a learner does, too."""
        return True

    def may_vote_for(self, candidate: Server) -> bool:
        """Whether this server votes, and its vote in its term is free or already this one's."""
        return self.may_vote() and super().may_vote_for(candidate)

    def takes_part(self) -> bool:
        """Whether this server has its old name: not once it is wiped."""
        return not self.isWiped

    def wipe(self) -> None:
        """The machine of a server that was removed is set up anew, with an empty disk."""
        when(not self.isWiped and is_removed(self))
        super().restart()
        self.currentTerm = 0
        self.votedFor = None
        self.log = ()
        self.isWiped = True

    def time_out(self) -> None:
        """Start an election."""
        when(self.takes_part())
        super().time_out()

    def update_term(self, m: Message) -> None:
        """Any RPC with a newer term: without that nothing is heard where the term is 0."""
        when(self.takes_part())
        super().update_term(m)


def somebody_who_counts_can_win() -> bool:
    """There is a server that may stand, and for which a quorum may vote."""
    return any(
        s.takes_part()
        and s.may_stand()
        and s.is_quorum(
            frozenset(
                {p for p in LearnerServer if p.takes_part() and p.may_vote() and is_behind(p, s)}
            )
        )
        for s in LearnerServer
    )


def learners_do_not_count(s: LearnerServer) -> bool:
    """Nobody is a learner and a member at once."""
    return learners(s.log) & new_members(s.log) == frozenset()


def who_joins_has_caught_up(s: LearnerServer, peer: LearnerServer) -> bool:
    """A leader lets nobody count who lacks what it knows to be committed.

    But it may not have heard that a later leader removed that one, which was set up anew.
    """
    appends = s.role == Role.LEADER and len(after(s).log) > len(s.log)
    if not appends or peer in new_members(s.log):
        return True
    joins = peer in after(Configurations).new[after(s).log[-1].value] and not peer.isWiped
    return not joins or peer.log[: s.commitIndex] == s.log[: s.commitIndex]


def what_is_stored_outlives_all_but_a_wipe(s: LearnerServer) -> bool:
    """A server's term and what it knows to be committed stay, until it is set up anew."""
    kept = after(s).log[: s.commitIndex] == s.log[: s.commitIndex]
    return after(s).isWiped or (kept and after(s).currentTerm >= s.currentTerm)


def a_learner_counts(max_log: int) -> bool:
    """A server that was removed, and came back as a learner, is a member again."""
    return max_log < 4 or any(
        len(s.log) >= 4
        and s.commitIndex >= 3
        and learners(s.log[:3]) != frozenset()
        and learners(s.log) == frozenset()
        and new_members(s.log) == frozenset(Server)
        for s in LearnerServer
    )


RAFT_LEARNERS = RAFT_ONE_BY_ONE.variant(
    "raft-learners",
    LearnerServer,
    summary="raft-one-by-one with learners (4.2.1), and servers that are gone for good",
    shared=(*RAFT_ONE_BY_ONE.shared, Learners),
    constants={**RAFT_ONE_BY_ONE.constants, "values": 4, "max_log": 4, "max_messages": 1},
    invariants=(
        *(claim for claim in RAFT_ONE_BY_ONE.invariants if claim is not somebody_can_win),
        somebody_who_counts_can_win,
        learners_do_not_count,
    ),
    transitions=(
        *(
            claim
            for claim in RAFT_ONE_BY_ONE.transitions
            if claim not in (raft.currentTerm_is_monotone, raft.committed_log_is_append_only)
        ),
        what_is_stored_outlives_all_but_a_wipe,
        who_joins_has_caught_up,
    ),
    sometimes=(*RAFT_ONE_BY_ONE.sometimes, a_learner_counts),
)
