"""The fast engine: breadth first, a chunk of states at a time, on all processors."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from raftnb.data.trace import State, Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.claims import Judge
from raftnb.explore.expander import Expander, make_out, make_work
from raftnb.explore.memo.memo import Knowledge
from raftnb.explore.progress import progress_bar
from raftnb.explore.replay import Replay
from raftnb.explore.result import Bounds, Exploration, Stop
from raftnb.explore.tables import kernels
from raftnb.explore.tables.kernels import Out
from raftnb.explore.tables.states import OutOfMemory, Store
from raftnb.explore.tables.threads import Team
from raftnb.language.spec import Model

SPLIT_AT = 100_000
NO_PARENT = 0xFFFFFFFF


class Fast:
    """One exploration: `run` gives the result, and leaves the states in `store`."""

    def __init__(self, model: Model, bounds: Bounds, claims: bool = True) -> None:
        self.started = time.perf_counter()
        self.model, self.bounds = model, bounds
        self.knowledge = Knowledge(model, bounds.symmetry)
        self.store = Store(self.knowledge.ids.width, bounds.memory, bounds.max_states)
        self.team = Team(1)
        self.judge = Judge(self.knowledge, claims)
        self.expander = Expander(self.knowledge, self.store, self.team)
        self.generated, self.coverage, self.depth = 0, self.expander.coverage * 0, 0
        self.replay = Replay(self.knowledge, self.store)

    def run(self) -> Exploration:
        """Explore to the end, to the first violation, or to a bound."""
        try:
            with progress_bar("states", self.bounds.progress) as self.bar:
                self._explore()
        except Stop as stop:
            return self._result(stop.verdict, **stop.found)
        except KeyboardInterrupt:
            return self._result(Verdict.UNKNOWN, bound="interrupted")
        except (OutOfMemory, MemoryError):
            return self._result(
                Verdict.UNKNOWN, bound=f"max_memory {self.store.max_memory:,} bytes"
            )
        finally:
            self.team.close()
        missing = [name for name, hit in self.judge.witnesses().items() if hit < 0]
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
        out, work = (
            make_out(1, self.store.width, kernels.NEW_ONLY),
            make_work(1, self.store.width, 1),
        )
        for state in self.model.initial_states:
            self.generated += 1
            row = self.knowledge.encode(state)
            self._check_initial(row, state)
            if self.knowledge.within >= 0 and not self.knowledge.value(self.knowledge.within, row):
                continue
            work.row[:] = row
            if self.bounds.symmetry and self.knowledge.ids.permutations:
                kernels.canonical(self.knowledge.tables(), work)
            if kernels.push(out, work.row, NO_PARENT, 0, kernels.NEW_ONLY) == kernels.FULL:
                self._flush([out])
                out.count[:] = 0
                kernels.push(out, work.row, NO_PARENT, 0, kernels.NEW_ONLY)
        self._flush([out])
        self._look([0])
        self._stop_if_full()
        return [(0, self.store.distinct)]

    def _check_initial(self, row: list[int], state: State) -> None:
        if claim := self.judge.breaks(row):
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
            self._check_steps()
            self._look(met)
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

    def _look(self, begin: Sequence[int]) -> None:
        """Evaluate the properties on the states that are new."""
        end = self.store.frontier()
        self.judge.look(self.store.rows, begin, end, self.team, self.expander.works)
        if broken := self.judge.broken():
            gid, claim = broken
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=self.replay.to(gid))

    def _check_stuck(self, stuck: list[int]) -> None:
        for gid in stuck:
            if not self.judge.is_final(self.store.rows[gid].tolist()):
                raise Stop(Verdict.VIOLATED, property="deadlock", trace=self.replay.to(gid))

    def _check_steps(self) -> None:
        bad = self.expander.bad()
        if bad is not None:
            claim = self.judge.outlawed[bad[1]]
            trace = self.replay.beyond(bad[0], claim)
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)

    # What is said.

    def _report(self, todo: list[tuple[int, int]]) -> None:
        queue = self.store.distinct - min(start for start, _ in todo)
        self.bar.set_postfix(depth=self.depth + 1, queue=f"{queue:,}", refresh=False)
        self.bar.update(self.store.distinct - self.bar.n)

    def _result(self, verdict: Verdict, **found: Any) -> Exploration:
        hits = self.judge.witnesses().items()
        taken = (self.coverage + self.expander.coverage).tolist()
        return Exploration(
            verdict,
            distinct=self.store.distinct,
            generated=self.generated + self.expander.generated,
            depth=self._deepest(),
            witnesses={name: self.replay.to(hit) if hit >= 0 else None for name, hit in hits},
            coverage={f"{p}.{a}": taken[i] for (p, a), i in self.knowledge.actions.items()},
            not_checked=self.judge.skipped(),
            seconds=time.perf_counter() - self.started,
            **found,
        )

    def _deepest(self) -> int:
        """The depth of the last state that was met."""
        last = [n - self.store.shards for n in self.store.frontier()]
        gids = [n for n in last if n >= self.store.base] or [self.store.base - 1]
        return max((self.replay.depth(gid) for gid in gids if gid >= 0), default=0)
