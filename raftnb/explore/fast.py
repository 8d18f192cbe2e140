"""The fast engine: breadth first, a chunk of states at a time, on all processors."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from raftnb.explore import kernels
from raftnb.explore.expander import Expander, Team, make_out, make_work
from raftnb.explore.kernels import Out
from raftnb.explore.memo import Knowledge
from raftnb.explore.replay import Replay
from raftnb.explore.result import Bounds, Exploration
from raftnb.explore.store import OutOfMemory, Store
from raftnb.spec import Model
from raftnb.trace import State, Trace
from raftnb.verdict import Verdict

SPLIT_AT = 100_000
NO_PARENT = 0xFFFFFFFF


class Stop(Exception):
    """The exploration ends here, with this verdict."""

    def __init__(self, verdict: Verdict, **found: Any) -> None:
        super().__init__(verdict)
        self.verdict, self.found = verdict, found


class Fast:
    """One exploration: `run` gives the result, and leaves the states in `store`."""

    def __init__(self, model: Model, bounds: Bounds, claims: bool = True) -> None:
        self.started = time.perf_counter()
        self.model, self.bounds = model, bounds
        self.knowledge = Knowledge(model, bounds.symmetry)
        self.store = Store(self.knowledge.ids.width, bounds.memory, bounds.max_states)
        self.team = Team(1)
        spec = model.spec
        self.invariants = model.checked(spec.invariants) if claims else ()
        self.awaited = model.checked(spec.sometimes) if claims else ()
        self.knowledge.invariants = [self.knowledge.claim(c) for c in self.invariants]
        watched = [*self.knowledge.invariants, *(self.knowledge.claim(c) for c in self.awaited)]
        self.claims = np.array(watched, dtype=np.int64)
        self.normal = np.array([1] * len(self.invariants) + [0] * len(self.awaited))
        self.hits = np.full(len(self.claims), -1, dtype=np.int64)
        self.final = self.knowledge.claim(spec.final) if spec.final else -1
        self.expander = Expander(self.knowledge, self.store, self.team)
        self.generated, self.coverage, self.depth = 0, self.expander.coverage * 0, 0
        self.replay = Replay(self.knowledge, self.store)

    def run(self) -> Exploration:
        """Explore to the end, to the first violation, or to a bound."""
        try:
            with tqdm(  # an absent `disable` leaves the say to the variable TQDM_DISABLE
                delay=1, leave=False, unit=" states", unit_scale=True,
                **({} if self.bounds.progress else {"disable": True}),
            ) as self.bar:
                self._explore()
        except Stop as stop:
            return self._result(stop.verdict, **stop.found)
        except KeyboardInterrupt:
            return self._result(Verdict.UNKNOWN, bound="interrupted")
        except (OutOfMemory, MemoryError):
            return self._result(Verdict.UNKNOWN, bound=f"max_memory {self.store.max_memory:,} bytes")
        finally:
            self.team.close()
        witnessed = self.hits[len(self.invariants) :] >= 0
        missing = [c.__name__ for c, seen in zip(self.awaited, witnessed, strict=True) if not seen]
        if missing:
            return self._result(Verdict.VIOLATED, property=missing[0])
        return self._result(Verdict.HOLDS)

    def _explore(self) -> None:
        ranges = self._begin()
        while any(start < stop for start, stop in ranges):
            self.depth += 1
            if self.bounds.max_depth is not None and self.depth >= self.bounds.max_depth:
                raise Stop(Verdict.UNKNOWN, bound=f"max_depth {self.bounds.max_depth}")
            ranges = self._level(ranges)
        self.depth = max(self.depth, 1) if self.store.distinct else 0

    # The initial states.

    def _begin(self) -> list[tuple[int, int]]:
        out, work = make_out(1, self.store.width, False), make_work(1, self.store.width, 1)
        for state in self.model.initial_states:
            self.generated += 1
            row = self.knowledge.encode(state)
            self._check_initial(row, state)
            if self.knowledge.within >= 0 and not self.knowledge.value(self.knowledge.within, row):
                continue
            work.row[:] = row
            if self.bounds.symmetry and self.knowledge.ids.permutations:
                kernels.canonical(self.knowledge.tables(), work)
            if kernels.push(out, work.row, NO_PARENT, 0, False) == kernels.FULL:
                self._flush([out])
                out.count[:] = 0
                kernels.push(out, work.row, NO_PARENT, 0, False)
        self._flush([out])
        self._judge([0], self.store.frontier())
        self._stop_if_full()
        return [(0, self.store.distinct)]

    def _check_initial(self, row: list[int], state: State) -> None:
        for claim, slot in zip(self.invariants, self.knowledge.invariants, strict=True):
            if not self.knowledge.value(slot, row):
                trace = Trace((state,), ())
                raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)

    # One level of the search.

    def _level(self, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Expand the states of one depth; return where those of the next depth are."""
        if self.store.shards == 1 and self.store.distinct >= SPLIT_AT and self.bounds.workers > 1:
            ranges = self._split(ranges)
        begin, todo = self.store.frontier(), ranges
        while any(start < stop for start, stop in todo):
            met = self.store.frontier()
            reached = self.expander.expand(todo, self._flush)
            if self.bounds.deadlock:
                self._check_stuck(self.expander.stuck)
            self._check_outside()
            self._judge(met, self.store.frontier())
            self._stop_if_full()
            todo = [(at, stop) for at, (_, stop) in zip(reached, todo, strict=True)]
            self._report(todo)
        return list(zip(begin, self.store.frontier(), strict=True))

    def _split(self, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Go on with several threads; the states of this depth are dealt out to them."""
        (start, stop), workers = ranges[0], self.bounds.workers
        self.generated += self.expander.generated
        self.coverage = self.coverage + self.expander.coverage
        self.store.split(workers)
        self.team = Team(workers)
        self.expander = Expander(self.knowledge, self.store, self.team)
        return [(start + t, stop) for t in range(workers)]

    def _flush(self, outs: list[Out]) -> None:
        """Put the successors found into the shards that own them."""
        store, shards = self.store, self.store.shards
        at = [[0] * len(outs) for _ in range(shards)]
        store.other_bytes = self.knowledge.ids.bytes

        def add(shard: int) -> bool:
            for o, out in enumerate(outs):
                at[shard][o] = store.add(shard, out, at[shard][o])
                if at[shard][o] < out.count[shard]:
                    return False
            return True

        def grow(shard: int) -> None:
            store.grow_table(shard)

        while not all(self.team.each(add)):
            if self._is_full():
                return
            store.grow_rows()
            self.team.each(grow)

    def _is_full(self) -> bool:
        return self.bounds.max_states is not None and self.store.is_full()

    def _stop_if_full(self) -> None:
        if self._is_full():
            raise Stop(Verdict.UNKNOWN, bound=f"max_states {self.bounds.max_states}")
        if self.store.bytes + self.store.other_bytes > self.store.max_memory:
            raise OutOfMemory

    # What is claimed.

    def _judge(self, begin: Sequence[int], end: Sequence[int]) -> None:
        """Evaluate the properties on the states that are new."""
        if not len(self.claims):
            return
        position, stride = list(begin), self.store.shards
        while any(at < stop for at, stop in zip(position, end, strict=True)):
            works, tables, rows = self.expander.works, self.knowledge.tables(), self.store.rows
            hits = [self.hits.copy() for _ in position]
            for work in works:
                work.counters[kernels.NEEDED] = 0

            def part(t: int) -> int:
                return int(
                    kernels.judge(
                        tables, rows, self.claims, self.normal, hits[t],
                        position[t], end[t], stride, works[t],
                    )
                )  # fmt: skip

            position = [max(at, now) for at, now in zip(position, self.team.each(part), strict=True)]
            self._note_hits(hits)
            self._judge_needed()
        self._stop_if_broken()

    def _note_hits(self, hits: list[Any]) -> None:
        for found in hits:
            for j in np.flatnonzero(found >= 0):
                if self.hits[j] < 0 or found[j] < self.hits[j]:
                    self.hits[j] = found[j]

    def _judge_needed(self) -> None:
        """Run the Python code of the properties where their value was not known."""
        for work in self.expander.works:
            for gid, j in work.needed[: work.counters[kernels.NEEDED]].tolist():
                value = self.knowledge.value(int(self.claims[j]), self.store.rows[gid].tolist())
                if value != self.normal[j] and (self.hits[j] < 0 or gid < self.hits[j]):
                    self.hits[j] = gid

    def _stop_if_broken(self) -> None:
        broken = [(int(self.hits[j]), j) for j in range(len(self.invariants)) if self.hits[j] >= 0]
        if broken:
            gid, j = min(broken)
            name = self.invariants[j].__name__
            raise Stop(Verdict.VIOLATED, property=name, trace=self.replay.to(gid))

    def _check_stuck(self, stuck: list[int]) -> None:
        for gid in stuck:
            row = self.store.rows[gid].tolist()
            if self.final < 0 or not self.knowledge.value(self.final, row):
                raise Stop(Verdict.VIOLATED, property="deadlock", trace=self.replay.to(gid))

    def _check_outside(self) -> None:
        bad = self.expander.bad()
        if bad is not None:
            claim = self.invariants[bad[1]]
            trace = self.replay.beyond(bad[0], claim)
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)

    # What is said.

    def _report(self, todo: list[tuple[int, int]]) -> None:
        queue = self.store.distinct - min(start for start, _ in todo)
        self.bar.set_postfix(depth=self.depth + 1, queue=f"{queue:,}", refresh=False)
        self.bar.update(self.store.distinct - self.bar.n)

    def _result(self, verdict: Verdict, **found: Any) -> Exploration:
        spec, first = self.model.spec, len(self.invariants)
        claims = (*spec.invariants, *spec.sometimes)
        skipped = tuple(c.__name__ for c in claims if c not in self.model.checked(claims))
        hits = zip(self.awaited, self.hits[first:].tolist(), strict=True)
        taken = (self.coverage + self.expander.coverage).tolist()
        return Exploration(
            verdict,
            distinct=self.store.distinct,
            generated=self.generated + self.expander.generated,
            depth=self._deepest(),
            witnesses={c.__name__: self.replay.to(hit) if hit >= 0 else None for c, hit in hits},
            coverage={f"{p}.{a}": taken[i] for (p, a), i in self.knowledge.actions.items()},
            not_checked=skipped,
            seconds=time.perf_counter() - self.started,
            **found,
        )

    def _deepest(self) -> int:
        """The depth of the last state that was met."""
        last = [n - self.store.shards for n in self.store.frontier()]
        gids = [n for n in last if n >= self.store.base] or [self.store.base - 1]
        return max((self.replay.depth(gid) for gid in gids if gid >= 0), default=0)
