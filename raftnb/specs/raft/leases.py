"""Reads under a lease: an extension of ReadIndex that trusts clocks (dissertation, section 6.4.1).

Whoever answers a heartbeat promises to vote for nobody for a while, by its own clock. A leader that
has such promises from a quorum is safe from a successor for as long as they last, and answers reads
in that time without asking anybody: it has a *lease*. When promises end is measured by other clocks
than the leader's, so the lease is shorter, by twice what two clocks may differ. That they differ by
no more is an assumption, `clocks_keep_together`; nothing in Raft makes it true, and a clock that
breaks it breaks the reads. A leader that hands over to another server gives up its lease first.
"""

from __future__ import annotations

from raftnb.language import Domain, Message, Nat, macro, send, when
from raftnb.specs.raft.clients import (
    RAFT_STORE_READ_INDEX,
    ClientRequest,
    ReadIndexStoreServer,
)
from raftnb.specs.raft.read_index import Heartbeat, HeartbeatResponse
from raftnb.specs.raft.server import Role, Server, Term, is_quorum


class Promised(Domain, number="lease"):
    """A tick of the time for which a promise is given."""


class Apart(Domain, number="drift"):
    """A tick by which two clocks may differ."""


class TimeoutNow(Message):
    """A leader hands over: its receiver may stand for election at once (section 3.10)."""

    term: Term


class LeaseServer(ReadIndexStoreServer):
    """A server with a clock: a leader answers reads under a lease, and may hand over."""

    # The clock goes on while the server is down.
    clock: Nat = 0
    # Volatile: until when nobody gets this server's vote; when the leader's round began, until
    # when its lease lasts, and whether it has handed over.
    promisedUntil: Nat = 0
    roundBegan: Nat = 0
    leaseUntil: Nat = 0
    handedOver: bool = False

    def may_tick(self) -> bool:
        """Whether this clock, one tick on, is still near to all others."""
        return all(self.clock < s.clock + len(Apart) for s in LeaseServer)

    def tick(self) -> None:
        """Time goes by."""
        when(self.may_tick())
        self.clock += 1

    def restart(self) -> None:
        """Fail and come back: what was promised is forgotten, so promise once more."""
        super().restart()
        self.promisedUntil = self.clock + len(Promised)
        self.leaseUntil = 0
        self.handedOver = False

    def update_term(self, m: Message) -> None:
        """A newer term: who led has no lease any more."""
        super().update_term(m)
        self.leaseUntil = 0
        self.handedOver = False

    def keeps_promise(self) -> bool:
        """Whether it is still too early to vote."""
        return self.clock < self.promisedUntil

    def time_out(self) -> None:
        """Start an election, but not while a promise lasts."""
        when(not self.keeps_promise())
        super().time_out()

    def may_vote_for(self, candidate: Server) -> bool:
        """Whether this server's vote is free, and promised to nobody."""
        return super().may_vote_for(candidate) and not self.keeps_promise()

    def handle_heartbeat(self, m: Heartbeat) -> None:
        """Confirm a leader of this term, and promise to elect nobody for a while."""
        super().handle_heartbeat(m)
        if m.term == self.currentTerm:
            self.promisedUntil = self.clock + len(Promised)

    def begin_read(self, m: ClientRequest) -> None:  # type: ignore[override]
        """A read starts a round; the lease that it brings counts from here."""
        super().begin_read(m)
        self.roundBegan = self.clock

    def handle_heartbeat_response(self, m: HeartbeatResponse) -> None:
        """When a quorum has promised, the leader has a lease."""
        super().handle_heartbeat_response(m)
        if self.role == Role.LEADER and is_quorum(self.confirmedBy) and not self.handedOver:
            self.leaseUntil = self.lease_from(self.roundBegan)

    def lease_from(self, began: Nat) -> Nat:
        """Until when a lease lasts, whose round began at a time: all by this leader's clock."""
        return max(began + len(Promised) - 2 * len(Apart), 0)

    def has_lease(self) -> bool:
        """Whether nobody can have been elected since the lease began."""
        return self.clock < self.leaseUntil

    def still_leads(self) -> bool:
        """Whether a majority has confirmed the read that waits, or a lease lasts."""
        return super().still_leads() or self.has_lease()

    def hand_over(self, peer: Server) -> None:
        """Let another server stand for election at once, and give up the lease."""
        when(self.role == Role.LEADER)
        when(peer != self)
        self.give_up_lease()
        send(TimeoutNow(term=self.currentTerm), to=peer)

    @macro
    def give_up_lease(self) -> None:
        """No lease in this term any more, whatever has been promised."""
        self.leaseUntil = 0
        self.handedOver = True

    def handle_timeout_now(self, m: TimeoutNow) -> None:
        """The leader gives this server its promise back."""
        when(m.term == self.currentTerm)
        self.promisedUntil = 0


def clocks_keep_together(a: LeaseServer, b: LeaseServer, drift: int) -> bool:
    """The assumption: no clock is ahead of another one by more than `drift` ticks."""
    return a.clock <= b.clock + drift


def a_read_is_answered_under_a_lease(max_reads: int) -> bool:
    """A read can be answered that no quorum has confirmed."""
    return max_reads < 2 or any(
        s.has_applied() and s.has_lease() and not is_quorum(s.confirmedBy) for s in LeaseServer
    )


def clocks_are_bounded(s: LeaseServer, max_clock: int) -> bool:
    """Clocks go up to max_clock."""
    return s.clock <= max_clock


RAFT_STORE_LEASES = RAFT_STORE_READ_INDEX.variant(
    "raft-store-leases",
    LeaseServer,
    summary="the store on top of Raft, with reads under a lease, as far as clocks keep together",
    domains=(*RAFT_STORE_READ_INDEX.domains, Promised, Apart),
    constants={**RAFT_STORE_READ_INDEX.constants, "lease": 3, "drift": 1, "max_clock": 1},
    invariants=(*RAFT_STORE_READ_INDEX.invariants, clocks_keep_together),
    sometimes=(*RAFT_STORE_READ_INDEX.sometimes, a_read_is_answered_under_a_lease),
    constraints=(*RAFT_STORE_READ_INDEX.constraints, clocks_are_bounded),
)
