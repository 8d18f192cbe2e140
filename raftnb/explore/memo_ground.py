"""What random walks go on where the memo knows the steps, for all walks of a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from raftnb.data.trace import State, Trace
from raftnb.explore.claims import ClaimChecker
from raftnb.explore.expander import Expander
from raftnb.explore.memo.memo import Memo
from raftnb.explore.replay import Replay
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.sharded.digests import Digests
from raftnb.explore.tables.hashing import fingerprints
from raftnb.explore.tables.layout import Successors, Which
from raftnb.explore.tables.states import Store
from raftnb.explore.tables.threads import Threads
from raftnb.explore.turns import Turns
from raftnb.explore.walkers import BATCH, Met, Onward
from raftnb.language.claims import Property
from raftnb.language.processes import Action
from raftnb.language.spec import Model

LANES = 4
"""The walks of a batch are in so many parts, however many threads there are to do them."""


class MemoGround:
    """The states are rows of the memo, as in an exploration; see `Ground`."""

    def __init__(self, model: Model, options: ExplorationOptions) -> None:
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
        self.found: list[tuple[Any, Any, Any]] = []

    def close(self) -> None:
        """Let the threads end."""
        self.threads.close()

    @property
    def distinct(self) -> int:
        """How many states were visited."""
        return self.visited.distinct

    @property
    def generated(self) -> int:
        """How many steps there were to choose from."""
        return self.expander.generated

    @property
    def taken(self) -> dict[str, int]:
        """How often each action could be taken."""
        counts = self.expander.coverage.tolist()
        return {f"{p}.{a}": counts[i] for (p, a), i in self.memo.slots.actions.items()}

    def digests_of(self, first: int, end: int) -> Any:
        """The digests of visited states, by their numbers."""
        return self.digests.of(self.visited.rows[first:end])

    def begin(self, state: State) -> tuple[Property | None, list[int] | None]:
        """The invariant that an initial state breaks; its row, if it is within the constraints."""
        row = self.memo.encode(state)
        return self.checker.breaks(row), row if self.memo.is_within(row) else None

    def meet(self, rows: Any) -> Met:
        """Walks have come to these states."""
        self.now.rows[: len(rows)] = rows
        self._visit(self.now.rows[: len(rows)])
        begin, end = list(range(LANES)), [len(rows)] * LANES
        before = self.checker.witnesses()
        self.checker.check_states(self.now.rows, begin, end, self.threads, self.expander.scratches)
        hits = self.checker.witnesses().items()
        shown = {name: at for name, at in hits if at >= 0 and before[name] < 0}
        return Met(shown, self.checker.broken())

    def _visit(self, rows: Any) -> None:
        """Count the states that are new."""
        n, hashes = len(rows), np.empty(len(rows), dtype=np.uint64)
        fingerprints(rows, hashes)
        none = np.zeros((1, n), dtype=np.uint32)
        out, at = Successors(rows[None], hashes[None], none, none, np.array([n])), 0
        self.visited.other_bytes = self.memo.interner.bytes
        while (at := self.visited.add(0, out, at)) < n:
            self.visited.grow_rows()
            self.visited.grow_table(0)

    def onward(self, rows: Any) -> Onward:
        """The steps out of the states that walks have come to last."""
        self.found, size = [], len(rows)
        self.expander.expand(self._all(size), self._keep)
        bad = self._first_bad(size) if self.expander.bad() else None
        rows, parents, labels = map(np.concatenate, zip(*self.found, strict=True))
        order = np.argsort(parents.astype(np.int64) << 32 | self.turns.of(labels))
        stuck = sorted(self.expander.stuck)
        return Onward(rows[order], parents[order], labels[order], stuck, bad)

    def _all(self, size: int) -> list[tuple[int, int]]:
        """What each lane takes; it is less than what is expanded in one go."""
        return [(lane, size) for lane in range(LANES)]

    def _keep(self, outs: list[Successors]) -> None:
        for out in outs:
            for shard, n in enumerate(out.counts.tolist()):
                rows, parents = out.rows[shard, :n].copy(), out.parents[shard, :n].copy()
                labels = out.labels[shard, :n].copy()
                self.found.append((rows, parents, labels))

    def _first_bad(self, size: int) -> int:
        """The first state with a step that breaks a claim.

        Which is met first depends on what was known; so all are asked once more, now that all is.
        """
        again = Expander(self.memo, self.now, self.threads, Which.INSIDE)
        again.expand(self._all(size), lambda _: None)
        at, _ = again.bad() or (0, 0)
        return at

    def is_final(self, row: Any) -> bool:
        """Whether a state without successors is an end."""
        return self.checker.is_final(row.tolist())

    def actions(self, known: int) -> Iterator[Action]:
        """The actions of the labels from this one on."""
        return (instance.action for instance, _, _ in self.memo.effects.labels[known:])

    def along(self, rows: Sequence[Any]) -> Trace:
        """The walk through states."""
        return self.replay.along([row.tolist() for row in rows])
