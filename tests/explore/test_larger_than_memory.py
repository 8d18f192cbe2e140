"""States on disk: as in memory, whatever the table forgets; a killed run is gone on with."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check
from raftnb.explore.compiled import CompiledSearch, compiled_search
from raftnb.explore.compiled.search import FULL as NO_ROOM
from raftnb.explore.result import Exploration, ExplorationOptions, Stop
from raftnb.language import Globals, Nat, Process, Spec, after, when
from raftnb.specs import SPECS
from tests.explore.test_compiled import folder, said

__all__ = ["folder"]
pytestmark = pytest.mark.skipif(
    shutil.which("cc") is None, reason="there is no compiler of C (`cc`): nothing goes to disk"
)
LITTLE = 50_000
"""Bytes: the table then has some hundred states."""


class Grid(Globals):
    x: Nat = 0
    y: Nat = 0


class Walker(Process, number="walkers"):
    """Goes to and fro, so that what was forgotten is met again and again."""

    def right(self) -> None:
        when(Grid.x < 60)
        Grid.x += 1

    def up(self) -> None:
        when(Grid.y < 60)
        Grid.y += 1

    def back(self) -> None:
        Grid.x = Grid.x // 2
        Grid.y = Grid.y // 2

    def home(self) -> None:
        when(Grid.x + Grid.y > 100)
        Grid.x = 0
        Grid.y = 0


def is_low() -> bool:
    return Grid.x + Grid.y < 90


def is_near() -> bool:
    return Grid.x + Grid.y < 80


def is_far() -> bool:
    return Grid.x + Grid.y == 119


def is_beyond() -> bool:
    return Grid.x > 60


def goes_up_late() -> bool:
    return Grid.x < 50 or Grid.y < 50 or after(Grid).x > 1 or after(Grid).y > 1


def stays_below() -> bool:
    return Grid.x < 55 or Grid.y < 55 or after(Grid).x >= 50


def in_the_corner() -> bool:
    return Grid.x == 60 and Grid.y == 60


class Stuck(Walker):
    """Can go back no more from the far corner."""

    def back(self) -> None:
        when(Grid.x + Grid.y < 118)
        Grid.x = Grid.x // 2

    def home(self) -> None:
        when(Grid.x + Grid.y in (101, 110))
        Grid.x = 0


GRID = Spec("grid", (Walker,), (Grid,), constants={"walkers": 1})
MODELS = {
    "holds": GRID(),
    "an invariant": GRID.variant("low", invariants=(is_low,))(),
    "what is sometimes true": GRID.variant("far", sometimes=(is_far, is_near))(),
    "what never is": GRID.variant("beyond", sometimes=(is_beyond,))(),
    "constraints": GRID.variant("near", constraints=(is_near,), sometimes=(is_far,))(),
    "a claim of steps": GRID.variant("steps", transitions=(stays_below,))(),
    "a deadlock": GRID.variant("stuck", Stuck)(),
}


def found(model: Any, **options: Any) -> Exploration:
    return check(model, engine="compiled", progress=False, **options)


def same(one: Exploration, other: Exploration) -> bool:
    assert one.trace == other.trace
    assert one.witnesses == other.witnesses
    return said(one) == said(other)


@pytest.mark.parametrize("name", MODELS)
def test_with_little_memory_all_is_found_as_with_much(name: str) -> None:
    whole = found(MODELS[name])
    assert same(found(MODELS[name], max_memory=LITTLE), whole)
    assert whole.distinct > 1_000


@pytest.mark.parametrize("most", [700, 1_500, 2_701, 3_721])
def test_bounds_stop_at_the_same_state(most: int) -> None:
    for bounds in ({"max_states": most}, {"max_depth": most // 60}):
        assert same(found(GRID(), max_memory=LITTLE, **bounds), found(GRID(), **bounds))


def rows_read_again(**bounds: Any) -> tuple[int, int]:
    """Of an exploration that forgets: rows that were read again, and where it ended, in depth."""
    search = compiled_search(
        GRID(), ExplorationOptions(progress=False, max_memory=LITTLE, **bounds)
    )
    try:
        with pytest.raises(Stop):
            search.explore()
        return search.loaded.library.reread(), search.depth
    finally:
        search.loaded.close()


@pytest.mark.parametrize("most", [700, 1_500, 2_701, 3_500])
def test_before_a_bound_what_was_forgotten_is_read_twice_at_most(most: int) -> None:
    """Once for what is not settled, and once for all that comes after it."""
    read, depth = rows_read_again(max_states=most)
    before, _ = rows_read_again(max_depth=depth)
    assert read - before <= 2 * most


def everything(options: ExplorationOptions, model: Any) -> tuple[list[Any], list[int], int]:
    """All states and their parents, by number, and how many the table knows at the end."""
    search = compiled_search(model, options)
    try:
        search.explore()
        states = range(search.loaded.result.states)
        known = search.loaded.library.known()
        rows = [search.loaded.numbered(n) for n in states]
        return rows, [search.loaded.library.parent_of(n) for n in states], known
    finally:
        search.loaded.close()


STORE = SPECS["sequential-store"](clients=3, keys=1, values=2)


@pytest.mark.parametrize("model", [GRID(), STORE, SPECS["raft-tla"](servers=2)])
def test_the_states_are_the_same_with_the_same_numbers(model: Any) -> None:
    states, parents, known = everything(ExplorationOptions(progress=False), model)
    assert known == len(states) == len(set(states))
    *there, known = everything(ExplorationOptions(progress=False, max_memory=LITTLE), model)
    assert there == [states, parents]
    assert known < len(states)


# Put down and taken up.


def pieces(model: Any, folder: Path, monkeypatch: Any, chunk: int = 400) -> Exploration:
    """A run that is stopped again and again, after each two chunks, and gone on with."""
    monkeypatch.setattr("raftnb.explore.compiled.search.CHUNK", chunk)
    options: dict[str, Any] = {"max_memory": LITTLE, "folder": folder}
    for turn in range(1_000):
        search = compiled_search(
            model, ExplorationOptions(progress=False, resume=turn > 0, **options)
        )
        reports = iter(range(1, 1_000))

        def report(bar: Any, reports: Any = reports) -> None:
            if next(reports) == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr(search, "_report", report)
        last = search.run()
        if last.bound != "interrupted":
            return last
    raise AssertionError


@pytest.mark.parametrize("name", ["holds", "what is sometimes true", "a claim of steps"])
def test_a_run_in_pieces_ends_as_one_in_one_go(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    whole = found(MODELS[name])
    assert same(pieces(MODELS[name], tmp_path / "run", monkeypatch), whole)
    assert not list((tmp_path / "run").iterdir())


def test_a_run_that_a_bound_stopped_is_gone_on_with(tmp_path: Path) -> None:
    first = found(GRID(), folder=tmp_path, max_depth=20)
    assert (first.verdict, first.bound) == (Verdict.UNKNOWN, "max_depth 20")
    assert same(found(GRID(), folder=tmp_path, resume=True), found(GRID()))
    assert not list(tmp_path.iterdir())


def test_a_bound_below_what_is_there_stops_at_once(tmp_path: Path) -> None:
    whole, there = found(GRID()), found(GRID(), folder=tmp_path, max_depth=20).distinct
    for bounds in ({"max_states": 3}, {"max_states": there}, {"max_depth": 3}):
        stopped = found(GRID(), folder=tmp_path, resume=True, **bounds)
        (bound,) = bounds.items()
        assert (stopped.verdict, stopped.bound) == (Verdict.UNKNOWN, f"{bound[0]} {bound[1]}")
        assert stopped.distinct == there
    assert same(found(GRID(), folder=tmp_path, resume=True), whole)


def test_initial_states_are_met_once(tmp_path: Path, monkeypatch: Any) -> None:
    """A run that is stopped before its first step is gone on with after its initial states."""

    def interrupted(*given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("raftnb.explore.compiled.search.CompiledSearch._level", interrupted)
        assert found(GRID(), folder=tmp_path).bound == "interrupted"
    assert same(found(GRID(), folder=tmp_path, resume=True), found(GRID()))


def test_ctrl_c_where_no_more_fits_says_what_does_not(tmp_path: Path, monkeypatch: Any) -> None:
    """Before a checkpoint, states may have to be looked up for which there is no room."""

    def interrupted(search: Any, bar: Any) -> None:
        search.loaded.library.look = lambda: NO_ROOM
        raise KeyboardInterrupt

    monkeypatch.setattr(CompiledSearch, "_level", interrupted)
    stopped = found(GRID(), folder=tmp_path)
    assert stopped.verdict is Verdict.UNKNOWN
    assert stopped.bound.startswith("max_memory ")


KILLED = """
import sys
from raftnb.explore import check
from raftnb.explore.compiled import search, stored
from tests.explore.test_larger_than_memory import STORE
search.CHUNK = 100
if sys.argv[3] == "often":
    stored.Stored.is_due = lambda self: True
