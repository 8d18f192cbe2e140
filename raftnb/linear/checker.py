"""The fast checker: is a history of a concurrent object linearizable?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from time import perf_counter
from typing import Any, NamedTuple

from raftnb.data.events import Echo, Operation, Unsaid, Value, exact
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear.interface import (
    Asked,
    SequentialObject,
    ask,
    class_of,
    method_of,
    model_for,
    part_of,
)
from raftnb.linear.meter import Meter, collector_paused
from raftnb.linear.queue_matching import TooHard
from raftnb.linear.replay import run
from raftnb.linear.result import Attempt, Budget, Linearizability, Part
from raftnb.linear.search import Search
from raftnb.linear.unique import Decider, decider, shortest_violation

NO_LIMIT_BUT_MEMORY = Budget()
MOST_KNOWN = 10_000
"""How many different shapes of operations are remembered; values that never repeat gain nothing."""
PATIENCE = 1_000
"""How many configurations one of several parts may take before the others have their turn."""


class Portion(NamedTuple):
    """The operations of one part, as its object takes them."""

    name: Value
    model: SequentialObject
    operations: list[Operation]
    asked: list[Asked]


def check(
    history: History, model: SequentialObject, budget: Budget = NO_LIMIT_BUT_MEMORY
) -> Linearizability:
    """Decide whether `history` is linearizable with respect to a sequential object.

    `model` is a class (`Register`, or any of your own with plain methods), an object in its initial
    state (`Register(0)`), or a mapping from the names of the history's objects to such. Each
    object, and each key of a partitioned class, is decided on its own, which is sound because
    linearizability is local (Herlihy and Wing, theorem 1). Registers and queues whose values all
    differ are decided in O(n log n), everything else by a search that is exponential in the worst
    case, within `budget`. Ctrl-C gives *unknown* and says how far it came.

    Raises `HistoryError` for a history that is not well-formed, `UsageError` for operations that
    the object does not have, `SpecError` for a method that fails. Limits: methods must depend on
    nothing but their arguments and the fields of `self`. Results are compared by `==`, but true is
    not 1.
    """
    start = perf_counter()
    with collector_paused():
        portions = split(history, model)
        meter = Meter(budget, sum(not op.pending for p in portions for op in p.operations))
        try:
            found = _decide_all(portions, meter)
        finally:
            meter.close()
    return Linearizability(history, tuple(found), perf_counter() - start, model)


def split(history: History, model: SequentialObject) -> list[Portion]:
    """The parts of a history, each with its object; raises `UsageError` for what does not fit.

    Operations that say the same are looked at once, and have one and the same `Asked`.
    """
    portions: dict[Value, Portion] = {}
    known: dict[Any, tuple[Asked, Portion]] = {}
    for operation in history.operations:
        shape = _shape(operation)
        found = None if shape is None else known.get(shape)
        if found is None:
            found = _looked_at(operation, model, portions)
            if shape is not None and len(known) < MOST_KNOWN and _says_all(operation, found[1]):
                known[shape] = found
        asked, portion = found
        portion.operations.append(operation)
        portion.asked.append(asked)
    return list(portions.values())


def _looked_at(
    operation: Operation, model: SequentialObject, portions: dict[Value, Portion]
) -> tuple[Asked, Portion]:
    its_model = model_for(model, operation.object)
    asked = ask(operation, its_model)
    key = exact(asked.part)
    if key not in portions:
        portions[key] = Portion(asked.part, part_of(its_model, asked.part), [], [])
    return asked, portions[key]


def _says_all(operation: Operation, portion: Portion) -> bool:
    """Whether nothing but the shape matters: the method does not ask who calls."""
    return not method_of(class_of(portion.model), operation.name).given


_FLAT = {int, str, bool, float, type(None), Unsaid, Echo}


def _shape(operation: Operation) -> Any:
    """What makes two operations the same but for process and time; None if that is hard to say.

    Types are part of it, since Python takes true for 1.
    """
    arguments, result = operation.arguments, operation.result
    types = (type(operation.object), type(result), *map(type, arguments))
    if not _FLAT.issuperset(types):
        return None
    pending = operation.returned is None
    return operation.object, operation.name, arguments, result, pending, types


def _decide_all(portions: Sequence[Portion], meter: Meter) -> list[Part]:
    """Decide the easy parts first: a hard part is left, and taken up again with more patience.

    Once a part is violated the history is, so hard parts are then left undecided.
    """
    found: dict[int, Part] = {}
    patience = PATIENCE if len(portions) > 1 else inf
    while len(found) < len(portions):
        for n, portion in enumerate(portions):
            if n in found:
                continue
            part = decide(portion, meter, patience + 2 * len(portion.operations))
            if part is not None:
                found[n] = part
                portion.asked.clear()  # a million of them take as much memory as the history
                meter.finish_part(sum(not op.pending for op in portion.operations))
        if any(part.verdict is Verdict.VIOLATED for part in found.values()):
            found.update((n, _left(p)) for n, p in enumerate(portions) if n not in found)
        patience *= 10
    return [replace(found[n], object=portion.name) for n, portion in enumerate(portions)]


def _left(portion: Portion) -> Part:
    reason = "left undecided, as another part is violated"
    return Part(None, Verdict.UNKNOWN, len(portion.operations), reason=reason)


def decide(portion: Portion, meter: Meter, most: float = inf) -> Part | None:
    """Decide one part, or give it up (None) after `most` configurations."""
    method = decider(portion.operations, portion.asked, portion.model)
    if method is None:
        return Search(portion.operations, portion.asked, portion.model, meter).run(most)
    try:
        placed = method.decide(method.items)
        if placed is None:
            return _violated(method, portion)
    except TooHard:
        return Search(portion.operations, portion.asked, portion.model, meter).run(most)
    return Part(
        None, Verdict.HOLDS, len(portion.operations), tuple(placed), method=method.method,
    )  # fmt: skip


def _violated(method: Decider, portion: Portion) -> Part:
    culprit, placed = shortest_violation(method.items, method.decide)
    asked = {op.invoked: one for op, one in zip(portion.operations, portion.asked, strict=True)}
    states = run(placed, portion.model, lambda op: asked[op.invoked], culprit.returned or 0)
    state = [shown for _, shown in states][-1] if placed else "its initial state"
    return Part(
        None,
        Verdict.VIOLATED,
        len(portion.operations),
        attempts=(Attempt(tuple(placed), state),),
        culprit=culprit,
        method=method.method,
    )
