"""Successors of many states at once, on several threads, with the Python runs that they need."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from raftnb.explore.memo.memo import Memo
from raftnb.explore.tables import kernels
from raftnb.explore.tables.buffers import (
    CHUNK,
    DEFERRED_MOST,
    SUCCESSORS_MOST,
    batch,
    make_scratch,
    make_successors,
)
from raftnb.explore.tables.canonical import replace_by_canonical
from raftnb.explore.tables.layout import (
    BagCounter,
    Counter,
    Scratch,
    Successors,
    Tables,
    Todo,
    Which,
)
from raftnb.explore.tables.states import Store
from raftnb.explore.tables.threads import Threads

FULL_BATCHES = 32
"""After so many full ones, batches of what Python is to find out grow.

All that is put off is walked once more for each batch. That is the most of it where nearly every
state needs Python; where few do, small batches are no slower, and the order of states is as it was.
"""


class Expander:
    """Finds the successors of ranges of states; what is unknown is learned on the way."""

    def __init__(
        self, memo: Memo, store: Store, threads: Threads, which: int = Which.NEW_ONLY
    ) -> None:
        self.memo, self.store, self.threads = memo, store, threads
        self.which = int(which)  # Numba takes long to see of what type an enumeration's member is
        self.width, self.actions = store.width, len(memo.slots.actions)
        self.buffer = SUCCESSORS_MOST // threads.size
        self.symmetric = bool(memo.interner.symmetry)
        self.full_batches = 0
        self._make_outs()
        self.scratches = [self._scratch() for _ in range(threads.size)]

    def _make_outs(self) -> None:
        size, threads = self.threads.size, range(self.threads.size)
        self.outs = [make_successors(size, self.width, self.which, self.buffer) for _ in threads]
        if self.symmetric:  # what is found is put here first, and then replaced
            self.found = [make_successors(1, self.width, self.which, self.buffer) for _ in threads]
        else:
            self.found = self.outs

    def _scratch(self) -> Scratch:
        scratch = make_scratch(
            self.threads.size,
            self.width,
            self.actions,
            len(self.memo.interner.symmetry.members.all),
            DEFERRED_MOST,
        )
        scratch.counters[Counter.BAD_PARENT] = -1
        return scratch

    @property
    def generated(self) -> int:
        """How many successors were found so far."""
        return sum(int(scratch.counters[Counter.GENERATED]) for scratch in self.scratches)

    @property
    def cut(self) -> int:
        """How many of them are outside the constraints."""
        return sum(int(scratch.counters[Counter.CUT]) for scratch in self.scratches)

    @property
    def coverage(self) -> Any:
        """How often each action was taken so far."""
        return sum(scratch.coverage for scratch in self.scratches)

    def bad(self) -> tuple[int, int] | None:
        """The first (state, invariant) with a successor outside the constraint that breaks it."""
        found = [
            scratch.counters[[Counter.BAD_PARENT, Counter.BAD_CLAIM]] for scratch in self.scratches
        ]
        return min(((int(g), int(j)) for g, j in found if g >= 0), default=None)

    def expand(
        self, ranges: Sequence[tuple[int, int]], flush: Callable[[list[Successors]], None]
    ) -> list[int]:
        """Hand the successors of the ranges' first states to `flush`; say how far each came.

        Afterwards `stuck` names those of the states that have no successor.
        """
        stride = self.threads.size
        stops = [min(stop, start + CHUNK * stride) for start, stop in ranges]
        todo, self.origins = [], [start for start, _ in ranges]
        for scratch, start, stop in zip(self.scratches, self.origins, stops, strict=True):
            gids = np.arange(start, stop, stride, dtype=np.int64)
            todo.append(np.column_stack([gids, np.full(len(gids), -1)]))
            scratch.moved[:] = 0
        self._finish(todo, flush)
        self.stuck = []
        for scratch, start, stop in zip(self.scratches, self.origins, stops, strict=True):
            still = scratch.moved[: max(0, -((start - stop) // stride))] == 0
            self.stuck += (start + np.flatnonzero(still) * stride).tolist()
        return [max(start, stop) for start, stop in zip(self.origins, stops, strict=True)]

    def _finish(self, todo: list[Any], flush: Callable[[list[Successors]], None]) -> None:
        """Take slots, and again what was put off, until nothing is left."""
        left, before = 1, -1
        while left:
            self._take(todo)
            todo = [w.deferred[: w.counters[Counter.DEFERRED]].copy() for w in self.scratches]
            learned, before, left = self._learn(todo), left, sum(map(len, todo))
            self._hand_on(flush)
            if left and left == before and not learned:
                self.buffer *= 2
                self._make_outs()

    def _hand_on(self, flush: Callable[[list[Successors]], None]) -> None:
        """Give what was found to `flush`; under symmetry, the rows that stand for it."""
        for scratch in self.scratches:
            scratch.counters[[Counter.BAGS, Counter.SWAPS]] = 0
        while self.symmetric and any(out.counts[0] for out in self.found):
            self.threads.each(partial(self._replace, self.memo.tables()))
            self._flush(flush)
            for scratch in self.scratches:
                self.memo.learn_swaps(scratch)
        self._flush(flush)

    def _replace(self, tables: Tables, t: int) -> None:
        replace_by_canonical(tables, self.found[t], self.outs[t], self.scratches[t])

    def _flush(self, flush: Callable[[list[Successors]], None]) -> None:
        flush(self.outs)
        for out in self.outs:
            out.counts[:] = 0

    def _take(self, todo: list[Any]) -> None:
        tables, rows = self._ready(todo), self.store.rows

        def part(t: int) -> None:
            kernels.expand(
                tables, rows, todo[t], self.origins[t], self.threads.size, self.found[t],
                self.scratches[t], self.which,
            )  # fmt: skip

        self.threads.each(part)

    def _ready(self, todo: list[Any]) -> Tables:
        bags = self.memo.interner.bags
        slots = self.memo.slots.most(int(bags.counts[BagCounter.LONGEST]))
        for t, scratch in enumerate(self.scratches):
            waiting = len(todo[t])  # all may have to wait, and all slots of one state besides
            needed = max(2 * waiting + DEFERRED_MOST // 2, waiting + slots)
            if needed > len(scratch.deferred):
                larger = np.zeros((max(4 * waiting, needed), len(Todo)), dtype=np.int64)
                scratch = self.scratches[t] = scratch._replace(deferred=larger)
            scratch.counters[[Counter.DEFERRED, Counter.NEEDED, Counter.BAGS]] = 0
            scratch.recent[:] = 0
            content = bags.content_space()
            if len(content) > len(scratch.content):
                self.scratches[t] = scratch._replace(content=content)
        return self.memo.tables()

    def _learn(self, todo: list[Any]) -> bool:
        """Run the Python code for what the threads did not know; whether there was anything."""
        memo, learned = self.memo, False
        for scratch in self.scratches:
            if n := int(scratch.counters[Counter.BAGS]):
                memo.learn_bags(scratch.bags[:n])
                learned = True
        with memo.tracer:  # once, and not for each run
            for scratch in self.scratches:
                needed = scratch.needed[: scratch.counters[Counter.NEEDED]].tolist()
                for gid, of_state in itertools.groupby(needed, key=itemgetter(Todo.STATE)):
                    row = self.store.rows[gid].tolist()
                    for _, slot in of_state:
                        memo.learn_slot(slot, row)
                    learned = True
        self._enlarge_batches()
        if memo.slots.moved_out:
            for t, rest in enumerate(todo):
                todo[t] = np.concatenate([rest, *self._moved_out(rest)])
            memo.slots.moved_out.clear()
        return learned

    def _enlarge_batches(self) -> None:
        """Let twice as much be found out at a time if that was too little too often."""
        for t, scratch in enumerate(self.scratches):
            size = len(scratch.needed)
            if scratch.counters[Counter.NEEDED] == size < DEFERRED_MOST:
                self.full_batches += 1
                if self.full_batches > FULL_BATCHES:
                    self.scratches[t] = scratch._replace(**batch(2 * size))

    def _moved_out(self, rest: Any) -> list[Any]:
        """The states that wait for a bundle also wait for what has moved out of it."""
        more = []
        for bundle, slots in self.memo.slots.moved_out.items():
            waiting = rest[rest[:, Todo.SLOT] == bundle, Todo.STATE]
            for slot in slots:
                more.append(np.column_stack([waiting, np.full(len(waiting), slot)]))
        return more
