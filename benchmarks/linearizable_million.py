"""Judge a file of a million operations on a thousand keys, as from the shell.

    python -m benchmarks.linearizable_million [--operations 1000000] [--values 5]

A run of an atomic key-value store by 20 processes is written as JSON lines, and then judged by
`python -m raftnb linearizable`: reading, deciding and printing. Without `--values` no value is
written twice. Printed are the seconds on the clock, the CPU seconds of all processes, and the
largest memory that one of them held (processes share what they do not write to).
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

PROCESSES = 20


def write_run(out: TextIO, operations: int, keys: int, values: int | None) -> None:
    """The events of one run, as they happen."""
    dice, started, store = random.Random(1), 0, dict[int, int]()
    idle, busy = list(range(PROCESSES)), dict[int, dict[str, Any]]()
    applied = set[int]()
    while started < operations or busy:
        if idle and started < operations and (not busy or dice.random() < 0.5):
            process, name = idle.pop(), dice.choice(("put", "get"))
            value = (
                (started if values is None else dice.randrange(values)) if name == "put" else None
            )
            call = {"process": process, "type": "invoke", "f": name, "key": dice.randrange(keys)}
            busy[process] = call | {"value": value}
            started += 1
        else:
            process = dice.choice(list(busy))
            call = busy[process]
            if process not in applied:
                applied.add(process)
                if call["f"] == "put":
                    store[call["key"]] = call["value"]
                else:
                    busy[process] = call | {"value": store.get(call["key"])}
                continue
            applied.remove(process)
            idle.append(process)
            call = busy.pop(process) | {"type": "ok"}
            out.write(json.dumps(call) + "\n")
            continue
        out.write(json.dumps(busy[process]) + "\n")


def main() -> int:
    """Write the file, judge it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--keys", type=int, default=1_000)
    parser.add_argument("--values", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        with path.open("w") as out:
            write_run(out, arguments.operations, arguments.keys, arguments.values)
        start = perf_counter()
        command = [sys.executable, "-m", "raftnb", "linearizable", str(path), "--model", "kv"]
        code = subprocess.run(command, check=False).returncode
        seconds = perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{seconds:.1f} s, CPU {used.ru_utime + used.ru_stime:.1f} s, {used.ru_maxrss // 1024} MB"
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
