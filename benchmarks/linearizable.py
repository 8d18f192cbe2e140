"""Time the linearizability checker on recorded and on made-up histories.

    python -m benchmarks.linearizable

Each row also times plain Wing-Gong-Lowe (the tests' reference) on the first 150 operations of
each object, and prints the ratio for one operation. Seconds are CPU time, the best of three runs
of `check`, the pairing of events into operations included.
"""

from __future__ import annotations

import random
import sys
import tracemalloc
from collections.abc import Iterator
from time import process_time
from typing import Any

from raftnb.data.events import Event, Invocation, Response
from raftnb.data.histories import History
from raftnb.linear import (
    AppendList,
    Budget,
    CASRegister,
    Queue,
    Register,
    Stack,
    check,
    recorded,
)
from tests.oracles.wing_gong_lowe import wing_gong_lowe

TOO_HARD = frozenset(
    (
        "5,000, unique queue",
        "10,000, queue of five values",
        "10,000, append list",
        "10,000 on one hot key, 20 processes",
    )
)
"""Rows that plain Wing-Gong-Lowe is not tried on: it would not come to an end."""


def made_up(
    model: Any, operations: int, processes: int, calls: Any, crash: float = 0.0, seed: int = 1
) -> History:
    """A run of an atomic object by processes that are always busy; some crash in mid-call."""
    dice, thing, names = random.Random(seed), model(), processes
    events: list[Event] = []
    idle, busy, started = list(range(processes)), dict[int, list[Any]](), 0
    while started < operations or busy:
        if idle and started < operations and (not busy or dice.random() < 0.5):
            process = idle.pop(dice.randrange(len(idle)))
            name, arguments = calls(dice, thing, started)
            events.append(Invocation(process, name, arguments))
            busy[process] = [name, arguments, False, None]
            started += 1
            continue
        process = dice.choice(list(busy))
        name, arguments, done, result = busy[process]
        if not done:
            busy[process][2:] = [True, getattr(thing, name)(*arguments)]
            continue
        del busy[process]
        if dice.random() < crash:
            idle.append(names)
            names += 1
        else:
            idle.append(process)
            events.append(Response(process, result))
    return History(events)


def five_values(dice: random.Random, thing: Any, number: int) -> tuple[str, tuple[Any, ...]]:
    """Reads, writes and compare-and-sets of five values."""
    name = dice.choices(("read", "write", "cas"), (2, 2, 1))[0]
    if name == "cas":
        return name, (thing.value if dice.random() < 0.5 else dice.randrange(5), dice.randrange(5))
    return name, (dice.randrange(5),) if name == "write" else ()


def unique_writes(dice: random.Random, thing: Any, number: int) -> tuple[str, tuple[Any, ...]]:
    """Reads, and writes that never write a value twice."""
    return ("write", (number,)) if dice.random() < 0.5 else ("read", ())


def unique_items(dice: random.Random, thing: Any, number: int) -> tuple[str, tuple[Any, ...]]:
    """Enqueues of values that differ, and dequeues while more than ten are left."""
    return ("Deq", ()) if len(thing.items) > 10 and dice.random() < 0.5 else ("Enq", (number,))


def five_items(dice: random.Random, thing: Any, number: int) -> tuple[str, tuple[Any, ...]]:
    """Enqueues of five values again and again, and dequeues while more than ten are left."""
    take = len(thing.items) > 10 and dice.random() < 0.5
    return ("Deq", ()) if take else ("Enq", (dice.randrange(5),))


def appends(dice: random.Random, thing: Any, number: int) -> tuple[str, tuple[Any, ...]]:
    """Appends of items that differ, and reads of the whole list."""
    return ("append", (number,)) if dice.random() < 0.5 else ("read", ())


def with_a_wrong_read(history: History) -> History:
    """The same history with one read, two thirds on, that returned what was never written."""
    events = list(history.events)
    late = len(events) * 2 // 3
    read = next(o for o in history.operations if o.name == "read" and o.invoked > late)
    events[read.returned or 0] = Response(read.process, -1)
    return History(events)


