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
from raftnb.language.claims import Property, evaluate
from raftnb.language.spec import Model
from raftnb.language.universe import universe


@dataclass(eq=False)
class Watched:
    """A claim with its parameters bound, and the cells that it read last."""

    claim: Property
    values: dict[str, Any]
    arguments: dict[str, Any]
    about_steps: bool
    reads: tuple[int, ...] = ()


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
            false = self._false_of(every, watch=True)
        self.false_at_first = [one for one in false if not one.about_steps]

    def _bindings(self, model: Model, claim: Property, about_steps: bool) -> Iterator[Watched]:
        types = model.parameters(claim)  # type: ignore[arg-type]
        fixed = {name: model.constants[name] for name in types if name in model.constants}
        free = {n: universe(t, self.here) for n, t in types.items() if n not in fixed}
        for row in itertools.product(*free.values()):
            values = dict(zip(free, row, strict=True))
            yield Watched(claim, values, {**fixed, **values}, about_steps)

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
            broken = self._false_of([one for one in asked if one.about_steps])
            self._arrive(touched, changes)
            false = self._false_of(asked, watch=True)
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

    def _false_of(self, asked: Iterable[Watched], watch: bool = False) -> list[Watched]:
        """Those of some claims that are false; with `watch` what each of them reads is noted.

        That is where both worlds are in the same state: a step that changes nothing of it is, for
        a claim about steps, one that changes nothing.
        """
        here, then, noted, forget = self.here, self.then, self.here.noted, self.here.forget
        false = []
        for one in asked:
            here.next = then if one.about_steps else None
            forget()
            try:
                found = one.claim(**one.arguments)
            except Exception:
                found = None
            if found is not True and found is not False:
                found = evaluate(one.claim, one.arguments)  # once more, for its error
            if not found:
                false.append(one)
            if watch and one.about_steps:
                self._rests(one, found)
            if watch and (reads := tuple(noted)) != one.reads:
                self._note(one, reads)
        return false

    def _rests(self, one: Watched, true: bool) -> None:
        """A claim about steps is true, or false, of a step that changes nothing that it reads."""
        if true:
            self.false_at_rest.pop(one, None)
        else:
            self.false_at_rest[one] = None

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
