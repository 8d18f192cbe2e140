"""With --json a command prints one object, and in it everything that its text says."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from raftnb.__main__ import main
from raftnb.specs import SPECS
from raftnb.specs.raft.mistakes import MUTANTS

LINES = {
    "check sequential-store": 0,
    "check sequential-store --max-depth 4": 3,
    "check raft --set servers=2 --max-states 50": 3,
    "check raft-tla --symmetry --set servers=2": 0,
    "walk sequential-store --walks 5 --depth 9": 3,
    "check sequential-store --claim one_client_at_a_time": 3,
    "check sequential-store --continue": 0,
    "sweep sequential-store --set clients=1..2": 0,
    "sweep raft --set servers=1..2 --max-states 50": 3,
    "liveness sequential-store": 1,
    "liveness fair-store --max-states 20": 3,
    "liveness fair-store --fair none": 1,
    "refines stale-store": 1,
    "refines queue-store --unfair": 0,
    "refines queue-store --max-states 20": 3,
    "prove sequential-store": 3,
    "mutants --row 20": 3,
    "drive tests.drive.toy:Toy --walks 2 --depth 9": 3,
    "histories raft-store --operations 20": 3,
}
TIME = re.compile(r"[\d.]+ seconds")
NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)\b(?!\.\d)")


def printed(capsys: pytest.CaptureFixture[str], line: str) -> tuple[int, str]:
    code = main(shlex.split(line))
    return code, capsys.readouterr().out


def names() -> set[str]:
    """All that a text may name: claims, actions, classes, constants."""
    found = {claim.name for spec in SPECS.values() for claim in spec.liveness}
    for spec in SPECS.values():
        found |= {claim.__name__ for claim in spec.claims} | set(spec.all_constants)
        for cls in spec.processes:
            found |= {*cls.actions, cls.__name__}
    return found | {m.server.__name__ for m in MUTANTS} | {m.title for m in MUTANTS}


def leaves(data: Any) -> Iterator[str]:
    """Every word of some JSON data, as text."""
    for part in data.values() if isinstance(data, dict) else data:
        if isinstance(part, dict | list):
            yield from leaves(part)
        else:
            yield str(part)


@pytest.mark.parametrize("line", LINES)
def test_json_says_what_the_text_says(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = printed(capsys, line)
    again, out = printed(capsys, f"{line} --json")
    assert (code, again) == (LINES[line], LINES[line])
    data = json.loads(out)
    assert {"verdict", "property", "bound", "partial", "seconds"} <= set(data)
    head = TIME.sub("", text.partition("1. initial state")[0])
    said = re.sub(r"(?<=\d),(?=\d{3})", "", " | ".join(leaves(data)))
    named = {name for name in names() if re.search(rf"\b{re.escape(name)}\b", head)}
    assert {name for name in named if name not in said} == set()
    numbers = {n.replace(",", "") for n in re.findall(NUMBER, head)}
    assert {n for n in numbers if not re.search(rf"\b{n}\b", said)} == set()
    assert (data["bound"] is not None) == ("stopped: " in head)
    for sentence in data["partial"]:
        assert sentence in " ".join(text.split())


def test_the_verdict_of_the_text_is_that_of_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    for line, code in LINES.items():
        verdict = {0: "holds", 1: "violated", 3: "unknown"}[code]
        if not line.startswith(("prove", "mutants")):
            assert printed(capsys, line)[1].startswith(f"{verdict}:"), line
            assert json.loads(printed(capsys, f"{line} --json")[1])["verdict"] == verdict


def test_list_says_the_same_in_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    _, text = printed(capsys, "list")
    data = json.loads(printed(capsys, "list --json")[1])
    assert list(data) == [row.partition(":")[0] for row in text.split("\n")[:-1:2]]
    for name, about in data.items():
        assert f"{name}: {about['summary']}\n" in text
        assert " ".join(f"{k}={v}" for k, v in about["constants"].items()) in text


LASTING = """
from __future__ import annotations
from raftnb import Globals, Process, Spec, eventually, when

