"""Specifications of kinds that the package has not, checked and proved from the shell."""

import json
from pathlib import Path
from typing import Any

import pytest

from raftnb.__main__ import main

READERS = Path(__file__).parent.parent / "data" / "readers"
CHECKED = {
    "token_ring.py:RING": 6,
    "token_ring.py:ANYWHERE": 6,
    "lock_service.py": 192,
    "two_phase_commit.py --set participants=2": 56,
    "paxos.py": 300,
    "alternating_bit.py": 60,
    "numbered_ring.py": 324,
    "leases.py": 1057,
    "commit_recovered.py --no-deadlock": 779,
}
MISTAKES = {
    "token_ring.py:RING": ("token_ring.py:Careless", "with_the_token"),
    "two_phase_commit.py": ("two_phase_commit.py:Hasty", "aborted_before_or_together"),
    "lock_service.py": ("lock_service.py:Trusting", "writes_are_in_order"),
    "alternating_bit.py": ("alternating_bit.py:Gullible", "in_order"),
    "paxos.py": ("paxos.py:Forgetful", "one_value_is_chosen"),
    "numbered_ring.py": ("numbered_ring.py:Forgetful", "one_works"),
    "leases.py": ("leases.py:Early", "one_holds"),
    "commit_recovered.py --no-deadlock": ("commit_recovered.py:Bold", "agree"),
}
PROVED = {
    "token_ring.py",
    "two_phase_commit.py",
    "lock_service.py",
    "numbered_ring.py",
    "leases.py",
    "commit_recovered.py",
}


@pytest.fixture(autouse=True)
def there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(READERS)
    monkeypatch.setattr("sys.path", list(__import__("sys").path))


def ran(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """The exit code and the answer of a command."""
    code = main([*line.split(), "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("line", CHECKED)
def test_it_is_checked_from_the_shell(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = ran(f"check {line}", capsys)
    assert (code, answer["verdict"], answer["distinct"]) == (0, "holds", CHECKED[line])


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_in_it_is_found(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    variant, broken = MISTAKES[line]
    code, answer = ran(f"check {line} --variant {variant}", capsys)
    assert (code, answer["verdict"], answer["property"]) == (1, "violated", broken)


def test_everybody_in_the_ring_has_a_turn(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("liveness token_ring.py:RING", capsys)[1]["verdict"] == "holds"
    assert ran("liveness token_ring.py:ANYWHERE", capsys)[1]["verdict"] == "violated"


@pytest.mark.parametrize("line", sorted(PROVED))
def test_it_is_proved_for_any_number_of_processes(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answer = ran(f"prove {line} --workers 1", capsys)
    assert (code, answer["verdict"]) == (0, "holds")


@pytest.mark.parametrize("line", sorted(PROVED & MISTAKES.keys() - {"token_ring.py"}))
def test_a_mistake_in_it_is_not_proved(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = ran(f"prove {line} --workers 1 --variant {MISTAKES[line][0]}", capsys)
    assert (code, answer["verdict"]) in ((1, "violated"), (3, "unknown"))
    assert answer["unknown"]
