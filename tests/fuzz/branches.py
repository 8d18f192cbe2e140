"""Which branches of the translators the random specifications reach.

`python -m tests.fuzz.branches --seeds 300` runs that many specifications through the typed trees
and the prover, and lists the branches of `raftnb/tree` and `raftnb/prove` that none of them took.
What is found is kept in a folder, and a further run with other seeds adds to it.
"""

from __future__ import annotations

import argparse
import ast
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import coverage
from tqdm import tqdm

from tests.fuzz.compare import Findings
from tests.fuzz.one import TRANSLATIONS, compare_all, given_up
from tests.oracles.random_oddities import systematic
from tests.oracles.random_specs import HEADER, every

ROOMS = ("raftnb/tree", "raftnb/prove")
Arcs = dict[str, set[tuple[int, int]]]
Taken = Callable[[int, int], bool]


@dataclass(frozen=True)
class Branch:
    """One way to go on from a line: into a function, or along an `if`, a `for`, a `while`."""

    path: str
    function: str
    way: str
    text: str

    def __str__(self) -> str:
        return f"{self.path} {self.function}: {self.way}: {self.text}"


def branches(path: str) -> Iterator[tuple[Branch, Taken]]:
    """The branches of a file, each with a test of an arc that says whether it was taken."""
    source = Path(path).read_text()
    for function, node in nested(ast.parse(source), ""):
        if isinstance(node, ast.FunctionDef) and not is_declaration(node):
            first = node.body[0] if len(node.body) == 1 or not told(node.body[0]) else node.body[1]
            span = range(first.lineno, (first.end_lineno or 0) + 1)
            yield Branch(path, function, "run", "def"), lambda a, b, s=span: b in s
        if isinstance(node, ast.If | ast.For | ast.While):
            text = " ".join(source.splitlines()[node.lineno - 1].split())
            into, past = ways(node)
            yield Branch(path, function, "taken", text), into
            yield Branch(path, function, "not taken", text), past


def ways(node: ast.If | ast.For | ast.While) -> tuple[Taken, Taken]:
    """Tests of an arc: whether it goes into a body, whether past it."""
    test = node.iter if isinstance(node, ast.For) else node.test
    head = range(node.lineno, (test.end_lineno or node.lineno) + 1)
    body = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)

    def into(a: int, b: int) -> bool:
        return a in head and b in body and (b not in head or len(head) == 1)

    def past(a: int, b: int) -> bool:
        return a in head and b not in head and b not in body

    return into, past


def nested(node: ast.AST, inside: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the full name of the function that it is in."""
    for child in ast.iter_child_nodes(node):
        name = inside
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            name = f"{inside}.{child.name}" if inside else child.name
        yield name, child
        yield from nested(child, name)


def is_declaration(function: ast.FunctionDef) -> bool:
    """Whether a function has nothing to run: a method of a protocol, an abstract one."""
    texts = map(ast.unparse, function.body[told(function.body[0]) :])
    return all(text == "..." or text.startswith("raise NotImplementedError") for text in texts)


def told(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def all_branches() -> list[tuple[Branch, Taken]]:
    """The branches of both translators."""
    paths = [path for room in ROOMS for path in sorted(Path(room).rglob("*.py"))]
    return [row for path in paths for row in branches(str(path))]


def traced(texts: list[str], minutes: float) -> tuple[int, Arcs]:
    """The translators on specifications: how many there was time for, and the arcs taken."""
    end = time.monotonic() + 60 * minutes
    cover = coverage.Coverage(data_file=None, branch=True, include=[f"{r}/*" for r in ROOMS])
    done = 0
    with tempfile.TemporaryDirectory() as directory:
        for text in tqdm(texts, desc="traced"):
            if time.monotonic() > end:
                break
            cover.start()
            try:
                found = Findings()
                with given_up(found, 20.0):
                    compare_all(found, text, Path(directory), TRANSLATIONS)
            finally:
                cover.stop()
            done += 1
    data, here = cover.get_data(), Path.cwd()
    arcs = {str(Path(f).relative_to(here)): set(data.arcs(f) or ()) for f in data.measured_files()}
    return done, arcs


def missed(arcs: Arcs) -> list[Branch]:
    """The branches that none of the arcs took."""
    return [
        branch
        for branch, taken in all_branches()
        if not any(taken(abs(a), b) for a, b in arcs.get(branch.path, ()))
    ]


def with_earlier(kept: Path, done: int, arcs: Arcs) -> tuple[int, Arcs]:
    """What was found, with what is kept of earlier runs; all of it is kept."""
    if kept.exists():
        earlier: Any = json.loads(kept.read_text())
        done += earlier["done"]
        for path, pairs in earlier["arcs"].items():
            arcs.setdefault(path, set()).update((a, b) for a, b in pairs)
    kept.parent.mkdir(parents=True, exist_ok=True)
    pairs_of = {path: sorted(pairs) for path, pairs in arcs.items()}
    kept.write_text(json.dumps({"done": done, "arcs": pairs_of}))
    return done, arcs


def main() -> None:
    """Print the share of the branches that was taken, and those that were not."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.branches", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--edges", action="store_true", help="also what is at the edge")
    parser.add_argument("--every", type=int, default=1, help="of the texts with that")
    parser.add_argument("--folder", type=Path, default=Path("build/branches"))
    options = parser.parse_args()
    random = [made.text for made in every(options.seeds, options.first)]
    texts = [*(systematic(HEADER)[:: options.every] if options.edges else ()), *random]
    Random(options.first).shuffle(texts)
    done, arcs = with_earlier(options.folder / "arcs.json", *traced(texts, options.minutes))
    print(f"{done} specifications traced")
    rows, left = all_branches(), missed(arcs)
    for room in ROOMS:
        number = sum(branch.path.startswith(room) for branch, _ in rows)
        out = [branch for branch in left if branch.path.startswith(room)]
        print(f"{room}: {number} branches, {number - len(out)} taken")
        print("\n".join(map(str, out)))


if __name__ == "__main__":
    main()
