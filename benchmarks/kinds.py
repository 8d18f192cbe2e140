"""Models of every kind, explored by raftnb and, where there is TLC, by TLC: a table of both.

Run with `python -m benchmarks.kinds [NAME ...]`; TLA2TOOLS_JAR names the tla2tools.jar. TLC has
the same models as `raftnb.pluscal` prints them, one worker. Seconds of the processor, then by
the clock: ours are of the whole check in a process that has checked another model before, also in
compiled code, with the compiling of the model's program and without an old one; TLC's are with the
start of Java. `start` is a
process for a small model, all included.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import models
from raftnb.explore import check
from raftnb.language.spec import Model
from raftnb.pluscal import plain_module
from raftnb.specs.raft.ongaro_tla import RAFT_TLA
from raftnb.specs.store.sequential import SEQUENTIAL_STORE
from tests.pluscal.tools import JAR, tlc

MODELS: dict[str, tuple[str, Callable[[], Model]]] = {
    "counters": ("two counters that are the whole state", models.COUNTERS),
    "life": ("a grid read whole", models.LIFE),
    "registers": ("registers", models.REGISTERS),
    "two-phase": ("two-phase commit", models.TWO_PHASE),
    "shared-set": ("two-phase commit with one set of messages", models.SHARED_SET),
    "termination": ("variables read by everybody: termination detection", models.TERMINATION),
    "mutex": ("channels that keep the order: mutual exclusion", models.MUTEX),
    "ring-buffer": ("ring buffer", models.BUFFER),
    "paxos": ("Paxos, with `in_flight` in a claim", models.PAXOS),
    "raft-tla": ("raft.tla, three servers", lambda: RAFT_TLA(servers=3)),
}
START = "sequential-store"


class Clocks(NamedTuple):
    """Seconds of the processor, children's too, and by the clock."""

    cpu: float
    wall: float


def clocked(done: Callable[[], Any]) -> tuple[Any, Clocks]:
    """What something gives, and how long it takes."""
    cpu, wall = _cpu(), time.perf_counter()
    found = done()
    return found, Clocks(_cpu() - cpu, time.perf_counter() - wall)


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def compare(name: str, *, asks_tlc: bool, engine: str) -> None:
    """Print the line of a model."""
    kind, make = MODELS[name]
    ours, clocks = clocked(lambda: check(make(), progress=False, threads=1, engine=engine))
    _, again = clocked(lambda: check(make(), progress=False, threads=1, engine=engine))
    line = f"| {kind} | {ours.distinct:,} | {ours.generated:,} | "
    line += f"{clocks.cpu:.2f} | {clocks.wall:.2f} | {again.cpu:.2f} |"
    if asks_tlc:
        with tempfile.TemporaryDirectory() as folder:
            theirs, slow = clocked(lambda: tlc(Path(folder), plain_module(make()), long=True))
        if theirs.distinct != ours.distinct:
            sys.exit(f"{name}: TLC has {theirs.distinct:,} states, we have {ours.distinct:,}")
        line += f" {slow.cpu:.2f} | {slow.wall:.2f} | {slow.cpu / clocks.cpu:.1f} |"
    print(line, flush=True)


def start(*, asks_tlc: bool) -> None:
    """Print the line of a small model in a process of its own."""
    command = [sys.executable, "-m", "raftnb", "check", START]
    subprocess.run(command, check=True, capture_output=True)  # so that all is in the caches
    _, clocks = clocked(lambda: subprocess.run(command, check=True, capture_output=True))
    line = f"| start: {START} | 149 | 219 | {clocks.cpu:.2f} | {clocks.wall:.2f} | |"
    if asks_tlc:
        with tempfile.TemporaryDirectory() as folder:
            module = plain_module(SEQUENTIAL_STORE())
            _, slow = clocked(lambda: tlc(Path(folder), module))
        line += f" {slow.cpu:.2f} | {slow.wall:.2f} | {slow.cpu / clocks.cpu:.1f} |"
    print(line, flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(MODELS)}, start")
    parser.add_argument("--engine", default="fast", help="the engine that is asked")
    parser.add_argument("--alone", action="store_true", help="without TLC")
    asked = parser.parse_args()
    asks_tlc = bool(JAR) and not asked.alone
    with tempfile.TemporaryDirectory() as empty:
        os.environ["RAFTNB_CACHE"] = empty
        check(SEQUENTIAL_STORE(), progress=False)
        check(SEQUENTIAL_STORE(), progress=False, engine="compiled")
        table(asked.names, asks_tlc=asks_tlc, engine=asked.engine)


def table(names: list[str], *, asks_tlc: bool, engine: str) -> None:
    """Print the table of some models, or of all."""
    heads = ["kind of model", "distinct", "generated", "CPU s", "wall s", "again, CPU s"]
    heads += ["TLC: CPU s", "wall s", "TLC / ours, CPU"] if asks_tlc else []
    print(f"| {' | '.join(heads)} |\n|-|{'-:|' * (len(heads) - 1)}")
    for name in names or [*MODELS, "start"]:
        if name == "start":
            start(asks_tlc=asks_tlc)
        else:
            compare(name, asks_tlc=asks_tlc, engine=engine)


if __name__ == "__main__":
    main()
