"""What may take effect before each response: the table that the search walks along."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from raftnb.data.events import Operation


class Candidate(NamedTuple):
    """One operation as the search sees it; `bit` is its own while it waits, and reused after."""

    bit: int
    claim: int
    operation: int


class Group(NamedTuple):
    """Operations with the same claim, as (bit, operation); the first of them takes effect first."""

    claim: int
    members: tuple[tuple[int, int], ...]


class Moment(NamedTuple):
    """A response: its operation, and the others that were invoked before it and still wait.

    Of `changing` ones, its own among them, those with the same claim stand together, the first that
    returns first; of `crashed` ones the first that was invoked. `coverable` are the bits of those
    that another that overwrites the state covers.
    """

    own: Candidate
    observing: tuple[Candidate, ...]
    changing: tuple[Group, ...]
    crashed: tuple[Group, ...]
    coverable: int


def moments_of(
    operations: Sequence[Operation],
    candidates: Sequence[Candidate],
    observers: frozenset[int],
    coverable: frozenset[int] = frozenset(),
) -> list[Moment]:
    """The moments of a part, in the order of the responses.

    `operations` stand in the order of their invocations, `candidates[n]` is the nth of them with no
    bit yet, `observers` are the claims that change no state, and `coverable` those that may be
    covered. Crashed observers are left out.
    """
    table = _Table(operations, candidates, observers, coverable)
    returning = [n for n, operation in enumerate(operations) if operation.returned is not None]
    returning.sort(key=lambda n: operations[n].returned or 0)
    admitted = 0
    for n in returning:
        while admitted < len(operations) and operations[admitted].invoked < _end(operations[n]):
            table.admit(admitted, operations[admitted].pending)
            admitted += 1
        table.respond(n)
    return table.moments


def _end(operation: Operation) -> int:
    return -1 if operation.returned is None else operation.returned


class _Table:
    """The operations that wait, as the events pass by."""

    def __init__(
        self,
        operations: Sequence[Operation],
        candidates: Sequence[Candidate],
        observers: frozenset[int],
        coverable: frozenset[int],
    ) -> None:
        self.operations, self.candidates = operations, candidates
        self.observers, self.coverable = observers, coverable
        self.moments: list[Moment] = []
        self.waiting: dict[int, Candidate] = {}
        self.observing: dict[int, Candidate] = {}
        self.changing: dict[int, Group] = {}
        self.crashed: dict[int, Group] = {}
        self.groups: tuple[Group, ...] = ()
        self.free: list[int] = []
        self.used = 0
        self.dead = 0
        self.covered = 0

    def admit(self, n: int, crashed: bool) -> None:
        _, claim, operation = self.candidates[n]
        observer = claim in self.observers
        if not crashed:
            one = self.waiting[n] = Candidate(self._bit(), claim, operation)
            if observer:
                self.observing[n] = one
                return
            self.covered |= one.bit if claim in self.coverable else 0
            self._regroup(claim, [*self._members(claim), (one.bit, operation)])
        elif not observer:
            known = self.crashed[claim].members if claim in self.crashed else ()
            self.crashed[claim] = Group(claim, (*known, (1 << self.dead, n)))
            self.dead += 1
            self.groups = tuple(self.crashed.values())

    def respond(self, n: int) -> None:
        own = self.waiting.pop(n)
        changing = tuple(self.changing.values())
        observing = tuple(self.observing.values())
        self.moments.append(Moment(own, observing, changing, self.groups, self.covered))
        self.covered &= ~own.bit
        if self.observing.pop(n, None) is None:
            self._regroup(own.claim, [m for m in self._members(own.claim) if m[0] != own.bit])
        heappush(self.free, own.bit)

    def _members(self, claim: int) -> tuple[tuple[int, int], ...]:
        return self.changing[claim].members if claim in self.changing else ()

    def _regroup(self, claim: int, members: list[tuple[int, int]]) -> None:
        """What claims this: the first that returns first."""
        if not members:
            del self.changing[claim]
            return
        members.sort(key=lambda member: _end(self.operations[member[1]]))
        self.changing[claim] = Group(claim, tuple(members))

    def _bit(self) -> int:
        if self.free:
            return heappop(self.free)
        self.used += 1
        return 1 << (self.used - 1)
