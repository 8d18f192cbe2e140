"""`conforms`: logs on the command line, exit codes, and what is said of bad input."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from raftnb.__main__ import main
from raftnb.conform import recorded_log
from tests.disks import full_disk

PRE_VOTE = str(recorded_log("libraft_n3_seed3_pre1_snap0").path)
OLD_TERM = str(recorded_log("libraft_n3_seed1_pre0_snap0").path)
PYSYNCOBJ = str(recorded_log("pso_journal_kill2").path)
LIBRAFT = ["--format", "libraft"]
Printed = pytest.CaptureFixture[str]


def written(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_a_log_that_fits(capsys: Printed) -> None:
    assert main(["conforms", PRE_VOTE, *LIBRAFT]) == 0
    assert "holds: all 1,620 events fit `raft-libraft`" in capsys.readouterr().out


def test_a_log_that_does_not_as_json(capsys: Printed) -> None:
    assert main(["conforms", OLD_TERM, *LIBRAFT, "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["file"], data["verdict"], data["matched"]) == (OLD_TERM, "violated", 252)
    assert data["first_misfit"]["line"] == 253
    assert data["first_misfit"]["event"]["event"] == "state"
    assert "`when(self.may_commit(N))` is false" in data["first_misfit"]["reasons"][0]


def test_the_worst_of_several_files(capsys: Printed) -> None:
    assert main(["conforms", PRE_VOTE, OLD_TERM, *LIBRAFT, "--json"]) == 1
    assert [row["verdict"] for row in json.loads(capsys.readouterr().out)] == ["holds", "violated"]
    assert main(["conforms", OLD_TERM, *LIBRAFT, "--as-is", "--no-claims"]) == 0


START = '{"event":"start","servers":3,"preVote":0}'


@pytest.mark.parametrize(
    ("line", "found", "place"),
    [
        ("no JSON at all", "no JSON", "line 2"),
        ("[1, 2]", "a JSON list", "line 2"),
        ('{"event":"sned","server":1}', 'the event "sned"', "line 2"),
        ('{"event":"send","server":7,"message":{}}', "`server` 7", "line 2"),
        ('{"event":"send","to":2}', "an event without `server`", "line 2"),
        (
            '{"event":"send","server":1,"to":2,"message":{"type":"Ping","term":1}}',
            '"Ping"',
            "line 2",
        ),
        ('{"event":"send","server":1,"to":2,"message":{"type":"Vote"}}', "'term'", "line 2"),
        ('{"event":"state","server":1,"why":"start","state":4}', "`state` 4", "line 2"),
        ('{"event":"state","server":1,"server":2}', 'the name "server" twice', "line 2"),
        ('{"event":"state","server":1,"state":{"a":1,"a":1}}', 'the name "a" twice', "line 2"),
        (
            '{"event":"send","server":1,"to":2,"message":{"type":"AppendEntries","term":1,'
            '"prevLogIndex":"0"}}',
            '`prevLogIndex` "0"',
            "line 2",
        ),
    ],
)
def test_a_line_that_cannot_be_read(
    line: str, found: str, place: str, tmp_path: Path, capsys: Printed
) -> None:
    name = written(tmp_path / "log.ndjson", START, line)
    assert main(["conforms", name, *LIBRAFT]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert found in told
    assert place in told
    assert "log.ndjson" in told
    assert "allowed:" in told


def test_a_log_of_another_format(tmp_path: Path, capsys: Printed) -> None:
    for fmt in ("etcd-raft", "pysyncobj"):
        assert main(["conforms", written(tmp_path / "a.ndjson", START), "--format", fmt]) == 2
        assert "found:" in capsys.readouterr().err


def test_what_must_be_said(capsys: Printed) -> None:
    assert main(["conforms", PRE_VOTE]) == 2
    assert "servers 3" in capsys.readouterr().err  # it is not of the package's own format
    assert main(["conforms", PRE_VOTE, *LIBRAFT, "--mapping", "a.py:B"]) == 2
    assert "both" in capsys.readouterr().err
    assert main(["conforms", PRE_VOTE, "--format", "pysyncobj", "--as-is"]) == 2
    assert "of which no faults are known" in capsys.readouterr().err
    assert main(["conforms", "nowhere.ndjson", *LIBRAFT]) == 2
    assert "nowhere.ndjson" in capsys.readouterr().err


def test_each_file_has_an_object_also_one_that_cannot_be_read(
    tmp_path: Path, capsys: Printed
) -> None:
    bad = written(tmp_path / "bad.ndjson", START, "no JSON at all")
    assert main(["conforms", bad, *LIBRAFT, "--json"]) == 2
    row = json.loads(capsys.readouterr().out)
    assert (row["file"], row["verdict"], row["error"]["place"]) == (
        bad,
        "unusable",
        "bad.ndjson, line 2",
    )
    assert all(row["error"].values())
    assert main(["conforms", bad, PRE_VOTE, "nowhere", *LIBRAFT, "--json"]) == 2
    rows = json.loads(capsys.readouterr().out)
    assert [row["verdict"] for row in rows] == ["unusable", "holds", "unusable"]
    assert main(["conforms", bad, OLD_TERM, *LIBRAFT, "--json"]) == 1


HUGE = [
    ("libraft", '{"event":"start","servers":3000,"preVote":0}'),
    ("libraft", '{"event":"start","servers":true,"preVote":0}'),
    ("libraft", '{"event":"request","server":1,"value":1}'),
    ("raftnb", json.dumps({"event": "start", "servers": [f"s{n}" for n in range(3000)]})),
    ("pysyncobj", '{"ev":"init","nid":3000,"state":{}}'),
    ("pysyncobj", '{"ev":"send","nid":0,"to":3000,"state":{}}'),
    (
        "etcd-raft",
        json.dumps(
            {"tag": "trace", "event": {"name": "Ready", "nid": "1", "conf": [["1"] * 3000, []]}}
        ),
    ),
]


@pytest.mark.parametrize(("fmt", "line"), HUGE)
def test_what_is_no_cluster_is_refused_at_its_line(
    fmt: str, line: str, tmp_path: Path, capsys: Printed
) -> None:
    name = written(tmp_path / "log.ndjson", line)
    assert main(["conforms", name, "--format", fmt, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["place"].endswith("log.ndjson, line 1")
    assert all(error.values())
    assert max(map(len, error.values())) < 300


def test_a_length_that_is_logged_is_not_a_length_to_make(tmp_path: Path, capsys: Printed) -> None:
    with lzma.open(PYSYNCOBJ) as lines:
        rows = [json.loads(line) for line in lines]
    at = next(i for i, row in enumerate(rows) if row["state"]["role"] == "Leader")
    rows[at]["state"]["last"] = [10**15, 1]
    name = written(tmp_path / "log.ndjson", *map(json.dumps, rows[: at + 1]))
    assert main(["conforms", name, "--format", "pysyncobj"]) == 1
    assert "logged 1000000000000000" in capsys.readouterr().out


def test_history_variables_are_kept_where_they_are_asked_for(capsys: Printed) -> None:
    assert main(["conforms", PRE_VOTE, *LIBRAFT, "--history"]) == 0
    assert "need history" not in capsys.readouterr().out
    assert main(["conforms", OLD_TERM, *LIBRAFT, "--as-is"]) == 0
    assert "need history variables (--history)" in capsys.readouterr().out


def test_a_page_of_the_log(tmp_path: Path, capsys: Printed) -> None:
    page = tmp_path / "log.html"
    assert main(["conforms", OLD_TERM, *LIBRAFT, "--page", str(page)]) == 1
    assert f"page: {page}" in capsys.readouterr().out
    assert "line 253 does not: s3.advance_commit_index" in page.read_text(encoding="utf-8")
    assert main(["conforms", OLD_TERM, *LIBRAFT, "--json", "--page", str(page)]) == 1
    assert json.loads(capsys.readouterr().out)["page"] == str(page)
    with full_disk():
        assert main(["conforms", OLD_TERM, *LIBRAFT, "--json", "--page", str(page)]) == 1
    out, err = capsys.readouterr()
    assert "page" not in json.loads(out)
    assert "--page" in err
    assert "line 253 does not" in page.read_text(encoding="utf-8")
    for wrong in ([OLD_TERM, "--page", "log.txt"], [OLD_TERM, "--page", str(tmp_path / "a/b.html")],
                  [OLD_TERM, PRE_VOTE, "--page", str(page)]):  # fmt: skip
        assert main(["conforms", *wrong, *LIBRAFT]) == 2
        assert "--page" in capsys.readouterr().err


def test_a_mapping_of_ones_own(tmp_path: Path, capsys: Printed) -> None:
    text = (
        "from raftnb.conform.libraft import LibraftMapping\nclass Mine(LibraftMapping):\n    pass"
    )
    own = written(tmp_path / "mine.py", text, "number = 3")
    assert main(["conforms", PRE_VOTE, "--mapping", f"{own}:Mine"]) == 0
    assert main(["conforms", PRE_VOTE, "--mapping", f"{own}:number"]) == 2
    assert "which is a int" in capsys.readouterr().err
    assert main(["conforms", PRE_VOTE, "--mapping", own]) == 2


OWN = """
from raftnb.conform import EventMapping
from raftnb.specs.raft.claims import RAFT

