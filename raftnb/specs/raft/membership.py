"""Membership changes: joint consensus, and one server at a time (Ongaro's dissertation, chapter 4).

Which servers make up the cluster is itself written in the log, and counts from the moment at which
an entry is there, committed or not. Two majorities of different clusters need not meet. So a change
goes through a *joint* configuration, in which a majority of the old cluster and one of the new are
needed (4.3); or it adds or removes no more than one server, so that majorities meet anyway (4.1).
The second way needs a rule that was missing at first: before a leader changes anything, it commits
an entry of its own term.

Each entry names the configuration that holds from it on: a command of a client leaves it as it is.
A value is the name of what was asked; `Configurations` has what that is, written once and for all.
"""

from __future__ import annotations

from raftnb.language import Delivery, Globals, Map, Seq, Set, after, history, macro, when
from raftnb.specs.raft import claims as raft
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import (
    Entry,
    Index,
    Past,
    Role,
    Server,
    Term,
    Value,
    last_term,
    term_at,
)


class Configurations(Globals):
    """What each value that was asked for says: the cluster before a change, and after it.

    The two are the same where nothing is being changed.
    """

    old: Map[Value, Set[Server]] = Map()
    new: Map[Value, Set[Server]] = Map()


class Decisions(Past):
    """History: how long a log each leader began with, and who made it possible to commit a value.

    The configuration by which a leader is elected is the last one of the log that it begins with.
    """

    inherited: Map[Term, Index] = history(Map())
    chosenBy: Map[Value, Set[Server]] = history(Map())


def old_members(log: Seq[Entry]) -> Set[Server]:
    """The cluster from which a log's last configuration leads away; all servers at first."""
    return Configurations.old[log[-1].value] if log != () else frozenset(Server)


def new_members(log: Seq[Entry]) -> Set[Server]:
    """The cluster to which a log's last configuration leads."""
    return Configurations.new[log[-1].value] if log != () else frozenset(Server)


def is_majority(servers: Set[Server], members: Set[Server]) -> bool:
    """Whether a majority of the members is among the servers."""
    return 2 * len(servers & members) > len(members)


def is_same(a: Set[Server], b: Set[Server]) -> bool:
    """Whether two clusters have the same members."""
    return a == b


def are_near(a: Set[Server], b: Set[Server]) -> bool:
    """Whether two clusters differ by one server at most."""
    return len(a - b) + len(b - a) <= 1


def is_quorum(servers: Set[Server], log: Seq[Entry]) -> bool:
    """Whether the servers have a majority of each cluster of a log's last configuration."""
    old, new = old_members(log), new_members(log)
    return is_majority(servers, old) and is_majority(servers, new)


class MemberServer(Server):
    """A server of a cluster that changes; it goes by the last configuration in its log."""

    def is_quorum(self, servers: Set[Server]) -> bool:
        """Whether these servers are a quorum of the configuration that this server goes by."""
        return is_quorum(servers, self.log)

    def has_won(self) -> bool:
        """Whether a quorum has voted for this server."""
        return self.is_quorum(self.votesGranted)

    def is_replicated(self, index: Index) -> bool:
        """Whether a quorum has the log up to an index; who is no member does not count."""
        return self.is_quorum(self.replicated_on(index))

    def is_settled(self) -> bool:
        """Whether nothing is being changed: all of the log is committed."""
        return self.commitIndex == len(self.log)

    def may_stand(self) -> bool:
        """Whether this server may stand for election.

        A server that is no member any more may be the only one that has what is committed (4.2.2).
        """
        return True

    def time_out(self) -> None:
        """Start an election, as every server may."""
        when(self.may_stand())
        super().time_out()

    def become_leader(self) -> None:
        """Votes from a quorum of the configuration that this server goes by: become leader."""
        super().become_leader()
        Decisions.inherited |= {self.currentTerm: len(self.log)}

    def advance_commit_index(self) -> None:
        """As in Figure 2; it is remembered who had the last entry that is committed."""
        super().advance_commit_index()
        last = self.log[self.commitIndex - 1].value
        Decisions.chosenBy |= {last: self.replicated_on(self.commitIndex)}

    @macro
    def propose(self, value: Value, old: Set[Server], new: Set[Server]) -> None:
        """Append an entry from which on this configuration holds."""
        when(value not in Configurations.new)
        Configurations.old |= {value: old}
        Configurations.new |= {value: new}
        super().client_request(value)

    def client_request(self, value: Value) -> None:
        """A command received from a client leaves the configuration as it is."""
        self.propose(value, old_members(self.log), new_members(self.log))

    def leave(self) -> None:
        """A leader that is no member of the committed configuration steps down (4.2.2)."""
        when(self.role == Role.LEADER)
        when(self.is_settled())
        when(self not in old_members(self.log) and self not in new_members(self.log))
        self.role = Role.FOLLOWER


