"""How fast logs are held against a specification: recorded ones, and one that grows.

`python -m benchmarks.conform [EVENTS]`. CPU seconds of one core. The log that grows is a walk of
Raft itself, recorded step by step: rounds of heartbeats, an election every thousand rounds, and an
entry every fifty until there are a hundred; after ten thousand events the last round is repeated.
"""

from __future__ import annotations

import itertools
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from raftnb.conform import EventMapping, Now, Play, conforms, recorded_log
from raftnb.conform.etcd import EtcdMapping
from raftnb.conform.libraft import LibraftMapping
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.scenes import (
    commit,
    elect,
    find,
    receive,
    replicate,
    request,
    send_entries,
)
from raftnb.specs.raft.server import AppendEntriesResponse

LIBRAFTS = [f"libraft_n3_seed{name}" for name in ("1_pre0_snap0", "3_pre1_snap0", "6_pre0_snap4")]
LIBRAFTS += ["libraft_n3_seed176_pre0_snap0"]
ROUNDS, ENTRIES = 1000, 100
WALK, ROUND = 10_000, 6
NAMES = ["s1", "s2", "s3"]


def walked(events: int) -> Iterator[dict[str, Any]]:
    """A walk of Raft as events: a step, and the state of the server that took it."""
    world, count, term, rounds = RAFT(servers=3, duplicates=0).start(), 0, 0, 0
    while count < events:
        if rounds % ROUNDS == 0:
            term += 1
            leader, *followers = NAMES[term % 3 :] + NAMES[: term % 3]
            elect(world, leader, followers[0], term=term)
        if rounds % 50 == 0 and len(world[leader].log) < ENTRIES:
            request(world, leader)
            replicate(world, leader, followers[0])
            commit(world, leader, len(world[leader].log))
        for follower in followers:
            receive(world, send_entries(world, leader, follower))
            receive(world, find(world, AppendEntriesResponse, follower, leader))
        rounds += 1
        for step, state in world.trace:
            count += 1
            yield {"step": step, "state": state.of(step.process)}
        world.reset(world.state)


class Steps(EventMapping):
    """Events that are steps, with the state after them."""

    def model(self, events: Any) -> Any:
        """Three servers."""
        return RAFT(servers=3, duplicates=0)

    def start(self, model: Any) -> Any:
        """The initial state."""
        return model.initial_states[0]

    def __call__(self, event: Any, now: Now) -> Sequence[Play]:
        """Take the step, and compare."""

        def play() -> None:
            step = event["step"]
            arguments = [value for _, value in step.arguments]
            now.take(step.process, step.action, *arguments, choose=step.choices)
            now.compare(step.process, **event["state"])

        return (play,)


def spent(mapping: EventMapping, events: Any, claims: bool) -> tuple[int, float]:
    """How many events, and the best of three times in CPU seconds."""
    best, count = float("inf"), 0
    for _ in range(3):
        begun = time.process_time()
        model, start = mapping.begin(events)
        found = conforms(model, events, mapping, start=start, claims=claims)
        best, count = min(best, time.process_time() - begun), found.matched
    return count, best


def main(largest: int) -> None:
    """Print a table."""
    logs: list[tuple[str, EventMapping]] = [("etcdraft_n3_s1", EtcdMapping())]
    logs += [(name, LibraftMapping(as_is=True)) for name in LIBRAFTS]
    for name, mapping in logs:
        for claims in (False, True):
            events = tuple(recorded_log(name))
            count, seconds = spent(mapping, events, claims)
            said = "with claims" if claims else "fit alone"
            print(f"{name} {said}: {count:,} events, {count / seconds:,.0f} a second")
    many = 1000
    base = list(walked(WALK))
    while many <= largest:
        more = itertools.islice(itertools.cycle(base[-ROUND:]), max(0, many - len(base)))
        events = itertools.chain(base[:many], more)
        mapping = Steps()
        model, start = mapping.begin(events)
        begun = time.process_time()
        found = conforms(model, events, mapping, start=start, claims=False)
        seconds = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{found.matched:,} events, {found.matched / seconds:,.0f} a second, {peak:,} MB")
        many *= 10


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