class Unfinished(EventMapping):
    def model(self, events):
        return RAFT(servers=3)

class NoModel(EventMapping):
    def model(self, events):
        return RAFT
    def start(self, model):
        return model.initial_states[0]
    def __call__(self, event, now):
        return [lambda: None]

class NoState(NoModel):
    def model(self, events):
        return RAFT(servers=3)
    def start(self, model):
        return None

class NoWays(NoState):
    def start(self, model):
        return model.initial_states[0]
    def __call__(self, event, now):
        return 3

class Demanding(NoState):
    def __init__(self, servers):
        self.servers = servers
"""


@pytest.mark.parametrize(
    ("name", "found", "cure"),
    [
        ("Unfinished", "a class without __call__, start", "define __call__, start"),
        ("NoModel", "`model` of `NoModel`, which returns a Spec", "call it"),
        ("NoState", "`start` of `NoState`, which returns None", "model.initial_states[0]"),
        ("NoWays", "a mapping that returns 3", "return [lambda: ...]"),
        ("Demanding", "missing 1 required positional argument", "name a mapping that is made"),
    ],
)
def test_a_mapping_of_ones_own_that_is_none(
    name: str, found: str, cure: str, tmp_path: Path, capsys: Printed
) -> None:
    (tmp_path / "own.py").write_text(OWN)
    log = written(tmp_path / "log.ndjson", '{"event": "start"}', "{}")
    assert main(["conforms", log, "--mapping", f"{tmp_path / 'own.py'}:{name}"]) == 2
    told = capsys.readouterr().err
    assert found in told
    assert cure in told
    assert "Traceback" not in told
