"""What exploration answers, line by line, to be compared under two hash seeds.

`python -m tests.fuzz.hashed --every 16 --seeds 10`: of every sixteenth of the systematic texts and
of the first ten seeds a line with a digest of all that was seen, verdicts, counts and traces. With
`--twice` the same is asked in two processes of different hash seeds, and what differs is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.behaviors import compare_liveness
from tests.fuzz.compare import compare
from tests.fuzz.one import compared
from tests.fuzz.pairs import compare_pairs
from tests.fuzz.walks import compare_walks
from tests.oracles.random_oddities import systematic
from tests.oracles.random_specs import HEADER, make

ASK = (compare, compare_walks, compare_liveness, compare_pairs)


def texts(every: int, seeds: int) -> Iterator[tuple[str, str]]:
    """Names and texts of what is asked."""
    for number, text in list(enumerate(systematic(HEADER)))[::every]:
        yield f"systematic {number}", text
    for seed in range(seeds):
        yield f"seed {seed}", make(seed).text


def lines(every: int, seeds: int) -> Iterator[str]:
    """For each text its name, how many answers there were, and their digest."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in texts(every, seeds):
            found = compared(text, Path(directory), ASK)
            told = "\n".join([*found.answers, *map(str, found.differences)])
            told = told.replace(directory, "")
            yield f"{name}: {len(found.answers)} {hashlib.sha256(told.encode()).hexdigest()}"


def twice(every: int, seeds: int) -> list[list[str]]:
    """The lines under the hash seeds 1 and 2."""
    command = [sys.executable, "-m", "tests.fuzz.hashed", f"--every={every}", f"--seeds={seeds}"]
    return [
        subprocess.run(
            command, env=os.environ | {"PYTHONHASHSEED": seed, "TQDM_DISABLE": "1"},
            capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        for seed in ("1", "2")
    ]  # fmt: skip


def main() -> int:
    """Print the lines, or what differs; 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.hashed", description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--twice", action="store_true")
    options = parser.parse_args()
    if not options.twice:
        for line in lines(options.every, options.seeds):
            print(line)
        return 0
    one, two = twice(options.every, options.seeds)
    differing = [pair for pair in zip(one, two, strict=True) if pair[0] != pair[1]]
    print(f"{len(one)} texts, {len(differing)} differ", *differing, sep="\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
