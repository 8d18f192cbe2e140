"""Which branches of the translators the random specifications reach.

`python -m tests.fuzz.branches --seeds 200` runs that many specifications through the typed trees
and the prover, and lists the branches of `raftnb/tree` and `raftnb/prove` that none of them took.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tqdm import tqdm

from tests.fuzz.compare import Findings
from tests.fuzz.one import compared, given_up
from tests.fuzz.proofs import compare_induction, compare_proofs
from tests.fuzz.translations import compare_translations
from tests.fuzz.trees import compare_trees
from tests.oracles.random_specs import make

ROOMS = ("raftnb/tree", "raftnb/prove")
Arcs = dict[str, set[tuple[int, int]]]


@dataclass(frozen=True)
class Branch:
    """One way to go on from a line: into a function, or along an `if`, a `for`, a `match`."""

    path: str
    line: int
    way: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.way}: {self.text}"


class Tracer:
    """Notes which line follows which in the files of the rooms."""

    def __init__(self) -> None:
        self.arcs: Arcs = defaultdict(set)
        self.inside: dict[CodeType, str | None] = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code not in self.inside:
            name = code.co_filename
            found = [room for room in ROOMS if f"/{room}/" in name]
            self.inside[code] = name[name.index(found[0]) :] if found else None
        path = self.inside[code]
        return None if path is None else self.follow(path, frame.f_lineno)

    def follow(self, path: str, first: int) -> Any:
        """A tracer of one frame."""
        arcs, last = self.arcs[path], [-first]

        def line(frame: FrameType, event: str, _: Any) -> Any:
            if event in ("line", "return"):
                here = frame.f_lineno if event == "line" else 0
                arcs.add((last[0], here))
                last[0] = frame.f_lineno
            return line

        return line


def branches(path: str) -> Iterator[tuple[Branch, Any]]:
    """The branches of a file, each with a test of an arc that says whether it was taken."""
    source = Path(path).read_text()
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0] if len(node.body) == 1 or not told(node.body[0]) else node.body[1]
            span = range(first.lineno, (first.end_lineno or 0) + 1)
            text = f"def {node.name}"
            yield Branch(path, node.lineno, "run", text), lambda a, b, s=span: b in s
        if isinstance(node, ast.If | ast.For | ast.While):
            test = node.test if isinstance(node, ast.If | ast.While) else node.iter
            lines_of_test = range(node.lineno, (test.end_lineno or node.lineno) + 1)
            body = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
            text = lines[node.lineno - 1].strip()

            def into(a: int, b: int, t: Any = lines_of_test, s: Any = body) -> bool:
                return a in t and b in s and (b not in t or len(t) == 1)

            def past(a: int, b: int, t: Any = lines_of_test, s: Any = body) -> bool:
                return a in t and b not in t and b not in s

            yield Branch(path, node.lineno, "taken", text), into
            yield Branch(path, node.lineno, "not taken", text), past


def told(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def traced(seeds: range, minutes: float, tracer: Tracer) -> int:
    """Run the translators on the specifications of some seeds; how many there was time for."""
    end = time.monotonic() + 60 * minutes
    ask = (compare_trees, compare_translations, compare_proofs, compare_induction)
    with tempfile.TemporaryDirectory() as directory:
        for done, seed in enumerate(tqdm(seeds, desc="traced")):
            if time.monotonic() > end:
                return done
            text = make(seed).text
            sys.settrace(tracer)
            try:
                with given_up(Findings(), 40.0):
                    compared(text, Path(directory), ask)
            finally:
                sys.settrace(None)
    return len(seeds)


def main() -> None:
    """Print the share of the branches that was taken, and those that were not."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.branches", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60.0)
    options = parser.parse_args()
    tracer = Tracer()
    seeds = range(options.first, options.first + options.seeds)
    print(f"{traced(seeds, options.minutes, tracer)} specifications traced")
    for room in ROOMS:
        rows = [row for path in sorted(Path(room).rglob("*.py")) for row in branches(str(path))]
        missed = [
            branch
            for branch, was in rows
            if not any(was(abs(a), b) for a, b in tracer.arcs.get(branch.path, ()))
        ]
        print(f"{room}: {len(rows)} branches, {len(rows) - len(missed)} taken")
        print("\n".join(map(str, missed)))


if __name__ == "__main__":
    main()
