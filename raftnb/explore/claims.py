"""The properties of a model, evaluated on rows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from raftnb.explore.given import asked
from raftnb.explore.memo.memo import Memo
from raftnb.explore.tables import kernels
from raftnb.explore.tables.layout import Counter, Scratch, Todo
from raftnb.explore.tables.threads import Threads


class ClaimChecker:
    """Finds the first state that breaks an invariant or shows a `sometimes` property.

    `hits` has, for each of the claims (the invariants, then those awaited), the first state where
    it is not as it mostly is: an invariant false, an awaited property true; -1 if there was none.
    """

    def __init__(self, memo: Memo, wanted: bool = True) -> None:
        model, self.memo = memo.model, memo
        self.invariants = asked(model, "invariants") if wanted else ()
        self.awaited = asked(model, "sometimes") if wanted else ()
        transitions = asked(model, "transitions") if wanted else ()
        self.outlawed = (*self.invariants, *transitions)
        memo.transitions = [memo.claim(c) for c in transitions]
        memo.invariants = tuple([memo.claim(c) for c in self.invariants])
        watched = [*memo.invariants, *(memo.claim(c) for c in self.awaited)]
        self.claims = np.array(watched, dtype=np.int64)
        self.normal = np.array([1] * len(self.invariants) + [0] * len(self.awaited))
        self.hits = np.full(len(self.claims), -1, dtype=np.int64)
        self.final = memo.claim(model.spec.final) if model.spec.final else -1

    def check_states(
        self,
        rows: Any,
        begin: Sequence[int],
        end: Sequence[int],
        threads: Threads,
        scratches: list[Scratch],
    ) -> None:
        """Evaluate the properties on rows begin[t], begin[t] + threads.size, ... below end[t]."""
        position = list(begin) if len(self.claims) else list(end)
        while any(at < stop for at, stop in zip(position, end, strict=True)):
            position = self._check_while_known(rows, position, end, threads, scratches)
            self._run_python(rows, scratches)

    def _check_while_known(
        self,
        rows: Any,
        begin: Sequence[int],
        end: Sequence[int],
        threads: Threads,
        scratches: list[Scratch],
    ) -> list[int]:
        """Evaluate until too much is not known; say how far each thread came."""
        tables, hits = self.memo.tables(), [self.hits.copy() for _ in begin]
        for scratch in scratches:
            scratch.counters[Counter.NEEDED] = 0

        def part(t: int) -> int:
            if begin[t] >= end[t]:
                return begin[t]
            reached = kernels.evaluate_claims(
                tables, rows, self.claims, self.normal, hits[t],
                begin[t], end[t], threads.size, scratches[t],
            )  # fmt: skip
            return int(reached)

        reached = threads.each(part)
        for found in hits:
            for j in np.flatnonzero(found >= 0):
                self._hit(int(j), int(found[j]))
        return reached

    def _run_python(self, rows: Any, scratches: list[Scratch]) -> None:
        """Run the Python code of the properties where their value was not known."""
        claims, normal = self.claims.tolist(), self.normal.tolist()
        with self.memo.tracer:  # once, and not for each run
            for scratch in scratches:
                needed = scratch.needed[: scratch.counters[Counter.NEEDED]].tolist()
                for gid, of_state in itertools.groupby(needed, key=itemgetter(Todo.STATE)):
                    row = rows[gid].tolist()
                    for _, j in of_state:
                        if self.memo.value(claims[j], row) != normal[j]:
                            self._hit(j, gid)

    def _hit(self, j: int, gid: int) -> None:
        if self.hits[j] < 0 or gid < self.hits[j]:
            self.hits[j] = gid

    def broken(self) -> tuple[int, Any] | None:
        """The first state that breaks an invariant, and the invariant."""
        hits = self.hits.tolist()
        found = [(hits[j], j) for j in range(len(self.invariants)) if hits[j] >= 0]
        return (min(found)[0], self.invariants[min(found)[1]]) if found else None

    def witnesses(self) -> dict[str, int]:
        """For each awaited property, the first state that shows it, or -1."""
        hits = self.hits[len(self.invariants) :].tolist()
        return {claim.__name__: hit for claim, hit in zip(self.awaited, hits, strict=True)}

    def breaks(self, row: list[int]) -> Any:
        """The first invariant that a single row breaks, or None."""
        for claim, slot in zip(self.invariants, self.memo.invariants, strict=True):
            if not self.memo.value(slot, row):
                return claim
        return None

    def is_final(self, row: list[int]) -> bool:
        """Whether a state without successors is an end."""
        return self.final >= 0 and bool(self.memo.value(self.final, row))
