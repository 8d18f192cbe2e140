"""Specifications that a newcomer wrote from the book are checked, varied and proved by commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from raftnb.__main__ import main

OWN = Path(__file__).parents[1] / "data/own"


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAFTNB_CACHE", str(tmp_path))


def ask(capsys: pytest.CaptureFixture[str], command: str, file: str, *options: str) -> dict:  # type: ignore[type-arg]
    """The answer of a command about a file, with its exit code."""
    path = OWN / file
    given = [f"{path}:{option}" if option.isidentifier() else option for option in options]
    code = main([command, str(path), *given, "--json"])
    return {**json.loads(capsys.readouterr().out), "code": code}


@pytest.mark.parametrize(
    ("file", "states", "broken"),
    [("lock.py", 84, "who_released_has_it_no_more"), ("ring.py", 45, "one_has_it")],
)
def test_it_holds_and_a_mistake_in_it_does_not(
    capsys: pytest.CaptureFixture[str], file: str, states: int, broken: str
) -> None:
    found = ask(capsys, "check", file, "--history")
    assert (found["code"], found["distinct"]) == (0, states)
    found = ask(capsys, "check", file, "--variant", "Trusting")
    assert (found["code"], found["property"]) == (1, broken)


@pytest.mark.parametrize(
    ("file", "options"), [("lock.py", ()), ("ring.py", ("--variant", "Anywhere"))]
)
def test_it_is_proved_without_hints(
    capsys: pytest.CaptureFixture[str], file: str, options: tuple[str, ...]
) -> None:
    assert ask(capsys, "prove", file, *options)["code"] == 0


def test_a_proof_of_a_mistake_ends_with_a_run_that_breaks_a_claim(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = ask(capsys, "prove", "lock.py", "--variant", "Trusting")
    assert (found["code"], found["verdict"]) == (1, "violated")
