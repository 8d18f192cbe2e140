"""Strict serializability of transactions, by cycles of what must come before what.

The way of Adya (Weak Consistency, MIT, 1999) and of Kingsbury and Alvaro (Elle, VLDB 2020), for
small histories: transactions of lists (`append`, `r`) whose items all differ, or of registers (`w`,
`r`) whose values all differ. What was read tells the order of versions of each key, and so which
transaction comes before which:

- `ww`: it made an earlier version of a key than the other;
- `wr`: it made a version that the other read;
- `rw`: it read a version, and the other made the next one;
- `rt`: it had returned before the other was invoked.

A cycle has no order, so the history is violated, and the cycle says why. Without `rt` in it not
even serializability is kept. Where there is no cycle, an order that respects all of this is run on
the object: if it answers as recorded the history holds. Else the search of `check` decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import Any, NamedTuple

from raftnb.data.errors import UsageError
from raftnb.data.events import UNSAID, Operation, Value, exact, text
from raftnb.data.histories import History
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.linear.checker import check
from raftnb.linear.interface import SequentialObject, instance_of
from raftnb.linear.objects import MultiRegister
from raftnb.linear.replay import Placed, replay_linearization
from raftnb.linear.result import Budget, operation_json

NAMES = ("txn", "transaction")
READS, WRITES, APPENDS = ("r", "read"), ("w", "write"), ("append",)


class Edge(NamedTuple):
    """One transaction comes before another, and why: ww, wr, rw or rt, and about which key."""

    before: int
    after: int
    kind: str
    key: Value = None


@dataclass(frozen=True, repr=False)
class Serializability(Answer):
    """Whether transactions are strictly serializable; `cycle` or `anomaly` says why not.

    `cycle` are the edges of a circle of transactions, given by their numbers in the history's
    operations; `anomaly` a sentence on a single one that cannot be explained.
    """

    history: History = field(compare=False)
    verdict: Verdict
    seconds: float = field(compare=False)
    cycle: tuple[Edge, ...] = ()
    anomaly: str = ""
    reason: str = ""

    @property
    def bound(self) -> str | None:
        """What ended an *unknown*."""
        return self.reason if self.verdict is Verdict.UNKNOWN else None

    @property
    def partial(self) -> tuple[str, ...]:
        """How the history was read where it can be read in two ways."""
        return self.history.notes

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON data."""
        operations = self.history.operations
        return {
            "verdict": str(self.verdict),
            "property": self.property,
            "seconds": round(self.seconds, 6),
            "bound": self.bound,
            "partial": list(self.partial),
            "anomaly": self.anomaly,
            "cycle": [
                {
                    "transaction": operation_json(operations[edge.before], self.history),
                    "before": operation_json(operations[edge.after], self.history),
                    "why": edge.kind,
                    "key": None if edge.key is None else text(edge.key),
                }
                for edge in self.cycle
            ],
        }

    def __str__(self) -> str:
        count = len(self.history.operations)
        lines = [f"{self.verdict}: {counted(count, 'transaction')}"]
        if self.reason or self.anomaly:
            lines.append("  " + (self.anomaly or self.reason))
        return "\n".join(lines + [f"  {line}" for line in self._cycle_lines()])

    def _cycle_lines(self) -> Iterator[str]:
        operations = self.history.operations
        for edge in self.cycle:
            before, after = _named(operations[edge.before]), _named(operations[edge.after])
            why = _WHY[edge.kind].format(text(edge.key))
            yield f"{before} comes before {after}: {why}"

    @property
    def property(self) -> str | None:
        """What was asked."""
        return "strict-serializable"


_WHY = {
    "ww": "it made an earlier version of {}",
    "wr": "it made the version of {} that the other read",
    "rw": "it did not see the version of {} that the other made",
    "rt": "it had returned before the other was invoked",
}


