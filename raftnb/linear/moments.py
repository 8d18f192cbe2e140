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

    Of `changing` ones with the same claim the first that returns comes first, of `crashed` ones the
    first that was invoked. `coverable` are the bits of those that one that overwrites covers.
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
        self.observing: dict[int, Candidate] = {}
        self.changing: dict[int, Candidate] = {}
        self.free: list[int] = []
        self.used = 0
        self.dead: dict[int, list[tuple[int, int]]] = {}
        self.dead_count = 0
        self.groups: tuple[Group, ...] = ()

    def admit(self, n: int, crashed: bool) -> None:
        _, claim, operation = self.candidates[n]
        observer = claim in self.observers
        if not crashed:
            waiting = self.observing if observer else self.changing
            waiting[n] = Candidate(self._bit(), claim, operation)
        elif not observer:
            members = self.dead.setdefault(claim, [])
            members.append((1 << self.dead_count, n))
            self.dead_count += 1
            self.groups = tuple(Group(claim, tuple(same)) for claim, same in self.dead.items())

    def respond(self, n: int) -> None:
        observing = tuple(self.observing.values())
        own = self.observing.pop(n, None) or self.changing.pop(n)
        waiting = [one for one in (own, *self.changing.values()) if one.claim in self.coverable]
        covered = sum(one.bit for one in waiting)
        self.moments.append(Moment(own, observing, self._changing(own), self.groups, covered))
        heappush(self.free, own.bit)

    def _changing(self, own: Candidate) -> tuple[Group, ...]:
        """What else waits, by claims; what claims the same as the one that returns comes later."""
        groups: dict[int, list[tuple[int, int]]] = {}
        for bit, claim, operation in self.changing.values():
            if claim != own.claim:
                groups.setdefault(claim, []).append((bit, operation))
        for same in groups.values():
            same.sort(key=lambda member: _end(self.operations[member[1]]))
        return tuple(Group(claim, tuple(same)) for claim, same in groups.items())

    def _bit(self) -> int:
        if self.free:
            return heappop(self.free)
        self.used += 1
        return 1 << (self.used - 1)
