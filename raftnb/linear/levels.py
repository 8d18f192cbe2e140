"""How far up the ladder of promises a history reaches, each promise with a fast way to decide it.

The definitions, word for word, are in `raftnb.linear.promises`; the two agree on small histories.
Below *linearizable* a promise is about registers: plain reads and writes of any number of keys. A
successful `cas` reads and writes for *sequential*; for *regular* and *safe* it writes; what the
others say of an operation that does both is not defined, so they are undecided. A promise that a
stronger one implies is not searched for again when that one holds, and a stronger one not when a
weaker is violated.

Where an order has to be found, the search is depth first over (operations placed, values): a read
that fits is placed at once, which loses nothing, and writes are tried in the order of their time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, NamedTuple

from raftnb.data.errors import UsageError
from raftnb.data.events import UNSAID, Operation, Value, exact, text
from raftnb.data.histories import History
from raftnb.data.verdict import Answer, Verdict
from raftnb.linear.checker import check
from raftnb.linear.interface import SequentialObject
from raftnb.linear.orders import Found, legal_order
from raftnb.linear.registers import Access, Accesses, accesses_of
from raftnb.linear.result import Budget, explain

LADDER: dict[str, tuple[str, ...]] = {
    "linearizable": ("sequential", "regular"),
    "sequential": ("causal",),
    "causal": ("pram", "writes-follow-reads"),
    "pram": ("read-your-writes", "monotonic-reads", "monotonic-writes"),
    "writes-follow-reads": (),
    "read-your-writes": (),
    "monotonic-reads": (),
    "monotonic-writes": (),
    "regular": ("safe",),
    "safe": (),
}
"""The promises, and which others each of them implies; the strongest first."""
SECONDS = 5.0
"""What a single promise may take unless a budget says otherwise."""


@dataclass(frozen=True)
class Rung:
    """One promise: whether the history keeps it, and why not or how far it was looked."""

    level: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, repr=False)
class Ladder(Answer):
    """How far up the ladder a history reaches; `rungs` are in the ladder's order.

    The verdict is that of the strongest promise that was asked for.
    """

    history: History = field(compare=False)
    rungs: tuple[Rung, ...]
    seconds: float = field(compare=False)

    @property
    def verdict(self) -> Verdict:
        """The verdict of the strongest promise that was asked for."""
        return self.rungs[0].verdict

    @property
    def bound(self) -> str | None:
        """What ended the search for the strongest promise, if its verdict is *unknown*."""
        return self.rungs[0].reason if self.verdict is Verdict.UNKNOWN else None

    @property
    def partial(self) -> tuple[str, ...]:
        """How the history was read, and which promises are undecided."""
        open_ones = [rung.level for rung in self.rungs if rung.verdict is Verdict.UNKNOWN]
        return (*self.history.notes, *(f"undecided: {level}" for level in open_ones))

    @property
    def highest(self) -> tuple[str, ...]:
        """The promises that are kept and that no other kept one implies."""
        kept = [rung.level for rung in self.rungs if rung.verdict is Verdict.HOLDS]
        return tuple(level for level in kept if not any(level in implied(k) for k in kept))

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON data."""
        return {
            "verdict": str(self.verdict),
            "property": self.property,
            "seconds": round(self.seconds, 6),
            "bound": self.bound,
            "partial": list(self.partial),
            "highest": list(self.highest),
            "levels": {
                rung.level: {"verdict": str(rung.verdict), "reason": rung.reason}
                for rung in self.rungs
            },
        }

    def __str__(self) -> str:
        rows = [f"{rung.level:20}{rung.verdict!s:9}{rung.reason}".rstrip() for rung in self.rungs]
        return "\n".join(rows)

    @property
    def property(self) -> str | None:
        """The strongest promise that was asked for."""
        return self.rungs[0].level


def implied(level: str) -> set[str]:
    """All the promises that `level` implies, without itself."""
    return {weaker for direct in LADDER[level] for weaker in (direct, *implied(direct))}


def climb(
    history: History,
    model: SequentialObject,
    levels: Sequence[str] = tuple(LADDER),
    budget: Budget | None = None,
) -> Ladder:
    """Decide for each of `levels` whether `history` keeps this promise of `model`.

    `budget` is for each promise; without one it is 5 seconds. Raises `UsageError` for a level that
    there is not, and as `check` does. Ctrl-C leaves the promises undecided that are not decided.
    """
    wrong = [level for level in levels if level not in LADDER]
    if wrong or not levels:
        raise UsageError(
            f"the level {', '.join(map(repr, wrong))}" if wrong else "no level",
            allowed=", ".join(LADDER),
            cure="choose some of them",
        )
    start = perf_counter()
    climber = _Climber(history, model, budget or Budget(seconds=SECONDS))
    ordered = [level for level in LADDER if level in levels]
    found: dict[str, Rung] = {}
    for level in sorted(ordered, key=_effort):
        found[level] = _known(level, found) or climber.decide(level)
    for level in ordered:  # what was undecided may follow from what was decided later
        if found[level].verdict is Verdict.UNKNOWN:
            found[level] = _known(level, found) or found[level]
    return Ladder(history, tuple(found[level] for level in ordered), perf_counter() - start)


def _effort(level: str) -> int:
    order = ("linearizable", "safe", "regular", "sequential")
    return order.index(level) if level in order else len(order) + list(LADDER).index(level)


