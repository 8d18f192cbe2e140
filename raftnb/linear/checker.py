"""The fast checker: is a history of a concurrent object linearizable?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import inf
from time import perf_counter

from raftnb.data.histories import LONG, History
from raftnb.data.verdict import Verdict
from raftnb.linear.first_try import Tried, first_try
from raftnb.linear.interface import SequentialObject, class_of
from raftnb.linear.items import Point
from raftnb.linear.meter import INTERRUPTED, Meter, collector_paused
from raftnb.linear.outside import Outside
from raftnb.linear.portions import Portion, Share, shares
from raftnb.linear.queue_matching import TooHard
from raftnb.linear.replay import Line, Placed, run
from raftnb.linear.result import Attempt, Budget, Evidence, Linearizability, Part
from raftnb.linear.search import Search
from raftnb.linear.unique import Decider, decider, shortest_violation

NO_LIMIT_BUT_MEMORY = Budget()
PATIENCE = 300
"""How many configurations one of several parts may take before the others have their turn."""


def check(
    history: History,
    model: SequentialObject,
    budget: Budget = NO_LIMIT_BUT_MEMORY,
    *,
    all_parts: bool = True,
    workers: int | None = None,
) -> Linearizability:
    """Decide whether `history` is linearizable with respect to a sequential object.

    `model` is a class (`Register`, or any of your own with plain methods), an object in its initial
    state (`Register(0)`), or a mapping from the names of the history's objects to such. Each
    object, and each key of a partitioned class, is decided on its own, which is sound because
    linearizability is local (Herlihy and Wing, theorem 1). Registers and queues whose values all
    differ are decided in O(n log n), everything else by a search that is exponential in the worst
    case, within `budget`. Ctrl-C gives *unknown* and says how far it came. Without `all_parts` the
    first violated part ends the check. Long histories of several parts are decided by as many
    processes as there are cores, or by `workers`.

    Raises `HistoryError` for a history that is not well-formed, `UsageError` for operations that
    the object does not have, `SpecError` for a method that fails, changes what is no field of
    `self`, or answers one call in two ways. Limits: methods must depend on nothing but their
    arguments and the fields of `self`. Results are compared by `==`, but true is not 1.
    """
    start = perf_counter()
    with collector_paused():
        parts = shares(history, model)
        meter = Meter(budget, sum(map(len, parts)))
        try:
            found = _Decided(parts, meter, all_parts).run(_workers_for(parts, workers))
        finally:
            meter.close()
    return Linearizability(history, tuple(found), perf_counter() - start, model)


class _Decided:
    """The parts that are decided so far.

    The easy ones come first: a hard part is left, and taken up again with more patience. Once a
    part is violated the history is, so hard parts are then left undecided.
    """

    def __init__(self, parts: Sequence[Share], meter: Meter, all_parts: bool) -> None:
        self.parts, self.meter, self.all_parts = parts, meter, all_parts
        self.found: dict[int, Part] = {}
        self.tried = set[int]()
        self.stop = ""

    def run(self, workers: int) -> list[Part]:
        """All parts, decided or left, in their order."""
        try:
            self._decide_all(workers)
        except KeyboardInterrupt:
            self.meter.interrupt()
            self.stop = INTERRUPTED
        return [
            self.found.get(n) or Part(share.name, Verdict.UNKNOWN, len(share), reason=self.stop)
            for n, share in enumerate(self.parts)
        ]

    def _decide_all(self, workers: int) -> None:
        patience = PATIENCE if len(self.parts) > 1 else inf
        if workers > 1:
            self._in_parallel(workers, patience)
        while len(self.found) < len(self.parts) and not self.stop:
            for n in range(len(self.parts)):
                if n not in self.found and not self.stop:
                    self._take(n, self._decide(n, self.meter, patience))
            if any(part.verdict is Verdict.VIOLATED for part in self.found.values()):
                self.stop = "left undecided, as another part is violated"
            patience *= 10

    def _decide(self, n: int, meter: Meter, patience: float) -> Part | None:
        """The part with this number, or None if it is given up."""
        share, part = self.parts[n], None
        if n not in self.tried:
            self.tried.add(n)
            part = _tried(share, meter)
        if part is None:
            part = decide(share.portion(), meter, patience + 2 * len(share))
            part = None if part is None else replace(part, object=share.name)
        return part

    def _in_parallel(self, workers: int, patience: float) -> None:
        from raftnb.linear.workers import in_parallel  # here: short histories do without

        def work(n: int, meter: Meter) -> Part | None:
            return self._decide(n, meter, patience)

        for n, part in in_parallel(self.parts, work, self.meter, workers):
            self._take(n, part)
            if self.stop:
                return
        if self.meter.interrupted:
            self.stop = INTERRUPTED

    def _take(self, n: int, part: Part | None) -> None:
        if part is None:
            return
        self.found[n] = part
        self.meter.finish_part(len(self.parts[n]))
        if part.verdict is Verdict.VIOLATED and not self.all_parts:
            self.stop = "left undecided, as another part is violated"


def _workers_for(parts: Sequence[Share], wanted: int | None) -> int:
    """How many processes decide these parts; 1 where the system cannot fork."""
    if len(parts) < 2 or not hasattr(os, "fork"):
        return 1
    if wanted is None:
        short = sum(map(len, parts)) <= LONG
        wanted = 1 if short else len(os.sched_getaffinity(0))
    return min(wanted, len(parts))


def _tried(share: Share, meter: Meter) -> Part | None:
    """What the first try finds of a part; the evidence is made when somebody asks."""
    found = first_try(share)
    if found is None or found.configurations > meter.left:
        return None
    meter.configurations += found.configurations
    verdict, shown = Verdict.HOLDS, partial(_order, share, found)
    if not found.holds:
        verdict, shown = Verdict.VIOLATED, partial(_refusal, share, meter.budget)
    return Part(share.name, verdict, len(share), shown, configurations=found.configurations)


def _order(share: Share, found: Tried) -> Evidence:
    return Evidence(Line(share.operations, *found.order()))


def _refusal(share: Share, budget: Budget) -> Evidence:
    """Why a part is violated of which the first try found that it is."""
    meter = Meter(budget, len(share))
    try:
        with collector_paused():
            part = decide(share.portion(), meter)
    finally:
        meter.close()
    assert part is None or part.verdict is not Verdict.HOLDS, "two ways to decide disagree"
    return Evidence() if part is None else part.evidence


def decide(portion: Portion, meter: Meter, most: float = inf) -> Part | None:
    """Decide one part, or give it up (None) after `most` configurations."""
    outside = Outside(class_of(portion.model))
    found = _decided(portion, meter, most)
    outside.check()
    return found


def _decided(portion: Portion, meter: Meter, most: float) -> Part | None:
    method = decider(portion.asked, portion.spans, portion.model)
    if method is None:
        return _searched(portion, meter, most)
    try:
        points = method.decide(method.items)
        if points is None:
            return _violated(method, portion)
    except TooHard:
        return _searched(portion, meter, most)
    line = Line.of(portion.operations, points)
    return Part(None, Verdict.HOLDS, len(portion.asked), Evidence(line), method=method.method)


def _searched(portion: Portion, meter: Meter, most: float) -> Part | None:
    return Search(portion.operations, portion.asked, portion.model, meter).run(most)


def _violated(method: Decider, portion: Portion) -> Part:
    culprit, points = shortest_violation(method.items, method.decide)
    operations = portion.operations
    asked = {operations[n].invoked: portion.asked[n] for n, _ in points}
    placed = _placed(portion, points)
    until = operations[culprit].returned or 0
    states = run(placed, portion.model, lambda op: asked[op.invoked], until)
    state = [shown for _, shown in states][-1] if placed else "its initial state"
    return Part(
        None,
        Verdict.VIOLATED,
        len(portion.asked),
        Evidence((), (Attempt(placed, state),), operations[culprit]),
        method=method.method,
    )


def _placed(portion: Portion, points: Sequence[Point]) -> tuple[Placed, ...]:
    return tuple(Placed(portion.operations[number], at) for number, at in points)
