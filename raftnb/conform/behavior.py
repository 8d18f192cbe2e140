"""The steps that fit, kept small, and made into a trace where one wants to look at it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from raftnb.conform.running import Running, Taken, as_step
from raftnb.data.errors import UsageError
from raftnb.data.trace import State, Trace
from raftnb.language.spec import Model


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
        last = len(self.ends) if last is None else last
        if not 0 <= first <= last <= len(self.ends):
            raise UsageError(
                f"the events from {first} to {last}",
                allowed=f"0 to {len(self.ends)}, the first not after the last",
                cure="count the events that fit",
            )
        begin = self.ends[first - 1] if first else 0
        end = self.ends[last - 1] if last else 0
        known, world = list(self.numbers), Running(self.model, self.start)
        states, steps = [], []
        with world:
            for at in range(end + 1):
                if at >= begin:
                    states.append(world.snapshot())
                if at == end:
                    break
                taken = known[self.steps[at]]
                process, name, arguments, choices = taken
                actor = world.names[process]
                world.run(actor, type(actor).actions[name], arguments, choices)  # type: ignore
                world.journal.clear()
                if at >= begin:
                    steps.append(as_step(self.model, taken))
        return Trace(tuple(states), tuple(steps))