def serializable(
    history: History, model: SequentialObject = MultiRegister, budget: Budget | None = None
) -> Serializability:
    """Decide whether transactions took effect one after another, each while it ran.

    Every operation is a `txn` with a list of steps `["r", key, value]`, `["w", key, value]` or
    `["append", key, item]`, answered by the same with what was read. `model` has the initial
    values. Raises `UsageError` for other operations. Values or items must differ for the cycles;
    where they do not, and where no cycle is found, the search decides, within `budget`.
    """
    start = perf_counter()
    first = instance_of(model)
    other = next((op for op in history.operations if op.name not in NAMES), None)
    if other is not None or type(first) is not MultiRegister:
        raise UsageError(
            f"operation {other} of {type(first).__name__}",
            allowed="txn([[f, key, value], ...]) with r, w or append, of a MultiRegister",
            cure="use `check`, or --model multi-register",
        )
    graph = _Graph(history.operations, first)
    if graph.usable:
        edges = [] if graph.anomaly else list(graph.edges())
        if graph.anomaly:
            took = perf_counter() - start
            return Serializability(history, Verdict.VIOLATED, took, anomaly=graph.anomaly)
        order, cycle = _order_or_cycle(len(history.operations), edges, graph.present)
        if cycle:
            return Serializability(history, Verdict.VIOLATED, perf_counter() - start, tuple(cycle))
        if _explains(history.operations, order, first):
            return Serializability(history, Verdict.HOLDS, perf_counter() - start)
    answer = check(history, first, budget or Budget(seconds=20.0))
    reason = "" if answer.verdict is Verdict.HOLDS else str(answer).partition("\n")[2].strip()
    return Serializability(history, answer.verdict, perf_counter() - start, reason=reason)


def _named(operation: Operation) -> str:
    return f"{operation} by process {text(operation.process)}"


def _steps(value: Any) -> list[tuple[str, Value, Any]]:
    return [(step[0], step[1], step[2] if len(step) > 2 else None) for step in value]


class _Graph:
    """The versions of each key as the reads tell them, and the edges that follow."""

    def __init__(self, operations: Sequence[Operation], model: MultiRegister) -> None:
        self.operations, self.model = operations, model
        self.anomaly = ""
        self.usable = True
        self.makers: dict[tuple[Value, Value], int] = {}
        self.reads: list[tuple[int, Value, Any]] = []
        self.lists: set[Value] = set()
        for number, operation in enumerate(operations):
            self._take(number, operation)
        self.present = {n for n, op in enumerate(operations) if not op.pending}
        self.usable &= not any(self.model.values.get(key) for key in self.lists)
        self.chains = {key: self._chain(key) for key in dict.fromkeys(k for k, _ in self.makers)}

    def _take(self, number: int, operation: Operation) -> None:
        (asked,) = operation.arguments
        for name, key, value in _steps(asked):
            if name in READS:
                continue
            place = (exact(key), exact(value))
            self.usable &= place not in self.makers and name in (*WRITES, *APPENDS)
            self.usable &= exact(self.model.values.get(place[0])) != place[1]
            self.usable &= (place[0] in self.lists) is (name in APPENDS) or not any(
                key == place[0] for key, _ in self.makers
            )
            self.makers[place] = number
            if name in APPENDS:
                self.lists.add(exact(key))
        if operation.pending or not isinstance(operation.result, tuple):
            return
        own: set[Value] = set()
        for name, key, value in _steps(operation.result):
            if name not in READS:
                own.add(exact(key))
            elif exact(key) not in own and value is not UNSAID:
                self.reads.append((number, exact(key), value))

    def _chain(self, key: Value) -> list[Value]:
        """The versions of a key in their order, as far as it is known: of a list, its items."""
        if key not in self.lists:
            return []
        longest: tuple[Value, ...] = ()
        for number, k, value in self.reads:
            if k != key or value is None:
                continue
            items = tuple(map(exact, value)) if isinstance(value, tuple) else None
            if items is None or any((key, item) not in self.makers for item in items):
                self._found(number, key, value, "has what nobody appended")
            elif longest[: len(items)] != items[: len(longest)]:
                self._found(number, key, value, "is no continuation of what others read")
            elif len(items) > len(longest):
                longest = items
        return list(longest)

    def _found(self, number: int, key: Value, value: Value, what: str) -> None:
        operation = self.operations[number]
        self.anomaly = (
            self.anomaly or f"{_named(operation)} read {text(value)} of {text(key)}, which {what}"
        )

    def edges(self) -> Iterator[Edge]:
        """All that must come before something else."""
        self.present |= {
            self.makers[k, v] for n, k, v in self._pairs_read() if (k, v) in self.makers
        }
        for key in filter(self.lists.__contains__, self.chains):
            yield from self._list_edges(key, self.chains[key])
        yield from self._register_edges()
        yield from self._time_edges()

    def _pairs_read(self) -> Iterator[tuple[int, Value, Value]]:
        """Each version that a read saw, items of lists one by one."""
        for number, key, value in self.reads:
            if key in self.lists:
                yield from ((number, key, exact(item)) for item in value or ())
            else:
                yield number, key, exact(value)

    def _list_edges(self, key: Value, chain: list[Value]) -> Iterator[Edge]:
        made = [self.makers[key, item] for item in chain]
        for one, other in pairwise(made):
            yield Edge(one, other, "ww", key)
        unseen = [n for (k, item), n in self.makers.items() if k == key and item not in set(chain)]
        for number, k, value in self.reads:
            if k != key:
                continue
            size = len(value or ())
            if size:
                yield Edge(made[size - 1], number, "wr", key)
            if size < len(made):
                yield Edge(number, made[size], "rw", key)
            yield from (Edge(number, n, "rw", key) for n in unseen)

    def _register_edges(self) -> Iterator[Edge]:
        written = {key for key, _ in self.makers} - self.lists
        for number, key, value in self.reads:
            if key not in written:
                continue
            maker = self.makers.get((key, exact(value)))
            if maker is not None:
                yield Edge(maker, number, "wr", key)
            elif exact(value) == exact(self.model.values.get(key)):
                yield from (
                    Edge(number, n, "rw", key) for (k, _), n in self.makers.items() if k == key
                )
            else:
                self._found(number, key, value, "nobody wrote")

    def _time_edges(self) -> Iterator[Edge]:
        """Real time; of two that follow, only from the last ones that had returned."""
        done = sorted(
            (n for n, op in enumerate(self.operations) if op.returned is not None),
            key=lambda n: self.operations[n].returned or 0,
        )
        for number, operation in enumerate(self.operations):
            earlier = [n for n in done if (self.operations[n].returned or 0) < operation.invoked]
            latest = max((self.operations[n].invoked for n in earlier), default=0)
            for n in earlier:
                if (self.operations[n].returned or 0) > latest:
                    yield Edge(n, number, "rt")


