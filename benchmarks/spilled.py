"""What a state costs where states are on disk: `python -m benchmarks.spilled`.

raft.tla with three servers and at most two messages in flight (58,377,831 states), its first states
with little memory, and once with all in memory: seconds of the processor and bytes on disk a state,
and what 10^9 such states would take.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from raftnb.explore import check
from raftnb.specs.raft.ongaro_tla import RAFT_TLA


def measured(states: int, megabytes: int | None) -> str:
    """One line: so many states, with so much memory."""
    model, begun = RAFT_TLA(servers=3, max_messages=2), time.process_time()
    with tempfile.TemporaryDirectory() as scratch:
        options = {} if megabytes is None else {"max_memory": megabytes * 1_000_000}
        folder = None if megabytes is None else Path(scratch) / "run"
        found = check(
            model, engine="compiled", max_states=states, folder=folder, progress=False, **options
        )
        spent = time.process_time() - begun
        files = [] if folder is None else [folder / n for n in ("values", "rows", "parents")]
        disk = sum(file.stat().st_blocks * 512 for file in files) / found.distinct
        on_disk = f"{disk:.1f}" if files else ""
    memory = "all" if megabytes is None else f"{megabytes} MB"
    counts = f"| {found.distinct:,} | {found.generated:,} | {memory}"
    return f"{counts} | {spent:.1f} | {1e6 * spent / found.distinct:.2f} | {on_disk} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, nargs="+", default=[1_000_000, 3_000_000, 10_000_000])
    parser.add_argument("--part", type=int, default=10, help="memory has one state in so many")
    arguments = parser.parse_args()
    print("| states | generated | memory | CPU s | µs a state | bytes on disk a state |")
    print("|-:|-:|-:|-:|-:|-:|")
    for states in arguments.states:
        for memory in (None, max(1, 48 * states // arguments.part // 1_000_000)):
            print(measured(states, memory), flush=True)


if __name__ == "__main__":
    main()
