"""`replay`: other tools' counterexamples from the shell, and what is not one."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.specs.raft.mistakes import MUTANTS, disk

DATA = Path(__file__).parents[1] / "pluscal" / "data"
(ROW_7,) = (mutant for mutant in MUTANTS if mutant.row == 7)
CONSTANTS = [word for n, v in ROW_7.constants.items() for word in ("--set", f"{n}={v}")]
FORGETFUL = ["raft", "--variant", f"{disk.__file__}:ForgetsItsVote", "--history", *CONSTANTS]


def state(pc: str, mutex: str) -> dict[str, Any]:
    """A state of the sequential store in ITF, with the first client at a label."""
    return {
        "mutex": mutex,
        "requests": [],
        "responses": {"#map": [["c1", []], ["c2", []]]},
        "pc": {"#map": [["c1", pc], ["c2", "take_mutex"], ["store", "take_request"]]},
        "store_request": "None",
        "response": "None",
        "dictionary": {"#map": [["k1", "None"]]},
    }


def itf(*states: dict[str, Any], **more: Any) -> str:
    """A behavior in ITF."""
    return json.dumps({"vars": ["mutex"], "states": states, **more})


FINE = itf(state("take_mutex", "None"), state("request", "c1"))


@pytest.mark.parametrize("end", ["txt", "json"])
def test_a_counterexample_of_tlc_is_judged(end: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = DATA / f"forgets-its-vote.{end}"
    assert main(["replay", *FORGETFUL, str(file)]) == 1
    said = capsys.readouterr().out
    first, second = said.split("\n")[:2]
    assert first.startswith("violated: one_vote_per_term after 7 steps, each_leader_had_the_")
    assert "election_safety after 10 steps" in first
    assert second == "10 steps, each one of the specification's"
    assert "\n11. s" in said


def test_it_is_drawn_and_told_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, page = DATA / "forgets-its-vote.txt", tmp_path / "trace.html"
    assert main(["replay", *FORGETFUL, str(file), "--trace", str(page), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "violated"
    assert told["property"] == "one_vote_per_term"
    assert told["broken"] == {
        "one_vote_per_term": 7,
        "each_leader_had_the_votes_of_a_majority": 8,
        "election_safety": 10,
        "leaders_are_never_replaced_within_a_term": 10,
    }
    assert told["steps"] == 10
    assert told["kept"] == f"trace of 10 steps: {page}"
    assert "<html" in page.read_text(encoding="utf-8")


def test_where_nothing_is_false_the_answer_is_unknown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(FINE))
    assert main(["replay", "sequential-store", "-", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["property"]) == ("unknown", None)
    assert told["bound"] == "one behavior was looked at, and nothing else"


def test_a_state_that_is_stuck_is_a_deadlock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, file = tmp_path / "stuck.py", tmp_path / "found.json"
    spec.write_text(
        "from raftnb.language import Process, Spec, when\n\n\n"
        "class Once(Process):\n    done: bool = False\n\n"
        "    def act(self) -> None:\n        when(not self.done)\n        self.done = True\n\n\n"
        "def all_done(o: Once) -> bool:\n    return o.done\n\n\n"
        'STUCK = Spec("stuck", (Once,))\n'
        'ENDED = Spec("ended", (Once,), final=all_done)\n',
        encoding="utf-8",
    )
    file.write_text(itf({"done": False}, {"done": True}), encoding="utf-8")
    assert main(["replay", f"{spec}:STUCK", str(file)]) == 1
    assert capsys.readouterr().out.startswith("violated: deadlock after 1 step\n")
    assert main(["replay", f"{spec}:ENDED", str(file)]) == 3


BAD = {
    "": "a text without a line `State 1: ...`",
    "No error has been found.": "what TLC writes where it finds no error",
    "no trace": "a text without a line `State 1: ...`",
    "{": "JSON that cannot be read",
    "{}": "JSON with nothing in it",
    '{"verdict": "holds"}': "JSON with verdict",
    '{"vars": [], "states": 1}': "ITF that is no trace",
    '{"vars": [], "states": []}': "a trace without a state",
    itf({}): "the value that is missing",
    itf(state("request", "c1")): "a state in which the model does not begin",
    itf(state("take_mutex", "None"), state("receive", "c1")): "a state to which no step",
    itf(state("take_mutex", "c3")): "the value 'c3' of Shared.mutex",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_counterexample_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "found.txt"
    file.write_text(text, encoding="utf-8")
    assert main(["replay", "sequential-store", str(file)]) == 2
    said = capsys.readouterr().err
    assert BAD[text] in said
    assert "allowed: " in said
    assert "cure: " in said
    assert "Traceback" not in said


def test_other_constants_than_those_it_was_printed_with_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(DATA / "forgets-its-vote.txt")
    for words in (["raft", "--set", "servers=2"], ["raft", "--history"], ["sequential-store"]):
        assert main(["replay", *words, file]) == 2
        assert "the counterexample, state" in capsys.readouterr().err


def test_a_file_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path, tmp_path / "nosuch", binary):
        assert main(["replay", "raft", str(file)]) == 2
        said = capsys.readouterr().err
        assert f"command line, FILE {file}" in said
        assert "cure: " in said
