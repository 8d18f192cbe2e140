"""Breaks the translators, one place at a time, and counts what the tests notice.

`python -m tests.fuzz.mutate --room tree --sample 60` takes a random sample of the places, breaks
each in a forked process in which no test has run yet, and runs a fast part of the tests there.
A mutant that survives is a place that the tests do not hold. One that gives no answer in five times
the processor time of the unbroken tests is undecided: it is not counted as noticed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import multiprocessing
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tqdm import tqdm

ROOMS = {
    "tree": ("tests/fuzz/test_trees.py", "tests/tree"),
    "prove": ("tests/fuzz/test_proofs.py", "tests/prove/test_true_verdicts.py"),
}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change of a file: which node (in the order of a walk), and what is done to it."""

    path: Path
    node: int
    what: str
    line: int
    at: int = 0

    def __str__(self) -> str:
        text = self.path.read_text().splitlines()[self.line - 1].strip()
        return f"{self.path}:{self.line}: {self.what}: {text}"

    def tree(self) -> ast.Module:
        """The file's tree with the change."""
        tree = ast.parse(self.path.read_text())
        node: Any = list(ast.walk(tree))[self.node]
        change(node, self.what, self.at)
        return ast.fix_missing_locations(tree)


def change(node: Any, what: str, at: int) -> None:
    """Make the change in place."""
    if what == "a statement left out":
        node.body[at] = ast.copy_location(ast.Pass(), node.body[at])
    elif what == "a test negated":
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif what == "a keyword left out":
        del node.keywords[at]
    elif what == "an operator swapped" and isinstance(node, ast.Compare):
        node.ops[at] = SWAPS[type(node.ops[at])]()
    elif what == "an operator swapped":
        node.op = SWAPS[type(node.op)]()
    elif what == "a constant changed":
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1


def mutants(path: Path) -> Iterator[Mutant]:
    """Every change of a file that could matter: not in docstrings, imports, messages, types."""
    tree = ast.parse(path.read_text())
    quiet = {id(part) for node in ast.walk(tree) if tells(node) for part in ast.walk(node)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in quiet:
            continue
        line = getattr(node, "lineno", 1)
        if isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.With):
            for at, statement in enumerate(node.body):
                if matters(statement) and id(statement) not in quiet:
                    yield Mutant(path, number, "a statement left out", statement.lineno, at)
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            yield Mutant(path, number, "a test negated", line)
        if isinstance(node, ast.Call):
            for at, _ in enumerate(node.keywords):
                yield Mutant(path, number, "a keyword left out", line, at)
        if isinstance(node, ast.Compare):
            for at, sign in enumerate(node.ops):
                if type(sign) in SWAPS:
                    yield Mutant(path, number, "an operator swapped", line, at)
        if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
            yield Mutant(path, number, "an operator swapped", line)
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int):
            yield Mutant(path, number, "a constant changed", line)


def tells(node: ast.AST) -> bool:
    """Whether a node only tells people something: an error's text, an annotation, a name list."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return name in ("SpecError", "UsageError", "fail", "tqdm") or name.endswith("Error")
    return isinstance(node, ast.AnnAssign) and node.value is None


def matters(statement: ast.stmt) -> bool:
    """Whether leaving a statement out changes anything."""
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return not text and not isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom)


class Broken(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a mutant's tree."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = ".".join(mutant.path.with_suffix("").parts).removesuffix(".__init__")

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != self.name:
            return None
        inside = self.mutant.path.name == "__init__.py"
        file = str(self.mutant.path.resolve())
        return importlib.util.spec_from_file_location(
            name,
            file,
            loader=self,
            submodule_search_locations=[str(Path(file).parent)] if inside else None,
        )

    def exec_module(self, module: Any) -> None:
        code = compile(self.mutant.tree(), str(self.mutant.path.resolve()), "exec")
        exec(code, module.__dict__)


def noticed(mutant: Mutant, tests: tuple[str, ...], seconds: int, answer: Any) -> None:
    """Run the tests with a mutant, in a process of its own, for so much processor time."""
    used = round(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, used + seconds + 5))
    sys.meta_path.insert(0, Broken(mutant))
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main(["-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests])
    answer.put(int(code))


def outcome(mutant: Mutant, tests: tuple[str, ...], seconds: int) -> str:
    """What came of a mutant: noticed (a test failed), survived, or undecided (no answer)."""
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    process = context.Process(target=noticed, args=(mutant, tests, seconds, answer))
    process.start()
    process.join(20 * seconds)  # by the clock: a machine may be busy
    if process.is_alive():
        process.kill()
        process.join()
        return "undecided"
    if answer.empty():
        return "undecided"
    return "survived" if answer.get() == 0 else "noticed"


def unbroken(tests: tuple[str, ...]) -> int:
    """The processor seconds that the tests take when nothing is broken; they must pass."""
    nothing = Mutant(Path("nothing.py"), 0, "nothing", 1)
    if outcome(nothing, tests, 3_600) != "survived":
        raise SystemExit("the tests fail as they are: nothing can be said of mutants")
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)


def main() -> None:
    """Sample mutants, and print the share that was noticed and what survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.mutate", description=__doc__)
    parser.add_argument("--room", choices=sorted(ROOMS), required=True)
    parser.add_argument("--sample", type=int, default=60, help="how many mutants (default 60)")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name in ("z3", "raftnb.explore", "raftnb.refine"):  # once, for all that are forked
        importlib.import_module(name)
    paths = sorted(Path("raftnb", options.room).rglob("*.py"))
    every = [mutant for path in paths for mutant in mutants(path)]
    chosen = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    end, found = time.monotonic() + 60 * options.minutes, Counter[str]()
    survivors = []
    limit = 10 + 5 * unbroken(ROOMS[options.room])
    print(f"limit of one mutant: {limit} processor seconds", flush=True)
    for mutant in tqdm(chosen, desc="mutants", unit=""):
        if time.monotonic() > end:
            break
        came = outcome(mutant, ROOMS[options.room], limit)
        found[came] += 1
        if came == "survived":
            survivors.append(mutant)
            print(f"survived: {mutant}", flush=True)
    tried, kept = sum(found.values()), found["survived"]
    print(f"{options.room}: {len(every)} mutants, {tried} tried, {found['noticed']} noticed by a")
    print(f"failing test, {kept} survived, {found['undecided']} undecided (no answer in time)")


if __name__ == "__main__":
    main()
