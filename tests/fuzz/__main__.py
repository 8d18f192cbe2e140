"""The long run: `python -m tests.fuzz --minutes 60`, resumable, its figures printed at the end."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tests.fuzz.one import total

BATCH, AGAIN = 40, 3


def main() -> int:
    """Run batches until the time is over; 1 if anything differed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default 60)")
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"), help="where it writes")
    parser.add_argument("--first", type=int, default=0, help="the first seed of a new run")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    seconds, before = 60 * options.minutes, spent(options.folder)
    first = next_seed(options.folder, options.first)
    with tqdm(total=round(seconds), desc="fuzz", unit="s", mininterval=5) as bar:
        bar.update(round(min(before, seconds)))
        while before < seconds:
            started = time.monotonic()
            run_batch(first, BATCH, options.folder, min(900.0, 60 + seconds - before))
            run_again(first, options.folder)
            first = next_seed(options.folder, options.first)
            took = time.monotonic() - started
            before += took
            bar.update(round(took))
            bar.set_postfix_str(f"seed {first}, {differing(options.folder)} differ")
            (options.folder / "seconds").write_text(f"{before:.1f}")
    print(figures(options.folder))
    return 1 if differing(options.folder) else 0


def run_batch(first: int, count: int, folder: Path, seconds: float, shift: int = 0) -> None:
    """A batch in a process of its own; the seed at which it dies or takes too long is a row too."""
    command = [sys.executable, "-m", "tests.fuzz.one", str(first), str(count), str(folder)]
    environment = os.environ | {"PYTHONHASHSEED": str(first % 1000 + shift)}
    try:
        ended = subprocess.run(
            command, env=environment, timeout=seconds, capture_output=True, text=True, check=False
        )
        why = "" if ended.returncode == 0 else f"exit {ended.returncode}: {ended.stderr[-800:]}"
    except subprocess.TimeoutExpired:
        why = f"no answer in {seconds:.0f} seconds"
    if why:
        seed = int((folder / "now").read_text())
        kind = "too slow" if why.startswith("no answer") else "the process died"
        row: dict[str, Any] = {"seed": seed, "counts": {kind: 1}, "refusals": {}, "kinds": {}}
        row |= {"differences": [] if kind == "too slow" else [[kind, why]], "digest": ""}
        write(folder, row)


def run_again(first: int, folder: Path) -> None:
    """The first seeds of a batch under another hash seed; another answer is a row too."""
    other = folder / "again"
    other.mkdir(exist_ok=True)
    run_batch(first, AGAIN, other, 200.0, 1000)
    mine, theirs = ({row["seed"]: row for row in rows(place)} for place in (folder, other))
    for seed in range(first, first + AGAIN):
        one, two = mine.get(seed, {}), theirs.get(seed, {})
        if one.get("digest") and two.get("digest"):
            same = one["digest"] == two["digest"]
            name, told = "another hash seed", f"{one['digest']}, {two['digest']}"
            row = {"seed": seed, "counts": {"specifications under another hash seed": 1}}
            row |= {"refusals": {}, "kinds": {}, "differences": [] if same else [[name, told]]}
            write(folder, row)


def write(folder: Path, row: dict[str, Any]) -> None:
    """Add a row to the results."""
    with (folder / "results.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")


def rows(folder: Path) -> list[dict[str, Any]]:
    """The rows written so far."""
    path = folder / "results.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def next_seed(folder: Path, first: int) -> int:
    """The seed after the last one done."""
    return max((row["seed"] + 1 for row in rows(folder)), default=first)


def differing(folder: Path) -> int:
    """How many specifications showed a difference."""
    return len({row["seed"] for row in rows(folder) if row["differences"]})


def spent(folder: Path) -> float:
    """The seconds that the run has taken before."""
    path = folder / "seconds"
    return float(path.read_text()) if path.exists() else 0.0


def figures(folder: Path) -> str:
    """What the run did, as text."""
    done = rows(folder)
    kinds, counts, refusals = (total(done, f) for f in ("kinds", "counts", "refusals"))
    number = len({row["seed"] for row in done})
    lines = [f"{number:,} specifications in {spent(folder) / 60:.0f} minutes"]
    lines += [f"{differing(folder):,} with a difference", "", "compared:"]
    lines += listed(counts, 60)
    lines += ["", f"kinds made: {len(kinds)}", *listed(kinds, 200)]
    lines += ["", f"refusals: {sum(refusals.values()):,}", *listed(refusals, 25)]
    names = Counter(name for row in done for name, _ in row["differences"])
    return "\n".join([*lines, "", "differences:", *listed(names, 40)])


def listed(counts: Counter[str], most: int) -> list[str]:
    """Counts, the largest first."""
    return [f"  {number:>12,}  {name}" for name, number in counts.most_common(most)]


if __name__ == "__main__":
    sys.exit(main())
