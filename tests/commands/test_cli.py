"""The command line, run as a user runs it."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from raftnb.__main__ import COMMANDS, main, run
from raftnb.data.verdict import Verdict
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Client, Op, Shared
from tests.disks import full_disk
from tests.signals import heeds_ctrl_c

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "raftnb"]


def test_list_names_every_specification(capsys: pytest.CaptureFixture[str]):
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    assert "sequential-store" in printed
    assert "clients=2 keys=1 values=1" in printed


def test_list_json_is_one_object(capsys: pytest.CaptureFixture[str]):
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["sequential-store"]["constants"]["clients"] == 2


def test_check_json_prints_one_object_and_exits_0():
    words = ["check", "sequential-store", "--set", "values=2", "--json"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    seconds = result.pop("seconds")
    assert seconds >= 0
    wanted = {"verdict": "holds", "distinct": 305, "generated": 503, "depth": 20}
    assert wanted.items() <= result.items()


def test_check_prints_the_verdict_for_people(capsys: pytest.CaptureFixture[str]):
    assert main(["check", "sequential-store"]) == 0
    assert "holds: 149 distinct states, 219 generated, depth 20" in capsys.readouterr().out


def test_symmetry_counts_states_once_that_differ_by_names_only(
    capsys: pytest.CaptureFixture[str],
):
    words = ["check", "raft-tla", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["distinct"] == 1_645
    assert main([*words, "--symmetry"]) == 0
    assert 1_645 / 2 <= json.loads(capsys.readouterr().out)["distinct"] < 1_645


def test_walks_with_the_same_seed_are_the_same_and_end_in_unknown(
    capsys: pytest.CaptureFixture[str],
):
    words = ["walk", "sequential-store", "--walks", "20", "--depth", "30", "--seed", "7", "--json"]
    found = []
    for _ in range(2):
        assert main(words) == 3
        result = json.loads(capsys.readouterr().out)
        found.append((result["verdict"], result["distinct"], result["generated"]))
    assert found[0] == found[1]
    assert found[0][0] == "unknown"


class UnlockedClient(Client):
    def take_mutex(self) -> None:
        Shared.mutex = self


def test_a_violation_exits_1_with_the_trace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        "raftnb.specs.SPECS", {"unlocked": SEQUENTIAL_STORE.variant("unlocked", UnlockedClient)}
    )
    assert main(["check", "unlocked", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["verdict"], result["property"]) == ("violated", "one_client_at_a_time")
    assert [step["process"] for step in result["trace"]["steps"]] == ["c1", "c2"]
    assert main(["check", "unlocked"]) == 1
    assert "3. c2.take_mutex()" in capsys.readouterr().out


def test_a_bound_exits_3(capsys: pytest.CaptureFixture[str]):
    assert main(["check", "sequential-store", "--max-depth", "4", "--json"]) == 3
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "unknown"
    assert "4" in result["bound"]


def the_first_request_is_a_read() -> bool:
    return Shared.requests[0].op == Op.READ


def test_an_invariant_that_raises_exits_2_with_its_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    claims = {"invariants": (the_first_request_is_a_read,)}
    monkeypatch.setattr(
        "raftnb.specs.SPECS", {"careless": SEQUENTIAL_STORE.variant("careless", **claims)}
    )
    assert main(["check", "careless", "--json"]) == 2
    printed = capsys.readouterr()
    assert json.loads(printed.out)["verdict"] == "unusable"
    assert "IndexError" in printed.err
    assert "test_cli.py, line" in printed.err
    assert "Shared.requests[0].op" in printed.err


def test_help_names_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0 holds, 1 violated, 2 the question makes no sense" in said
    assert "3 unknown" in said
    commands = ["list", "check", "walk", "liveness", "refines", "prove", "mutants", "pluscal"]
    commands += ["linearizable", "drive", "record", "replay"]
    assert [name for name in commands if f" {name} " not in said] == []


def test_a_fault_of_the_package_is_no_verdict(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("raftnb.specs.SPECS", {"faulty": None})
    assert main(["check", "faulty"]) == 3
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith("a fault of raftnb itself; nothing was decided\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_where_nothing_can_be_printed_that_is_said(unbuffered):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "check", "sequential-store"],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 3
    assert done.stderr.endswith("the answer cannot be printed: No space left on device\n")
    assert "Traceback" not in done.stderr


def test_an_answer_is_told_though_its_trace_cannot_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    unlocked = SEQUENTIAL_STORE.variant("unlocked", UnlockedClient)
    monkeypatch.setattr("raftnb.specs.SPECS", {"unlocked": unlocked})
    small, large = tmp_path / "trace.txt", tmp_path / "trace.html"
    large.write_text("before")
    with full_disk(room=8_000):
        words = ["check", "unlocked", "--trace", str(large), "--trace", str(small)]
        assert main(words) == 1
    out, err = capsys.readouterr()
    assert "violated: one_client_at_a_time" in out
    assert f"--trace {large}" in err
    assert f"steps: {small}\n" in out
    assert large.read_text() == "before"
    assert small.read_text().startswith("violated: one_client_at_a_time")


def test_what_the_terminal_cannot_write_is_escaped(tmp_path: Path):
    history = tmp_path / "é.json"
    history.write_text("[]", encoding="utf-8")
    words = ["linearizable", str(history), "--model", "register"]
    done = subprocess.run(
        [*COMMAND, *words],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    assert "\\xe9.json" in done.stdout + done.stderr


def test_the_installed_command_is_this_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["scripts"]["raftnb"].partition(":")
    assert getattr(importlib.import_module(module), function) is run


def test_ctrl_c_after_the_verdict_does_not_change_it(tmp_path):
    (tmp_path / "a.json").write_text('[{"process": 0, "type": "invoke", "f": "read"}]')
    model = "import atexit, os, signal\natexit.register(os.kill, os.getpid(), signal.SIGINT)\n"
    (tmp_path / "a.py").write_text(model + "class A:\n    def read(self): pass\n")
    words = ["linearizable", str(tmp_path / "a.json"), "--model", f"{tmp_path / 'a.py'}:A"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_stops_with_what_was_reached():
    words = ["check", "sequential-store", "--set", "clients=8", "--set", "values=4", "--json"]
    job = subprocess.Popen(
        [*COMMAND, *words, "--set", "keys=6"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"},
        preexec_fn=heeds_ctrl_c,
    )
    try:
        shown = b""
        while b"states/s" not in shown and (byte := job.stderr.read(1)):  # the progress bar
            shown += byte
        job.send_signal(signal.SIGINT)
        printed, _ = job.communicate(timeout=120)
    finally:
        job.kill()
    result = json.loads(printed)
    assert job.returncode == 3
    assert result["verdict"] == "unknown"
    assert result["distinct"] > 1
    assert "interrupted" in result["bound"]


def test_help_breaks_no_name_at_its_hyphens(capsys):
    with pytest.raises(SystemExit):
        main(["prove", "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if line.endswith("-")]
    assert any("linearizable-store" in line for line in lines)


def test_help_of_mutants_says_where_a_mistake_is_found(capsys):
    with pytest.raises(SystemExit):
        main(["mutants", "--help"])
    assert "(servers, terms, log length)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("row", "verdict", "bound"),
    [(1, "VIOLATED", "interrupted"), (3, "UNKNOWN", "interrupted; 9 walks were wanted")],
)
def test_ctrl_c_ends_the_search_for_mistakes_and_misses_none(
    monkeypatch, capsys, row, verdict, bound
):
    mutants = importlib.import_module("raftnb.commands.mutants")
    (mutant,) = (one for one in mutants.MUTANTS if one.row == row)
    came = mutants.Finding(
        mutant, Verdict[verdict], 5, 0.1, bound=bound, property=mutant.breaks.__name__
    )

    def found(*_):
        yield came
        pytest.fail("the search goes on")

    monkeypatch.setattr(mutants, "find_all", found)
    assert main(["mutants", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["missed"]) == ("unknown", [])
    assert told["bound"] == bound


def test_help_lists_all_commands_and_imports_none_of_them() -> None:
    program = (
        "import sys; from raftnb.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*(m for m in sys.modules if m.startswith(('raftnb.explore', 'raftnb.specs'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    *listed, imported = done.stdout.splitlines()
    assert imported == ""
    told = {line.split()[0] for line in listed if line.startswith("    ") and line.split()}
    assert set(COMMANDS) <= told