class JointServer(MemberServer):
    """A server of a cluster that changes to any other one, by way of a joint configuration."""

    def is_changing(self) -> bool:
        """Whether the configuration that this server goes by is a joint one."""
        return not is_same(old_members(self.log), new_members(self.log))

    def change(self, value: Value, members: Set[Server]) -> None:
        """Begin a change: from here on both clusters decide (4.3)."""
        when(members != frozenset() and not is_same(members, new_members(self.log)))
        when(self.is_settled() and not self.is_changing())
        self.propose(value, new_members(self.log), members)

    def finish_change(self, value: Value) -> None:
        """The joint configuration is committed: from here on only the new cluster decides."""
        when(self.is_settled() and self.is_changing())
        self.propose(value, new_members(self.log), new_members(self.log))


class OneByOneServer(MemberServer):
    """A server of a cluster to which servers are added, and removed, one at a time (4.1)."""

    def has_committed(self) -> bool:
        """Whether this leader has committed an entry of its own term (the rule of 2015)."""
        return term_at(self.log, self.commitIndex) == self.currentTerm

    @macro
    def change_to(self, value: Value, members: Set[Server]) -> None:
        """Append a configuration that differs by one server from the present one."""
        when(self.is_settled() and self.has_committed())
        when(are_near(new_members(self.log), members))
        self.propose(value, members, members)

    def add(self, value: Value, server: Server) -> None:
        """Take a server into the cluster."""
        members = new_members(self.log)
        when(server not in members)
        self.change_to(value, members | {server})

    def remove(self, value: Value, server: Server) -> None:
        """Take a server out of the cluster, which keeps one at least."""
        members = new_members(self.log)
        when(server in members and members != frozenset({server}))
        self.change_to(value, members - {server})


def is_behind(p: Server, s: Server) -> bool:
    """Whether a server would not refuse another one its vote for its log."""
    older = last_term(p.log) < last_term(s.log)
    return older or (last_term(p.log) == last_term(s.log) and len(p.log) <= len(s.log))


def somebody_can_win() -> bool:
    """There is a server that may stand, and that a quorum does not refuse for its log."""
    return any(
        s.may_stand() and s.is_quorum(frozenset({p for p in Server if is_behind(p, s)}))
        for s in MemberServer
    )


def configurations_are_never_rewritten(value: Value) -> bool:
    """What a value says is written once and for all."""
    if value not in Configurations.old or value not in Configurations.new:
        return True
    return (
        value in after(Configurations).old
        and value in after(Configurations).new
        and after(Configurations).old[value] == Configurations.old[value]
        and after(Configurations).new[value] == Configurations.new[value]
    )


def a_change_is_committed(max_log: int) -> bool:
    """A server knows of a committed configuration that is not the first one."""
    return max_log < 2 or any(
        s.commitIndex > 0 and new_members(s.log[: s.commitIndex]) != new_members(()) for s in Server
    )


# What is claimed of majorities of all servers, where the cluster never changes.
STATIC = (
    raft.committed_entries_are_on_a_majority,
    raft.each_leader_had_the_votes_of_a_majority,
    raft.each_commit_was_acknowledged_by_a_majority,
)

RAFT_JOINT = RAFT.variant(
    "raft-joint",
    JointServer,
    Decisions,
    summary="Raft whose cluster changes by joint consensus (4.3)",
    shared=(*RAFT.shared, Configurations),
    constants={**RAFT.constants, "servers": 2, "values": 2, "max_log": 2, "max_messages": 2},
    delivery=Delivery(duplicates=False),
    invariants=(*(claim for claim in RAFT.invariants if claim not in STATIC), somebody_can_win),
    transitions=(*RAFT.transitions, configurations_are_never_rewritten),
    sometimes=(*RAFT.sometimes, a_change_is_committed),
)
RAFT_ONE_BY_ONE = RAFT_JOINT.variant(
    "raft-one-by-one",
    summary="Raft whose cluster changes by one server at a time (4.1)",
    processes=(OneByOneServer,),
)
