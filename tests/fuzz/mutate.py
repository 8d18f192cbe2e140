"""Breaks the translators and the fast engine, one place at a time; counts what the tests notice.

`python -m tests.fuzz.mutate --room tree --minutes 60` collects the tests once and notes which of
them run which lines. Each mutant is then made in a forked process, where the code of one function
is exchanged, and the tests that run the changed line are run there, the fast ones first, until one
fails. A mutant that survives is a place that the tests do not hold. One that gives no answer in
time is undecided: it is not counted as noticed. The answers are kept in a folder, so that a run can
be ended, and goes on where it was.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from tqdm import tqdm

from tests.fuzz.interpreted import interpret

TESTS = {
    "tree": ("tests/tree", "tests/prove", "tests/fuzz/test_trees.py", "tests/fuzz/test_proofs.py"),
    "explore": ("tests/explore", "tests/liveness", "tests/language", "tests/fuzz/test_fuzz.py"),
}
TESTS["prove"] = TESTS["tree"]
SLOWEST = 20.0  # seconds of one test that is still worth its time
TOLD = ("place", "found", "allowed", "cure")  # what an error tells people
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change of a file: which node (in the order of a walk), and what is done to it.

    `function` is the outermost function that it is in, `first` that function's first line.
    """

    path: Path
    node: int
    what: str
    line: int
    at: int = 0
    function: str = ""

    def __str__(self) -> str:
        text = self.path.read_text().splitlines()[self.line - 1].strip()
        return f"{self.path}:{self.line}: {self.what} in {self.function}: {text}"

    @property
    def key(self) -> str:
        return f"{self.path}:{self.node}:{self.what}:{self.at}"

    def code(self) -> CodeType:
        """The code of the function with the change."""
        tree = ast.parse(self.path.read_text())
        change(list(ast.walk(tree))[self.node], self.what, self.at)
        made = compile(ast.fix_missing_locations(tree), str(self.path.resolve()), "exec")
        return next(c for c in codes(made) if c.co_qualname == self.function)


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and those inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


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


def mutants(path: Path) -> list[Mutant]:
    """Every change of a function that could matter: not of docstrings, messages, annotations."""
    tree = ast.parse(path.read_text())
    quiet = {id(part) for node in ast.walk(tree) if tells(node) for part in ast.walk(node)}
    inside = dict(functions(tree))
    return [
        Mutant(path, number, what, line, at, inside[id(node)])
        for number, node in enumerate(ast.walk(tree))
        if id(node) in inside and id(node) not in quiet
        for what, line, at in changes(node, quiet)
    ]


def functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The nodes inside functions (by identity), each with the outermost function's full name."""
    for node in tree.body:
        methods = node.body if isinstance(node, ast.ClassDef) else [node]
        before = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for function in methods:
            if isinstance(function, ast.FunctionDef):
                for statement in function.body:
                    for part in ast.walk(statement):
                        yield id(part), before + function.name
                yield id(function), before + function.name


def changes(node: Any, quiet: set[int]) -> Iterator[tuple[str, int, int]]:
    """What can be changed at a node: what is done, in which line, and which of several."""
    line = getattr(node, "lineno", 1)
    if isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.With):
        for at, statement in enumerate(node.body):
            if matters(statement) and id(statement) not in quiet:
                yield "a statement left out", statement.lineno, at
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "a test negated", node.test.lineno, 0
    if isinstance(node, ast.Call):
        for at, keyword in enumerate(node.keywords):
            if keyword.arg in TOLD:
                continue
            yield "a keyword left out", keyword.value.lineno, at
    if isinstance(node, ast.Compare):
        for at, sign in enumerate(node.ops):
            if type(sign) in SWAPS:
                yield "an operator swapped", line, at
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        yield "an operator swapped", line, 0
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int):
        yield "a constant changed", line, 0


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


Held = dict[tuple[str, str], list[FunctionType]]


def held() -> Held:
    """All the functions that are held anywhere, by the file and the full name of their code."""
    found: Held = defaultdict(list)
    for thing in gc.get_objects():
        if type(thing) is FunctionType:  # `isinstance` would ask a proxy for what may be gone
            found[thing.__code__.co_filename, thing.__code__.co_qualname].append(thing)
    return found


def exchange(mutant: Mutant, known: Held) -> None:
    """Give the function the mutant's code, and those made in it, wherever they are held."""
    path, code = str(mutant.path.resolve()), mutant.code()
    made = Counter(inner.co_qualname for inner in codes(code))
    mine = {c.co_qualname: c for c in codes(code) if made[c.co_qualname] == 1}
    found = [function for name in mine for function in known.get((path, name), ())]
    assert found, mutant
    for function in found:
        changed = mine[function.__code__.co_qualname]
        if changed.co_freevars == function.__code__.co_freevars:
            function.__code__ = changed


