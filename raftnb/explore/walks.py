"""Random walks through a model's states, for what is too large to be explored."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from raftnb.data.calls import told_plainly
from raftnb.data.progress import progress_bar
from raftnb.data.trace import State, Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.claims import ClaimChecker
from raftnb.explore.conclusion import as_tried, begun_elsewhere, not_checked
from raftnb.explore.expander import Expander
from raftnb.explore.given import at_least, begun
from raftnb.explore.memo.memo import Memo
from raftnb.explore.rareness import Rareness, drawn
from raftnb.explore.replay import Replay
from raftnb.explore.result import Exploration, ExplorationOptions, Stop
from raftnb.explore.tables.hashing import fingerprint
from raftnb.explore.tables.layout import Successors, Which
from raftnb.explore.tables.states import OutOfMemory, Store
from raftnb.explore.tables.threads import Threads
from raftnb.language.spec import Model

BATCH, LANES = 2048, 4


class Walks:
    """Many walks at once, a step of each at a time; the same seed gives the same walks.

    The work is always in the same few parts, however many threads there are to do it, so that the
    walks do not depend on the machine.
    """

    def __init__(
        self,
        model: Model,
        options: ExplorationOptions,
        walks: int,
        depth: int,
        seed: int,
        *,
        rare: bool,
    ) -> None:
        self.started = time.perf_counter()
        self.model, self.options = model, options
        self.walks, self.depth, self.seed = walks, depth, seed
        self.memo = Memo(model)
        self.checker = ClaimChecker(self.memo)
        self.threads = Threads(LANES, options.workers)
        width = self.memo.interner.width
        self.now = Store(width, options.memory, None)
        self.now.rows = np.zeros((BATCH, width), dtype=np.uint32)
        self.expander = Expander(self.memo, self.now, self.threads, Which.INSIDE)
        self.visited = Store(width, options.memory, None)
        self.replay = Replay(self.memo, self.visited)
        self.initial: list[list[int]] = []
        self.history: list[tuple[Any, Any]] = []
        self.found: list[Successors] = []
        self.deepest = 0
        self.rareness = Rareness(self.memo) if rare else None
        self.witnesses: dict[str, Trace | None] = dict.fromkeys(self.checker.witnesses())

    def run(self) -> Exploration:
        """Walk to the end, to the first violation, or until interrupted."""
        bound = f"{self.walks:,} random walks of at most {self.depth} steps, seed {self.seed}"
        bound += ", rare actions first" if self.rareness is not None else ""
        try:
            with progress_bar("walks", self.options.progress, self.walks) as bar:
                if not self._begin():
                    bound = f"no initial state is within the constraints; {bound} were wanted"
                for first in range(0, self.walks if self.initial else 0, BATCH):
                    size = min(BATCH, self.walks - first)
                    self._batch(size, np.random.default_rng([self.seed, first]))
                    bar.update(size)
        except Stop as stop:
            return self._result(stop.verdict, **stop.found)
        except KeyboardInterrupt:
            bound = f"interrupted; {bound} were wanted"
        except (OutOfMemory, MemoryError):
            bound = f"max_memory {self.visited.max_memory:,} bytes; {bound} were wanted"
        finally:
            self.threads.close()
        return self._result(Verdict.UNKNOWN, bound=bound)

    def _begin(self) -> bool:
        """Check all initial states; whether there is one within the constraints to start from."""
        memo = self.memo
        for state in self.model.initial_states:
            row = memo.encode(state)
            if claim := self.checker.breaks(row):
                trace = Trace((state,), ())
                raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)
            if memo.is_within(row):
                self.initial.append(row)
        return bool(self.initial)

    def _batch(self, size: int, chance: np.random.Generator) -> None:
        chosen = chance.integers(0, len(self.initial), size).tolist()
        self.now.rows[:size] = [self.initial[i] for i in chosen]
        walkers, self.history = np.arange(size), []
        if self.rareness is not None:
            self.rareness.begin()
        self._arrive(walkers)
        for _ in range(self.depth):
            walkers = self._step(walkers, chance.random(size))
            if not len(walkers):
                return
            self._arrive(walkers)

    def _arrive(self, walkers: Any) -> None:
        """The walkers (as many rows as there are) have come to new states."""
        self.history.append((walkers, self.now.rows[: len(walkers)].copy()))
        self.deepest = max(self.deepest, len(self.history))
        self._visit(len(walkers))
        begin, end = list(range(LANES)), [len(walkers)] * LANES
        before = self.checker.witnesses()
        self.checker.check_states(self.now.rows, begin, end, self.threads, self.expander.scratches)
        for name, at in self.checker.witnesses().items():
            if at >= 0 and before[name] < 0:
                self.witnesses[name] = self._trace(at)
        if broken := self.checker.broken():
            at, claim = broken
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=self._trace(at))

    def _step(self, walkers: Any, picks: Any) -> Any:
        """Take a step of every walk; return those that go on."""
        self.found, size, at = [], len(walkers), list(range(LANES))
        while any(start < size for start in at):
            at = self.expander.expand([(start, size) for start in at], self._keep)
            self._check(self.expander.stuck)
        parents = np.concatenate([out.parents[0] for out in self.found])
        rows = np.concatenate([out.rows[0] for out in self.found])
        order = np.argsort(parents, kind="stable")
        counts = np.bincount(parents, minlength=size)
        moving = np.flatnonzero(counts)
        first, counts = (np.cumsum(counts) - counts)[moving], counts[moving]
        if self.rareness is None:
            chosen = order[first + (picks[walkers[moving]] * counts).astype(np.int64)]
        else:
            labels = np.concatenate([out.labels[0] for out in self.found])
            weights = self.rareness.weights(parents, labels)[order]
            chosen = order[drawn(weights, first, counts, picks[walkers[moving]])]
            self.rareness.took(labels[chosen])
        self.now.rows[: len(moving)] = rows[chosen]
        return walkers[moving]

    def _keep(self, outs: list[Successors]) -> None:
        for out in outs:
            for shard, n in enumerate(out.counts.tolist()):
                rows, parents = out.rows[shard, :n].copy(), out.parents[shard, :n].copy()
                labels = out.labels[shard, :n].copy()
                kept = out._replace(rows=rows[None], parents=parents[None], labels=labels[None])
                self.found.append(kept)

    def _check(self, stuck: list[int]) -> None:
        for at in sorted(stuck):
            if self.options.deadlock and not self.checker.is_final(self.now.rows[at].tolist()):
                raise Stop(Verdict.VIOLATED, property="deadlock", trace=self._trace(at))
        if bad := self.expander.bad():
            claim = self.checker.outlawed[bad[1]]
            trace = self.replay.one_more(self._trace(bad[0]), claim)
            raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)

    def _visit(self, n: int) -> None:
        """Count the states that are new."""
        rows = self.now.rows[:n]
        hashes = np.array([fingerprint(row) for row in rows], dtype=np.uint64)
        none = np.zeros((1, n), dtype=np.uint32)
        out, at = Successors(rows[None], hashes[None], none, none, np.array([n])), 0
        self.visited.other_bytes = self.memo.interner.bytes
        while (at := self.visited.add(0, out, at)) < n:
            self.visited.grow_rows()
            self.visited.grow_table(0)

    def _trace(self, at: int) -> Trace:
        """The walk that one of the rows has come."""
        walker = self.history[-1][0][at]
        rows = [row[np.searchsorted(walkers, walker)] for walkers, row in self.history]
        return self.replay.along([row.tolist() for row in rows])

    def _not_asked(self) -> tuple[str, ...]:
        names = ", ".join(c.__name__ for c in self.model.checked(self.model.spec.possible))
        return (f"walks do not tell what is possible: {names}",) if names else ()

    def _result(self, verdict: Verdict, **found: Any) -> Exploration:
        taken = self.expander.coverage.tolist()
        return Exploration(
            verdict,
            distinct=self.visited.distinct,
            generated=self.expander.generated,
            depth=self.deepest,
            seconds=time.perf_counter() - self.started,
            witnesses=self.witnesses,
            coverage={f"{p}.{a}": taken[i] for (p, a), i in self.memo.slots.actions.items()},
            not_checked=not_checked(self.model),
            partial=(*begun_elsewhere(self.model), *self._not_asked()),
            **found,
        )


@told_plainly
def random_walks(
    model: Model,
    *,
    start: State | None = None,
    walks: int = 1000,
    depth: int = 100,
    seed: int = 0,
    rare: bool = False,
    deadlock: bool = True,
    max_memory: int | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> Exploration:
    """Take random walks from the initial states, each step chosen evenly among those enabled.

    With `start`, say `trace.last`, they begin in that state. With `rare`, an action is chosen
    first, the sooner the less often it was taken, and then one of its steps: so they get further
    where few steps matter among many.
    Invariants are checked in every state that is walked through, and where a step would leave the
    constraint (such a step is not taken). A violation comes with the walk that led to it, which is
    seldom the shortest; without one the verdict is *unknown*. `distinct` counts the states walked
    through, `generated` the steps that were there to choose from. Same seed, same walks.
    """
    at_least(1, walks=walks, depth=depth)
    at_least(0, seed=seed)
    options = ExplorationOptions(
        deadlock, max_memory=max_memory, threads=threads, progress=progress
    )
    walked = Walks(begun(model, start), options, walks, depth, seed, rare=rare)
    return as_tried(model, walked.run())
