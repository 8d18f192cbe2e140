"""The fast engine: breadth first, a chunk of states at a time, on all processors."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from raftnb.data.progress import progress_bar
from raftnb.data.trace import State, Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.claims import ClaimChecker
from raftnb.explore.conclusion import conclude, never_taken, not_checked, remarks
from raftnb.explore.expander import Expander
from raftnb.explore.forecast import told
from raftnb.explore.interchangeable import refuse_favorites
from raftnb.explore.memo.memo import Memo
from raftnb.explore.memo.symmetry import TooManyOrders
from raftnb.explore.merged import Merged
from raftnb.explore.narrowed import allowing
from raftnb.explore.other import Compiled, Pace
from raftnb.explore.permuted import some_rows, try_permutations
from raftnb.explore.replay import Replay
from raftnb.explore.result import Exploration, ExplorationOptions, Stop
from raftnb.explore.tables import kernels
from raftnb.explore.tables.buffers import make_successors
from raftnb.explore.tables.compiling import compiling_shown
from raftnb.explore.tables.layout import NO_PARENT, Successors, Which
from raftnb.explore.tables.states import OutOfMemory, Store
from raftnb.explore.tables.threads import Threads
from raftnb.language.spec import Model

SPLIT_AT = 100_000


class Answered(Exception):
    """Another engine has answered: `found`."""

    def __init__(self, found: Exploration) -> None:
        super().__init__(found)
        self.found = found


class BreadthFirst:
    """One exploration: `run` gives the result, and leaves the states in `store`."""

    def __init__(
        self,
        model: Model,
        options: ExplorationOptions,
        claims: bool = True,
        bounded: bool = True,
        other: Compiled | None = None,
    ) -> None:
        """With `claims` what is claimed is checked; without `bounded` constraints play no part.

        `other` is an engine that may answer instead; then `run` raises `Answered`.
        """
        self.other = other
        self.started = time.perf_counter()
        self.model, self.options = model, options
        if options.symmetry:
            refuse_favorites(model)
        self.memo = Memo(model, options.symmetry, bounded)
        self.store = Store(self.memo.interner.width, options.memory, options.max_states)
        self.threads = Threads(1)
        self.checker = ClaimChecker(self.memo, claims)
        if options.action_constraints:
            steps = options.action_constraints
            self.memo.step_within = self.memo.claim(steps[0], allowing(steps))
        self.merged = Merged(self.memo, options.view) if options.view else None
        self.expander = Expander(self.memo, self.store, self.threads)
        self.generated, self.cut, self.depth = 0, 0, 0
        self.coverage = self.expander.coverage * 0
        self.replay = Replay(self.memo, self.store)
        self.levels: list[int] = []  # how many states each depth has
        self.waiting = 0  # how many states are not yet expanded
        self.begun = False  # whether all the initial states are in the store
        self.is_over = False  # whether there was a state too many

    def run(self) -> Exploration:
        """Explore to the end, to the first violation, or to a bound."""
        try:
            progress = self.options.progress
            with compiling_shown(progress), progress_bar("states", progress) as self.bar:
                self._explore()
            try_permutations(self.memo, some_rows(self.store))
        except Stop as stop:
            if stop.verdict is Verdict.UNKNOWN:
                try_permutations(self.memo, some_rows(self.store))
            return self._result(stop.verdict, **stop.found)
        except KeyboardInterrupt:
            return self._stopped("interrupted")
        except TooManyOrders as reason:
            if self.other is not None and self.other.found is not None:
                return self.other.found
            return self._stopped(str(reason))
        except (OutOfMemory, MemoryError):
            return self._stopped(f"max_memory {self.store.max_memory:,} bytes")
        finally:
            self.threads.close()
        return self._result(None)

    def _stopped(self, bound: str) -> Exploration:
        """What is known at a bound: all that the other engine has found, if it was done first."""
        if self.other is not None and self.other.found is not None:
            return replace(self.other.found, bound=bound)
        return self._result(Verdict.UNKNOWN, bound=bound)

    def _cut(self) -> int:
        return self.cut + self.expander.cut

    def _witnesses(self) -> dict[str, Trace | None]:
        hits = self.checker.witnesses().items()
        return {name: self.replay.to(hit) if hit >= 0 else None for name, hit in hits}

    def _explore(self) -> None:
        ranges = self._begin()
        while any(start < stop for start, stop in ranges):
            self.depth += 1
            if self.options.max_depth is not None and self.depth >= self.options.max_depth:
                raise Stop(Verdict.UNKNOWN, bound=f"max_depth {self.options.max_depth}")
            self.levels.append(sum(len(range(*r, self.store.shards)) for r in ranges))
            ranges = self._level(ranges)
        self.depth = max(self.depth, 1) if self.store.distinct else 0

    # The initial states.

    def _begin(self) -> list[tuple[int, int]]:
        rows = []
        encoded = [self.memo.encode(state) for state in self.model.initial_states]
        if not self.model.starts:  # what comes after a state is symmetric, whatever the state is
            self.memo.trials.try_initial(encoded)
        for row, state in zip(encoded, self.model.initial_states, strict=True):
            self.generated += 1
            self._check_initial(row, state)
            if self.memo.is_within(row):
                rows.append(self.memo.canonical(row))
            else:
                self.cut += 1
        self.add_states(np.array(rows, dtype=np.uint32).reshape(-1, self.store.width))
        self.begun = self.store.distinct == len(set(map(tuple, rows)))
        self._check_states([0])
        self._stop_if_full()
        return [(0, self.store.distinct)]

    def add_states(self, rows: Any) -> None:
        """Make rows initial states (those that are not yet there, in their order)."""
        out, at = make_successors(1, self.store.width, Which.NEW_ONLY), 0
        while at < len(rows):
            at = int(kernels.push_all(out, rows, at, np.uint32(NO_PARENT)))
            self._put_in([out])
            out.counts[:] = 0

    def _check_initial(self, row: list[int], state: State) -> None:
        if claim := self.checker.breaks(row):
            trace = Trace((state,), ())
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)

    # One level of the search.

    def _level(self, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Expand the states of one depth; return where those of the next depth are."""
        if self.store.shards == 1 and self.store.distinct >= SPLIT_AT and self.options.workers > 1:
            ranges = self._split(ranges)
        begin, todo = self.store.frontier(), ranges
        self.memo.affected.next_level()
        while any(start < stop for start, stop in todo):
            met = self.store.frontier()
            reached = self.expander.expand(todo, self._put_in)
            if self.options.deadlock:
                self._check_stuck(self.expander.stuck)
            self._check_steps()
            self._check_states(met)
            self._stop_if_full()
            todo = [(at, stop) for at, (_, stop) in zip(reached, todo, strict=True)]
            self._report(todo)
            self._hand_over()
        return list(zip(begin, self.store.frontier(), strict=True))

    def _hand_over(self) -> None:
        """Let the other engine answer, if it does; what was seen by now is shown as it was here."""
        if self.other is None:
            return
        steps = self.generated + self.expander.generated
        found = self.other.after(
            Pace(self.depth, self.store.distinct, self.waiting, self.memo.fills, steps)
        )
        if found is not None:
            seen = {name: trace for name, trace in self._witnesses().items() if trace is not None}
            raise Answered(replace(found, witnesses={**found.witnesses, **seen}))

    def _split(self, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Go on with several threads; the states of this depth are dealt out to them."""
        (start, stop), workers = ranges[0], self.options.workers
        self.generated += self.expander.generated
        self.cut += self.expander.cut
        self.coverage = self.coverage + self.expander.coverage
        self.store.split(workers)
        self.threads = Threads(workers)
        self.expander = Expander(self.memo, self.store, self.threads)
        return [(start + t, stop) for t in range(workers)]

    def _put_in(self, outs: list[Successors]) -> None:
        """Put the successors found into the shards that own them."""
        store, shards = self.store, self.store.shards
        if self.merged is not None:
            for out in outs:
                self.merged.filter(out)
        at = [[0] * len(outs) for _ in range(shards)]
        store.other_bytes = self.memo.interner.bytes

        def add(shard: int) -> bool:
            for o, out in enumerate(outs):
                at[shard][o] = store.add(shard, out, at[shard][o])
                if at[shard][o] < out.counts[shard]:
                    return False
            return True

        def grow(shard: int) -> None:
            store.grow_table(shard)

        store.share_out(range(shards))
        while wanting := [shard for shard, done in enumerate(self.threads.each(add)) if not done]:
            if self.options.max_states is not None and store.is_full():
                self.is_over = True
                return
            store.grow_rows()
            self.threads.each(grow)
            store.share_out(wanting)

    def _stop_if_full(self) -> None:
        if self.is_over:
            raise Stop(Verdict.UNKNOWN, bound=f"max_states {self.options.max_states}")
        if self.store.bytes + self.store.other_bytes > self.store.max_memory:
            raise OutOfMemory

    # What is claimed.

    def _check_states(self, begin: Sequence[int]) -> None:
        """Evaluate the properties on the states that are new."""
        end = self.store.frontier()
        self.checker.check_states(
            self.store.rows, begin, end, self.threads, self.expander.scratches
        )
        if broken := self.checker.broken():
            gid, claim = broken
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=self.replay.to(gid))

    def _check_stuck(self, stuck: list[int]) -> None:
        for gid in stuck:
            if not self.checker.is_final(self.store.rows[gid].tolist()):
                raise Stop(Verdict.VIOLATED, property="deadlock", trace=self.replay.to(gid))

    def _check_steps(self) -> None:
        bad = self.expander.bad()
        if bad is not None:
            claim = self.checker.outlawed[bad[1]]
            trace = self.replay.beyond(bad[0], claim)
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)

    # What is said.

    def _report(self, todo: list[tuple[int, int]]) -> None:
        self.waiting = self.store.distinct - min(start for start, _ in todo)
        queue, left = f"{self.waiting:,}", told(self.levels)
        self.bar.set_postfix(depth=self.depth + 1, queue=queue, left=left)
        self.bar.update(self.store.distinct - self.bar.n)

    def _result(self, verdict: Verdict | None, **found: Any) -> Exploration:
        """The result; without a verdict, that of an exploration that came to its end."""
        witnesses, merged = self._witnesses(), self.merged.steps if self.merged else 0
        if verdict is None:
            found = conclude(self.model, self.store.distinct, witnesses, self._cut(), merged)
        else:
            found["verdict"] = verdict
        taken = (self.coverage + self.expander.coverage).tolist()
        coverage = {f"{p}.{a}": taken[i] for (p, a), i in self.memo.slots.actions.items()}
        return Exploration(
            distinct=self.store.distinct,
            generated=self.generated + self.expander.generated,
            depth=self._deepest(),
            witnesses=witnesses,
            cut=self._cut(),
            merged=merged,
            partial=remarks(self.model, witnesses, self._cut(), self.options.symmetry, merged),
            coverage=coverage,
            never_taken=never_taken(self.model, coverage) if found.get("complete") else (),
            not_checked=not_checked(self.model),
            seconds=time.perf_counter() - self.started,
            **found,
        )

    def _deepest(self) -> int:
        """The depth of the last state that was met."""
        last = [n - self.store.shards for n in self.store.frontier()]
        gids = [n for n in last if n >= self.store.base] or [self.store.base - 1]
        return max((self.replay.depth(gid) for gid in gids if gid >= 0), default=0)