def _order_or_cycle(
    count: int, edges: Iterable[Edge], present: set[int]
) -> tuple[list[int], list[Edge]]:
    """An order of the transactions that respects the edges, or a shortest cycle of edges."""
    after: dict[int, list[Edge]] = {}
    waiting = [0] * count
    for edge in edges:
        if edge.before != edge.after and edge.before in present and edge.after in present:
            after.setdefault(edge.before, []).append(edge)
            waiting[edge.after] += 1
    ready = [n for n in range(count - 1, -1, -1) if n in present and not waiting[n]]
    order: list[int] = []
    while ready:
        number = ready.pop()
        order.append(number)
        for edge in after.get(number, ()):
            waiting[edge.after] -= 1
            if not waiting[edge.after]:
                ready.append(edge.after)
    if len(order) == len(present):
        return order, []
    return [], _shortest_cycle(after, present - set(order))


def _shortest_cycle(after: dict[int, list[Edge]], among: set[int]) -> list[Edge]:
    best: list[Edge] = []
    for start in sorted(among):
        paths: dict[int, list[Edge]] = {start: []}
        level = [start]
        while level and not (best and len(paths[level[0]]) + 1 >= len(best)):
            following = []
            for number in level:
                for edge in after.get(number, ()):
                    path = [*paths[number], edge]
                    if edge.after == start:
                        best = path if not best or len(path) < len(best) else best
                    elif edge.after in among and edge.after not in paths:
                        paths[edge.after] = path
                        following.append(edge.after)
            level = following
    return best


def _explains(operations: Sequence[Operation], order: Sequence[int], model: MultiRegister) -> bool:
    """Whether the object, run in this order, answers as recorded."""
    try:
        list(replay_linearization([Placed(operations[n], 0) for n in order], model))
    except ValueError:
        return False
    return True
