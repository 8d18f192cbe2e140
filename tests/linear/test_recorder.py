"""What runs is recorded as it runs, in the order of its events; the program may die."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from raftnb.data.errors import HistoryError, UsageError
from raftnb.data.events import UNSAID, Invocation
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import KeyValueStore, Recorder, Register, check, read_history, write_history


def test_calls_are_recorded_with_their_answers(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.jsonl") as history:
        with history.call("A", "write", "x", 1):
            pass
        with history.call("A", "read", "x") as call:
            call.result = 1
        found = history.history()
    assert str(found) == "write(x, 1) A\nOk(?) A\nread(x) A\nOk(1) A"
    times = [event.time for event in found]
    assert times == sorted(times)
    assert check(found, KeyValueStore).verdict is Verdict.HOLDS


def test_an_exception_leaves_the_call_pending_and_the_process_has_a_new_name(tmp_path) -> None:
    with Recorder(tmp_path / "a.jsonl") as history:
        with pytest.raises(TimeoutError), history.call("A", "write", 1):
            raise TimeoutError
        with history.call("A", "read") as call:
            call.result = 1
        with pytest.raises(KeyError), history.call("A", "write", 2, fails=(KeyError,)):
            raise KeyError
        with history.call("A", "write", 3) as call:
            call.fail()
    found = history.history()
    assert [(op.process, str(op)) for op in found.operations] == [
        ("A", "write(1) …"),
        ("A/2", "read() → 1"),
    ]
    assert check(found, Register).verdict is Verdict.HOLDS


def test_functions_and_coroutines_are_recorded_by_a_decorator(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.jsonl") as history:
        store: dict = {}

        @history.operation
        def put(process, key, value):
            store[key] = value

        @history.operation(fails=(KeyError,))
        async def get(process, key):
            await asyncio.sleep(0)
            return store[key]

        put("A", "x", 1)

        async def all_of_them():
            return await asyncio.gather(*(get(n, "x") for n in range(5)))

        assert asyncio.run(all_of_them()) == [1] * 5
    found = history.history()
    assert len(found.processes) == 6
    assert len([op for op in found.operations if op.invoked < 7]) == 6  # all began before one ended


def test_threads_may_share_a_recorder(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    with sqlite3.connect(database) as connection:
        connection.execute("create table store (key text primary key, value int)")

    def client(name: int) -> None:
        connection = sqlite3.connect(database, isolation_level=None, timeout=30)
        for n in range(20):
            with history.call(name, "write", "x", 100 * name + n):
                connection.execute("replace into store values ('x', ?)", (100 * name + n,))
            with history.call(name, "read", "x") as call:
                call.result = connection.execute("select value from store").fetchone()[0]
        connection.close()

    with Recorder(tmp_path / "a.jsonl") as history:
        threads = [threading.Thread(target=client, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    answer = check(history.history(), KeyValueStore)
    assert (answer.verdict, answer.operations) == (Verdict.HOLDS, 120)


def test_nothing_that_was_written_is_lost_when_the_program_dies(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    script = (
        "import os, signal, sys\nfrom raftnb.linear import Recorder\n"
        f"history = Recorder({str(path)!r})\n"
        "for n in range(50):\n    with history.call('A', 'write', n):\n        pass\n"
        "with history.call('A', 'write', 50):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -signal.SIGKILL
    found = read_history(path)
    assert len(found.operations) == 51
    assert found.operations[-1].pending
    os.truncate(path, path.stat().st_size - 5)
    cut = read_history(path)
    assert cut.events == found.events[:-1]
    assert cut.remarks[0].words == "the last line is cut short"


def test_a_cut_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"process": 0, "type": "inv\n' + json.dumps(
        {"process": 0, "type": "invoke", "f": "read"}) + "\n")  # fmt: skip
    with pytest.raises(Exception, match="line 1"):
        read_history(path)


def test_faults_are_remarks(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.jsonl") as history:
        with history.call("A", "read"):
            history.remark("start", "kill n1")
    found = history.history()
    assert [(r.at, r.name, r.words) for r in found.remarks] == [(1, "start", "kill n1")]
    assert found.events[1].result is UNSAID


def test_wrong_use_is_refused(tmp_path: Path) -> None:
    history = Recorder(tmp_path / "a.jsonl")
    with pytest.raises(UsageError, match="exists"):
        Recorder(tmp_path / "a.jsonl")
    with pytest.raises(UsageError, match="the name"):
        Recorder(tmp_path / "a.json")
    with history.call("A", "read"), pytest.raises(UsageError, match="waiting"):
        history.call("A", "read").__enter__()
    with pytest.raises(UsageError, match="the result"), history.call("A", "read") as call:
        call.result = {"a": {1}}
    assert str(history.history().operations[-1]) == "read() …"
    history.close()
    with pytest.raises(UsageError, match="closed"), history.call("B", "read"):
        pass


ENDLESS: list = []
ENDLESS.append(ENDLESS)
DEEP: list = []
for _ in range(150):
    DEEP = [DEEP]
UNREADABLE = (float("nan"), [1, [float("nan")]], 10**5000, -(10**5000), DEEP, ENDLESS, b"x", 1j)


@pytest.mark.parametrize("value", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_could_not_be_read_back_is_refused_before_it_spoils_the_file(tmp_path, value) -> None:
    with Recorder(tmp_path / "a.jsonl") as history:
        with pytest.raises(UsageError, match="the arguments"):
            history.call("A", "write", value)
        with pytest.raises(UsageError, match="the key"):
            history.call("A", "write", 1, key=value)
        with pytest.raises(UsageError, match="the process"):
            history.call(value, "write", 1)
        with pytest.raises(UsageError, match="the result"), history.call("A", "read") as call:
            call.result = value
        with history.call("A", "read") as call:
            call.result = float("inf")
    told = [(op.process, str(op)) for op in history.history().operations]
    assert told == [("A", "read() …"), ("A/2", "read() → inf")]


def test_a_history_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    for value in (float("nan"), 10**5000):
        event = Invocation("A", "write", (value,))
        with pytest.raises(HistoryError, match="the value"):
            write_history(History((event,)), tmp_path / "a.json")
    assert not (tmp_path / "a.json").exists()


def test_every_process_has_a_name_of_its_own(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.jsonl") as history:
        for process in ("A", "A", 1, "1", True):
            with pytest.raises(TimeoutError), history.call(process, "read"):
                raise TimeoutError
        with history.call("A/2", "read"), history.call("A", "read"), history.call(1, "read"):
            pass
        with history.call([1, "nemesis"], "read"):
            pass
        with pytest.raises(UsageError, match="another name"):
            history.call("nemesis", "read")
    processes = [op.process for op in history.history().operations]
    own = ["A", "A/2", 1, "1", True, "A/2/2", "A/3", "1/2", (1, "nemesis")]
    assert list(map(repr, processes)) == list(map(repr, own))


def test_a_call_that_is_made_again_forgets_its_answer(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.jsonl") as history:
        call = history.call("A", "read")
        with call:
            call.result = 1
        with call:
            pass
    assert [op.result for op in history.history().operations] == [1, UNSAID]


def test_arguments_of_a_decorated_function_may_be_named(tmp_path: Path) -> None:
    with Recorder(tmp_path / "a.jsonl") as history:

        @history.operation
        def put(process, key, value, *, lease=0):
            return lease

        assert put("A", value=1, key="x") == 0
        assert put(process="A", key="x", value=2, lease=3) == 3
    assert [op.call for op in history.history().operations] == ["put(x, 1)", "put(x, 2, 3)"]
