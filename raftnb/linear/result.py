"""What the checker answers: a linearization, or why there is none, or how far it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import merge
from math import inf
from typing import Any

from raftnb.data.events import Operation, Value, text
from raftnb.data.histories import History
from raftnb.data.verdict import Answer, Verdict
from raftnb.linear.interface import SequentialObject
from raftnb.linear.records import READS
from raftnb.linear.replay import Placed, replay_linearization

MOST_ORDERS = 4
"""Of how many of the longest orders of a part every state is told."""


@dataclass(frozen=True)
class Budget:
    """The most that a check may use; None is no limit.

    `configurations` counts points where the search had to choose, `seconds` is wall-clock time,
    `megabytes` an estimate of what the search remembers. Over it the verdict is *unknown*.
    """

    configurations: int | None = None
    seconds: float | None = None
    megabytes: float | None = 1024


@dataclass(frozen=True)
class Attempt:
    """An order that explains as much as can be explained, and the state in which it ends."""

    placed: tuple[Placed, ...]
    state: str


@dataclass(frozen=True)
class Order:
    """One part's order step by step, for drawings: each operation, its point, the state after it.

    When the part is violated it is one of the longest orders, and `culprit` cannot come next.
    """

    object: Value
    steps: tuple[tuple[Operation, int, str], ...]
    culprit: Operation | None


@dataclass(frozen=True)
class Evidence:
    """What shows that a part is linearizable, or that it is not.

    `linearization` is an order of all operations. Otherwise `attempts` are the longest orders found
    that explain every response before the one of `culprit`, and no order explains that one too.
    (The search holds operations that are under way then to the results that they return later; the
    other methods leave them open.)
    """

    linearization: Sequence[Placed] = ()
    attempts: tuple[Attempt, ...] = ()
    culprit: Operation | None = None


@dataclass(frozen=True)
class Part:
    """The answer for one object (or one key): its operations concern no other part.

    `method` says how it was decided: "search", "zones", "queue order" or another. `configurations`
    counts the points where the search chose. `reason` says which budget ended an *unknown* part.
    `shown` is the evidence, or makes it when somebody asks.
    """

    object: Value
    verdict: Verdict
    operations: int
    shown: Evidence | Callable[[], Evidence] = Evidence()
    method: str = "search"
    configurations: int = 0
    reason: str = ""

    @cached_property
    def evidence(self) -> Evidence:
        """What shows that the verdict is right."""
        return self.shown if isinstance(self.shown, Evidence) else self.shown()

    @property
    def linearization(self) -> Sequence[Placed]:
        """The order of its operations, if it holds."""
        return self.evidence.linearization

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The longest orders that were found, if it does not hold."""
        return self.evidence.attempts

    @property
    def culprit(self) -> Operation | None:
        """The operation that no order explains, if it is violated."""
        return self.evidence.culprit