def _known(level: str, found: dict[str, Rung]) -> Rung | None:
    """What follows from the promises that are decided already."""
    for rung in found.values():
        if rung.verdict is Verdict.HOLDS and level in implied(rung.level):
            return Rung(level, Verdict.HOLDS, f"{rung.level} implies it")
        if rung.verdict is Verdict.VIOLATED and rung.level in implied(level):
            return Rung(level, Verdict.VIOLATED, f"it implies {rung.level}")
    return None


class _Climber:
    """Decides single promises of one history."""

    def __init__(self, history: History, model: SequentialObject, budget: Budget) -> None:
        self.history, self.model, self.budget = history, model, budget
        self.accesses: Accesses | None = None
        self.interrupted = False

    def decide(self, level: str) -> Rung:
        """The verdict on one promise."""
        if level == "linearizable":
            return self._linearizable()
        if self.interrupted:
            return Rung(level, Verdict.UNKNOWN, "interrupted")
        try:
            if self.accesses is None:
                self.accesses = accesses_of(self.history, self.model)
            if self.accesses.reason:
                return Rung(level, Verdict.UNKNOWN, self.accesses.reason)
            if level in ("regular", "safe"):
                return _by_time(level, self.accesses)
            if level != "sequential" and any(a.reads and a.writes for a in self.accesses.all):
                return Rung(level, Verdict.UNKNOWN, "only read and write are looked at, not cas")
            return self._by_orders(level, self.accesses)
        except KeyboardInterrupt:
            self.interrupted = True
            return Rung(level, Verdict.UNKNOWN, "interrupted")

    def _linearizable(self) -> Rung:
        answer = check(self.history, self.model, self.budget)
        self.interrupted = answer.bound == "interrupted"
        bad = next((part for part in answer.parts if part.verdict is answer.verdict), None)
        reason = "" if answer.verdict is Verdict.HOLDS or bad is None else explain(bad)
        return Rung("linearizable", answer.verdict, reason)

    def _by_orders(self, level: str, accesses: Accesses) -> Rung:
        if level in ("causal", "writes-follow-reads") and accesses.repeated is not None:
            reason = f"{accesses.repeated} is written twice: nobody knows which was read"
            return Rung(level, Verdict.UNKNOWN, reason)
        reason = ""
        for view in views(level, accesses):
            found = legal_order(view.accesses, view.before, accesses.initial, self.budget)
            if found.verdict is Verdict.VIOLATED:
                return Rung(level, Verdict.VIOLATED, _stuck(view, found))
            if found.verdict is Verdict.UNKNOWN:
                reason = reason or found.reason
        return Rung(level, Verdict.UNKNOWN if reason else Verdict.HOLDS, reason)


class View(NamedTuple):
    """The operations that one process must be able to put in order, and what comes before what.

    `before[access.number]` are, as bits, the numbers of those that come before it.
    """

    process: Value
    accesses: list[Access]
    before: list[int]


def views(level: str, accesses: Accesses) -> Iterator[View]:
    """The orders that `level` asks for: one of all operations, or one for each process."""
    every = accesses.all
    session = accesses.in_session()
    if level == "sequential":
        yield View(None, every, session)
        return
    writes = sum(1 << a.number for a in every if a.writes)
    reads = sum(1 << a.number for a in every if a.reads)
    order = {"causal": accesses.causes, "writes-follow-reads": accesses.follows}.get(level)
    table = session if order is None else order()
    for process in dict.fromkeys(access.process for access in every):
        mine = [access.process == process for access in every]
        seen = [
            a if own else a.blind() for a, own in zip(every, mine, strict=True) if own or a.writes
        ]
        masks = list(table)
        if level == "read-your-writes":
            masks = [
                m & writes if own and a.reads else 0
                for m, a, own in zip(table, every, mine, strict=True)
            ]
        elif level == "monotonic-reads":
            masks = [
                m & reads if own and a.reads else 0
                for m, a, own in zip(table, every, mine, strict=True)
            ]
        elif level == "monotonic-writes":
            masks = [m & writes if a.writes else 0 for m, a in zip(table, every, strict=True)]
        yield View(process, seen, masks)


def _stuck(view: View, found: Found) -> str:
    who = "" if view.process is None else f" of process {text(view.process)}"
    if found.stuck is None:
        return f"no order{who}"
    operation = found.stuck.operation
    return f"no order{who} gives {operation} by process {text(operation.process)}"


def _by_time(level: str, accesses: Accesses) -> Rung:
    """Regular and safe registers: each read alone, compared with the writes around it."""
    written: dict[Value, list[Access]] = {}
    for access in accesses.all:
        if access.writes:
            written.setdefault(exact(access.key), []).append(access)
    for read in accesses.all:
        if read.writes or read.operation.pending or read.read is UNSAID:
            continue
        start, end = read.operation.invoked, read.operation.returned or 0
        writes = written.get(exact(read.key), [])
        overlapping = [w for w in writes if w.operation.invoked < end and _end(w) > start]
        if level == "safe" and overlapping:
            continue
        earlier = [w for w in writes if _end(w) < start]
        last = [w for w in earlier if not any(_end(w) < x.operation.invoked for x in earlier)]
        allowed = {exact(w.written) for w in (*last, *overlapping)}
        if not earlier:
            allowed.add(exact(accesses.initial(read.key)))
        if exact(read.read) not in allowed:
            return Rung(level, Verdict.VIOLATED, _too_old(read.operation, last))
    return Rung(level, Verdict.HOLDS)


def _end(access: Access) -> float:
    returned = access.operation.returned
    return float("inf") if returned is None else returned


def _too_old(read: Operation, last: Sequence[Access]) -> str:
    known = " or ".join(str(write.operation) for write in last[:3]) or "nothing"
    return f"{read} by process {text(read.process)}, though {known} was the last before it"
