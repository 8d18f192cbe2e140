"""The steps that fit, kept small, and made into a trace where one wants to look at it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from raftnb.conform.running import Changes, Running, Taken, as_step
from raftnb.data.errors import UsageError
from raftnb.data.trace import State, Step, Trace
from raftnb.data.values import Message
from raftnb.language.spec import Model


class Happening(NamedTuple):
    """What happens at an event: steps, and the new values and counts after them."""

    steps: tuple[Step, ...]
    cells: tuple[tuple[int, Any], ...]
    messages: tuple[tuple[Message, int], ...]


@dataclass(eq=False)
class Behavior:
    """A behavior as its first state and its steps, each different step kept once.

    `ends[i]` is how many steps there were after the first i + 1 events that fit.
    """

    model: Model
    start: State
    steps: array[int] = field(default_factory=lambda: array("L"))
    ends: array[int] = field(default_factory=lambda: array("L"))
    numbers: dict[Taken, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """The number of steps."""
        return len(self.steps)

    def add(self, steps: list[Taken]) -> None:
        """The steps of one event more."""
        numbers = self.numbers
        for taken in steps:
            self.steps.append(numbers.setdefault(taken, len(numbers)))
        self.ends.append(len(self.steps))

    def trace(self, first: int = 0, last: int | None = None) -> Trace:
        """The trace of the events from number `first` on, up to before number `last`.

        Events are counted from 0. The steps are taken again, in plain Python.
        """
        begin, end, _ = self._range(first, last)
        world, known = Running(self.model, self.start), list(self.numbers)
        states, steps = [], []
        with world:
            for at in range(end + 1):
                if at >= begin:
                    states.append(world.snapshot())
                if at < end:
                    step, _ = self._take(world, known[self.steps[at]])
                    steps += [step] if at >= begin else []
        return Trace(tuple(states), tuple(steps))

    def events(self, first: int = 0, last: int | None = None) -> tuple[State, list[Happening]]:
        """The state before event number `first`, and what happens at each event from there on."""
        begin, _, last = self._range(first, last)
        world, known = Running(self.model, self.start), list(self.numbers)
        found: list[Happening] = []
        with world:
            for at in range(begin):
                self._take(world, known[self.steps[at]])
            start, at = world.snapshot(), begin
            for end in self.ends[first:last]:
                cells: dict[int, Any] = {}
                counts: dict[Message, int] = {}
                steps = []
                for number in self.steps[at:end]:
                    step, changes = self._take(world, known[number])
                    steps.append(step)
                    cells |= dict(changes.cells)
                    counts |= dict(changes.bag)
                found.append(Happening(tuple(steps), tuple(cells.items()), tuple(counts.items())))
                at = end
        return start, found

    def _range(self, first: int, last: int | None) -> tuple[int, int, int]:
        """The numbers of the first step, and of the one after the last, of these events."""
        last = len(self.ends) if last is None else last
        if not 0 <= first <= last <= len(self.ends):
            raise UsageError(
                f"the events from {first} to {last}",
                allowed=f"0 to {len(self.ends)}, the first not after the last",
                cure="count the events that fit",
            )
        begin = self.ends[first - 1] if first else 0
        return begin, self.ends[last - 1] if last else 0, last

    def _take(self, world: Running, taken: Taken) -> tuple[Step, Changes]:
        """Take a step again; and what it changes."""
        process, name, arguments, choices = taken
        actor = world.names[process]
        world.journal.clear()
        _, changes = world.run(actor, type(actor).actions[name], arguments, choices)  # type: ignore
        return as_step(self.model, taken), changes
