"""One random specification through all comparisons, and a batch of them as lines of JSON.

`python -m tests.fuzz.one FIRST COUNT FOLDER` appends to FOLDER/results.jsonl; a batch is a process
of its own, so that each has its own hash seed, and may be ended when it takes too long.
"""

from __future__ import annotations

import hashlib
import json
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import z3

from tests.fuzz.behaviors import compare_liveness
from tests.fuzz.compare import Findings, TooSlowError, compare
from tests.fuzz.compiled import compare_compiled
from tests.fuzz.constants import compare_constants
from tests.fuzz.pairs import compare_pairs
from tests.fuzz.plain import compare_plain
from tests.fuzz.proofs import compare_induction, compare_proofs, compare_whole
from tests.fuzz.questions import compare_questions
from tests.fuzz.shrink import shrink
from tests.fuzz.simulations import compare_simulations
from tests.fuzz.subject import Subject
from tests.fuzz.translations import compare_translations
from tests.fuzz.trees import compare_trees
from tests.fuzz.views import compare_views
from tests.fuzz.walks import compare_walks
from tests.oracles.random_specs import load, make

SECONDS = 20.0
NOT_REFUSED = "language: a mistake is not refused"
Compare = Callable[[Findings, Subject], None]
TRANSLATIONS: tuple[Compare, ...] = (
    compare_trees,
    compare_translations,
    compare_proofs,
    compare_whole,
    compare_induction,
    compare_simulations,
    compare_questions,
)
BEHAVIORS: tuple[Compare, ...] = (compare_walks, compare_liveness, compare_pairs)
EXPLORED: tuple[Compare, ...] = (
    compare,
    compare_compiled,
    compare_constants,
    compare_views,
    *BEHAVIORS,
)
COMPARISONS: tuple[Compare, ...] = (*EXPLORED, compare_plain, *TRANSLATIONS)


def compared(
    text: str, directory: Path, comparisons: tuple[Compare, ...] = COMPARISONS
) -> Findings:
    """Everything that the comparisons say of a specification's text."""
    found = Findings()
    compare_all(found, text, directory, comparisons)
    return found


def compare_all(
    found: Findings, text: str, directory: Path, comparisons: tuple[Compare, ...]
) -> None:
    """Run the comparisons on a specification's text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        with found.asking("language"):
            subject = Subject(text, directory, load(text, directory))
            found.counts["specifications run"] += bool(subject.model)
            if hasattr(subject.module, "MUST_BE_REFUSED"):
                found.differ(NOT_REFUSED, "what random_mistakes.py put in")
                return
            for comparison in comparisons:
                comparison(found, subject)


@contextmanager
def given_up(found: Findings, seconds: float) -> Iterator[None]:
    """Give a specification up, and count it, after so much processor time.

    Python hears of the signal when Z3 returns, so a thread interrupts Z3.
    """

    def stop(*_: Any) -> None:
        found.too_slow = True
        raise TooSlowError

    done, end = threading.Event(), time.process_time() + seconds
    watch = threading.Thread(target=interrupt_solver, args=(done, end), daemon=True)
    watch.start()
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except TooSlowError:
        found.counts["specifications given up: too slow"] += 1
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        done.set()
        watch.join()
        take_interrupt()


def interrupt_solver(done: threading.Event, end: float) -> None:
    """Interrupt Z3 when the processor time is over, until all is done."""
    while not done.wait(0.5):
        if time.process_time() > end:
            z3.main_ctx().interrupt()


def take_interrupt() -> None:
    """Let a check take an interruption that came when Z3 was idle: it would spoil what is next."""
    solver = z3.Solver()
    solver.add(z3.Int("x") > 0)
    solver.check()


def smallest(
    text: str,
    between: str,
    directory: Path,
    seconds: float = 60.0,
    comparisons: tuple[Compare, ...] = COMPARISONS,
) -> str:
    """The text shrunk to what still shows a difference of the same name."""

    def still(smaller: str) -> bool:
        found = Findings()
        try:
            with given_up(found, SECONDS):
                compare_all(found, smaller, directory, comparisons)
        except BaseException:
            return False
        return any(one.between == between for one in found.differences)

    return shrink(text, still, seconds)


def result(seed: int, directory: Path) -> dict[str, Any]:
    """What came of one seed, as plain data."""
    started, made, found = time.process_time(), make(seed), Findings()
    with given_up(found, SECONDS):
        compare_all(found, made.text, directory, COMPARISONS)
    digest = hashlib.sha256("\n".join(found.answers).encode()).hexdigest()[:16]
    digest = "" if found.too_slow else digest
    return {
        "seed": seed,
        "seconds": round(time.process_time() - started, 3),
        "counts": found.counts,
        "refusals": found.refusals,
        "kinds": made.kinds,
        "differences": [[one.between, one.text] for one in found.differences],
        "digest": digest,
    }


def keep(seed: int, differences: list[list[str]], folder: Path, directory: Path) -> None:
    """Write a specification that shows a difference, whole and shrunk."""
    kept = folder / "differences"
    kept.mkdir(exist_ok=True)
    text = make(seed).text
    (kept / f"{seed}.py").write_text(text)
    names = {name for name, _ in differences} - {NOT_REFUSED}
    for i, between in enumerate(sorted(names)[:3]):
        told = next(said for name, said in differences if name == between)
        comment = "".join(f"# {line}\n" for line in f"{between}\n{told}".splitlines()[:30])
        (kept / f"{seed}.{i}.small.py").write_text(comment + smallest(text, between, directory))


def batch(first: int, count: int, folder: Path) -> None:
    """The seeds one after the other; each line is written when its seed is done."""
    with tempfile.TemporaryDirectory() as directory:
        for seed in range(first, first + count):
            (folder / "now").write_text(str(seed))
            one = result(seed, Path(directory))
            with (folder / "results.jsonl").open("a") as file:
                file.write(json.dumps(one) + "\n")
            if one["differences"]:
                keep(seed, one["differences"], folder, Path(directory))


def total(rows: list[dict[str, Any]], field: str) -> Counter[str]:
    """The counts of all the rows in one."""
    found: Counter[str] = Counter()
    for row in rows:
        found.update(row[field])
    return found


if __name__ == "__main__":
    batch(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
