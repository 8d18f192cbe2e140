"""Mistakes of reads under a lease: one that lasts longer than what it rests on."""

from __future__ import annotations

from typing import Any

from raftnb.language import Nat, macro
from raftnb.specs.raft.client_scenes import (
    confirm,
    count,
    one_write_done,
    read,
    successor_writes,
    under_way,
)
from raftnb.specs.raft.leases import (
    RAFT_STORE_LEASES,
    LeaseServer,
    TimeoutNow,
    clocks_keep_together,
)
from raftnb.specs.raft.mistakes.mutant import Mutant
from raftnb.specs.raft.mistakes.reads import CLIENTS, answered
from raftnb.specs.raft.read_index import reads_see_all_that_was_chosen


class LeaseOutlivesTransfer(LeaseServer):
    """A leader that hands over keeps its lease."""

    @macro
    def give_up_lease(self) -> None:
        """Go on as before: the promises last."""


def lease_is_used(world: Any) -> None:
    """s1 has a lease, by s2's promise: a read of c2 was confirmed."""
    one_write_done(world)
    read(world, "c2", "v2", "s1")
    count(world, confirm(world, "s1", "s2"))
    answered(world)


def leader_hands_over(world: Any) -> None:
    """s1 gives s2 its promise back, s2 is elected by s3, and c2 reads from s1 again."""
    lease_is_used(world)
    world["s1"].hand_over(world["s2"])
    world["s2"].handle_timeout_now(under_way(world, TimeoutNow, "s1", "s2"))
    successor_writes(world, "v3")
    read(world, "c2", "v4", "s1")


def old_lease_is_used(world: Any) -> None:
    """s1 answers under its lease."""
    leader_hands_over(world)
    answered(world)


ROW_41 = Mutant(
    row=41,
    server=LeaseOutlivesTransfer,
    breaks=reads_see_all_that_was_chosen,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=leader_hands_over,
    told=old_lease_is_used,
    why="The lease rests on a promise that the leader has just given back.",
    seen_in=("tikv #1593",),
    base=RAFT_STORE_LEASES,
    network=CLIENTS,
    history=True,
)


class ClockRunsAhead(LeaseServer):
    """A clock goes faster than was assumed of it."""

    def may_tick(self) -> bool:
        """Whatever the other clocks say."""
        return True


def clock_runs_ahead(world: Any) -> None:
    """For s2 the time of its promise is over before s1's lease is."""
    lease_is_used(world)
    world["s2"].tick()
    world["s2"].tick()


def promise_ends_before_the_lease(world: Any) -> None:
    """s2 is elected by s3 when s1 still has its lease, and answers under it."""
    clock_runs_ahead(world)
    world["s2"].tick()
    successor_writes(world, "v3")
    read(world, "c2", "v4", "s1")
    answered(world)


ROW_42 = Mutant(
    row=42,
    server=ClockRunsAhead,
    breaks=clocks_keep_together,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=clock_runs_ahead,
    told=promise_ends_before_the_lease,
    why="A promise is measured by the clock of who gave it, a lease by that of who relies on it.",
    seen_in=("yugabyte #16",),
    base=RAFT_STORE_LEASES,
    network={**CLIENTS, "max_clock": 3},
    history=True,
)


class LeaseFromTheAnswer(LeaseServer):
    """A lease counts from when a quorum has answered."""

    def lease_from(self, began: Nat) -> Nat:
        """Until when a lease lasts: as long as a promise that is given now."""
        return super().lease_from(self.clock)


def pass_time(world: Any, ticks: int) -> None:
    """All clocks go on, one after the other."""
    for _ in range(ticks):
        for name in ("s1", "s2", "s3"):
            world[name].tick()


def answer_is_slow(world: Any) -> None:
    """s2's promise is nearly over when s1 hears of it; s2 is elected, and c2 reads from s1."""
    one_write_done(world)
    read(world, "c2", "v2", "s1")
    promise = confirm(world, "s1", "s2")
    pass_time(world, 3)
    count(world, promise)
    answered(world)
    successor_writes(world, "v3")
    read(world, "c2", "v4", "s1")


def late_lease_is_used(world: Any) -> None:
    """s1 answers under its lease."""
    answer_is_slow(world)
    answered(world)


ROW_106 = Mutant(
    row=106,
    server=LeaseFromTheAnswer,
    breaks=reads_see_all_that_was_chosen,
    servers=3,
    terms=2,
    entries=2,
    how="script",
    scene=answer_is_slow,
    told=late_lease_is_used,
    why="The promise counts from when it was given, and may be over by then.",
    seen_in=("tikv PR #8351", "sofa-jraft 1.2.4"),
    base=RAFT_STORE_LEASES,
    network={**CLIENTS, "max_clock": 3},
    history=True,
)
