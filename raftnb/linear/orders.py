"""The search for an order of reads and writes that respects given precedences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple, TypeAlias

from raftnb.data.events import UNSAID, Value, exact
from raftnb.data.verdict import Verdict
from raftnb.linear.registers import Access
from raftnb.linear.result import Budget

Node: TypeAlias = tuple[int, tuple[Value, ...]]
"""The operations that are placed, as bits, and the value of each key."""
Ready: TypeAlias = tuple[int, ...]
"""The numbers of the operations that may come next, in the order of their time."""


class Found(NamedTuple):
    """Whether there is an order, how far it was looked, the read where the best attempt ends."""

    verdict: Verdict
    reason: str = ""
    stuck: Access | None = None


def legal_order(
    accesses: Sequence[Access],
    before: Sequence[int],
    initial: Callable[[Value], Value],
    budget: Budget,
) -> Found:
    """Is there an order of all `accesses` in which each read returns what was last written?

    `before[access.number]` are, as bits, those that come before it, with all that come before
    these. A pending write may be left out. Depth first; a read that fits is placed at once.
    *Unknown* when the budget is used up.
    """
    return _OrderSearch(accesses, before, initial).run(budget)


class _OrderSearch:
    def __init__(
        self,
        accesses: Sequence[Access],
        before: Sequence[int],
        initial: Callable[[Value], Value],
    ) -> None:
        self.accesses = {access.number: access for access in accesses}
        present = sum(1 << number for number in self.accesses)
        self.needs = {n: before[n] & present for n in self.accesses}
        names = {exact(access.key): access.key for access in accesses}
        places = {key: n for n, key in enumerate(names)}
        self.start = tuple(exact(initial(name)) for name in names.values())
        self.key = {a.number: places[exact(a.key)] for a in accesses}
        self.read = {a.number: exact(a.read) if a.reads else UNSAID for a in accesses}
        self.written = {a.number: exact(a.written) for a in accesses}
        self.goal = sum(1 << a.number for a in accesses if not a.operation.pending)
        self.next = self._successors()
        self.deepest = -1
        self.stuck: Access | None = None

    def _successors(self) -> dict[int, list[int]]:
        """For each operation those that it is a last one before."""
        found: dict[int, list[int]] = {n: [] for n in self.accesses}
        for n, needs in self.needs.items():
            left = needs & ~(1 << n)
            while left:
                top = left.bit_length() - 1
                found[top].append(n)
                left &= ~(self.needs[top] | 1 << top)
        return found

    def run(self, budget: Budget) -> Found:
        """Search until an order is found, none is left, or the budget is used up."""
        most, seconds = budget.configurations, budget.seconds
        end = None if seconds is None else monotonic() + seconds
        ready = tuple(n for n, needs in self.needs.items() if not needs)
        stack: list[tuple[Node, Ready]] = [((0, self.start), ready)]
        seen: set[Node] = set()
        while stack:
            node, ready = self._place_reads(*stack.pop())
            if node in seen:
                continue
            seen.add(node)
            if node[0] & self.goal == self.goal:
                return Found(Verdict.HOLDS)
            late = end is not None and len(seen) % 256 == 0 and monotonic() >= end
            if late or (most is not None and len(seen) >= most):
                return Found(Verdict.UNKNOWN, f"no order among {len(seen):,} that were begun")
            self._note(node[0], ready)
            stack.extend(self._writes(node, ready))
        return Found(Verdict.VIOLATED, stuck=self.stuck)

    def _place_reads(self, node: Node, ready: Ready) -> tuple[Node, Ready]:
        """Place every read that fits and may come now; placing one may set others free."""
        done, values = node
        while True:
            fitting = [
                n for n in ready
                if not self.accesses[n].writes and self.read[n] in (UNSAID, values[self.key[n]])
            ]  # fmt: skip
            if not fitting:
                return (done, values), ready
            for n in fitting:
                done |= 1 << n
                ready = self._after(done, ready, n)

    def _after(self, done: int, ready: Ready, placed: int) -> Ready:
        """What may come next once `placed` is done."""
        freed = [n for n in self.next[placed] if self.needs[n] & done == self.needs[n]]
        rest = [n for n in ready if n != placed]
        return tuple(sorted(rest + freed) if freed else rest)

    def _note(self, done: int, ready: Ready) -> None:
        """Remember the first read that the deepest attempt cannot place."""
        count = done.bit_count()
        if count > self.deepest:
            self.deepest = count
            reads = (self.accesses[n] for n in ready if self.read[n] is not UNSAID)
            self.stuck = next(reads, None)

    def _writes(self, node: Node, ready: Ready) -> list[tuple[Node, Ready]]:
        """Each write that may come next; the earliest is last, so that it is tried first."""
        done, values = node
        found = []
        for n in reversed(ready):
            key = self.key[n]
            if self.accesses[n].writes and self.read[n] in (UNSAID, values[key]):
                after = done | 1 << n
                changed = (*values[:key], self.written[n], *values[key + 1 :])
                found.append(((after, changed), self._after(after, ready, n)))
        return found
