"""What a specification claims, evaluated in every state of a behavior that fits.

A claim is a function of what it reads. It is evaluated anew, for each choice of its parameters,
only where something changed that it read the last time; so all of them are evaluated in each state
and each step, as if every one were called every time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from raftnb.conform.running import Changes
from raftnb.conform.shadows import BAG, Reader
from raftnb.data.trace import State
from raftnb.data.values import Message, show
from raftnb.language.claims import Property, evaluate, ranges
from raftnb.language.spec import Model


@dataclass(eq=False)
class Watched:
    """A claim with its parameters bound, and the cells that it read last."""

    claim: Property
    values: dict[str, Any]
    row: tuple[Any, ...]
    about_steps: bool
    reads: tuple[int, ...] = ()

    def is_true(self) -> bool:
        """Whether it is, in the world that runs; an error has the claim's place."""
        try:
            found = self.claim(*self.row)
        except Exception:
            found = None
        if found is True or found is False:
            return found
        return evaluate(self.claim, self.row)  # once more, for its error


class ClaimsAlong:
    """The claims of a model along one behavior, from its first state on.

    `false_at_first` are those that are false in that state.
    """

    def __init__(self, model: Model, start: State) -> None:
        self.here = Reader(model, start)
        self.then = Reader(model, start, beside=self.here)
        self.watchers: dict[int, dict[Watched, None]] = {}
        self.false_at_rest: dict[Watched, None] = {}  # of steps that change nothing of theirs
        spec = model.spec
        states, steps = model.checked(spec.invariants), model.checked(spec.transitions)
        asked = [(claim, False) for claim in states] + [(claim, True) for claim in steps]
        with self.here:
            every = [one for claim, about in asked for one in self._bindings(model, claim, about)]
            false = self._false_of(every)
        self.false_at_first = [one for one in false if not one.about_steps]

    def _bindings(self, model: Model, claim: Property, about_steps: bool) -> Iterator[Watched]:
        tried = ranges(claim, model, self.here)
        for row in itertools.product(*tried.values()):
            named = zip(tried, row, strict=True)
            values = {name: value for name, value in named if name not in model.constants}
            yield Watched(claim, values, row, about_steps)

    def step(self, changes: Changes) -> list[Watched]:
        """Take the behavior's next step; the claims that are false of it, or after it."""
        before, after = self.here.cells, self.then.cells
        touched = []
        for cell, value in changes.cells:
            if before[cell] is not value and before[cell] != value:
                touched.append(cell)
            after[cell] = value
        asked = self._who_reads(touched, changes)
        resting = [one for one in self.false_at_rest if one not in asked]
        _deliver(self.then.bag, changes)
        if not asked:
            self._arrive(touched, changes)
            return resting
        with self.here:
            broken = self._broken_by_step([one for one in asked if one.about_steps])
            self._arrive(touched, changes)
            false = self._false_of(asked)
        return broken + resting + [one for one in false if not one.about_steps]

    def _arrive(self, touched: list[int], changes: Changes) -> None:
        """Let the state after the step be the one that is looked at."""
        before, after = self.here.cells, self.then.cells
        for cell in touched:
            before[cell] = after[cell]
        _deliver(self.here.bag, changes)

    def _who_reads(self, touched: list[int], changes: Changes) -> dict[Watched, None]:
        """The claims that have read what changes."""
        asked: dict[Watched, None] = {}
        for cell in (*touched, BAG) if changes.bag else touched:
            if cell in self.watchers:
                asked.update(self.watchers[cell])
        return asked

    def _broken_by_step(self, asked: list[Watched]) -> list[Watched]:
        """Those of some claims about steps that are false of the step from here to there."""
        if not asked:
            return asked
        self.here.next = self.then
        self.here.forget()
        return [one for one in asked if not one.is_true()]

    def _false_of(self, asked: Iterable[Watched]) -> list[Watched]:
        """Those of some claims that are false now; what each of them reads is noted.

        Both worlds are in the same state: a step that changes nothing of what a claim about steps
        reads is, for it, one that changes nothing.
        """
        here, then, noted, rests = self.here, self.then, self.here.noted, self.false_at_rest
        false = []
        for one in asked:
            here.next = then if one.about_steps else None
            here.forget()
            true = one.is_true()
            if not true:
                false.append(one)
            if one.about_steps and not true:
                rests[one] = None
            elif rests:
                rests.pop(one, None)
            if (reads := tuple(noted)) != one.reads:
                self._note(one, reads)
        return false

    def _note(self, one: Watched, reads: tuple[int, ...]) -> None:
        """A claim reads other cells than the last time."""
        watchers = self.watchers
        for cell in one.reads:
            watchers[cell].pop(one, None)
        for cell in reads:
            watchers.setdefault(cell, {})[one] = None
        one.reads = reads


def _deliver(bag: dict[Message, int], changes: Changes) -> None:
    """Give the messages that a step has sent or taken out their new counts."""
    for message, count in changes.bag:
        if count:
            bag[message] = count
        else:
            bag.pop(message, None)


def told(one: Watched) -> str:
    """A claim and the values for which it is false."""
    values = ", ".join(f"{name} = {show(value)}" for name, value in one.values.items())
    return f"{one.claim.__name__}" + (f" ({values})" if values else "")
