"""How fast states are explored, and how much faster than with the plain Python reference.

Run with `python -m benchmarks.explore`; `--large` adds the 58 million states of raft.tla with two
different messages in flight, `--cold` the time that compiling takes in an empty cache. Each line
has the counts, the seconds and the processor's seconds of a warm run, states a second, and the
ratio to the reference engine, measured in the same run on the two-server model.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any, NamedTuple

from raftnb.explore import Exploration, check
from raftnb.language.spec import Model
from raftnb.specs.raft.ongaro_tla import RAFT_TLA
from raftnb.specs.store.sequential import SEQUENTIAL_STORE


class Run(NamedTuple):
    """A measured exploration."""

    found: Exploration
    wall: float
    cpu: float

    @property
    def rate(self) -> float:
        """Generated successors a second."""
        return self.found.generated / self.wall


def measure(model: Model, **options: Any) -> Run:
    """Explore a model and look at the clocks."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = check(model, progress=False, **options)
    return Run(found, time.perf_counter() - wall, time.process_time() - cpu)


def show(name: str, run: Run, reference: Run) -> None:
    """Print a line of the table."""
    found = run.found
    counts = f"{found.distinct:>12,} {found.generated:>13,} {found.depth:>5}"
    clocks = f"{run.wall:>8.2f} {run.cpu:>8.2f} {found.distinct / run.wall:>12,.0f}"
    print(f"{name:<34} {counts} {clocks} {run.rate / reference.rate:>7.0f}x", flush=True)


def cold() -> float:
    """The seconds that a first exploration takes in a process of its own, with an empty cache."""
    program = (
        "from raftnb.explore import check; from raftnb.specs.raft.ongaro_tla import RAFT_TLA;"
        "check(RAFT_TLA(), progress=False)"
    )
    with tempfile.TemporaryDirectory() as empty:
        started = time.perf_counter()
        environment = {**os.environ, "NUMBA_CACHE_DIR": empty}
        subprocess.run([sys.executable, "-c", program], check=True, env=environment)
        return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="58 million states; needs 3 GB")
    parser.add_argument("--cold", action="store_true", help="compile in an empty cache, too")
    asked = parser.parse_args()
    check(RAFT_TLA(), progress=False)
    reference = measure(RAFT_TLA(), engine="reference")
    print(
        f"{'':<34} {'distinct':>12} {'generated':>13} {'depth':>5} {'seconds':>8} {'cpu':>8} ",
        end="",
    )
    print(f"{'states/s':>12} {'ratio':>8}")
    show("reference, raft-tla s2 m1", reference, reference)
    store = SEQUENTIAL_STORE(clients=3, keys=2, values=2)
    show("sequential-store 3, 2, 2", measure(store), reference)
    show("raft-tla s2 m1", measure(RAFT_TLA()), reference)
    show("raft-tla s2 m2", measure(RAFT_TLA(max_messages=2)), reference)
    three = RAFT_TLA(servers=3)
    show("raft-tla s3 m1, 1 thread", measure(three, threads=1), reference)
    show("raft-tla s3 m1", measure(three), reference)
    show("raft-tla s3 m1, symmetry", measure(three, symmetry=True), reference)
    if asked.large:
        show("raft-tla s3 m2", measure(RAFT_TLA(servers=3, max_messages=2)), reference)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"peak memory: {peak:,} MB")
    if asked.cold:
        print(f"first use, everything compiled: {cold():.1f} seconds")


if __name__ == "__main__":
    main()
