"""When compiled code takes over from the memo, and what is left of the compiler if it does not."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from raftnb import Globals, Nat, Process, Spec, Verdict, when
from raftnb.data.errors import UsageError
from raftnb.explore import check, other
from raftnb.explore.compiled import Build, CompiledSearch, NotCompiled, program_of
from raftnb.explore.compiled.building import ENGINE_FLAGS, engine_of, library_of, load
from raftnb.explore.other import Compiled, Pace
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.small import is_prepared
from tests.explore.test_compiled import said

TEXT = "int one(void) { return 1; }"


class Total(Globals):
    sum: Nat = 0


class Adder(Process, number="adders"):
    n: Nat = 0

    def add(self) -> None:
        when(self.n < 4)
        self.n = self.n + 1
        Total.sum = Total.sum + 1


def all_is_counted() -> bool:
    return sum(a.n for a in Adder) == Total.sum


def is_small() -> bool:
    return Total.sum < 6


MODEL = Spec("adders", (Adder,), (Total,), constants={"adders": 3}, invariants=(all_is_counted,))()
"""125 states, 13 levels."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where libraries are kept; nothing is there, nor in the folder `temporary` beside it."""
    monkeypatch.setenv("RAFTNB_CACHE", str(tmp_path))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return tmp_path / "compiled"


def files(folder: Path) -> list[Path]:
    """What the compiler has left: what is kept, and what is temporary."""
    return [*folder.glob("*"), *folder.with_name("temporary").iterdir()]


@pytest.fixture
def as_cc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a script what is found as `cc`."""

    def made(script: str) -> None:
        cc = tmp_path / "bin" / "cc"
        cc.parent.mkdir()
        cc.write_text(f"#!/bin/sh\n{script}\n")
        cc.chmod(0o755)
        monkeypatch.setenv("PATH", f"{cc.parent}:{os.environ['PATH']}")

    return made


@pytest.fixture
def slow_cc(as_cc: Any, tmp_path: Path) -> Path:
    """A `cc` that takes a minute; the file where it writes its processes."""
    processes = tmp_path / "processes"
    as_cc(f"touch $TMPDIR/temporary; sleep 60 & echo $$ $! > {processes}; wait")
    return processes


def is_alive(number: str) -> bool:
    """Whether a process runs: it may have ended without being waited for."""
    stat = Path(f"/proc/{number}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] not in "ZX"


def until(true: Callable[[], bool]) -> bool:
    """Whether something becomes true within half a minute: the machine may be busy."""
    last = time.monotonic() + 30
    while not true() and time.monotonic() < last:
        time.sleep(0.01)
    return true()


def nothing_is_left(folder: Path, processes: Path) -> bool:
    """Whether a slow compiler has ended (if it had begun), without a file of its own."""
    numbers = processes.read_text().split() if processes.exists() else []
    return until(lambda: not any(map(is_alive, numbers))) and not files(folder)


@pytest.fixture
def ctrl_c(slow_cc: Path) -> Iterator[None]:
    """Ctrl-C is pressed when the compiler has begun; what a shell runs behind it pays no heed."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def press() -> None:
        if until(slow_cc.exists):
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    yield
    thread.join()
    signal.signal(signal.SIGINT, before)


# The compiler beside this process.


def test_a_library_is_made_once_and_kept(folder):
    text = program_of(MODEL, ExplorationOptions()).text
    kept = Build(text).library()
    assert kept
    assert sorted(file.suffix for file in files(folder)) == [".o", ".so"]
    again = Build(text)
    assert again.is_done()
    assert again.library() == kept


@pytest.mark.parametrize("suffix", [".so", ".o"])
def test_what_is_kept_and_damaged_is_made_anew(folder, suffix):
    text = program_of(MODEL, ExplorationOptions()).text
    kept = Build(text).library()
    damaged = next(folder.glob(f"*{suffix}"))
    for left in (b"", damaged.read_bytes()[:2000]):
        next(folder.glob("*.so")).unlink()
        damaged.write_bytes(left)
        assert Build(text).library() == kept
    assert Build(text).is_done()


def test_a_compiler_that_makes_no_library_is_one_that_fails(folder, as_cc):
    as_cc('while [ "$1" != -o ]; do shift; done; echo nothing >$2')
    with pytest.raises(UsageError, match="cannot be loaded"):
        check(MODEL, engine="compiled", progress=False)


def test_it_does_not_wait_for_the_compiler_until_it_is_asked_for(folder, as_cc, tmp_path):
    made = 'while [ "$1" != -o ]; do shift; done; touch $2'
    as_cc(f"while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; {made}")
    build = Build(TEXT)
    assert not build.is_done()
    (tmp_path / "go").touch()
    assert build.library() == b""
    assert build.is_done()


def test_a_compiler_that_is_stopped_leaves_neither_process_nor_file(folder, slow_cc):
    build = Build(TEXT)
    assert until(slow_cc.exists)
    build.stop()
    assert nothing_is_left(folder, slow_cc)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_while_waiting_ends_the_compiler(folder, slow_cc):
    with pytest.raises(KeyboardInterrupt):
        Build(TEXT).library()
    assert nothing_is_left(folder, slow_cc)


