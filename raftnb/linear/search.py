"""The search for a linearization: depth first over just-in-time configurations.

Lowe's just-in-time linearization, searched depth first: an operation takes effect only when the
response of one that is not yet linearized makes it necessary, so the search chooses at responses
alone. A configuration is the number of the next response, the object's state, the set of
operations that took effect and have not returned (a bit mask), those of them that may still be
covered, and the set of crashed operations that took effect. Six things keep it small:

- an observer (which changes no state) takes effect as soon as its result fits: nothing is lost, so
  nothing is chosen;
- of operations that say the same the first that returns takes effect first, and of crashed ones
  the first that was invoked: two that were exchanged could be exchanged back;
- one that was waiting when another overwrote the state is covered (`effects`): at its response
  it may count as having taken effect just before that;
- one that overwrites the state takes effect before its response only for somebody who finds that
  state: not before another that overwrites it at once, which would cover it;
- so a configuration is dropped when it was seen with fewer *burdens*: writes that took effect,
  writes that are not covered, crashed operations that took effect. Whatever can follow it can
  follow the other, too: crashed operations never have to take effect, covered ones no more;
- values that nobody reads are one state (`effects`).

A violation is mostly a matter of a few responses, but to prove it, all that could have been before
would be looked at again. So where the search is stuck, it is tried from any state whatever a little
before (`is_dead_end`): if the response cannot be reached even then, it cannot be reached at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any, NamedTuple, TypeAlias

from raftnb.data.events import Operation
from raftnb.data.verdict import Verdict
from raftnb.linear.interface import Asked, SequentialObject
from raftnb.linear.machine import Machine, ObserverChangedState
from raftnb.linear.meter import INTERRUPTED, Meter, OverBudget
from raftnb.linear.moments import Candidate, Moment, moments_of
from raftnb.linear.replay import Placed
from raftnb.linear.result import Attempt, Evidence, Part

MOST_ATTEMPTS = 16
REHEARSED = 200
STUCK = 2_000
"""After so many configurations without progress a search looks whether it is at a dead end."""
NEAR = 16
"""How many responses before it looks begins; four times as many each time that it finds none."""
MOST_STARTS, MOST_STATES = 1_000, 100
"""With more subsets of what may have happened, or more states, it does not look."""
Path: TypeAlias = "tuple[int, int, Path, int] | None"
"""The order so far, last first: (operation, response number, the rest, length).