resume = sys.argv[2] == "on"
found = check(STORE, folder=sys.argv[1], max_memory=200_000, resume=resume, progress=False)
print(found.distinct, found.generated, found.depth, found.verdict)
"""


def test_a_run_that_is_killed_at_any_time_is_gone_on_with(tmp_path: Path) -> None:
    """It writes a checkpoint every hundred states, and so is killed while it writes one, too."""
    whole, killed = found(STORE), 0
    for wait in (0.1, 0.35, 60.0):
        resume = "on" if (tmp_path / "checkpoint.json").exists() else "anew"
        command = [sys.executable, "-c", KILLED, str(tmp_path), resume, "often" if wait < 1 else ""]
        begun = (tmp_path / "checkpoint.json").stat().st_mtime_ns if resume == "on" else 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
            while run.poll() is None and not changed(tmp_path / "checkpoint.json", begun):
                time.sleep(0.01)
            try:
                out, _ = run.communicate(timeout=wait)
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                killed += 1
    assert killed > 0
    assert out.split() == [str(n) for n in (whole.distinct, whole.generated, whole.depth, "holds")]


def changed(file: Path, since: int) -> bool:
    return file.exists() and file.stat().st_mtime_ns != since


# What is refused.


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The folder of a run that was stopped."""
    found(GRID(), folder=tmp_path, max_depth=20)
    return tmp_path


