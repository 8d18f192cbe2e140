"""Compare the linearizability checker with its references on random histories with crashes.

    python -m benchmarks.linearizable_fuzz --histories 100000 --seed 1

Half of the histories are small, and judged by the definition (`raftnb.linear.definition`) too;
all are judged by plain Wing-Gong-Lowe. Each has at least one operation that never returned.
Every linearization and every attempt is replayed. The first difference ends the run with exit
code 1 and is printed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from time import perf_counter

from tqdm import tqdm

from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import check
from raftnb.linear.definition import is_linearizable
from tests.oracles.wing_gong_lowe import KINDS, assert_sound, random_history, wing_gong_lowe


def crashed_history(dice: random.Random, kind: str, small: bool) -> History:
    """A random history in which an operation never returned."""
    while True:
        size = dice.randint(2, 5) if small else dice.randint(5, 14)
        history = random_history(KINDS[kind], dice, size, dice.randint(2, 5))
        if any(operation.pending for operation in history.operations):
            return history


def differs(history: History, kind: str, small: bool, tally: Counter[str]) -> bool:
    """Whether the checker and a reference disagree; counts verdicts and methods."""
    model = KINDS[kind].model
    found = check(history, model)
    holds = found.verdict is Verdict.HOLDS
    tally.update([str(found.verdict), *(part.method for part in found.parts)])
    assert_sound(found, model)
    if small and is_linearizable(history, model) is not holds:
        return True
    return wing_gong_lowe(history.operations, model) is not holds


def main() -> int:
    """Fuzz, print the tally, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--histories", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice, tally, start = random.Random(arguments.seed), Counter[str](), perf_counter()
    kinds = sorted(KINDS)
    for number in tqdm(range(arguments.histories), unit=" histories", mininterval=5):
        kind, small = kinds[number % len(kinds)], number // len(kinds) % 2 == 0
        history = crashed_history(dice, kind, small)
        if differs(history, kind, small, tally):
            print(f"history {number} ({kind}) is judged differently:\n{history}")
            return 1
    seconds = perf_counter() - start
    print(f"{arguments.histories:,} histories with crashed operations, none judged differently")
    print(", ".join(f"{name} {count:,}" for name, count in sorted(tally.items())))
    print(f"{len(KINDS)} kinds of objects, seed {arguments.seed}, {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