The response number is `COVERED` of an operation that took effect before the last overwriting one.
"""
COVERED = -1


class Configuration(NamedTuple):
    """How far it came: the next response, the state, and bits of operations.

    `mask` are those that took effect and have not returned, `covered` those that need not take
    effect any more, `dead` the crashed ones that took effect; `idle` says that the last one
    overwrote the state, and nobody has seen it yet; `path` is the order so far.
    """

    number: int
    state: int
    mask: int
    covered: int
    dead: int
    idle: bool
    path: Path


START = Configuration(0, 0, 0, 0, 0, False, None)


class Search:
    """One search over the operations of one part, given in the order of their invocations."""

    def __init__(
        self,
        operations: Sequence[Operation],
        asked: Sequence[Asked],
        model: SequentialObject,
        meter: Meter,
    ) -> None:
        self.operations, self.meter = tuple(operations), meter
        self.machine = Machine(model)
        different = {id(one): one for one in asked}
        claims = {n: self.machine.claim(one.call, one.result) for n, one in different.items()}
        self.machine.restart()
        self.candidates = [Candidate(0, claims[id(one)], n) for n, one in enumerate(asked)]
        self.moments: list[Moment] = []
        self.states: list[int] | None = None
        self.deepest, self.before = 0, meter.configurations
        self.stuck: list[tuple[Path, int]] = []

    def run(self, most: float = inf) -> Part | None:
        """Search until there is an answer, or None after `most` configurations.

        The part's `object` is left for the caller to name.
        """
        while True:
            try:
                self._rehearse()
                self._prepare()
                return self._take_turns(most)
            except ObserverChangedState:
                self.machine.restart()
            except OverBudget as stop:
                return self._unknown(str(stop))
            except KeyboardInterrupt:
                self.meter.interrupt()
                return self._unknown(INTERRUPTED)

    def _rehearse(self) -> None:
        """Run some calls one after another: most methods that are no observers show it here."""
        state = 0
        for candidate in () if self.machine.is_known else self.candidates[:REHEARSED]:
            outcomes = self.machine.outcomes(state, self.machine.claims[candidate.claim].call)
            state = outcomes[0][1] if outcomes else state

    def _prepare(self) -> None:
        """Lay out the moments for what is now known about observers, and forget the rest."""
        names = self.machine.observers
        calls = self.machine.calls
        named = {n for n, c in enumerate(self.machine.claims) if calls[c.call].name in names}
        effects = self.machine.effects
        observers = effects.observing | named
        self.overwriting = effects.overwriting
        self.moments = moments_of(self.operations, self.candidates, observers, effects.coverable)
        self.width = max((moment.own.bit.bit_length() for moment in self.moments), default=0)
        self.held = 8 * sum(len(m.observing) + 2 * len(m.changing) + 20 for m in self.moments)

    def _take_turns(self, most: float) -> Part | None:
        """Two strategies, each with ever more patience, where operations crashed.

        A bold search lets a crashed operation take effect as soon as nothing else helps: quick
        where many did. A careful one goes by the number of those: quick where the history is wrong.
        """
        crashed = any(operation.pending for operation in self.operations)
        patience = 1_000 + 3 * len(self.operations) if crashed else inf
        while True:
            for careful in (False, True):
                left = most - (self.meter.configurations - self.before)
                part = self._search(min(patience, left), careful)
                if part is not None or left <= patience:
                    return part
            patience *= 4

    def _search(self, most: float, careful: bool) -> Part | None:
        """Depth first; if careful, what has fewer crashed operations goes before all others."""
        self.seen: dict[int, tuple[int, ...]] = {}
        self.deepest, self.stuck = 0, []
        stacks: list[list[Configuration]] = [[START]]
        end = self.meter.configurations + most
        reached, look, back = 0, self.meter.configurations + STUCK, NEAR
        while stack := next(filter(None, stacks), None):
            if self.meter.configurations >= end:
                return None
            if self.deepest > reached:
                reached, look, back = self.deepest, self.meter.configurations + STUCK, NEAR
            elif self.meter.configurations >= look:
                if self.is_dead_end(self.deepest, back, STUCK * back):
                    return self._violated()
                look, back = self.meter.configurations + STUCK * back, 4 * back
            self.meter.tick(self._remembered(stacks), self.deepest)
            here = self._advance(stack.pop())
            if here.number == len(self.moments):
                return self._holds(here.path)
            if self._is_new(here):
                if self.moments[here.number].crashed:
                    count = here.dead.bit_count() + 1 if careful else 0
                    _stack_for(stacks, count).extend(self._revived(here))
                stack.extend(self._others(here))
                stack.extend(self._own(here))
        return self._violated()

    def is_dead_end(self, last: int, back: int, most: float) -> bool:
        """Whether no order passes response number `last`, whatever was `back` responses before it.

        False if that is not known after `most` configurations. It is asked after `run`.
        """
        stack = self._whatever_was(last - back) if back < last else [START]
        if not stack:
            return False
        kept = self.seen, self.deepest, self.stuck
        self.seen, self.deepest = {}, len(self.moments)  # nothing is noted
        end = self.meter.configurations + most
        try:
            while stack and self.meter.configurations < end:
                self.meter.tick(self._remembered([stack]), last)
                here = self._advance(stack.pop())
                if here.number > last:
                    return False
                if self._is_new(here):
                    stack += [*self._revived(here), *self._others(here), *self._own(here)]
            return not stack
        finally:
            self.seen, self.deepest, self.stuck = kept

    def _whatever_was(self, number: int) -> list[Configuration]:
        """Configurations at a response of which one is as good as each that can be there.

        Observers that wait have taken effect, and what can be covered is; each subset of the others
        may have taken effect, in each state that there is. Empty if these are too many.
        """
        _, observing, changing, _, coverable = self.moments[number]
        seen = sum(bit for bit, _, _ in observing)
        subsets = [0]
        for _, members in changing:
            for bit, _ in members:
                if not bit & coverable and len(subsets) <= MOST_STARTS:
                    subsets += [subset | bit for subset in subsets]
        if len(subsets) > MOST_STARTS or not self.machine.is_known:
            return []
        return [
            Configuration(number, state, seen | subset, coverable, 0, False, None)
            for state in self._every_state()
            for subset in subsets
        ]

    def _every_state(self) -> list[int]:
        """Every state that the claims lead to in any order; none if there are too many."""
        if self.states is None:
            found = [0]
            for state in found:
                for claim in range(len(self.machine.claims)):
                    found += [s for s in self.machine.after(state, claim) if s not in found]
                if len(found) > MOST_STATES:
                    found = []
                    break
            self.states = found
        return self.states

    def _advance(self, configuration: Configuration) -> Configuration:
        """Go on while there is no choice: observers that fit, responses already linearized."""
        number, state, mask, covered, dead, idle, path = configuration
        after, moments = self.machine.after, self.moments
        while number < len(moments):
            own, observing, _, _, _ = moments[number]
            for bit, claim, operation in observing:
                if not mask & bit and after(state, claim):
                    mask |= bit
                    idle = False
                    path = _longer(path, operation, number)
            if not mask & own.bit:
                break
            mask ^= own.bit
            number += 1
        return Configuration(number, state, mask, covered, dead, idle, path)

    def _is_new(self, configuration: Configuration) -> bool:
        number, state, mask, covered, dead, idle, path = configuration
        if number >= self.deepest:
            self._note_stuck(number, state, path)
        coverable, width = self.moments[number].coverable, self.width
        key = ((state * len(self.moments) + number) << width) | (mask & ~coverable)
        uncovered = coverable & ~mask & ~covered
        burden = (((dead << width | mask & coverable) << width) | uncovered) << 1 | idle
        earlier = self.seen.get(key, ())
        if any(fewer & burden == fewer for fewer in earlier):
            return False
        self.seen[key] = (*(more for more in earlier if more & burden != burden), burden)
        return True

    def _own(self, here: Configuration) -> Iterator[Configuration]:
        """The operation that responds takes effect, if it can: the next response is reached."""
        own = self.moments[here.number].own
        for one in self._taken(here, own.claim, own.bit, own.operation):
            mask, covered = one.mask ^ own.bit, one.covered & ~own.bit
            yield one._replace(number=here.number + 1, mask=mask, covered=covered, idle=False)
        if here.covered & own.bit and not here.idle:
            path = _longer(here.path, own.operation, COVERED)
            covered = here.covered ^ own.bit
            yield here._replace(number=here.number + 1, covered=covered, path=path)

    def _others(self, here: Configuration) -> Iterator[Configuration]:
        """An operation that returns later takes effect first."""
        own, _, changing, _, _ = self.moments[here.number]
        for claim, members in changing:
            free = next((member for member in members if not here.mask & member[0]), None)
            if free and claim != own.claim:  # of those the one that returns now comes first
                yield from self._taken(here, claim, *free)

    def _revived(self, here: Configuration) -> Iterator[Configuration]:
        """A crashed operation takes effect first."""
        for claim, members in self.moments[here.number].crashed:
            free = next((member for member in members if not here.dead & member[0]), None)
            if free:
                for one in self._taken(here, claim, 0, free[1]):
                    if one.state != here.state:
                        yield one._replace(dead=here.dead | free[0])

    def _taken(
        self, here: Configuration, claim: int, bit: int, operation: int
    ) -> Iterator[Configuration]:
        """An operation takes effect; one that overwrites covers all that wait and can be."""
        number, state, mask, covered, dead, idle, path = here
        overwrites = claim in self.overwriting
        if idle and overwrites:
            return
        mask |= bit
        if overwrites:
            covered = self.moments[number].coverable
        for after in self.machine.after(state, claim):
            path_after = _longer(path, operation, number)
            yield Configuration(number, after, mask, covered & ~mask, dead, overwrites, path_after)

    def _note_stuck(self, number: int, state: int, path: Path) -> None:
        if number > self.deepest:
            self.deepest, self.stuck = number, []
        length = path[3] if path else 0
        best = self.stuck[0][0][3] if self.stuck and self.stuck[0][0] else 0
        if length > best:
            self.stuck = []
        if length >= best and len(self.stuck) < MOST_ATTEMPTS:
            self.stuck.append((path, state))

    def _remembered(self, stacks: Sequence[Sequence[Configuration]]) -> int:
        """An estimate in bytes of what the search holds."""
        waiting = sum(map(len, stacks))
        return 230 * (len(self.seen) + waiting) + self.held + self.machine.bytes

    def _point(self, number: int) -> int:
        returned = self.operations[self.moments[number].own.operation].returned
        return -1 if returned is None else returned

    def _placed(self, path: Path) -> tuple[Placed, ...]:
        found = (Placed(self.operations[n], self._point(number)) for n, number in self._order(path))
        return tuple(found)

    def _order(self, path: Path) -> list[tuple[int, int]]:
        """The operations that a path has placed, first first, each with its response number."""
        steps = []
        while path:
            operation, number, path, _ = path
            steps.append((operation, number))
        order: list[tuple[int, int]] = []
        cover = 0
        for operation, number in reversed(steps):
            if number == COVERED:
                order.insert(cover, (operation, order[cover][1]))
                cover += 1
            else:
                if self.candidates[operation].claim in self.overwriting:
                    cover = len(order)
                order.append((operation, number))
        return order

    def _attempts(self) -> tuple[Attempt, ...]:
        return tuple(
            Attempt(self._placed(path), self._shown(path, state)) for path, state in self.stuck
        )

    def _shown(self, path: Path, state: int) -> str:
        claims = [self.candidates[n].claim for n, _ in self._order(path)]
        return self.machine.show_after(claims, state)

    def _holds(self, path: Path) -> Part:
        return self._part(Verdict.HOLDS, shown=Evidence(self._placed(path)))

    def _violated(self) -> Part:
        culprit = self.operations[self.moments[self.deepest].own.operation]
        return self._part(Verdict.VIOLATED, shown=Evidence((), self._attempts(), culprit))

    def _unknown(self, reason: str) -> Part:
        reached = f"{reason}, after {self.deepest:,} of {len(self.moments):,} responses"
        return self._part(Verdict.UNKNOWN, reason=reached, shown=Evidence((), self._attempts()))

    def _part(self, verdict: Verdict, **found: Any) -> Part:
        count, chosen = len(self.operations), self.meter.configurations - self.before
        return Part(None, verdict, count, method="search", configurations=chosen, **found)


def _longer(path: Path, operation: int, number: int) -> Path:
    return operation, number, path, path[3] + 1 if path else 1


def _stack_for(stacks: list[list[Configuration]], crashed: int) -> list[Configuration]:
    """The stack of the configurations with so many crashed operations."""
    while len(stacks) <= crashed:
        stacks.append([])
    return stacks[crashed]
