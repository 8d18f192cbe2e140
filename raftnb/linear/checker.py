"""The fast checker: is a history of a concurrent object linearizable?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from raftnb.errors import UsageError
from raftnb.history import History, Operation, Value, text
from raftnb.linear.machine import Call, Machine, Model, call_of
from raftnb.linear.meter import Meter
from raftnb.linear.result import Attempt, Budget, Linearizability, Part, Placed
from raftnb.linear.search import Search
from raftnb.linear.unique import Decider, decider, shortest_violation
from raftnb.verdict import Verdict

NO_LIMIT_BUT_MEMORY = Budget()


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
    found: list[Part] = []
    try:
        for name, pairs in parts.items():
            answer = _decide(pairs, _model_of(model, pairs[0][0].object), meter)
            found.append(replace(answer, object=name))
            meter.finish_part(sum(not op.pending for op, _ in pairs))
    finally:
        meter.close()
    return Linearizability(history, tuple(found))


def replay(linearization: Sequence[Placed], model: Model) -> Iterator[tuple[Placed, str]]:
    """Run the operations of one part in their order; each with the object's state after it.

    Raises `ValueError` where the object answers something else than the history says.
    """
    calls = [call_of(placed.operation, model) for placed in linearization]
    names = [
        (p.operation.name, arguments)
        for p, (_, arguments) in zip(linearization, calls, strict=True)
    ]
    machine = Machine(model, names)
    state = 0
    for number, placed in enumerate(linearization):
        result, state = machine.step(state, number)
        wanted = placed.operation
        if not wanted.pending and result != machine.result_number(wanted.result):
            raise ValueError(f"{wanted} is not what the object answers in {machine.show(state)}")
        yield placed, machine.show(state)


def _split(history: History, model: Model) -> dict[Value, list[tuple[Operation, Call]]]:
    parts: dict[Value, list[tuple[Operation, Call]]] = {}
    for operation in history.operations:
        name, arguments = call_of(operation, _model_of(model, operation.object))
        parts.setdefault(name, []).append((operation, (operation.name, arguments)))
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


def _decide(pairs: list[tuple[Operation, Call]], model: Model, meter: Meter) -> Part:
    operations, calls = [operation for operation, _ in pairs], [call for _, call in pairs]
    thing = model() if isinstance(model, type) else deepcopy(model)
    method = decider(operations, calls, thing)
    if method is None:
        return Search(operations, calls, model, meter).run()
    placed = method.decide(method.items)
    if placed is None:
        return _violated(method, model, len(pairs))
    return Part(None, Verdict.HOLDS, len(pairs), tuple(placed), method=method.method)


def _violated(method: Decider, model: Model, count: int) -> Part:
    culprit, placed = shortest_violation(method.items, method.decide)
    states = [state for _, state in replay(placed, model)]
    return Part(
        None,
        Verdict.VIOLATED,
        count,
        attempts=(Attempt(tuple(placed), states[-1] if states else "its initial state"),),
        culprit=culprit,
        method=method.method,
    )
