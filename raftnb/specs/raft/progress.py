"""Raft when its timing holds (section 5.6): a leader is elected, every request is committed.

Safety never depends on timing; progress does. `TimelyServer` says what the paper asks of the
timers, broadcastTime ≪ electionTimeout, as guards: nobody times out while messages are under way or
a leader serves, and after an election that failed another server is the next to try. Faults come to
an end: the network is reliable, and there is at most one restart. A leader does not commit entries
of earlier terms by themselves (5.4.2), so a client has to ask again in a new term; real systems let
a new leader append an empty entry instead (section 8).

With three servers an election may fail though the timing holds, since the first to time out need
not be one that can win. How often, nobody says: terms have no bound. `OrderlyServer` assumes that
the first to time out can win (as the schedule in `election_progress` does), so that there is one
election, and one more after a restart.
"""

from __future__ import annotations

from raftnb.language import Delivery, Message, in_flight, send, when
from raftnb.language.temporal import always_eventually, leads_to, weak
from raftnb.specs.raft.claims import RAFT, a_leader_is_elected
from raftnb.specs.raft.election_progress import has_no_newer_log
from raftnb.specs.raft.server import (
    AppendEntries,
    Entry,
    Faults,
    Role,
    Server,
    Value,
    is_quorum,
    term_at,
)


class AskedOnceServer(Server):
    """A Raft server whose election timeout is longer than an election, and whose faults end.

    Its clients ask once: a value that is in the leader's log is not asked for again.
    """

    def restart(self) -> None:
        """Fail and come back, once in all."""
        when(Faults.restarts == 0)
        super().restart()

    def time_out(self) -> None:
        """Start an election, where all is quiet and nobody leads."""
        when(self.role == Role.FOLLOWER)
        when(in_flight(Message) == ())
        when(all(s.role == Role.FOLLOWER or not s.has_won() for s in Server))
        super().time_out()

    def is_wanted(self, value: Value) -> bool:
        """Whether a client asks for a value: where it is not in the log."""
        return all(entry.value != value for entry in self.log)

    def client_request(self, value: Value) -> None:
        """A client asks for a value, if it wants it."""
        when(self.is_wanted(value))
        super().client_request(value)

    def has_news_for(self, peer: Server) -> bool:
        """Whether the follower lacks entries, or has not heard of a commit, or of this leader."""
        lacks = self.nextIndex[peer] <= len(self.log) or peer.commitIndex < self.commitIndex
        return lacks or peer.currentTerm < self.currentTerm

    def append_entries(self, peer: Server) -> None:
        """Send a follower all it lacks, unless a message to it or from it is under way."""
        when(self.role == Role.LEADER)
        when(peer != self)
        when(self.has_news_for(peer))
        when(all(peer not in (m.source, m.dest) for m in in_flight(Message)))
        prev = self.nextIndex[peer] - 1
        send(
            AppendEntries(
                term=self.currentTerm,
                prevLogIndex=prev,
                prevLogTerm=term_at(self.log, prev),
                entries=self.log[prev:],
                leaderCommit=self.commitIndex,
            ),
            to=peer,
        )


class TimelyServer(AskedOnceServer):
    """The same with clients who ask again in each term, until they have an answer."""

    def is_wanted(self, value: Value) -> bool:
        """Whether a client asks for a value: until it is committed, once in each term."""
        known = any(entry.value == value for entry in self.log[: self.commitIndex])
        return not known and Entry(self.currentTerm, value) not in self.log


class OrderlyServer(TimelyServer):
    """The same where a server that can win is the first to time out."""

    def can_win(self) -> bool:
        """Whether a majority would not refuse its vote for the log of this server (5.4.1)."""
        return is_quorum(frozenset({s for s in Server if has_no_newer_log(s, self)}))

    def time_out(self) -> None:
        """Start an election that can be won."""
        when(self.can_win())
        super().time_out()


def is_requested(value: Value) -> bool:
    """A leader has the value in its log."""
    return any(s.role == Role.LEADER and any(e.value == value for e in s.log) for s in Server)


def is_committed(value: Value) -> bool:
    """A server knows the value to be committed."""
    return any(e.value == value for s in Server for e in s.log[: s.commitIndex])


TIMELY_RAFT = RAFT.variant(
    "timely-raft",
    TimelyServer,
    summary="Raft whose timing holds and whose faults end: a leader, and every request committed",
    delivery=Delivery(loses=False, duplicates=False, reorders=True),
    constants={
        **RAFT.constants,
        "servers": 2,
        "max_term": 4,
        "max_log": 4,
        "max_restarts": 1,
        "max_copies": 4,
    },
    sometimes=(a_leader_is_elected,),
    fairness=tuple(
        weak(action) for name, action in TimelyServer.actions.items() if name != "restart"
    ),
    liveness=(
        always_eventually(a_leader_is_elected, "again and again there is a leader"),
        always_eventually(is_committed, "every value is committed"),
        leads_to(is_requested, is_committed, "every request is committed"),
    ),
)
ORDERLY_RAFT = TIMELY_RAFT.variant(
    "orderly-raft",
    OrderlyServer,
    summary="timely-raft of three servers, of which one that can win is the first to time out",
    constants={**TIMELY_RAFT.constants, "servers": 3, "max_term": 2, "max_log": 2},
    fairness=tuple(
        weak(action) for name, action in OrderlyServer.actions.items() if name != "restart"
    ),
)

__all__ = [
    "ORDERLY_RAFT",
    "TIMELY_RAFT",
    "AskedOnceServer",
    "OrderlyServer",
    "TimelyServer",
    "is_committed",
    "is_requested",
]
