"""`states`: a file with every reachable state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from raftnb.__main__ import main
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