@dataclass
class Suite:
    """The tests collected: the seconds that each takes, and who runs which lines."""

    session: pytest.Session
    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    noticed: Counter[str] = field(default_factory=Counter)

    def of_line(self, path: str, line: int) -> list[str]:
        """The tests that run a line: those that noticed the most so far, then the fastest."""
        found = [t for t in self.lines.get(path, {}).get(line, []) if self.seconds[t] <= SLOWEST]
        return sorted(found, key=lambda test: self.seconds[test] - 0.1 * self.noticed[test])

    def first_failure(self, names: list[str]) -> str | None:
        """Run tests until one fails: its name."""
        items = {item.nodeid: item for item in self.session.items}
        for name, following in zip(names, [*names[1:], None], strict=True):
            after = items[following] if following else None
            before = self.session.testsfailed
            items[name].config.hook.pytest_runtest_protocol(item=items[name], nextitem=after)
            if self.session.testsfailed > before:
                return name
        return None

    def recorded(self) -> dict[str, Any]:
        """Run every test once: its processor seconds, and for each line who runs it."""
        rooms = [f"raftnb/{room}/*" for room in TESTS]
        cover = coverage.Coverage(data_file=None, include=rooms, branch=True)
        signal.signal(signal.SIGPROF, too_slow)
        seconds, items = {}, self.session.items
        for item, after in zip(items, [*items[1:], None], strict=True):
            cover.start()
            cover.switch_context(item.nodeid)
            started, failed = time.process_time(), self.session.testsfailed
            signal.setitimer(signal.ITIMER_PROF, 3 * SLOWEST)  # ends a test that is too slow
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            signal.setitimer(signal.ITIMER_PROF, 0)
            cover.stop()
            if self.session.testsfailed == failed:
                seconds[item.nodeid] = time.process_time() - started
        data, lines, arcs = cover.get_data(), {}, {}
        for path in data.measured_files():
            rows, name = data.contexts_by_lineno(path).items(), os.path.relpath(path)
            lines[name] = {n: [t for t in who if t in seconds] for n, who in rows}
            arcs[name] = data.arcs(path)
        return {"seconds": seconds, "lines": lines, "arcs": arcs}


def too_slow(*_: Any) -> None:
    """Fail the test that runs."""
    raise TimeoutError


def apart(work: Callable[[], Any], seconds: float) -> Any:
    """What some work gives in a forked process; None if it ends otherwise or takes too long."""
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)

    def run() -> None:
        os.setpgid(0, 0)
        used = round(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + int(seconds), used + int(seconds) + 5))
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        theirs.send(work())
        os._exit(0)

    process = context.Process(target=run)
    process.start()
    theirs.close()
    answer = None
    if mine.poll(20 * seconds):  # by the clock: a machine may be busy
        try:
            answer = mine.recv()
        except EOFError:
            answer = None
    with contextlib.suppress(ProcessLookupError):  # those that it has forked, too
        os.killpg(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
    process.kill()
    process.join()
    return answer


class Trial:
    """A plugin of pytest that tries mutants instead of running the tests."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.folder = options, Path(options.folder)
        self.answers = self.folder / f"{options.room}.jsonl"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Collected: note what each test runs, then try the mutants."""
        suite, kept = Suite(session), self.folder / f"tests-{self.options.tests}.json"
        self.folder.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            kept.write_text(json.dumps(apart(suite.recorded, 3_600)))
        known = json.loads(kept.read_text())
        suite.seconds = known["seconds"]
        suite.lines = {p: {int(n): t for n, t in at.items()} for p, at in known["lines"].items()}
        self.try_all(suite)
        return True

    def try_all(self, suite: Suite) -> None:
        """Try the mutants that have no answer yet, in a random order, while there is time."""
        paths = sorted(Path("raftnb", self.options.room).rglob("*.py"))
        every = [mutant for path in paths for mutant in mutants(path)]
        chosen = random.Random(self.options.seed).sample(every, len(every))[: self.options.sample]
        done = {row["key"] for row in self.rows()}
        end = time.monotonic() + 60 * self.options.minutes
        known = held()  # once, and frozen: a forked process would copy all that it looks at
        gc.freeze()
        for mutant in tqdm([m for m in chosen if m.key not in done], desc="mutants", unit=""):
            if time.monotonic() > end:
                break
            row = {"key": mutant.key, "mutant": str(mutant), **self.outcome(suite, mutant, known)}
            with self.answers.open("a") as file:
                file.write(json.dumps(row) + "\n")
        self.told(len(every))

    def outcome(self, suite: Suite, mutant: Mutant, known: Held) -> dict[str, Any]:
        """What came of a mutant: noticed (by which test), survived, not run by any, undecided."""
        names, spent = [], 0.0
        for name in suite.of_line(str(mutant.path), mutant.line):
            spent += suite.seconds[name]
            if names and spent > self.options.seconds:
                break
            names.append(name)
        if not names:
            return {"came": "run by no test"}

        def work() -> str:
            exchange(mutant, known)
            return suite.first_failure(names) or ""

        answer = apart(work, 8 + 3 * self.options.seconds)
        if answer is None:
            return {"came": "undecided"}
        if not answer:
            return {"came": "survived", "tests": len(names)}
        suite.noticed[answer] += 1
        return {"came": "noticed", "by": answer}

    def rows(self) -> list[dict[str, Any]]:
        """The answers so far."""
        if not self.answers.exists():
            return []
        return [json.loads(line) for line in self.answers.read_text().splitlines()]

    def told(self, number: int) -> None:
        """Print the share that was noticed, and what was not."""
        rows = self.rows()
        for row in rows:
            if row["came"] != "noticed":
                print(f"{row['came']}: {row['mutant']}", file=sys.stderr)
        came = Counter(row["came"] for row in rows)
        print(f"{self.options.room}: {number} mutants, {len(rows)} tried: {dict(came)}")


def main() -> int:
    """Try mutants of a room, and print the share that was noticed and what survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.mutate", description=__doc__)
    parser.add_argument("--room", choices=sorted(TESTS), required=True)
    parser.add_argument("--sample", type=int, default=None, help="how many mutants (default all)")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=30.0, help="of tests for one mutant")
    parser.add_argument("--folder", default="build/mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--with", nargs="+", dest="which", help="other tests than all of the room's"
    )
    options = parser.parse_args()
    options.tests = "explore" if options.room == "explore" else "tree"
    if options.room == "explore":
        interpret()
    quiet = ["-q", "--no-header", "-p", "no:cacheprovider", "-s"]
    which = options.which or TESTS[options.room]
    return int(pytest.main([*quiet, *which], plugins=[Trial(options)]))


if __name__ == "__main__":
    sys.exit(main())
