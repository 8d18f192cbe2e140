"""`explore SPEC`: a page of any specification, a reader's too."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from raftnb.__main__ import main
from raftnb.explorer.sight import Lookout, Sight

DOOR = """
from raftnb import Process, Spec, when

class Door(Process):
    is_open: bool = False

    def open(self):
        when(not self.is_open)
        self.is_open = True

def is_closed() -> bool:
    return not any(door.is_open for door in Door)

DOOR = Spec("door", (Door,), invariants=(is_closed,))
"""


def test_a_page_of_a_readers_specification_says_how_many_states_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my_door.py").write_text(DOOR, encoding="utf-8")
    page, trace = tmp_path / "door.html", tmp_path / "trace.json"
    spec = f"{tmp_path / 'my_door.py'}:DOOR"
    assert main(["explore", spec, "--out", str(page)]) == 0
    assert capsys.readouterr().out == f"{page}: 2 states, all that can be reached\n"
    assert "raftnb-explorer" in page.read_text(encoding="utf-8")
    assert main(["explore", spec, "--out", str(page), "--max-states", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["spec"], told["states"], told["complete"]) == ("door", 2, False)
    assert main(["check", spec, "--trace", str(trace)]) == 1
    assert main(["explore", spec, "--start", str(trace), "--out", str(page)]) == 0
    assert capsys.readouterr().out.endswith(f"{page}: 1 state, all that can be reached\n")


def test_the_page_of_a_violation_has_the_other_steps_too(tmp_path: Path) -> None:
    page = tmp_path / "v.html"
    (tmp_path / "my_doors.py").write_text(DOOR, encoding="utf-8")
    assert main(["check", f"{tmp_path / 'my_doors.py'}:DOOR", "--trace", str(page)]) == 1
    assert "violated: is_closed" in page.read_text(encoding="utf-8")


COUNT = """
from raftnb import Process, Spec, Nat, when

class Count(Process):
    n: Nat = 0

    def up(self):
        when(self.n < 20)
        self.n += 1

COUNT = Spec("count", (Count,))
"""


def test_a_page_has_the_states_that_were_met_until_ctrl_c(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_count.py").write_text(COUNT, encoding="utf-8")
    page, right = tmp_path / "count.html", Lookout.closer

    def pressed(self: Lookout, seen: Sight) -> Sight:
        if seen.state.values[0] == 7:
            signal.raise_signal(signal.SIGINT)
        return right(self, seen)

    monkeypatch.setattr(Lookout, "closer", pressed)
    line = ["explore", f"{tmp_path / 'my_count.py'}:COUNT", "--out", str(page)]
    assert main([*line, "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["states"], told["complete"], told["bound"]) == (9, False, "interrupted")
    assert "raftnb-explorer" in page.read_text(encoding="utf-8")
    assert main(line) == 3
    assert capsys.readouterr().out.endswith("nearest to where it begins; stopped: interrupted\n")


def test_ctrl_c_that_is_pressed_again_leaves_the_page_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_count.py").write_text(COUNT, encoding="utf-8")
    page = tmp_path / "count.html"
    page.write_text("before")

    def twice(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Lookout, "closer", twice)
    line = ["explore", f"{tmp_path / 'my_count.py'}:COUNT", "--out", str(page), "--json"]
    assert main(line) == 3
    assert json.loads(capsys.readouterr().out)["bound"] == "interrupted"
    assert page.read_text() == "before"