class G(Globals):
    n: int = 0

class C(Process, number="clients"):
    def go(self) -> None:
        when(G.n < 1)
        G.n += 1

def small() -> bool:
    return G.n <= 1

def big() -> bool:
    return G.n > 1

S = Spec("s", processes=(C,), shared=(G,), constants={"clients": 1}, invariants=(small,),
         sometimes=(small,), liveness=(eventually(big),))
"""


@pytest.mark.parametrize(
    ("command", "left"),
    [
        (["check", "--no-deadlock"], ["deadlock", "eventually big (liveness)"]),
        (["prove"], ["deadlock (check)", "sometimes small (check)", "eventually big (liveness)"]),
    ],
)
def test_what_holds_says_which_claims_it_says_nothing_of(command, left, tmp_path, capsys):
    """The behaviors of LASTING end in a deadlock, before `big`, and neither command asks that."""
    (tmp_path / "lasting.py").write_text(LASTING)
    name, *options = command
    words = [name, f"{tmp_path}/lasting.py:S", *options]
    assert main(words) == 0
    assert f"not asked: {', '.join(left)}" in capsys.readouterr().out.splitlines()
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_asked"] == left
    assert main(["check", words[1]]) == 1  # violated: what was not asked is not what matters
    assert "not asked" not in capsys.readouterr().out


TAKE_A_FILE = [
    "check {file}:X",
    "check sequential-store --start {file}",
    "check sequential-store --view {file}:look",
    "check sequential-store --action-constraint {file}:calm",
    "check sequential-store --variant {file}:Calm",
    "sweep {file}:X",
    "states {file}:X --out states.jsonl",
    "states sequential-store --out states.jsonl --start {file}",
    "explore {file}:X --out page.html",
    "walk {file}:X",
    "liveness {file}:X",
    "refines {file}:X",
    "prove {file}:X",
    "pluscal {file}:X",
    "histories {file}:X",
    "replay raft {file}",
    "drive {file}:X",
    "linearizable {file} --model kv",
    "linearizable {file} --model {file}:X",
    "conforms {file} --format libraft",
    "conforms {file} --mapping {file}:X",
]
UNREADABLE = {"missing": None, "a text": b"what is this? {", "not UTF-8": b"\xff\xfe\x00\x81"}


@pytest.mark.parametrize("content", UNREADABLE)
@pytest.mark.parametrize("line", TAKE_A_FILE)
def test_a_file_that_cannot_be_read_is_one_object_of_every_command(
    line: str, content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / ("given.json" if "--start" in line else "given.py")
    if (data := UNREADABLE[content]) is not None:
        file.write_bytes(data)
    assert main([*shlex.split(line.format(file=file)), "--json"]) == 2
    told, said = capsys.readouterr()
    row = json.loads(told)
    assert row["verdict"] == "unusable"
    assert row["error"]["place"]
    assert row["error"]["found"] in said


def test_files_that_cannot_be_read_are_told_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "none.json")
    rows = []
    for command in ("linearizable {} --model kv", "conforms {} --format libraft"):
        one = printed(capsys, f"{command.format(file)} --json")
        two = printed(capsys, f"{command.format(f'{file} {file}')} --json")
        assert (one[0], two[0]) == (2, 2)
        assert json.loads(two[1]) == [json.loads(one[1])] * 2
        rows.append(json.loads(one[1]))
    first, second = rows
    assert first.keys() == second.keys() == {"file", "verdict", "error"}
    assert first["error"].keys() == second["error"].keys()
    assert file in first["error"]["place"]
    assert file in second["error"]["place"]


def test_a_fault_of_the_package_itself_is_an_object_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("raftnb.commands.check.check", faulty)
    code, out = printed(capsys, "check sequential-store --json")
    assert (code, json.loads(out)["bound"]) == (3, "a fault of raftnb itself")
