"""The fast checker: is a history of a concurrent object linearizable?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from math import inf
from typing import TypeAlias

from raftnb.data.errors import UsageError
from raftnb.data.histories import History, Operation, Value, text
from raftnb.data.verdict import Verdict
from raftnb.linear.machine import IMPOSSIBLE, Call, Machine, Model, call_of, check_calls
from raftnb.linear.meter import Meter
from raftnb.linear.result import Attempt, Budget, Linearizability, Part, Placed
from raftnb.linear.search import Search
from raftnb.linear.unique import Decider, decider, shortest_violation

NO_LIMIT_BUT_MEMORY = Budget()
PATIENCE = 1_000
"""How many configurations one of several parts may take before the others have their turn."""
Pairs: TypeAlias = list[tuple[Operation, Call]]


def check(history: History, model: Model, budget: Budget = NO_LIMIT_BUT_MEMORY) -> Linearizability:
    """Decide whether `history` is linearizable with respect to a sequential object.

    `model` is a class (`Register`, or any of your own with plain methods), an object in its initial
    state (`Register(0)`), or a mapping from the names of the history's objects to such. Each
    object, and each key of a partitioned class, is decided on its own, which is sound because
    linearizability is local (Herlihy and Wing, theorem 1). Registers and queues whose values all
    differ are decided in O(n log n), everything else by a search that is exponential in the worst
    case, within `budget`. Ctrl-C gives *unknown* and says how far it came.

    Raises `HistoryError` for a history that is not well-formed, `UsageError` for operations that
    the object does not have, `SpecError` for a method that fails. Limits: methods must be
    deterministic, keep their state in fields of `self`, and results are compared by `==`.
    """
    parts = _split(history, model)
    meter = Meter(budget, sum(not op.pending for part in parts.values() for op, _ in part))
    try:
        found = _decide_all(parts, model, meter)
    finally:
        meter.close()
    return Linearizability(history, tuple(replace(found[name], object=name) for name in parts))


def replay(
    linearization: Sequence[Placed], model: Model, until: float = inf
) -> Iterator[tuple[Placed, str]]:
    """Run the operations of one part in their order; each with the object's state after it.

    Raises `ValueError` where the object answers something else than the history says. Responses
    from event `until` on are not known yet: an attempt is replayed until its culprit returns.
    """
    machine = Machine(model, [_call(placed.operation, model) for placed in linearization], ())
    state = 0
    for number, placed in enumerate(linearization):
        before = state
        result, state = machine.step(state, number)
        wanted = placed.operation
        known = wanted.returned is not None and wanted.returned < until
        if result == IMPOSSIBLE or (known and result != machine.result_number(wanted.result)):
            raise ValueError(f"{wanted} is not what the object answers in {machine.show(before)}")
        yield placed, machine.show(state)


def _call(operation: Operation, model: Model) -> Call:
    return operation.name, call_of(operation, model)[1]


def _split(history: History, model: Model) -> dict[Value, Pairs]:
    parts: dict[Value, Pairs] = {}
    for operation in history.operations:
        part, arguments = call_of(operation, _model_of(model, operation.object))
        parts.setdefault(part, []).append((operation, (operation.name, arguments)))
    return parts


def _model_of(model: Model, name: Value) -> Model:
    if not isinstance(model, Mapping):
        return model
    if name not in model:
        raise UsageError(
            f"the history speaks of object {text(name)}",
            allowed=", ".join(map(text, model)),
            cure="give a model for every object",
        )
    return model[name]


def _decide_all(parts: dict[Value, Pairs], model: Model, meter: Meter) -> dict[Value, Part]:
    """Decide the easy parts first: a hard part is left, and taken up again with more patience.

    Once a part is violated the history is, so hard parts are then left undecided.
    """
    found: dict[Value, Part] = {}
    patience = PATIENCE if len(parts) > 1 else inf
    while len(found) < len(parts):
        for name in [name for name in parts if name not in found]:
            pairs = parts[name]
            most = patience + 2 * len(pairs)
            part = _decide(pairs, _model_of(model, pairs[0][0].object), meter, most)
            if part is not None:
                found[name] = part
                meter.finish_part(sum(not op.pending for op, _ in pairs))
        if any(part.verdict is Verdict.VIOLATED for part in found.values()):
            left = (name for name in parts if name not in found)
            found.update((name, _left(len(parts[name]))) for name in left)
        patience *= 10
    return found


def _left(count: int) -> Part:
    return Part(None, Verdict.UNKNOWN, count, reason="left undecided, as another part is violated")


def _decide(pairs: Pairs, model: Model, meter: Meter, most: float) -> Part | None:
    operations, calls = [operation for operation, _ in pairs], [call for _, call in pairs]
    check_calls(model, calls)
    thing = model() if isinstance(model, type) else deepcopy(model)
    method = decider(operations, calls, thing)
    if method is None:
        return Search(operations, calls, model, meter).run(most)
    placed = method.decide(method.items)
    if placed is None:
        return _violated(method, model, len(pairs))
    return Part(None, Verdict.HOLDS, len(pairs), tuple(placed), method=method.method)


def _violated(method: Decider, model: Model, count: int) -> Part:
    culprit, placed = shortest_violation(method.items, method.decide)
    states = [state for _, state in replay(placed, model, culprit.returned or 0)]
    return Part(
        None,
        Verdict.VIOLATED,
        count,
        attempts=(Attempt(tuple(placed), states[-1] if states else "its initial state"),),
        culprit=culprit,
        method=method.method,
    )
