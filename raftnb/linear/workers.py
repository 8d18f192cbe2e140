"""Decide the parts of a long history in several processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Any, TypeAlias, cast

from raftnb.data.errors import RaftnbError
from raftnb.linear.meter import Meter
from raftnb.linear.portions import Share
from raftnb.linear.replay import Line
from raftnb.linear.result import Evidence, Part

Work: TypeAlias = Callable[[int, Meter], Part | None]
"""Decides the part with this number, or gives it up."""


def in_parallel(
    parts: Sequence[Share], work: Work, meter: Meter, workers: int
) -> Iterator[tuple[int, Part | None]]:
    """Each part's number with what `work` found of it, as they come.

    Parts are left out where a process ends before its time, because of an error or for lack of
    memory, and after Ctrl-C, which the meter then knows.
    """
    context = multiprocessing.get_context("fork")
    order = sorted(range(len(parts)), key=lambda n: len(parts[n]), reverse=True)
    open_ones: dict[Connection, Any] = {}
    for number in range(workers):
        here, there = context.Pipe(duplex=False)
        mine = order[number::workers]
        process = context.Process(target=_work, args=(there, mine, work, meter.share(workers)))
        process.start()
        there.close()
        open_ones[here] = process
    processes = list(open_ones.values())
    try:
        while open_ones:
            for ready in cast("list[Connection]", wait(list(open_ones))):
                try:
                    n, part, line = ready.recv()
                except EOFError:
                    del open_ones[ready]
                    continue
                if line is not None:
                    part = replace(part, shown=Evidence(Line(parts[n].operations, *line)))
                if part is not None:
                    meter.configurations += part.configurations
                yield n, part
    except KeyboardInterrupt:
        meter.interrupt()
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _work(out: Connection, numbers: Sequence[int], work: Work, meter: Meter) -> None:
    """One process: an error ends it, and is met again by whoever decides what is left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for n in numbers:
            part = work(n, meter)
            line = None
            if part is not None:
                order = part.linearization
                if isinstance(order, Line):
                    line = order.numbers, order.points
                part = replace(part, shown=Evidence() if line else part.evidence)
            out.send((n, part, line))
    except (RaftnbError, MemoryError):
        return
    finally:
        out.close()