def test_a_compiler_that_fails_says_why_and_leaves_no_file(folder):
    with pytest.raises(NotCompiled, match=r"`cc` fails.*error.*unknown type name"):
        Build("nonsense text").library()
    assert not files(folder)


@pytest.mark.parametrize("mask", [0o077, 0o002])
def test_what_a_user_keeps_who_lets_the_group_write_is_used(folder, mask):
    before = os.umask(mask)
    try:
        assert Build(TEXT, alone=True).library()
    finally:
        os.umask(before)
    assert Build(TEXT, alone=True).is_done()


def is_a_file(folder: Path) -> None:
    folder.write_bytes(b"")


def is_nowhere(folder: Path) -> None:
    folder.symlink_to("/proc/x")


def is_written_by_others(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def is_full(folder: Path) -> None:
    folder.mkdir()
    (folder / library_of(TEXT, alone=True).name).mkdir()  # nothing can be put in its place


@pytest.mark.parametrize("spoilt", [is_a_file, is_nowhere, is_written_by_others, is_full])
def test_where_nothing_can_be_kept_it_is_compiled_each_time(folder, spoilt):
    spoilt(folder)
    before = files(folder)
    for _ in range(2):
        build = Build(TEXT, alone=True)
        assert not build.is_done()
        assert load(build.library()).one() == 1
        assert files(folder) == before


def test_where_nothing_can_be_kept_there_is_compiled_code(monkeypatch):
    monkeypatch.setenv("RAFTNB_CACHE", "/proc/x")
    monkeypatch.setattr("raftnb.explore.compiled.building.ENGINE_FLAGS", ("-O0", *ENGINE_FLAGS[1:]))
    assert not is_prepared()
    compilers, begin = [], Build._begin
    monkeypatch.setattr(Build, "_begin", lambda *given: compilers.append(1) or begin(*given))
    with Compiled(MODEL, ExplorationOptions()) as compiled:
        assert said(compiled.in_place_of_memo()) == of_memo()
    assert len(compilers) == 1


def test_what_others_may_have_written_is_made_anew(folder):
    right = Build(TEXT, alone=True).library()
    kept = next(folder.iterdir())
    wrong = Build(TEXT.replace("1", "2"), alone=True).library()
    kept.write_bytes(wrong + sha256(wrong).digest())
    assert Build(TEXT, alone=True).library() == wrong
    kept.chmod(0o666)
    assert Build(TEXT, alone=True).library() == right
    assert Build(TEXT, alone=True).is_done()


@pytest.mark.parametrize("other", ["machine", "system", "libc_ver", "cc"])
def test_what_another_kind_of_machine_has_made_is_not_loaded(folder, other, monkeypatch, as_cc):
    kept, engine = library_of(TEXT), engine_of()
    if other == "cc":
        as_cc("exit 1")
    else:
        monkeypatch.setattr(f"platform.{other}", lambda: "another")
    assert library_of(TEXT) != kept
    assert engine_of() != engine


# Beside the memo.


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A compiler is begun at the first level; what is sure is not worth waiting for, or is."""

    def said(*, sure: bool) -> None:
        monkeypatch.setattr(other, "COMPILING", 1e-9)
        monkeypatch.setattr(other, "SURE", 0 if sure else 1e99)

    return said


def of_memo() -> tuple[Any, ...]:
    return said(check(MODEL, engine="memo", progress=False))


def test_it_is_taken_when_it_is_there(folder, at_once, monkeypatch):
    at_once(sure=False)
    monkeypatch.setattr(Build, "is_done", lambda self: bool(self.library()))
    asked, run = [], CompiledSearch.run
    monkeypatch.setattr(CompiledSearch, "run", lambda self: asked.append(1) or run(self))
    assert said(check(MODEL, progress=False)) == of_memo()
    assert asked
    assert len(list(folder.glob("*.so"))) == 1


def test_who_is_done_first_answers(folder, slow_cc, at_once):
    at_once(sure=False)
    assert said(check(MODEL, progress=False)) == of_memo()
    assert nothing_is_left(folder, slow_cc)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_while_a_check_waits_says_what_was_reached(folder, slow_cc, at_once):
    at_once(sure=True)
    found = check(MODEL, progress=False)
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "interrupted")
    assert 1 < found.distinct < 125
    assert nothing_is_left(folder, slow_cc)


def test_a_violation_before_the_compiler_is_done_ends_it(folder, slow_cc, at_once):
    at_once(sure=False)
    model = Spec("few", (Adder,), (Total,), constants={"adders": 3}, invariants=(is_small,))()
    found = check(model, progress=False)
    assert (found.verdict, len(found.trace)) == (Verdict.VIOLATED, 6)
    assert nothing_is_left(folder, slow_cc)


@pytest.mark.parametrize("patience", [0.0, 1000.0])
def test_a_violation_is_shown_by_the_memo_if_it_finds_it_in_time(patience, at_once, monkeypatch):
    at_once(sure=True)
    monkeypatch.setattr(other, "PATIENCE", patience)
    model = Spec("few", (Adder,), (Total,), constants={"adders": 3}, invariants=(is_small,))()
    found = check(model, progress=False)
    shown_by = "memo" if patience else "compiled"
    assert found.trace == check(model, engine=shown_by, progress=False).trace
    assert found.distinct == check(model, engine=shown_by, progress=False).distinct


def test_where_the_compiler_fails_the_memo_goes_on(folder, as_cc, at_once):
    as_cc("exit 1")
    at_once(sure=True)
    assert said(check(MODEL, progress=False)) == of_memo()
    assert not files(folder)


# When.


class Clock:
    """Seconds of the processor, as one sets them."""

    now = 0.0

    def process_time(self) -> float:
        return self.now


def test_the_memo_has_its_time_after_what_numba_compiles_at_first(monkeypatch):
    clock, options = Clock(), ExplorationOptions(threads=1)
    monkeypatch.setattr(other, "time", clock)
    found = check(MODEL, progress=False)
    compiled, answers = Compiled(MODEL, options, found), []
    for clock.now in (20.0, 20.0 + other.PATIENCE, 20.1 + other.PATIENCE):
        answers.append(compiled.after(Pace(1, 100, 10, 5, 200)))
    assert answers == [None, None, found]


class Building:
    """A compiler that is at work, or done."""

    def __init__(self, *, done: bool) -> None:
        self.done = done

    def is_done(self) -> bool:
        return self.done


def decided(
    monkeypatch: pytest.MonkeyPatch,
    levels: list[tuple[float, Pace]],
    done: bool = False,
    **options: Any,
) -> tuple[int, int]:
    """After how many levels the compiler is begun, and compiled code answers; 0 for never."""
    clock, at = Clock(), [0, 0]
    monkeypatch.setattr(other, "time", clock)
    compiled = Compiled(MODEL, ExplorationOptions(**{"threads": 1, **options}))

    def begin(*, mixed: bool) -> None:
        at[0], compiled._program = compiled._pace.depth, (None, Building(done=done))

    def answer() -> None:
        at[1], compiled._asked = compiled._pace.depth, True

    monkeypatch.setattr(compiled, "_begin", begin)
    monkeypatch.setattr(compiled, "_answer", answer)
    for clock.now, pace in levels:
        compiled.after(pace)
    return at[0], at[1]


def levels(sizes: list[int], seconds: float, runs: float = 1) -> list[tuple[float, Pace]]:
    """What each level's end looks like, where each state takes so long, and so many runs."""
    found = []
    for depth, waiting in enumerate(sizes[1:], 1):
        expanded = sum(sizes[:depth])
        pace = Pace(depth, expanded + waiting, waiting, int(runs * expanded), expanded)
        found.append((seconds * expanded, pace))
    return found


GROWING, STEADY, SHRINKING = [3**n for n in range(12)], [100] * 60, [4_000, 1_000, 250, 60, 15, 0]
DEAR, CHEAP = other.COMPILING / 410, other.COMPILING / 41_000


@pytest.mark.parametrize(
    ("sizes", "seconds", "found"),
    [
        (GROWING, DEAR, (5, 5)),
        (GROWING, CHEAP, (9, 9)),
        (GROWING[:9], CHEAP, (0, 0)),
        (STEADY, DEAR, (2, 3)),
        (STEADY, CHEAP, (0, 0)),
        (SHRINKING, DEAR / 5, (0, 0)),
        (SHRINKING, DEAR, (1, 1)),
    ],
)
def test_it_begins_where_the_memo_would_take_longer_than_the_compiler(
    sizes, seconds, found, monkeypatch
):
    assert decided(monkeypatch, levels(sizes, seconds)) == found


def test_with_symmetry_the_compiler_takes_longer(monkeypatch):
    assert decided(monkeypatch, levels(STEADY, DEAR)) == (2, 3)
    assert decided(monkeypatch, levels(STEADY, DEAR), symmetry=True) == (3, 5)
    dearer = levels(STEADY, DEAR * other.WITH_SYMMETRY)
    assert decided(monkeypatch, dearer, symmetry=True) == (2, 3)


def test_what_is_ready_is_taken_though_it_is_not_sure(monkeypatch):
    assert decided(monkeypatch, levels(STEADY, DEAR), done=True) == (2, 2)


@pytest.mark.parametrize("bound", [{"max_states": 300}, {"max_depth": 6}])
def test_it_does_not_begin_if_a_bound_is_near(bound, monkeypatch):
    assert decided(monkeypatch, levels(GROWING[:7], DEAR), **bound) == (0, 0)


def test_where_python_runs_seldom_the_memo_with_many_threads_is_as_fast(monkeypatch):
    seldom = levels(GROWING, CHEAP, runs=0.001)
    assert decided(monkeypatch, seldom, threads=4) == (0, 0)
    assert decided(monkeypatch, seldom) == (9, 9)
    assert decided(monkeypatch, levels(GROWING, CHEAP), threads=4) == (9, 9)
