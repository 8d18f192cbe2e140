"""What the guides show is what happens: their examples are run, their commands are understood."""

from __future__ import annotations

import json
import re
import runpy
import shlex
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from book import ROOT
from raftnb import UsageError
from raftnb.__main__ import build_parser, main
from raftnb.record import TraceRecorder

GUIDES = [*ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *GUIDES])
COMMAND = re.compile(r"python -m raftnb ((?:[^\n`]|\n(?= {20}))+)")
"""A command up to the end of its line, or of its quotation; a block may go on, far indented."""


def block(page: str, language: str, containing: str) -> str:
    """The one block of a guide in which this stands."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (wanted,) = [one for one in found if containing in one]
    return str(wanted)


def run(text: str, folder: Path, **given: Any) -> dict[str, Any]:
    """Run a block, and tell what it has defined."""
    (folder / "shown.py").write_text(text, encoding="utf-8")
    return runpy.run_path(str(folder / "shown.py"), given)


def commands() -> list[Any]:
    """The commands that any page shows, without brackets around what may be left out."""
    shown = set()
    for page in PAGES:
        for command in COMMAND.findall(page.read_text(encoding="utf-8")):
            plain = re.sub(r"[\[\]]|\s+#.*|\.\.\.", "", command).replace(" N", " 9")
            shown.add((page.name, " ".join(plain.split())))
    return [pytest.param(command, id=f"{page} {command}") for page, command in sorted(shown)]


@pytest.mark.parametrize("command", commands())
def test_a_command_that_is_shown_is_understood(command: str) -> None:
    """Its name is one, its options are; what must be given may be left out in a sentence."""
    words = shlex.split(command)
    with suppress(SystemExit):  # after --help
        try:
            build_parser(words[0]).parse_args(words)
        except UsageError as error:
            if "the following arguments are required" not in str(error):
                raise


def test_what_is_no_option_is_not_understood() -> None:
    with pytest.raises(UsageError, match="unrecognized"):
        build_parser("check").parse_args(["check", "raft", "--forever"])


def test_a_log_is_held_against_a_mapping_of_one_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = block("conform.md", "python", "class Mine")
    for term, verdict in ((1, "holds"), (2, "violated")):
        seen = {"event": "state", "server": "s1", "term": term}
        lines = [{"event": "timeout", "server": "s1"}, seen]
        Path("log.ndjson").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        assert str(run(text, tmp_path)["answer"].verdict) == verdict


def test_the_log_that_shows_the_format_fits(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(block("conform-format.md", "json", '"start"'), encoding="utf-8")
    assert main(["conforms", str(log)]) == 0


def test_a_trace_is_recorded_as_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    node = SimpleNamespace(name="s2", role="candidate", term=1, vote="s1", handle=lambda _: None)
    run(block("conform-format.md", "python", "TraceRecorder"), tmp_path, node=node, message=None)
    with TraceRecorder("decorated.jsonl", servers=["s2"]) as trace:
        text = block("conform-format.md", "python", "records")
        run(text, tmp_path, trace=trace)["elect"](node)
    for file, event, state in (
        ("run.jsonl", "receive", {"currentTerm": 1, "votedFor": "s1"}),
        ("decorated.jsonl", "time_out", {"role": "candidate"}),
    ):
        lines = [json.loads(line) for line in Path(file).read_text().splitlines()]
        assert [line["event"] for line in lines] == ["start", event, "state"]
        assert lines[2]["state"] == state


def test_a_history_is_recorded_and_judged_as_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    kept: dict[str, int] = {}
    store = SimpleNamespace(write=kept.__setitem__, read=kept.__getitem__)
    run(block("histories.md", "python", "Recorder"), tmp_path, store=store)
    assert main(["linearizable", "run.jsonl", "--model", "kv"]) == 0
    capsys.readouterr()
    run(block("histories.md", "python", "climb"), tmp_path)
    assert "linearizable        violated" in capsys.readouterr().out