def refused(folder: Path, model: Any = GRID, **options: Any) -> str:
    with pytest.raises(UsageError) as told:
        found(model(), **{"folder": folder, "resume": True, **options})
    assert told.value.place
    assert told.value.allowed
    assert told.value.cure
    return str(told.value)


class Jumper(Walker):
    def right(self) -> None:
        when(Grid.x < 59)
        Grid.x += 1


def test_another_question_is_not_gone_on_with(stopped: Path) -> None:
    assert "of another specification: grid, and now other" in refused(
        stopped, GRID.variant("other")
    )
    assert "constants: walkers=1, and now walkers=2" in refused(stopped, lambda: GRID(walkers=2))
    assert "of another question about deadlocks" in refused(stopped, deadlock=False)
    assert "of another start" in refused(
        stopped, lambda: GRID().starting_at(GRID().initial_states[0])
    )
    changed = Spec("grid", (Jumper,), (Grid,), constants={"walkers": 1})
    assert "of another text of the specification" in refused(stopped, changed)
    claimed = Spec("grid", (Walker,), (Grid,), constants={"walkers": 1}, invariants=(is_low,))
    assert "of another text of the specification" in refused(stopped, claimed)
    assert same(found(GRID(), folder=stopped, resume=True), found(GRID()))


def test_another_version_is_not_gone_on_with(stopped: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "9.9")
    assert "of another version of raftnb" in refused(stopped)


@pytest.mark.parametrize("array", ["values", "rows", "parents"])
def test_damaged_files_are_found_out(stopped: Path, array: str) -> None:
    with (stopped / array).open("r+b") as file:
        file.seek(5)
        byte = file.read(1)[0]
        file.seek(5)
        file.write(bytes([byte ^ 1]))
    assert "not what was written" in refused(stopped)
    os.truncate(stopped / array, 4)
    assert f"`{array}` is shorter than it was" in refused(stopped)
    (stopped / array).unlink()
    assert f"`{array}` is shorter than it was" in refused(stopped)


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"sum": 3}', "null"])
def test_a_damaged_checkpoint_is_found_out(stopped: Path, damage: str) -> None:
    note = stopped / "checkpoint.json"
    whole = json.loads(note.read_text())
    note.write_text(damage)
    assert "checkpoint.json is damaged" in refused(stopped)
    note.write_text(json.dumps(whole | {"generated": whole["generated"] + 1}))
    assert "checkpoint.json is damaged" in refused(stopped)


