"""What a generated successor costs with symmetry and without it, both in compiled code.

Run with `python -m benchmarks.symmetry`. The first states of raft.tla with three, four and five
servers, explored in turn without symmetry and with it; the second of two runs counts, since the
program is compiled in the first.
"""

from __future__ import annotations

import argparse
import time

from raftnb.explore import check
from raftnb.language.spec import Model
from raftnb.specs.raft.ongaro_tla import RAFT_TLA


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, default=10_000_000, help="explore so many, no more")
    states = parser.parse_args().states
    print("| servers | states: none | symmetry | ns a successor: none | symmetry | ratio |")
    print("|-:|-:|-:|-:|-:|-:|")
    for servers in (3, 4, 5):
        model = RAFT_TLA(servers=servers)
        for _ in range(2):
            (plain, before), (orbits, after) = (cost(model, states, both) for both in (False, True))
        counts = f"{plain:,} | {orbits:,} | {before:.0f} | {after:.0f} | {after / before:.2f}"
        print(f"| {servers} | {counts} |", flush=True)


def cost(model: Model, states: int, symmetry: bool) -> tuple[int, float]:
    """How many states there are, and nanoseconds of the processor for each generated successor."""
    begun = time.process_time()
    found = check(
        model, engine="compiled", symmetry=symmetry, max_states=states, progress=False
    )  # fmt: skip
    return found.distinct, 1e9 * (time.process_time() - begun) / found.generated


if __name__ == "__main__":
    main()