@dataclass(frozen=True, repr=False)
class Linearizability(Answer):
    """The answer for a whole history, part by part. It prints as a few sentences.

    `model` is the sequential object that the history was compared with.
    """

    history: History = field(compare=False)
    parts: tuple[Part, ...]
    seconds: float = field(default=0.0, compare=False)
    model: SequentialObject = field(default=None, compare=False)

    @property
    def verdict(self) -> Verdict:
        """Violated if a part is; else unknown if a part is; else holds."""
        found = {part.verdict for part in self.parts}
        for verdict in (Verdict.VIOLATED, Verdict.UNKNOWN):
            if verdict in found:
                return verdict
        return Verdict.HOLDS

    @property
    def bound(self) -> str | None:
        """What ended an *unknown* part, the first there is."""
        reasons = (p.reason for p in self.parts if p.verdict is Verdict.UNKNOWN)
        return next(reasons, None) if self.verdict is Verdict.UNKNOWN else None

    @property
    def partial(self) -> tuple[str, ...]:
        """How the history was read where it can be read in two ways, and what was not judged."""
        nothing = () if self.operations else ("no operation took place: nothing was judged",)
        left = sum(part.verdict is Verdict.UNKNOWN for part in self.parts)
        undecided = f"{left} of {len(self.parts)} parts are undecided"
        some = (undecided,) if left and self.verdict is Verdict.VIOLATED else ()
        return (*self.history.notes, *nothing, *some)

    @property
    def linearization(self) -> tuple[Placed, ...]:
        """The order of all operations when the verdict is *holds*: the parts', merged by points."""
        if self.verdict is not Verdict.HOLDS:
            return ()
        return tuple(merge(*(part.linearization for part in self.parts), key=lambda p: p.point))

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """The orders that were found, step by step: a linearization, or the longest attempts."""
        return tuple(order for part in self.parts for order in self._orders(part))

    def _orders(self, part: Part) -> Iterator[Order]:
        until = inf if part.culprit is None else (part.culprit.returned or 0)
        found: list[Sequence[Placed]] = [a.placed for a in part.attempts[:MOST_ORDERS]]
        for placed in found or [part.linearization]:
            steps = replay_linearization(placed, self.model, until)
            told = tuple((one.operation, one.point, state) for one, state in steps)
            yield Order(part.object, told, part.culprit)

    @property
    def culprits(self) -> tuple[Operation, ...]:
        """The operations that cannot be placed, one for each violated part."""
        return tuple(part.culprit for part in self.parts if part.culprit is not None)

    @property
    def operations(self) -> int:
        """How many operations were judged; those that failed did not happen and do not count."""
        return sum(part.operations for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON data, part by part."""
        return {
            "verdict": str(self.verdict),
            "property": self.property,
            "operations": self.operations,
            "seconds": round(self.seconds, 6),
            "bound": self.bound,
            "partial": list(self.partial),
            "parts": [_part_json(part, self.history) for part in self.parts],
        }

    def __str__(self) -> str:
        return "\n".join(_sentences(self))

    @property
    def property(self) -> str | None:
        """What was asked: whether the history is linearizable."""
        return "linearizable"


def _part_json(part: Part, history: History) -> dict[str, Any]:
    return {
        "object": None if part.object is None else text(part.object),
        "verdict": str(part.verdict),
        "operations": part.operations,
        "method": part.method,
        "configurations": part.configurations,
        "reason": explain(part),
        "culprit": operation_json(part.culprit, history) if part.culprit else None,
    }


def operation_json(operation: Operation, history: History) -> dict[str, Any]:
    """An operation as plain JSON data: its text, its process, its events and their lines."""
    events = {"invoked": operation.invoked, "returned": operation.returned}
    lines = {f"{name}_at": history.where(event) for name, event in events.items()}
    return {"operation": str(operation), "process": text(operation.process), **events} | lines


def explain(part: Part) -> str:
    """Why a part is not linearizable, in one sentence, or how far the search came."""
    if part.culprit is None:
        return part.reason
    states = sorted({attempt.state for attempt in part.attempts})
    few = " or ".join(states[:4]) + (" or …" if len(states) > 4 else "")
    return (
        f"{part.culprit} by process {text(part.culprit.process)} "
        f"(events {part.culprit.invoked} to {part.culprit.returned}) cannot be placed: "
        f"the longest orders of what went before end with {few}{hint(part.culprit)}"
    )


def hint(culprit: Operation) -> str:
    """What to look at when the culprit's answer may have been read otherwise than it was meant."""
    if culprit.result is not None or culprit.name.lower() not in READS:
        return ""
    return " (it read null: if that means that nobody knows what it read, say --nil unknown)"


def _sentences(result: Linearizability) -> Iterator[str]:
    count = f"{result.operations} operation{'s' if result.operations != 1 else ''}"
    if result.verdict is Verdict.HOLDS:
        many = f", {len(result.parts)} parts" if len(result.parts) > 1 else ""
        yield f"holds: {count} linearized{many}"
        return
    yield f"{result.verdict}: {count}"
    for part in result.parts:
        if part.verdict is not Verdict.HOLDS:
            front = "" if part.object is None else f"{text(part.object)}: "
            yield f"  {front}{part.verdict}: {explain(part)}"