def test_folders_that_cannot_be_used_are_refused(stopped: Path, tmp_path: Path) -> None:
    assert "holds a run that was stopped" in told(stopped)
    assert "there is no checkpoint" in refused(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "file").write_text("")
    assert "File exists" in told(tmp_path / "file")
    assert "Not a directory" in told(tmp_path / "file" / "inside")
    with pytest.raises(UsageError, match="resume without a folder"):
        found(GRID(), resume=True)
    with pytest.raises(UsageError, match="several explorations"):
        found(GRID(), folder=tmp_path / "new", go_on=True)
    with pytest.raises(UsageError, match="symmetry"):
        found(GRID(), folder=tmp_path / "new", symmetry=True)
    with pytest.raises(UsageError, match="a view, with states on disk"):
        found(GRID(), folder=tmp_path / "new", view=lambda: Grid.x)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["values", "rows", "parents"])
def test_files_that_no_run_has_written_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    (tmp_path / "lock").write_text("mine, too")
    assert f"it holds a file `{name}` that no run has written" in told(tmp_path)
    assert (tmp_path / name).read_text() == "mine"
    (tmp_path / name).unlink()
    assert found(GRID(), folder=tmp_path).verdict is Verdict.HOLDS
    assert [one.name for one in tmp_path.iterdir()] == ["lock"]


def test_what_a_run_left_that_was_killed_at_once_is_its_own(tmp_path: Path) -> None:
    for name in ("values", "rows", "raftnb.lock"):
        (tmp_path / name).write_text("")
    assert found(GRID(), folder=tmp_path).verdict is Verdict.HOLDS
    assert not list(tmp_path.iterdir())


def test_an_engine_that_has_no_states_on_disk_is_not_passed_over(tmp_path: Path) -> None:
    for engine in ("memo", "reference"):
        with pytest.raises(UsageError, match="coverage of lines, with states on disk"):
            check(GRID(), engine=engine, folder=tmp_path / "new", progress=False)
    assert not (tmp_path / "new").exists()


def told(folder: Path) -> str:
    with pytest.raises(UsageError) as error:
        found(GRID(), folder=folder)
    return str(error.value)


def test_two_runs_do_not_share_a_folder(stopped: Path) -> None:
    options = ExplorationOptions(progress=False, folder=stopped, resume=True)
    search = compiled_search(GRID(), options)
    assert "another run writes to" in refused(stopped)
    assert same(search.run(), found(GRID()))


FULL = """
import resource, sys
from pathlib import Path
from raftnb.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
sys.exit(main(["check", "sequential-store", *sys.argv[1:]]))
"""


def test_a_disk_that_is_full_is_an_error_and_nothing_is_left(tmp_path: Path) -> None:
    new = tmp_path / "new"
    for options in (["--folder", str(new)], ["--max-memory", "1"]):
        command = [sys.executable, "-c", FULL, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2, done.stderr
        assert "found:   states cannot be written to it: File too large" in done.stderr
        assert "cure:" in done.stderr
        assert not new.exists()


def test_on_the_command_line(tmp_path: Path) -> None:
    def run(*options: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "raftnb", "check", "sequential-store", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    code, out, err = run("--folder", str(tmp_path), "--max-depth", "9")
    assert code == 3
    assert f"hint: to go on: --resume {tmp_path}" in err
    code, out, err = run("--resume", str(tmp_path))
    assert code == 0
    assert out.startswith("holds: 149 distinct states")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_compiled_stops_at_its_memory(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    stopped = check(STORE, max_memory=100_000, progress=False)
    assert stopped.bound == "max_memory 100,000 bytes"
    with pytest.raises(UsageError, match="no compiler of C"):
        check(STORE, folder=tmp_path / "new", progress=False)
    assert not (tmp_path / "new").exists()
