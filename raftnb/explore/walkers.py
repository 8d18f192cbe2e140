"""Many random walks side by side, a step of each at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from raftnb.data.errors import RaftnbError
from raftnb.data.trace import Trace
from raftnb.data.verdict import Verdict
from raftnb.explore.claims import ClaimChecker
from raftnb.explore.expander import Expander
from raftnb.explore.memo.memo import Memo
from raftnb.explore.rareness import Rareness, drawn
from raftnb.explore.replay import Replay
from raftnb.explore.result import DEADLOCK, ExplorationOptions, Stop
from raftnb.explore.retraced import NoSuchStep
from raftnb.explore.sharded.digests import Digests
from raftnb.explore.tables.hashing import fingerprints
from raftnb.explore.tables.layout import Successors, Which
from raftnb.explore.tables.states import OutOfMemory, Store
from raftnb.explore.tables.threads import Threads
from raftnb.explore.turns import Turns
from raftnb.language.spec import Model

BATCH, LANES = 2048, 4
"""So many walks side by side, in so many parts, however many threads there are to do them."""


@dataclass(frozen=True)
class Walked:
    """What a batch of walks found.

    `new` is the number of the states that no batch before it, in the same process, has visited,
    `states` their digests if they are wanted, `depth` how many states the longest walk has, `taken`
    how often each action could be taken. `found` is what ended the batch early, as fields of
    `Exploration`, and `error` an error in the specification.
    """

    new: int
    states: Any
    generated: int
    depth: int
    taken: dict[str, int]
    witnesses: dict[str, Trace] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    error: RaftnbError | None = None


class Walkers:
    """Takes walks of a model, those of one batch after the other.

    Walk n is in batch n // BATCH. What it draws for each of its steps is the number at n % BATCH of
    as many as there may be walks in a batch; by this number it chooses among the steps there are,
    in the order in which plain Python finds them. So it is the same wherever it is taken, and
    however many others there are.
    """

    def __init__(
        self, model: Model, options: ExplorationOptions, depth: int, seed: int, *, rare: bool
    ) -> None:
        self.model, self.options, self.depth, self.seed = model, options, depth, seed
        self.memo = Memo(model)
        self.checker = ClaimChecker(self.memo)
        self.threads = Threads(LANES, options.workers)
        width = self.memo.interner.width
        self.now = Store(width, options.memory, None)
        self.now.rows = np.zeros((BATCH, width), dtype=np.uint32)
        self.expander = Expander(self.memo, self.now, self.threads, Which.INSIDE)
        self.visited = Store(width, options.memory, None)
        self.replay = Replay(self.memo, self.visited)
        self.turns, self.digests = Turns(self.memo), Digests(self.memo.interner)
        self.rareness = Rareness(self.memo) if rare else None
        self.initial: list[list[int]] = []
        self.history: list[tuple[Any, Any]] = []
        self.found: list[tuple[Any, Any, Any]] = []
        self.witnesses: dict[str, Trace] = {}

    def close(self) -> None:
        """Let the threads end."""
        self.threads.close()

    def batch(self, number: int, size: int, *, digests: bool = False) -> Walked:
        """Take the first walks of a batch, so many, to the end or to the first violation."""
        before = self.visited.distinct, self.expander.generated, self.expander.coverage.copy()
        self.witnesses, self.history = {}, []
        found: dict[str, Any] = {}
        error = None
        try:
            self._begin()
            self._walk(np.arange(size), np.random.default_rng([self.seed, number]))
        except Stop as stop:
            found = {"verdict": stop.verdict, **stop.found}
        except KeyboardInterrupt:
            found = {"verdict": Verdict.UNKNOWN, "bound": "interrupted"}
        except (OutOfMemory, MemoryError):
            bound = f"max_memory {self.visited.max_memory:,} bytes"
            found = {"verdict": Verdict.UNKNOWN, "bound": bound}
        except RaftnbError as raised:
            error = raised
        first, end = before[0], self.visited.distinct
        taken = (self.expander.coverage - before[2]).tolist()
        return Walked(
            new=end - first,
            states=self.digests.of(self.visited.rows[first:end]) if digests else None,
            generated=self.expander.generated - before[1],
            depth=len(self.history),
            taken={f"{p}.{a}": taken[i] for (p, a), i in self.memo.slots.actions.items()},
            witnesses=self.witnesses,
            found=found,
            error=error,
        )

    def _begin(self) -> None:
        """Check all initial states, once; at least one must be within the constraints."""
        for state in self.model.initial_states if not self.initial else ():
            row = self.memo.encode(state)
            if claim := self.checker.breaks(row):
                trace = Trace((state,), ())
                raise Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)
            if self.memo.is_within(row):
                self.initial.append(row)
        if not self.initial:
            raise Stop(Verdict.UNKNOWN, bound="no initial state is within the constraints")

    def _walk(self, walkers: Any, chance: np.random.Generator) -> None:
        chosen = (chance.random(BATCH)[walkers] * len(self.initial)).astype(np.int64)
        self.now.rows[: len(walkers)] = [self.initial[i] for i in chosen]
        if self.rareness is not None:
            self.rareness.begin()
        self._arrive(walkers)
        for _ in range(self.depth):
            walkers = self._step(walkers, chance.random(BATCH))
            if not len(walkers):
                return
            self._arrive(walkers)

    def _arrive(self, walkers: Any) -> None:
        """The walkers (as many rows as there are) have come to new states."""
        self.history.append((walkers, self.now.rows[: len(walkers)].copy()))
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
        self.found, size = [], len(walkers)
        self.expander.expand(self._all(size), self._keep)
        self._check(size, self.expander.stuck)
        rows, parents, labels = map(np.concatenate, zip(*self.found, strict=True))
        order = np.argsort(parents.astype(np.int64) << 32 | self.turns.of(labels))
        counts = np.bincount(parents, minlength=size)
        moving = np.flatnonzero(counts)
        first, counts = (np.cumsum(counts) - counts)[moving], counts[moving]
        if self.rareness is None:
            chosen = order[first + (picks[walkers[moving]] * counts).astype(np.int64)]
        else:
            weights = self.rareness.weights(parents, labels)[order]
            chosen = order[drawn(weights, first, counts, picks[walkers[moving]])]
            self.rareness.took(labels[chosen])
        self.now.rows[: len(moving)] = rows[chosen]
        return walkers[moving]

    def _all(self, size: int) -> list[tuple[int, int]]:
        """What each lane takes; it is less than what is expanded in one go."""
        return [(lane, size) for lane in range(LANES)]

    def _keep(self, outs: list[Successors]) -> None:
        for out in outs:
            for shard, n in enumerate(out.counts.tolist()):
                rows, parents = out.rows[shard, :n].copy(), out.parents[shard, :n].copy()
                labels = out.labels[shard, :n].copy()
                self.found.append((rows, parents, labels))

    def _check(self, size: int, stuck: list[int]) -> None:
        for at in sorted(stuck):
            if self.options.deadlock and not self.checker.is_final(self.now.rows[at].tolist()):
                raise Stop(Verdict.VIOLATED, property=DEADLOCK, trace=self._trace(at))
        if self.expander.bad():
            raise self._broken(size)

    def _broken(self, size: int) -> Stop:
        """The violation by a step that no walk takes, of the first walk, and the first claim.

        Which is met first depends on what was known; so all are asked once more, now that all is.
        """
        again = Expander(self.memo, self.now, self.threads, Which.INSIDE)
        again.expand(self._all(size), lambda _: None)
        at, _ = again.bad() or (0, 0)
        before = self._trace(at)
        for claim in self.checker.outlawed:
            try:
                trace = self.replay.one_more(before, claim)
            except NoSuchStep:
                continue
            return Stop(Verdict.VIOLATED, property=claim.__name__, trace=trace)
        raise NoSuchStep("the engines disagree: in plain Python no step breaks a claim")

    def _visit(self, n: int) -> None:
        """Count the states that are new."""
        rows, hashes = self.now.rows[:n], np.empty(n, dtype=np.uint64)
        fingerprints(rows, hashes)
        none = np.zeros((1, n), dtype=np.uint32)
        out, at = Successors(rows[None], hashes[None], none, none, np.array([n])), 0
        self.visited.other_bytes = self.memo.interner.bytes
        while (at := self.visited.add(0, out, at)) < n:
            self.visited.grow_rows()
            self.visited.grow_table(0)

    def _trace(self, at: int) -> Trace:
        """The walk that one of the rows has come."""
        return self.path(int(self.history[-1][0][at]))

    def path(self, walker: int) -> Trace:
        """The walk with this place in the batch, as far as it came."""
        rows = []
        for walkers, there in self.history:
            at = int(np.searchsorted(walkers, walker))
            if at < len(walkers) and walkers[at] == walker:
                rows.append(there[at].tolist())
        return self.replay.along(rows)
