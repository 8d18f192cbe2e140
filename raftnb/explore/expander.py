"""Successors of many states at once, on several threads, with the Python runs that they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from raftnb.explore.memo.memo import Knowledge
from raftnb.explore.tables import kernels
from raftnb.explore.tables.kernels import Out, Work
from raftnb.explore.tables.states import Store
from raftnb.explore.tables.threads import Team

CHUNK, BUFFER, DEFERRED, NEEDED, BAGS, RECENT = 8192, 1 << 17, 1 << 16, 256, 1 << 14, 4096


def make_out(shards: int, width: int, keep: int, size: int = BUFFER) -> Out:
    """Buffers for the successors that one thread finds."""
    rows = np.empty((shards, size, width), dtype=np.uint32)
    hashes = np.empty((shards, size), dtype=np.uint64)
    parents = np.empty((shards, size), dtype=np.uint32)
    labels = np.empty((shards, size if keep else 1), dtype=np.uint32)
    return Out(rows, hashes, parents, labels, np.zeros(shards, dtype=np.int64))


def make_work(shards: int, width: int, actions: int, deferred: int = DEFERRED) -> Work:
    """Scratch space for one thread."""
    rows = [np.zeros(width, dtype=np.uint32) for _ in range(3)]
    pairs = [np.zeros((n, 2), dtype=np.int64) for n in (deferred, NEEDED, BAGS)]
    seen, moved = np.zeros(RECENT, dtype=np.uint64), np.zeros(CHUNK, dtype=np.uint8)
    return Work(
        np.zeros(8, dtype=np.int64), rows[0], rows[1], rows[2], np.zeros((4, 2), dtype=np.uint32),
        np.zeros(shards, dtype=np.int64), pairs[0], pairs[1], pairs[2], seen, moved,
        np.zeros(actions, dtype=np.int64),
    )  # fmt: skip


class Expander:
    """Finds the successors of ranges of states; what is unknown is learned on the way."""

    def __init__(
        self, knowledge: Knowledge, store: Store, team: Team, keep: int = kernels.NEW_ONLY
    ) -> None:
        self.knowledge, self.store, self.team, self.keep = knowledge, store, team, keep
        self.width, self.actions = store.width, len(knowledge.actions)
        self.buffer = BUFFER // team.size
        self._make_outs()
        self.works = [self._work() for _ in range(team.size)]

    def _make_outs(self) -> None:
        size, threads = self.team.size, range(self.team.size)
        self.outs = [make_out(size, self.width, self.keep, self.buffer) for _ in threads]

    def _work(self, deferred: int = DEFERRED) -> Work:
        work = make_work(self.team.size, self.width, self.actions, deferred)
        work.counters[kernels.BAD_PARENT] = -1
        return work

    @property
    def generated(self) -> int:
        """How many successors were found so far."""
        return sum(int(work.counters[kernels.GENERATED]) for work in self.works)

    @property
    def coverage(self) -> Any:
        """How often each action was taken so far."""
        return sum(work.coverage for work in self.works)

    def bad(self) -> tuple[int, int] | None:
        """The first (state, invariant) with a successor outside the constraint that breaks it."""
        found = [work.counters[[kernels.BAD_PARENT, kernels.BAD_CLAIM]] for work in self.works]
        return min(((int(g), int(j)) for g, j in found if g >= 0), default=None)

    def expand(
        self, ranges: Sequence[tuple[int, int]], flush: Callable[[list[Out]], None]
    ) -> list[int]:
        """Hand the successors of the ranges' first states to `flush`; say how far each came.

        Afterwards `stuck` names those of the states that have no successor.
        """
        stride = self.team.size
        stops = [min(stop, start + CHUNK * stride) for start, stop in ranges]
        todo, self.origins = [], [start for start, _ in ranges]
        for work, start, stop in zip(self.works, self.origins, stops, strict=True):
            gids = np.arange(start, stop, stride, dtype=np.int64)
            todo.append(np.column_stack([gids, np.full(len(gids), -1)]))
            work.moved[:] = 0
        self._finish(todo, flush)
        self.stuck = []
        for work, start, stop in zip(self.works, self.origins, stops, strict=True):
            still = work.moved[: max(0, -((start - stop) // stride))] == 0
            self.stuck += (start + np.flatnonzero(still) * stride).tolist()
        return [max(start, stop) for start, stop in zip(self.origins, stops, strict=True)]

    def _finish(self, todo: list[Any], flush: Callable[[list[Out]], None]) -> None:
        """Take slots, and again what was put off, until nothing is left."""
        left, before = 1, -1
        while left:
            self._take(todo)
            todo = [w.deferred[: w.counters[kernels.DEFERRED]].copy() for w in self.works]
            learned, before, left = self._learn(todo), left, sum(map(len, todo))
            flush(self.outs)
            for out in self.outs:
                out.count[:] = 0
            if left and left == before and not learned:
                self.buffer *= 2
                self._make_outs()

    def _take(self, todo: list[Any]) -> None:
        memo, rows = self._ready(todo), self.store.rows

        def part(t: int) -> None:
            kernels.expand(
                memo, rows, todo[t], self.origins[t], self.team.size, self.outs[t],
                self.works[t], self.keep,
            )  # fmt: skip

        self.team.each(part)

    def _ready(self, todo: list[Any]) -> kernels.Memo:
        bags = self.knowledge.ids.bags
        for t, work in enumerate(self.works):
            if 2 * len(todo[t]) + DEFERRED // 2 > len(work.deferred):
                larger = np.zeros((4 * len(todo[t]), 2), dtype=np.int64)
                work = self.works[t] = work._replace(deferred=larger)
            work.counters[[kernels.DEFERRED, kernels.NEEDED, kernels.BAGS]] = 0
            work.recent[:] = 0
            scratch = bags.scratch()
            if len(scratch) > len(work.bag):
                self.works[t] = work._replace(bag=scratch)
        return self.knowledge.tables()

    def _learn(self, todo: list[Any]) -> bool:
        """Run the Python code for what the threads did not know; whether there was anything."""
        knowledge, learned = self.knowledge, False
        for work in self.works:
            if n := int(work.counters[kernels.BAGS]):
                knowledge.learn_bags(work.bags[:n])
                learned = True
        for work in self.works:
            for gid, slot in work.needed[: work.counters[kernels.NEEDED]].tolist():
                knowledge.settle(slot, self.store.rows[gid].tolist())
                learned = True
        if knowledge.moved_out:
            for t, rest in enumerate(todo):
                todo[t] = np.concatenate([rest, *self._moved_out(rest)])
            knowledge.moved_out.clear()
        return learned

    def _moved_out(self, rest: Any) -> list[Any]:
        """The states that wait for a bundle also wait for what has moved out of it."""
        more = []
        for bundle, slots in self.knowledge.moved_out.items():
            waiting = rest[rest[:, 1] == bundle]
            for slot in slots:
                more.append(np.column_stack([waiting[:, 0], np.full(len(waiting), slot)]))
        return more
