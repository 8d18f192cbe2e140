"""The package's own format: what is recorded fits, what is altered does not, whoever wrote it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from raftnb import UsageError, Verdict
from raftnb.__main__ import main
from raftnb.conform import EventError, conforms, read_events
from raftnb.conform.recorded import RecordedMapping
from raftnb.conform.result import Conformance
from raftnb.record import TraceRecorder
from tests.drive.toy import Message, Node

EMITTERS = Path(__file__).resolve().parents[2] / "docs" / "emitters"
NAMES = ("s1", "s2", "s3")
FORMS = {
    "ask": ("RequestVote", lambda m: {"lastLogTerm": m["last"][0], "lastLogIndex": m["last"][1]}),
    "vote": ("RequestVoteResponse", lambda m: {"voteGranted": m["granted"]}),
    "append": (
        "AppendEntries",
        lambda m: {
            "prevLogIndex": m["prev"],
            "prevLogTerm": m["prevTerm"],
            "entries": m["entries"],
            "leaderCommit": m["commit"],
        },
    ),
    "appended": ("AppendEntriesResponse", lambda m: {"success": m["ok"], "matchIndex": m["match"]}),
}


def logged(m: Message) -> dict[str, Any]:
    kind, fields = FORMS[m["kind"]]
    return {"type": kind, "from": m["from"], "to": m["to"], "term": m["term"], **fields(m)}


def seen(node: Node) -> dict[str, Any]:
    return {
        "currentTerm": node.term,
        "votedFor": node.vote,
        "role": node.role,
        "log": [list(entry) for entry in node.log],
        "commitIndex": node.commit,
    }


def recorded_run(path: Path, steps: int, seed: int) -> Path:
    """A run of the toy with loss, repetition and restarts, recorded."""
    dice, flying = random.Random(seed), list[Message]()
    nodes = [Node(name, NAMES) for name in NAMES]
    with TraceRecorder(path, servers=NAMES) as trace:

        def do(node: Node, event: str, act: Any, **fields: Any) -> None:
            with trace.step(event, node.name, **fields) as step:
                sent = act()
                for m in sent or []:
                    trace.event("send", node.name, message=logged(m))
                flying.extend(sent or [])
                step.state = seen(node)

        for number in range(steps):
            node = dice.choice(nodes)
            if flying and dice.random() < 0.75:
                m = dice.choice(flying[-6:])
                node = nodes[NAMES.index(m["to"])]
                do(node, "receive", lambda n=node, m=m: n.handle(m), message=logged(m))
            elif node.role == "leader" and dice.random() < 0.9:
                if dice.random() < 0.3:
                    do(node, "request", lambda n=node, v=number: n.request(v), value=number)
                else:
                    peer = dice.choice([n for n in NAMES if n != node.name])
                    with trace.step("state", node.name):
                        sent = node.replicate(peer)
                        trace.event("send", node.name, message=logged(sent[0]))
                        flying.extend(sent)
            elif dice.random() < 0.05:
                do(node, "restart", node.crash)
            elif node.role != "leader" and dice.random() < (
                0.03 if any(n.role == "leader" for n in nodes) else 0.3
            ):
                do(node, "time_out", node.elect)
    return path


def judged(events: Any) -> Conformance:
    mapping = RecordedMapping()
    model, start = mapping.begin(events)
    return conforms(model, events, mapping, start=start)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    path = recorded_run(tmp_path_factory.mktemp("trace") / "run.jsonl", 600, seed=3)
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_is_recorded_fits(run: list[dict[str, Any]]) -> None:
    found = judged(run)
    assert found.verdict is Verdict.HOLDS, found
    assert found.matched == len(run) > 1000
    states = [event["state"] for event in run if "state" in event]
    assert max(state["commitIndex"] for state in states) >= 3
    assert max(state["currentTerm"] for state in states) >= 2


def test_what_is_left_out_is_not_missed(run: list[dict[str, Any]]) -> None:
    short = [e for e in run if e["event"] != "state" or "state" not in e or "log" in e["state"]]
    for event in short:
        event = event.get("state", {})
        for name in ("votedFor", "commitIndex"):
            event.pop(name, None)
    assert judged(short).verdict is Verdict.HOLDS


ALTERED = {
    "currentTerm": lambda s: s | {"currentTerm": s["currentTerm"] + 1},
    "role": lambda s: s | {"role": "leader" if s["role"] == "follower" else "follower"},
    "votedFor": lambda s: s | {"votedFor": "s1" if s["votedFor"] != "s1" else None},
    "commitIndex": lambda s: s | {"commitIndex": s["commitIndex"] + 1},
    "log": lambda s: s | {"log": [*s["log"], [9, 99]]},
}


@pytest.mark.parametrize("name", ALTERED)
def test_what_is_altered_does_not_fit_there(name: str, tmp_path: Path) -> None:
    path = recorded_run(tmp_path / "run.jsonl", 120, seed=5)
    events = [json.loads(line) for line in path.read_text().splitlines()]
    for at in [i for i, event in enumerate(events) if event.get("state")][5::9]:
        before = events[at]["state"]
        altered = [*events]
        altered[at] = events[at] | {"state": ALTERED[name](before)}
        found = judged(altered)
        assert found.verdict is Verdict.VIOLATED
        assert found.matched == at


def test_a_server_with_a_mistake_is_found_out(tmp_path: Path) -> None:
    with TraceRecorder(tmp_path / "run.jsonl", servers=NAMES) as trace:
        trace.event("time_out", "s1")
        ask = {"type": "RequestVote", "from": "s1", "to": "s2", "term": 1}
        trace.event("receive", "s2", message=ask, state={"votedFor": "s1", "currentTerm": 1})
        trace.event("restart", "s2", state={"currentTerm": 1, "votedFor": None})
    found = judged(read_events(tmp_path / "run.jsonl"))
    assert found.verdict is Verdict.VIOLATED
    assert found.matched == 3
    assert "s2.votedFor is s1, logged null" in str(found)


def test_the_decorator_records_a_method(tmp_path: Path) -> None:
    trace = TraceRecorder(tmp_path / "run.jsonl", servers=NAMES)

    class Watched(Node):
        @trace.records("time_out", server=lambda self: self.name, state=seen)
        def elect(self) -> list[Message]:
            return super().elect()

        @trace.records(
            "receive",
            server=lambda self, m: self.name,
            message=lambda self, m: logged(m),
            state=seen,
        )
        def handle(self, m: Message) -> list[Message]:
            return super().handle(m)

    nodes = {name: Watched(name, NAMES) for name in NAMES}
    for m in nodes["s1"].elect():
        for answer in nodes[m["to"]].handle(m):
            nodes["s1"].handle(answer)
    trace.close()
    assert nodes["s1"].role == "leader"
    found = judged(read_events(tmp_path / "run.jsonl"))
    assert (found.verdict, found.matched) == (Verdict.HOLDS, 11)


def die_recording(path: Path, last: str) -> None:
    """A program that records into a file dies by the last thing that it does."""
    text = (
        "import os, sys; from raftnb.record.trace import TraceRecorder\n"
        f"trace = TraceRecorder(sys.argv[1], servers=['s1', 's2', 's3'])\n{last}"
    )
    assert subprocess.run([sys.executable, "-c", text, str(path)], check=False).returncode == -9


def test_nothing_is_lost_when_the_program_dies(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    die_recording(
        path,
        "trace.event('time_out', 's1', state={'role': 'candidate'})\nos.kill(os.getpid(), 9)",
    )
    with TraceRecorder(path) as trace:  # another process joins
        trace.event("restart", "s1", state={"role": "follower", "currentTerm": 1})
    assert (judged(read_events(path)).verdict, len(path.read_text().splitlines())) == (
        Verdict.HOLDS,
        3,
    )


def test_a_step_that_the_program_died_in_may_be_done_or_not(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    die_recording(path, "with trace.step('time_out', 's1'):\n    os.kill(os.getpid(), 9)")
    begun = [json.loads(line) for line in path.read_text().splitlines()]
    for term, verdict in enumerate((Verdict.HOLDS, Verdict.HOLDS, Verdict.VIOLATED)):
        back = {"event": "restart", "server": "s1", "state": {"currentTerm": term}}
        assert judged([*begun, back]).verdict is verdict


def test_the_recorder_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    trace = TraceRecorder(tmp_path / "run.jsonl", servers=NAMES)
    with pytest.raises(UsageError, match="tick"):
        trace.event("tick", "s1")
    with pytest.raises(UsageError, match="term"):
        trace.event("state", "s1", term=1)
    with pytest.raises(UsageError, match="not JSON serializable"):
        trace.event("state", "s1", state={"log": {1}})
    trace.close()
    trace.close()
    with pytest.raises(UsageError, match="closed"):
        trace.event("time_out", "s1")
    with pytest.raises(UsageError, match="File exists"):
        TraceRecorder(tmp_path / "run.jsonl", servers=NAMES)
    with pytest.raises(UsageError, match="No such file"):
        TraceRecorder(tmp_path / "other.jsonl")


WRONG: dict[str, dict[str, Any]] = {
    "`event`": {"server": "s1"},
    'the event "tick"': {"event": "tick", "server": "s1"},
    'the server "s9"': {"event": "time_out", "server": "s9"},
    "without `server`": {"event": "time_out"},
    "without `message`": {"event": "receive", "server": "s1"},
    "without `type`": {"event": "receive", "server": "s1", "message": {}},
    'type "Vote"': {"event": "receive", "server": "s1", "message": {"type": "Vote"}},
    "`trem`": {"event": "send", "server": "s1", "message": {"type": "RequestVote", "trem": 1}},
    'term "x"': {"event": "send", "server": "s1", "message": {"type": "RequestVote", "term": "x"}},
    "the state 5": {"event": "state", "server": "s1", "state": 5},
    "variable `term`": {"event": "state", "server": "s1", "state": {"term": 1}},
    'the role "boss"': {"event": "state", "server": "s1", "state": {"role": "boss"}},
    'currentTerm "1"': {"event": "state", "server": "s1", "state": {"currentTerm": "1"}},
    "as an entry": {"event": "state", "server": "s1", "state": {"log": [1]}},
}


@pytest.mark.parametrize("found", WRONG)
def test_a_line_that_makes_no_sense_is_told(found: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    lines = [{"event": "start", "servers": NAMES}, WRONG[found]]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(EventError) as caught:
        judged(read_events(path))
    assert found in caught.value.found
    assert caught.value.allowed
    assert caught.value.cure
    assert "line 2" in caught.value.place


def emitted(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(words, cwd=folder, check=True, timeout=100)
    assert main(["conforms", str(folder / "log.jsonl")]) == 0
    assert "all 3 events fit" in capsys.readouterr().out


def test_the_emitters_are_short() -> None:
    lengths = {path.suffix: len(path.read_text().splitlines()) for path in EMITTERS.iterdir()}
    assert lengths.keys() == {".py", ".go", ".c"}
    assert max(lengths.values()) < 50


def test_the_emitter_in_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emitted([sys.executable, str(EMITTERS / "emitter.py")], tmp_path, capsys)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_the_emitter_in_c(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = ["cc", "-Wall", "-Wextra", "-Werror", "-o", str(tmp_path / "a.out")]
    subprocess.run([*made, str(EMITTERS / "emitter.c")], check=True)
    emitted([str(tmp_path / "a.out")], tmp_path, capsys)


@pytest.mark.skipif(shutil.which("go") is None, reason="no Go compiler")
def test_the_emitter_in_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emitted(["go", "run", str(EMITTERS / "emitter.go")], tmp_path, capsys)
