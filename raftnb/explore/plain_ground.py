"""What random walks go on where there are few states: plain Python knows the steps of each."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from raftnb.data.errors import RaftnbError
from raftnb.data.trace import State, Step, Trace
from raftnb.explore.given import asked
from raftnb.explore.reference import GivenUp, is_within_bounds
from raftnb.explore.retraced import through
from raftnb.explore.spans import numbers_in
from raftnb.explore.walkers import Met, Onward
from raftnb.language.claims import Property
from raftnb.language.processes import Action
from raftnb.language.spec import Model
from raftnb.language.world import World


class PlainGround:
    """The states have numbers in the order in which walks meet them; see `Ground`.

    A label is the number of an action. Each state's steps are asked for twice, and `GivenUp` is
    raised where they differ, where anything raises, and after so many seconds of the processor:
    then it is the memo's turn, which finds the same and says what it is.
    """

    def __init__(self, model: Model, seconds: float) -> None:
        self.end = time.process_time() + seconds
        self.model = model
        self.world, self.here, self.next = World(model), World(model), World(model)
        self.invariants = asked(model, "invariants")
        self.transitions = asked(model, "transitions")
        self.awaited = {claim.__name__: claim for claim in asked(model, "sometimes")}
        instances = {(i.process.name, i.action.name): i.action for i in self.world.instances}
        self._actions = list(dict.fromkeys(instances.values()))
        self.label = {key: self._actions.index(action) for key, action in instances.items()}
        self.taken = Counter({f"{process}.{action}": 0 for process, action in instances})
        self.distinct, self.generated = 0, 0
        self.states: list[State] = []
        self.number: dict[State, int] = {}
        self.visited: set[int] = set()
        self.targets, self.labels = array("q"), array("q")
        self.first, self.many = array("q"), array("q")
        self.could: dict[int, Counter[str]] = {}
        self.bad: set[int] = set()

    def close(self) -> None:
        """There is nothing to end."""

    def digests_of(self, first: int, end: int) -> Any:
        """Walks of other processes have these of the memo."""
        raise GivenUp

    def begin(self, state: State) -> tuple[Property | None, list[int] | None]:
        """What an initial state breaks; its number, if it is within the constraints."""
        broken, within = self._broken(state), self._is_within(state)
        return broken, [self._number(state)] if within else None

    def _number(self, state: State) -> int:
        number = self.number.setdefault(state, len(self.states))
        if number == len(self.states):
            self.states.append(state)
            self.first.append(0)
            self.many.append(0)
        return number

    def _is_within(self, state: State) -> bool:
        self.here.load(state)
        return is_within_bounds(self.model, self.here)

    def _broken(self, state: State) -> Property | None:
        """The first invariant that a state breaks."""
        self.here.load(state)
        return next((c for c in self.invariants if self.here.failure(c) is not None), None)

    def meet(self, rows: Any) -> Met:
        """Walks have come to these states."""
        numbers, first = np.unique(rows[:, 0], return_index=True)
        new = [(at, n) for at, n in sorted(zip(first.tolist(), numbers.tolist(), strict=True))
               if n not in self.visited]  # fmt: skip
        shown: dict[str, int] = {}
        broken = None
        for at, number in new:
            self.visited.add(number)
            state = self.states[number]
            if broken is None and (claim := self._broken(state)) is not None:
                broken = at, claim
            for name in self._shown(state):
                shown.setdefault(name, at)
        for name in shown:
            del self.awaited[name]
        self.distinct = len(self.visited)
        return Met(shown, broken)

    def _shown(self, state: State) -> list[str]:
        self.here.load(state)
        return [name for name, c in self.awaited.items() if self.here.failure(c) is None]

    def onward(self, rows: Any) -> Onward:
        """The steps out of the states that walks have come to last."""
        here = rows[:, 0]
        for number, many in Counter(here.tolist()).items():
            if number not in self.could:
                self._expand(number)
            self.generated += many * self.could[number].total()
            for taken, times in self.could[number].items():
                self.taken[taken] += many * times
        stuck = [at for at, number in enumerate(here.tolist()) if not self.could[number]]
        bad = next((at for at, number in enumerate(here.tolist()) if number in self.bad), None)
        first, many = np.array(self.first)[here], np.array(self.many)[here]
        parents = np.repeat(np.arange(len(here)), many)
        ways = numbers_in(first, many)
        after, labels = np.array(self.targets)[ways], np.array(self.labels)[ways]
        return Onward(after.reshape(-1, 1), parents, labels, stuck, bad)

    def _expand(self, number: int) -> None:
        """Find the steps of a state; those within the constraints are ways to go on."""
        if time.process_time() > self.end:
            raise GivenUp
        state = self.states[number]
        try:
            found = list(self.world.successors(state))
            if found != list(self.world.successors(state)):
                raise GivenUp
            ways = [self._way(state, step, after, number) for step, after in found]
        except RaftnbError:
            raise GivenUp from None
        inside = [way for way in ways if way is not None]
        self.first[number], self.many[number] = len(self.targets), len(inside)
        self.targets.extend(target for target, _ in inside)
        self.labels.extend(label for _, label in inside)
        self.could[number] = Counter(f"{step.process}.{step.action}" for step, _ in found)

    def _way(self, state: State, step: Step, after: State, number: int) -> tuple[int, int] | None:
        """Where a step leads, and its label; None where it leads out of the constraints."""
        within = self._is_within(after)
        if not within and self._broken(after) is not None:
            self.bad.add(number)
        if self.transitions:
            self.here.load(state)
            self.next.load(after)
            self.here.next = self.next
            if any(self.here.failure(claim) is not None for claim in self.transitions):
                self.bad.add(number)
            self.here.next = None
        return (self._number(after), self.label[step.process, step.action]) if within else None

    def is_final(self, row: Any) -> bool:
        """Whether a state without successors is an end."""
        final = self.model.spec.final
        self.here.load(self.states[int(row[0])])
        return final is not None and self.here.failure(final) is None

    def actions(self, known: int) -> Iterator[Action]:
        """The actions of the labels from this one on."""
        return iter(self._actions[known:])

    def along(self, rows: Sequence[Any]) -> Trace:
        """The walk through states."""
        return through(self.model, [self.states[int(row[0])] for row in rows])