def histories() -> Iterator[tuple[str, History, Any]]:
    """The rows: what it is, the history, the object."""
    for name in ("etcd_lin_mix2_unique", "etcd_ser_none", "pso_sync_mix2", "pso_local_stop"):
        yield name, recorded(name), CASRegister
    hot = made_up(CASRegister, 14_000, 5, five_values)
    yield "14,000 operations on one hot key", hot, CASRegister
    yield "the same, one read wrong", with_a_wrong_read(hot), CASRegister
    crash = made_up(CASRegister, 14_000, 5, five_values, crash=0.002)
    yield "14,000 on one hot key, crashes", crash, CASRegister
    yield (
        "14,000 on one hot key, 10 processes",
        made_up(CASRegister, 14_000, 10, five_values),
        CASRegister,
    )
    unique = made_up(Register, 5_000, 5, unique_writes)
    yield "5,000, unique writes", unique, Register
    yield "the same, one read wrong", with_a_wrong_read(unique), Register
    yield "50,000, unique writes", made_up(Register, 50_000, 5, unique_writes), Register
    yield "5,000, unique queue", made_up(Queue, 5_000, 5, unique_items), Queue
    yield "10,000, queue of five values", made_up(Queue, 10_000, 5, five_items), Queue
    yield "10,000, append list", made_up(AppendList, 10_000, 5, appends), AppendList
    busy = made_up(CASRegister, 10_000, 20, five_values)
    yield "10,000 on one hot key, 20 processes", busy, CASRegister


def best_seconds(history: History, model: Any) -> tuple[float, Any]:
    """The shortest of three runs, and the answer."""
    times = []
    for _ in range(3):
        fresh = History(history.events)
        start = process_time()
        answer = check(fresh, model)
        times.append(process_time() - start)
    return min(times), answer


def reference_seconds(history: History, model: Any) -> float:
    """The time of plain Wing-Gong-Lowe on the first 150 operations of each object."""
    total = 0.0
    for x in history.objects:
        part = [o for o in history.operations if o.object == x][:150]
        start = process_time()
        wing_gong_lowe(part, model)
        total += process_time() - start
    return total


def reference_ratio(history: History, model: Any, seconds: float, operations: int) -> str:
    """How much longer plain Wing-Gong-Lowe takes for one operation."""
    judged = min(150 * len(history.objects), operations)
    ratio = (reference_seconds(history, model) / judged) / (seconds / operations)
    return f"{ratio:.0f}x slower an operation"


def print_memory() -> None:
    """What a search holds at most under a budget, as Python counts it."""
    calls = "; ".join(f"push({n}) P{n}" for n in range(20))
    answers = "; ".join(f"Ok() P{n}" for n in range(20))
    hard = History.parse(f"{calls}; pop() R; Ok(x) R; {answers}")
    for megabytes in (10, 40):
        tracemalloc.start()
        answer = check(hard, Stack, Budget(megabytes=megabytes))
        used = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        print(f"budget {megabytes} MB: {answer.verdict}, {used:.0f} MB held at most")


def main() -> None:
    """Print the table."""
    sys.setrecursionlimit(100_000)  # plain Wing-Gong-Lowe goes as deep as the history is long
    heads = f"{'history':38}{'operations':>11}{'crashed':>8}  {'verdict':9}{'CPU s':>8}"
    print(f"{heads}  Wing-Gong-Lowe")
    for name, history, model in histories():
        seconds, answer = best_seconds(history, model)
        crashed = sum(operation.pending for operation in history.operations)
        row = f"{name:38}{answer.operations:>11,}{crashed:>8}  {answer.verdict!s:9}{seconds:>8.3f}"
        ratio = (
            "" if name in TOO_HARD else reference_ratio(history, model, seconds, answer.operations)
        )
        print(f"{row}  {ratio}", flush=True)
    print_memory()


if __name__ == "__main__":
    main()
