"""Where the operations of a history stand: a lane for each process, bands for what else happened.

A process that crashed leaves its lane to the next one that starts, as testers rename processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

from raftnb.data.events import Operation, Remark, Value, text
from raftnb.data.histories import History

ENDS = frozenset(("stop", "heal", "resume", "recover", "end", "start-node", "restart", "healed"))
"""The names of remarks that end what the ones before began."""


class Lanes(NamedTuple):
    """The lane of each process, the name of each lane, and where a crashed operation is cut off.

    `ends` has, for a pending operation's invocation, the next invocation in its lane.
    """

    number: Mapping[Value, int]
    names: Sequence[str]
    ends: Mapping[int, int]


class Band(NamedTuple):
    """Something that lasted from one event to another (None: to the end), such as a fault."""

    start: int
    end: int | None
    words: str


def lanes_of(history: History, operations: Sequence[Operation]) -> Lanes:
    """A lane for each process, in the order of their names; a crashed one's lane is used again.

    That is, by the first process to start after the log had said that nobody knows how the last
    call of the other ended (`History.crashes`).
    """
    mine: dict[Value, list[Operation]] = {}
    for operation in operations:
        mine.setdefault(operation.process, []).append(operation)
    free: list[tuple[int, int]] = []
    lanes: list[list[Value]] = []
    for process in sorted(mine, key=lambda p: mine[p][0].invoked):
        if free and free[0][0] <= mine[process][0].invoked:
            at = heappop(free)[1]
        else:
            at = len(lanes)
            lanes.append([])
        lanes[at].append(process)
        if process in history.crashes:
            heappush(free, (history.crashes[process], at))
    lanes.sort(key=lambda lane: process_key(lane[0]))
    number = {process: n for n, lane in enumerate(lanes) for process in lane}
    names = [_name(lane) for lane in lanes]
    ends = {
        mine[one][-1].invoked: mine[other][0].invoked
        for lane in lanes
        for one, other in pairwise(lane)
    }
    return Lanes(number, names, ends)


def _name(lane: Sequence[Value]) -> str:
    names = [text(process) for process in lane]
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"


def process_key(process: Value) -> tuple[str, int, str]:
    """What processes are sorted by: numbers by their size, others by their names."""
    number = process if isinstance(process, int) else 0
    return type(process).__name__, number, text(process)


def bands_of(history: History) -> list[Band]:
    """The faults and notes of a log as bands; a remark that ends them closes all that are open."""
    found: list[Band] = []
    running: list[Remark] = []
    for remark in history.remarks:
        if remark.name in ENDS:
            found += [_band(one, remark.at) for one in running]
            running = []
        elif not any(_same(remark, one) for one in running):
            running.append(remark)
    return sorted(found + [_band(one, None) for one in running])


def _same(one: Remark, other: Remark) -> bool:
    """Testers write a fault twice: when it is asked for and when it is there."""
    return one.name == other.name


def _band(remark: Remark, end: int | None) -> Band:
    words = f"{remark.name} {remark.words}".strip()
    return Band(remark.at, end, words)


def shortened(words: Iterable[str], room: int) -> str:
    """The first of `words` that fits into `room` letters, or the start of the last."""
    last = ""
    for last in words:
        if len(last) <= room:
            return last
    return last[: max(room - 1, 1)] + ("…" if room > 1 else "")
