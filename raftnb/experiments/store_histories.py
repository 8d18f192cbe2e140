"""What can be seen of a store from outside: the histories of requests and responses.

`produced` are those that a specification can produce, `well_formed` all that there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from raftnb.data.events import Event, Invocation, Response
from raftnb.data.histories import History
from raftnb.data.trace import Trace
from raftnb.language.spec import Model


def history_of(log: Iterable[Any]) -> History:
    """The history that a store's log of `Request` and `Response` records is.

    Clients, keys and values appear by their names, a missing value as None.
    """
    return History(map(_event, log))


def _event(entry: Any) -> Event:
    client, key = entry.client.name, entry.key.name
    value = entry.value.name if entry.value is not None else None
    reads = entry.op.value == "read"
    if type(entry).__name__ == "Response":
        return Response(client, value if reads else None, key)
    return Invocation(client, entry.op.value, () if reads else (value,), key)


def store_history(trace: Trace) -> History:
    """What clients asked for and were told in a trace of a store, by the queues between them."""
    events: list[Event] = []
    for before, step, after in zip(trace.states, trace.steps, trace.states[1:], strict=False):
        if step.action == "request":
            events.append(_event(after["Shared", "requests"][-1]))
        elif step.action == "receive":
            queues = before["Shared", "responses"]
            events += [_event(queues[c][0]) for c in queues if str(c) == step.process]
    return History(events)


def produced(model: Model) -> frozenset[History]:
    """Every history that a store can produce, pending operations included.

    The model must keep its history variables, with a constraint that bounds the log (`max_log`).
    """
    from raftnb.explore import reachable  # here: it brings a compiler, which takes a second

    graph = reachable(model)
    log = model.layout.index["Shared", "log"]
    _, logs = graph.evaluate(lambda world: world.read(log))
    return frozenset(map(history_of, logs))


def well_formed(
    clients: Iterable[str], keys: Iterable[str], values: Iterable[str], length: int
) -> Iterator[History]:
    """All the histories of reads and writes of at most `length` events, right or wrong ones."""
    return map(History, _longer((), tuple(clients), tuple(keys), tuple(values), length))


def _longer(
    events: tuple[Event, ...], clients: tuple[str, ...], keys: tuple[str, ...],
    values: tuple[str, ...], length: int,
) -> Iterator[tuple[Event, ...]]:  # fmt: skip
    yield events
    if len(events) == length:
        return
    waiting = _waiting(events)
    for client in clients:
        call = waiting.get(client)
        more = _answers(call, values) if call else _calls(client, keys, values)
        yield from chain.from_iterable(
            _longer((*events, event), clients, keys, values, length) for event in more
        )


def _waiting(events: tuple[Event, ...]) -> dict[Any, Invocation]:
    waiting: dict[Any, Invocation] = {}
    for event in events:
        if isinstance(event, Invocation):
            waiting[event.process] = event
        else:
            del waiting[event.process]
    return waiting


def _calls(client: str, keys: tuple[str, ...], values: tuple[str, ...]) -> Iterator[Event]:
    for key in keys:
        yield Invocation(client, "read", (), key)
        yield from (Invocation(client, "write", (value,), key) for value in values)


def _answers(call: Invocation, values: tuple[str, ...]) -> Iterator[Event]:
    results = (None, *values) if call.name == "read" else (None,)
    yield from (Response(call.process, result, call.object) for result in results)
