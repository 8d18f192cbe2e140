"""Real clusters are run, recorded and judged, and nothing of them is left behind."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from raftnb import UsageError
from raftnb.__main__ import main
from raftnb.linear import read_history
from raftnb.record import record
from raftnb.record.cluster import Call, Cluster
from raftnb.record.processes import Guarded, Processes, free_ports, python_program
from raftnb.record.run import Run
from tests.signals import heeds_ctrl_c

needs_pysyncobj = pytest.mark.skipif(
    __import__("importlib.util").util.find_spec("pysyncobj") is None,
    reason="pysyncobj is not installed",
)
needs_etcd = pytest.mark.skipif(
    shutil.which("etcd") is None, reason="no program etcd: apt install etcd-server"
)


def runs(pid: int) -> bool:
    """Whether a process is there and not just waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def naming(word: str) -> list[int]:
    """The processes whose command line has a word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid() and runs(pid)]


def until(condition: object, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def test_a_program_ends_with_its_guard() -> None:
    one = Guarded(["sleep", "1000"])
    assert runs(one.pid)
    one.signal(signal.SIGSTOP)
    one.kill()
    assert not runs(one.pid)


def test_a_program_ends_when_its_starter_is_killed() -> None:
    text = (
        "from raftnb.record.processes import Guarded; import time\n"
        "print(Guarded(['sleep', '1000']).pid, flush=True); time.sleep(1000)"
    )
    starter = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert runs(pid)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    assert until(lambda: not runs(pid))


def test_a_program_ends_when_its_starter_is_killed_before_it_hears_of_it() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    program = ["sleep", f"1000.{os.getpid()}"]
    guard = subprocess.Popen(
        [*python_program("guard.py"), *program],
        stdin=subprocess.PIPE,
        stdout=writer,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    assert guard.stdin is not None
    guard.stdin.close()
    assert guard.wait(20)
    assert naming(program[1]) == []


def test_ctrl_c_while_a_program_starts_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    program = ["sleep", f"2000.{os.getpid()}"]

    class Pressed(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, **named)  # type: ignore[call-overload]
            self.stdout = Heard(self.stdout)

    class Heard:
        def __init__(self, stream: object) -> None:
            self.stream = stream
            self.close = stream.close  # type: ignore[attr-defined]

        def readline(self) -> bytes:
            assert until(lambda: naming(program[1]))
            raise KeyboardInterrupt

    monkeypatch.setattr("raftnb.record.processes.subprocess.Popen", Pressed)
    with pytest.raises(KeyboardInterrupt):
        Guarded(program)
    assert naming(program[1]) == []


def test_what_does_not_start_is_told() -> None:
    with pytest.raises(UsageError, match="`no-such-program`"):
        Guarded(["no-such-program"])


def test_an_error_in_the_block_ends_all_programs() -> None:
    pids = []

    def failing() -> None:
        with Processes() as processes:
            processes.start("a", ["sleep", "1000"])
            processes.pause("a")
            pids.append(processes.running["a"].pid)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert not runs(pids[0])


def test_ports_are_free_and_different() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20


@needs_pysyncobj
def test_pysyncobj_with_its_journal_is_linearizable_and_conforms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    code = main(["record", "pysyncobj", "--seconds", "5", "--out", str(out), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 0, told
    assert told["verdict"] == "holds"
    assert told["linearizable"]["verdict"] == told["conforms"]["verdict"] == "holds"
    assert told["answered"] > 10
    assert told["faults"]
    assert len(read_history(out / "history.jsonl")) > 10
    assert (out / "trace.ndjson").read_text().count("\n") > 100
    assert naming("raftnb-nodes-") == []


@needs_pysyncobj
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_no_process(number: signal.Signals, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "raftnb", "record", "pysyncobj", "--seconds", "60"]
    nodes = {**os.environ, "TMPDIR": str(tmp_path)}
    run = subprocess.Popen(
        line,
        env=nodes,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=heeds_ctrl_c,
    )
    assert until(lambda: len(naming(str(tmp_path))) >= 6)  # three nodes, three guards
    run.send_signal(number)
    assert run.wait(60) == (3 if number is signal.SIGINT else -9)
    assert until(lambda: naming(str(tmp_path)) == [])


def pressing(monkeypatch: pytest.MonkeyPatch, *, at: str, call: int, times: int = 1) -> None:
    """Let Ctrl-C be pressed in this call of a method of a run, the first of which is 1."""
    right, number = getattr(Run, at), itertools.count(1)

    def pressed(*given: Any) -> Any:
        if next(number) == call:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        return right(*given)

    monkeypatch.setattr(Run, at, pressed)


@needs_pysyncobj
def test_after_ctrl_c_what_was_recorded_is_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pressing(monkeypatch, at="_fault", call=3)
    line = ["record", "pysyncobj", "--seconds", "600", "--out", str(tmp_path / "run"), "--json"]
    begun, heard = time.monotonic(), signal.getsignal(signal.SIGINT)
    assert main(line) == 3
    assert time.monotonic() - begun < 60
    assert signal.getsignal(signal.SIGINT) is heard
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["bound"]) == ("unknown", "interrupted")
    assert told["linearizable"]["verdict"] == told["conforms"]["verdict"] == "holds"
    assert len(told["faults"]) == 3
    assert told["answered"] > 0
    assert naming("raftnb-nodes-") == []


class Nobody(Cluster):
    """A cluster of one node, which does nothing; of each get it is said that it found a 5."""

    names, model = ("n1",), "kv"

    def words(self, name: str) -> list[str]:
        return ["sleep", "1000"]

    def is_ready(self, name: str) -> bool:
        return True

    def call(self, name: str, dice: random.Random, seen: dict[str, Any]) -> Call:
        return "get", ("x",), lambda: 5


def record_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("raftnb.commands.record._cluster", lambda *_: Nobody(tmp_path))
    line = ["record", "pysyncobj", "--seconds", "600", "--faults", "kill", "--json"]
    return main([*line, "--out", str(tmp_path / "run")])


def test_what_ctrl_c_left_may_be_violated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pressing(monkeypatch, at="_fault", call=2)
    assert record_nobody(tmp_path, monkeypatch) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["bound"]) == ("violated", "interrupted")


def test_ctrl_c_that_is_pressed_again_ends_it_and_says_where_the_calls_until_then_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pressing(monkeypatch, at="_fault", call=2, times=2)
    assert record_nobody(tmp_path, monkeypatch) == 3
    told, said = capsys.readouterr()
    assert json.loads(told)["bound"] == "interrupted"
    assert f"until then: {tmp_path / 'run' / 'history.jsonl'}" in said


def test_ctrl_c_before_clients_call_leaves_nothing_to_judge(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pressing(monkeypatch, at="start", call=1)
    assert record_nobody(tmp_path, monkeypatch) == 3
    assert capsys.readouterr().err == "interrupted before anything was found\n"


def test_without_etcd_it_is_said_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["record", "etcd"]) == 2
    assert "no program `etcd`" in capsys.readouterr().err


def test_options_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    cluster: Cluster = None  # type: ignore[assignment]
    for options in ({"faults": ("fire",)}, {"clients": 0}, {"seconds": 0}, {"seconds": 1e9}):
        with pytest.raises(UsageError, match="faults="):
            record(cluster, tmp_path / "run.jsonl", **options)  # type: ignore[arg-type]
