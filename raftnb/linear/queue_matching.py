"""Queues in which values are enqueued several times: match dequeues with enqueues, one by one.

As for values that differ (`queue_order`), a linearization is an order of pairs, an enqueue and the
dequeue that took its item, in which no pair comes too late: x has to come before y when `Enq(x)`
ends before `Enq(y)` starts, or `Deq(x)` ends before `Deq(y)` or before `Enq(y)` starts. Here the
pairs are chosen, too. Going along the queue, a state is which enqueues and which dequeues are
paired already: the queue's contents do not matter, so there are few, as many as calls overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import TypeAlias

from raftnb.data.events import UNSAID
from raftnb.linear.items import GET, PUT, Item, Point
from raftnb.linear.queue_order import Pair, place_pairs

MOST_STATES = 100_000
Done: TypeAlias = tuple[int, int]
"""How many are done without a gap, and which of those after them, as bits."""
State: TypeAlias = tuple[Done, Done]
"""The enqueues and the dequeues that are paired."""
START: State = ((0, 0), (0, 0))


class TooHard(Exception):
    """More states than it makes sense to look at; the search may do better."""


def queue_matching(items: Sequence[Item]) -> list[Point] | None:
    """A linearization of an initially empty queue's operations, or None.

    Raises `TooHard` after 100,000 states.
    """
    return _Matching(items).run()


class _Matching:
    def __init__(self, items: Sequence[Item]) -> None:
        self.puts = sorted((i for i in items if i.role is PUT), key=lambda item: item.start)
        self.gets = sorted((i for i in items if i.role is GET), key=lambda item: item.start)
        self.answered = sum(get.end < inf for get in self.gets)

    def run(self) -> list[Point] | None:
        """Depth first over the states; a pair whose calls end first is tried first."""
        stack: list[tuple[State, int]] = [(START, 0)]
        parents: dict[State, tuple[State, int, int] | None] = {START: None}
        while stack:
            state, answered = stack.pop()
            if answered == self.answered:
                return place_pairs(self._pairs(state, parents))
            for put, get in self._next(state):
                following = (_with(state[0], put), _with(state[1], get))
                if following not in parents:
                    parents[following] = (state, put, get)
                    stack.append((following, answered + (self.gets[get].end < inf)))
            if len(parents) > MOST_STATES:
                raise TooHard
        return None

    def _next(self, state: State) -> list[tuple[int, int]]:
        """The pairs that may come next, the most urgent last."""
        puts, put_end = _open(self.puts, state[0])
        gets, get_end = _open(self.gets, state[1])
        found = []
        for p in puts:
            put = self.puts[p]
            if put.start > min(put_end, get_end):
                continue
            found += [(p, g) for g in self._takers(gets, get_end, put)]
        found.sort(key=lambda pair: (self.puts[pair[0]].end, self.gets[pair[1]].end), reverse=True)
        return found

    def _takers(self, gets: Sequence[int], get_end: float, put: Item) -> Iterator[int]:
        """The dequeues that may take an item; of pending ones only the first that was invoked."""
        pending = False
        for g in gets:
            get = self.gets[g]
            if get.start > get_end or get.end < put.start:
                continue
            if get.end == inf:
                if not pending:
                    yield g
                pending = True
            elif get.value is UNSAID or get.value == put.value:
                yield g

    def _pairs(
        self, state: State, parents: dict[State, tuple[State, int, int] | None]
    ) -> list[Pair]:
        pairs: list[Pair] = []
        at = state
        while (step := parents[at]) is not None:
            at, put, get = step
            pairs.append(Pair(self.puts[put], self.gets[get]))
        left = [p for n, p in enumerate(self.puts) if not _is_done(state[0], n) and p.end < inf]
        left.sort(key=lambda item: item.end)
        return [*reversed(pairs), *(Pair(put, None) for put in left)]


def _is_done(done: Done, number: int) -> bool:
    base, more = done
    return number < base or bool(more >> (number - base) & 1)


def _with(done: Done, number: int) -> Done:
    base, more = done
    more |= 1 << (number - base)
    ones = (~more & (more + 1)).bit_length() - 1
    return base + ones, more >> ones


def _open(items: Sequence[Item], done: Done) -> tuple[list[int], float]:
    """The items that are not done and may be next, and the first end among them.

    One that starts after another that is not done has ended cannot be next, nor can those after it.
    """
    base, more = done
    found: list[int] = []
    end = inf
    for n in range(base, len(items)):
        if more >> (n - base) & 1:
            continue
        if items[n].start > end:
            break
        found.append(n)
        end = min(end, items[n].end)
    return found, end
