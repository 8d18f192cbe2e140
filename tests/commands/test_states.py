"""`states`: a file with every reachable state."""

from __future__ import annotations

import itertools
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.data.trace import State
from raftnb.explore.breadth_first import BreadthFirst
from raftnb.explore.plain_graph import PlainGraph
from raftnb.explore.reference import Reference
from raftnb.specs.store.sequential import SEQUENTIAL_STORE
from tests.disks import full_disk


def test_every_state_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "states.jsonl"
    line = [
        "states",
        "sequential-store",
        "--set",
        "clients=2",
        "--set",
        "keys=2",
        "--out",
        str(file),
    ]
    assert main(line) == 0
    assert "859 states, all that can be reached" in capsys.readouterr().out
    found = [json.loads(text) for text in file.read_text().splitlines()]
    assert [state["number"] for state in found] == list(range(859))
    assert len({json.dumps(state["state"]) for state in found}) == 859
    assert max(state["depth"] for state in found) == 28
    first = SEQUENTIAL_STORE(clients=2, keys=2).initial_states[0].as_json()
    assert found[0] == {"number": 0, "from": None, "depth": 1, "state": first}
    assert all(found[s["from"]]["depth"] == s["depth"] - 1 for s in found if s["depth"] > 1)


def test_on_a_full_disk_what_was_there_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "states.jsonl"
    file.write_text("before")
    with full_disk():
        assert main(["states", "sequential-store", "--out", str(file)]) == 2
    assert f"--out {file}" in capsys.readouterr().err
    assert [left.read_text() for left in tmp_path.iterdir()] == ["before"]


def test_a_bound_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "some.jsonl"
    line = ["states", "sequential-store", "--max-states", "20", "--out", str(file), "--json"]
    assert main(line) == 3
    data = json.loads(capsys.readouterr().out)
    assert (data["states"], data["bound"]) == (20, "max_states 20")
    assert len(file.read_text().splitlines()) == 20
    assert list(tmp_path.iterdir()) == [file]


def pressing_at(monkeypatch: pytest.MonkeyPatch, cls: type, name: str, *calls: int) -> None:
    """Let Ctrl-C be pressed at the end of these calls of a method, the first of which is 1."""
    right, number = getattr(cls, name), itertools.count(1)

    def pressed(*given: Any, **named: Any) -> Any:
        found = right(*given, **named)
        if next(number) in calls:
            signal.raise_signal(signal.SIGINT)
        return found

    monkeypatch.setattr(cls, name, pressed)


def interrupted(
    file: Path, capsys: pytest.CaptureFixture[str], *sizes: str
) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """What `states` says after Ctrl-C, what is in the file, and what is said besides."""
    heard = signal.getsignal(signal.SIGINT)
    assert main(["states", "sequential-store", *sizes, "--out", str(file), "--json"]) == 3
    assert signal.getsignal(signal.SIGINT) is heard
    told, said = capsys.readouterr()
    return json.loads(told), [json.loads(line) for line in file.read_text().splitlines()], said


MANY = ("--set", "clients=2", "--set", "keys=3")


@pytest.mark.parametrize(
    ("cls", "name", "call", "sizes", "states"),
    [
        (Reference, "arrive", 40, (), range(5, 40)),  # few states are looked for in plain Python
        (PlainGraph, "number", 1, (), range(149, 150)),  # they are met, and now their steps are
        (BreadthFirst, "_level", 9, MANY, range(200, 3_000)),  # many are looked for by the memo
    ],
)
def test_what_was_reached_until_ctrl_c_is_written(
    cls: type, name: str, call: int, sizes: tuple[str, ...], states: range,
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    pressing_at(monkeypatch, cls, name, call)
    told, lines, said = interrupted(tmp_path / "some.jsonl", capsys, *sizes)
    assert told["bound"] == "interrupted"
    assert told["states"] == len(lines)
    assert len(lines) in states
    assert [line["number"] for line in lines] == list(range(len(lines)))
    assert "that were reached are written, until Ctrl-C is pressed again" in said


def test_what_was_written_until_ctrl_c_is_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pressing_at(monkeypatch, State, "as_json", 5)
    file = tmp_path / "some.jsonl"
    told, lines, _ = interrupted(file, capsys)
    assert (told["states"], told["bound"], len(lines)) == (4, "interrupted", 4)
    assert list(tmp_path.iterdir()) == [file]


def test_ctrl_c_that_is_pressed_again_leaves_the_file_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(_: State) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(State, "as_json", twice)
    file = tmp_path / "some.jsonl"
    file.write_text("{}\n")
    told, lines, said = interrupted(file, capsys)
    assert (told["bound"], lines) == ("interrupted", [{}])
    assert said == "interrupted before anything was found\n"
