"""What the engines answer, line by line, to be compared under several hash seeds and on more cores.

`python -m tests.fuzz.hashed --every 16 --seeds 10`: of every sixteenth of the systematic texts and
of the first ten seeds a line with a digest of all that was seen, verdicts, counts and traces. With
`--package` also of the package's own specifications: verdict, text, JSON and trace of exploring,
walking and proving them, on so many `--workers`. With `--thrice` the same is asked under the hash
seeds 0, 1, 2, with 1, 2 and 1 workers, and what differs is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from raftnb.explore import check
from raftnb.explore.walks import random_walks
from raftnb.prove import prove
from raftnb.specs import PROOFS, SPECS
from raftnb.specs.raft.mistakes import MUTANTS
from tests.explore.test_agreement import SMALL
from tests.fuzz.behaviors import compare_liveness
from tests.fuzz.compare import compare
from tests.fuzz.one import compared
from tests.fuzz.pairs import compare_pairs
from tests.fuzz.walks import compare_walks
from tests.oracles.random_oddities import systematic
from tests.oracles.random_specs import HEADER, make

ASK = (compare, compare_walks, compare_liveness, compare_pairs)
PROVED = ("sequential-store", "linearizable-store")
TIMES = ("seconds", "slowest", "solver")
STATES = 2_000


def texts(every: int, seeds: int) -> Iterator[tuple[str, str]]:
    """Names and texts of what is asked."""
    for number, text in list(enumerate(systematic(HEADER)))[::every] if every else ():
        yield f"systematic {number}", text
    for seed in range(seeds):
        yield f"seed {seed}", make(seed).text


def lines(every: int, seeds: int) -> Iterator[str]:
    """For each text its name, how many answers there were, and their digest."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in texts(every, seeds):
            found = compared(text, Path(directory), ASK)
            told = "\n".join([*found.answers, *map(str, found.differences)])
            yield f"{name}: {len(found.answers)} {digest(told.replace(directory, ''))}"


def of_package(workers: int) -> Iterator[str]:
    """The same of what the package has: explored, walked through, proved; some mistakes in Raft."""
    for name in sorted(SPECS):
        model = SPECS[name](**SMALL.get(name, {}))
        explored = check(model, threads=workers, max_states=STATES, progress=False)
        walked = random_walks(model, walks=20, depth=30, threads=workers, progress=False)
        yield f"{name}: {told(explored)} {told(walked)}"
    for mutant in MUTANTS[::6]:
        model = mutant.spec()(**mutant.constants)
        found = check(model, threads=workers, max_states=STATES, progress=False)
        yield f"row {mutant.row}: {told(found)}"
    for name in PROVED:
        yield f"proof of {name}: {told(prove(PROOFS[name], workers=workers))}"


def told(answer: Any) -> str:
    """An answer's verdict, and a digest of its text, JSON and trace, but for how long it took."""
    data = timeless(answer.as_json())
    text = [line for line in str(answer).splitlines() if "seconds" not in line]
    trace = getattr(answer, "trace", None)
    return f"{answer.verdict} {digest(json.dumps([data, text, str(trace)]))}"


def timeless(data: Any) -> Any:
    """Plain data without how long anything took."""
    if isinstance(data, dict):
        return {key: timeless(value) for key, value in data.items() if key not in TIMES}
    return list(map(timeless, data)) if isinstance(data, list) else data


def digest(text: str) -> str:
    """What two texts share if they are the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def several(every: int, seeds: int, *, package: bool = False) -> list[list[str]]:
    """The lines under the hash seeds 0, 1, 2, with 1, 2 and 1 workers."""
    command = [sys.executable, "-m", "tests.fuzz.hashed", f"--every={every}", f"--seeds={seeds}"]
    command += ["--package"] if package else []
    return [
        subprocess.run(
            [*command, f"--workers={workers}"],
            env=os.environ | {"PYTHONHASHSEED": seed, "TQDM_DISABLE": "1"},
            capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        for seed, workers in (("0", 1), ("1", 2), ("2", 1))
    ]  # fmt: skip


def main() -> int:
    """Print the lines, or what differs; 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.hashed", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="of the systematic texts; 0 for none")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--package", action="store_true")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--thrice", action="store_true")
    options = parser.parse_args()
    if not options.thrice:
        for line in lines(options.every, options.seeds):
            print(line)
        for line in of_package(options.workers) if options.package else ():
            print(line)
        return 0
    found = several(options.every, options.seeds, package=options.package)
    differing = [row for row in itertools.zip_longest(*found) if len(set(row)) > 1]
    print(f"{len(found[0])} lines, {len(differing)} differ", *differing, sep="\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
