"""Exercises: stores with a fault, and a generator of their histories.

    history = generate(StaleReads(), register_calls, seed=3)
    print(climb(history, Register).highest)

`generate` lets clients call an object at the same time; each call takes effect at one moment while
it runs, so a class without a fault gives linearizable histories. The classes here have a fault;
write one of your own, and see how far up the ladder its histories reach.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, TypeAlias

from raftnb.data.events import Event, Invocation, Response, Value, freeze
from raftnb.data.histories import History
from raftnb.linear.interface import class_of, method_of

Calls: TypeAlias = Callable[[random.Random, int], tuple[str, tuple[Value, ...]]]
"""What to call next: an operation and its arguments, from chance and the number of the call."""


def generate(
    thing: Any,
    calls: Calls,
    *,
    operations: int = 60,
    processes: int = 3,
    crash: float = 0.0,
    seed: int = 1,
) -> History:
    """The history of `processes` clients that call `thing`, which is changed, at the same time.

    A share `crash` of the calls is never answered; a new client goes on instead. A method may ask
    for `process`. The same arguments give the same history, if chance in `thing` is seeded.
    """
    dice = random.Random(seed)
    events: list[Event] = []
    idle, names, started = list(range(processes)), processes, 0
    busy: dict[int, list[Any]] = {}
    while started < operations or busy:
        if idle and started < operations and (not busy or dice.random() < 0.5):
            process = idle.pop(dice.randrange(len(idle)))
            name, arguments = calls(dice, started)
            events.append(Invocation(process, name, arguments))
            busy[process] = [name, arguments, False, None]
            started += 1
            continue
        process = dice.choice(sorted(busy))
        name, arguments, done, result = busy[process]
        if not done:
            busy[process][2:] = [True, _taken(thing, name, arguments, process)]
            continue
        del busy[process]
        if dice.random() < crash:
            idle.append(names)
            names += 1
        else:
            idle.append(process)
            events.append(Response(process, result))
    return History(events)


def _taken(thing: Any, name: str, arguments: tuple[Value, ...], process: int) -> Value:
    asks = method_of(class_of(thing), name).given
    given = {"process": process} if "process" in asks else {}
    return freeze(getattr(thing, name)(*arguments, **given))


def register_calls(dice: random.Random, number: int) -> tuple[str, tuple[Value, ...]]:
    """Reads, and writes of values that differ."""
    return ("write", (number,)) if dice.random() < 0.4 else ("read", ())


def queue_calls(dice: random.Random, number: int) -> tuple[str, tuple[Value, ...]]:
    """Enqueues of values that differ, and fewer dequeues."""
    return ("enqueue", (number,)) if dice.random() < 0.6 else ("dequeue", ())


class StaleReads:
    """A register whose clients read a copy of their own, which sometimes catches up with the log.

    A client's own write is in its copy at once, with all that was written before.
    """

    def __init__(self, seed: int = 1) -> None:
        self.dice, self.log, self.seen = random.Random(seed), list[Value](), dict[Value, int]()

    def write(self, value: Value, *, process: Value) -> None:
        self.log.append(value)
        self.seen[process] = len(self.log)

    def read(self, *, process: Value) -> Value:
        seen = self.seen.get(process, 0)
        if self.dice.random() < 0.4:
            seen = self.dice.randint(seen, len(self.log))
        self.seen[process] = seen
        return self.log[seen - 1] if seen else None


class ForgetfulReads(StaleReads):
    """As `StaleReads`, but a client asks another copy each time: it may fall back."""

    def read(self, *, process: Value) -> Value:
        at = self.dice.randint(max(len(self.log) - 3, 0), len(self.log))
        return self.log[at - 1] if at else None


class LostWrites:
    """A register in which a write gets lost at times, though it was answered."""

    def __init__(self, seed: int = 1, share: float = 0.2) -> None:
        self.dice, self.share, self.value = random.Random(seed), share, None

    def write(self, value: Any) -> None:
        if self.dice.random() >= self.share:
            self.value = value

    def read(self) -> Value:
        return self.value


class ReorderedQueue:
    """A queue that gives out its second item at times; null when it is empty."""

    def __init__(self, seed: int = 1, share: float = 0.2) -> None:
        self.dice, self.share, self.items = random.Random(seed), share, list[Value]()

    def enqueue(self, item: Value) -> None:
        self.items.append(item)

    def dequeue(self) -> Value:
        later = len(self.items) > 1 and self.dice.random() < self.share
        return self.items.pop(1 if later else 0) if self.items else None
