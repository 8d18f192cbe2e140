"""Whatever is wrong on a command line: exit code 2, four lines, and no traceback."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from raftnb.__main__ import COMMANDS, main

LINES = {
    # what is typed: the place, a part of what was found, a part of the cure
    "": ("command line", "required: COMMAND", "--help"),
    "explain": ("command line, COMMAND", "invalid choice: 'explain'", "--help"),
    "chekc raft": ("command line, COMMAND", "invalid choice: 'chekc'", "did you mean `check`?"),
    "check raft --symetry": ("command line", "--symetry", "did you mean `--symmetry`?"),
    "check --max-sates 5 raft": ("command line", "--max-sates", "`--max-states`?"),
    "--foo list": ("command line", "--foo", "--help"),
    "list extra": ("command line", "unrecognized arguments: extra", "--help"),
    "check raft --max-term 2": ("command line", "unrecognized arguments", "--set max_term=2"),
    "walk raft --servers=5 --rare": ("command line", "--servers=5", "--set servers=5"),
    "check --servers raft": ("command line", "--servers", "--set servers=NUMBER"),
    "check raft --max-temr 2": ("command line", "--max-temr 2", "check --help"),
    "check nothing --max-term 2": ("command line", "--max-term 2", "check --help"),
    "check": ("command line", "required: SPEC", "check --help"),
    "check raft extra": ("command line", "unrecognized arguments: extra", "--help"),
    "check raft --foo": ("command line", "unrecognized arguments: --foo", "--help"),
    "check raft --sym": ("command line", "unrecognized arguments: --sym", "--help"),
    "check sequental-store": ("command line, SPEC", "`sequental-store`", "`sequential-store`?"),
    "check raft-election": ("command line, SPEC", "name of a proof", "prove raft-election"),
    "check zzz": ("command line, SPEC", "`zzz`", "raftnb list"),
    "check raft --set": ("command line, --set", "expected one argument", "check --help"),
    "check raft --set clients": ("command line, --set", "`clients`", "servers, values"),
    "check raft --set =3": ("command line, --set", "`=3`", "servers, values"),
    "check raft --set servers=": ("command line, --set", "`servers=`", "servers, values"),
    "check raft --set 'a b=3'": ("command line, --set", "`a b=3`", "servers, values"),
    "check raft --set servers=a,,b": ("command line, --set", "`servers=a,,b`", "servers, values"),
    "check raft --set servers=a,": ("command line, --set", "`servers=a,`", "servers, values"),
    "check raft --set servers=2 --set servers=3": ("command line, --set", "given already", "leave"),
    "check raft --set srevers=2": ("command line, --set", "`srevers`", "did you mean `servers`?"),
    "check raft --set servers=0": ("command line, --set", "0 for", "servers=3"),
    "check raft --set servers=-1": ("command line, --set", "-1 for", "servers=3"),
    "check raft --set servers=abc": ("command line, --set", "'abc' for", "servers"),
    "check raft --set servers=1.5": ("command line, --set", "'1.5' for", "servers"),
    "check raft --set servers=a,a": ("command line, --set", "('a', 'a') for", "servers"),
    "check raft --set 'servers=a b'": ("command line, --set", "'a b' for", "servers"),
    "check raft --set loses=no": ("command line, --set", "'no' for", "loses"),
    "check raft --set loses=7": ("command line, --set", "7 for", "loses"),
    "check raft --set servers=a,1": ("command line, --set", "('a', '1') for", "servers"),
    "check raft --set servers=a-b,c": ("command line, --set", "('a-b', 'c') for", "servers"),
    "check raft --set max_term=a,b": ("command line, --set", "('a', 'b') for", "max_term"),
    "check raft --set max_term=abc": ("command line, --set", "'abc' for", "max_term"),
    "check raft --set max_term=-1": ("command line, --set", "-1 for", "max_term"),
    "check raft --max-states 0": ("command line, --max-states", "`0`", "leave it out"),
    "check raft --max-states x": ("command line, --max-states", "`x`", "leave it out"),
    "check raft --max-states 1e3": ("command line, --max-states", "`1e3`", "leave it out"),
    "check raft --max-depth -1": ("command line, --max-depth", "`-1`", "leave it out"),
    "check raft --max-memory 99999999999999": ("command line, --max-memory", "9`", "leave it out"),
    "check no.py": ("command line, SPEC", "no file `no.py`", ""),
    "check raft.x": ("raft.x", "No module named 'raft'", "put `raft.py`"),
    "check raft --variant Server": ("command line, --variant", "`Server`", "mine.py:Careless"),
    "check raft --trace t.pdf": ("command line, --trace", "`t.pdf`", "--trace trace.html"),
    "check raft --max-seconds 0": ("command line, --max-seconds", "`0`", "--max-seconds 10"),
    "drive": ("command line", "required: ADAPTER", "drive --help"),
    "drive paxos": ("command line, ADAPTER", "the adapter `paxos`", "my_raft.py:MyAdapter"),
    "drive raftnb.drive:drive": ("command line, raftnb.drive:drive", "`drive`", "MyAdapter"),
    "drive raftnb.drive:Sent": ("command line, raftnb.drive:Sent", "`Sent`", "MyAdapter"),
    "drive no.py": ("command line, ADAPTER", "no file `no.py`", ""),
    "drive raftnb.drive:Adapter": ("command line, raftnb.drive:Adapter", "`Adapter`", "MyAdapter"),
    "drive tests.drive.toy:Toy --walks 0": ("command line, --walks", "`0`", "leave it out"),
    "drive tests.drive.toy:Toy --spec rfat": ("command line, SPEC", "`rfat`", "`raft`?"),
    "drive tests.drive.toy:Toy --set n=1": ("command line, --set", "`n`", "use one"),
    "drive tests.drive.toy:Toy --max-seconds 0": ("command line, --max-seconds", "`0`", "leave"),
    "conforms": ("command line", "required: FILE", "conforms --help"),
    "conforms no.jsonl": ("no.jsonl", "No such file", "whether it is there"),
    "conforms a.jsonl --format x": ("command line, --format", "invalid choice: 'x'", "--help"),
    "record": ("command line", "required: CLUSTER", "record --help"),
    "record consul": ("command line, CLUSTER", "invalid choice: 'consul'", "record --help"),
    "record pysyncobj --seconds 9999": ("command line, --seconds", "`9999`", "--seconds 60"),
    "record pysyncobj --seconds 0": ("command line, --seconds", "`0`", "leave it out"),
    "record pysyncobj --clients 0": ("command line, --clients", "`0`", "leave it out"),
    "record pysyncobj --faults fire": ("command line, --faults", "`fire`", "--faults kill"),
    "record pysyncobj --out /": ("command line, --out /", "File exists", "another name"),
    "explore": ("command line", "required: SPEC, --out", "explore --help"),
    "explore raft --out x.txt": ("command line, --out", "`x.txt`", "--out explorer.html"),
    "explore raft --out no/x.html": ("command line, --out", "not there", "--out explorer.html"),
    "explore nothing --out x.html": ("command line, SPEC", "`nothing`", "raftnb list"),
    "explore raft --out x.html --max-states 0": ("command line, --max-states", "`0`", "leave"),
    "walk": ("command line", "required: SPEC", "walk --help"),
    "walk nothing": ("command line, SPEC", "`nothing`", "raftnb list"),
    "walk raft --walks 0": ("command line, --walks", "`0`", "leave it out"),
    "walk raft --walks 9999999999999999": ("command line, --walks", "9`", "leave it out"),
    "walk raft --depth x": ("command line, --depth", "`x`", "leave it out"),
    "walk raft --seed -1": ("command line, --seed", "`-1`", "leave it out"),
    "walk raft --seed 2147483648": ("command line, --seed", "`2147483648`", "leave it out"),
    "liveness": ("command line", "required: SPEC", "liveness --help"),
    "liveness raft": ("command line, SPEC", "`raft`, of which no liveness", "use `timely-raft`"),
    "liveness fair-store --property x": ("command line, --property", "`x`", "one of these names"),
    "check raft --max-stats 5": ("command line", "--max-stats", "did you mean `--max-states`?"),
    "liveness fair-store --fair foo": ("command line, --fair", "`foo`", "--fair weak:Client"),
    "liveness fair-store --fair ''": ("command line, --fair", "``", "--fair weak:Client"),
    "liveness fair-store --fair odd:Client": ("command line, --fair", "`odd:Client`", "--fair"),
    "liveness fair-store --fair weak:Client.x": ("command line, --fair", "weak:Client.x", "--fair"),
    "liveness fair-store --fair none --fair weak:Client": (
        "command line, --fair", "`none` and other", "leave `none` out",
    ),
    "liveness fair-store --symmetry": ("command line", "--symmetry", "python -m raftnb liveness"),
    "liveness fair-store --max-states 0": ("command line, --max-states", "`0`", "leave it out"),
    "refines": ("command line", "required: SPEC", "refines --help"),
    "refines raft": ("command line, SPEC", "`raft`, of which no refinement", "use one of these"),
    "refines nothing": ("command line, SPEC", "`nothing`", "raftnb list"),
    "refines stale-store --set max_term=3": ("command line, --set", "`max_term`", "these names"),
    "refines stale-store --set clients=x": ("command line, --set", "'x' for", "clients"),
    "refines stale-store --max-states -5": ("command line, --max-states", "`-5`", "leave it out"),
    "prove": ("command line", "required: SPEC", "prove --help"),
    "prove nothing": ("command line, SPEC", "no proof of `nothing`", "one of these"),
    "prove raftt": ("command line, SPEC", "no proof of `raftt`", "did you mean `raft`?"),
    "prove raft --timeout nan": ("command line, --timeout", "`nan`", "--timeout 10"),
    "prove raft --timeout -1": ("command line, --timeout", "`-1`", "--timeout 10"),
    "prove raft --timeout x": ("command line, --timeout", "`x`", "--timeout 10"),
    "check sequential-store --ray 127.0.0.1:1": (
        "command line: check sequential-store", "no answer from Ray at `127.0.0.1:1`", "ray start",
    ),
    "check raft --workers 2": ("command line, --workers", "without --ray", "--ray local"),
    "sweep raft --ray nowhere": ("command line: sweep raft", "`nowhere`", "ray status"),
    "prove raft --workers 0": ("command line, --workers", "`0`", "leave it out"),
    "prove raft --workers 100000": ("command line, --workers", "`100000`", "leave it out"),
    "prove raft --seed -1": ("command line, --seed", "`-1`", "leave it out"),
    "prove raft --only nosuch": ("the proof of `raft`", "the claim `nosuch`", "one of these names"),
    "prove raft --only log_machting": ("the proof of `raft`", "the claim", "`log_matching`?"),
    "prove raft --action becom_leader": ("the proof of `raft`", "the action", "`become_leader`?"),
    "check raft --set history=1": ("command line, --set", "`history=1`, which is no", "--history"),
    "mutants --row 0": ("command line, --row", "`0`", ""),
    "mutants --row 32": ("command line, --row", "`32`", "prints them all"),
    "mutants --row x": ("command line, --row", "`x`", "leave it out"),
    "mutants 3": ("command line", "unrecognized arguments: 3", "--help"),
    "sweep": ("command line", "required: SPEC", "sweep --help"),
    "sweep raft --set servers=3..2": ("command line, --set", "`servers=3..2`", "servers=2..3"),
    "sweep raft --set server=2..3": ("command line, --set", "`server`", "`servers`?"),
    "sweep raft --set servers=2.3": ("command line, --set", "'2.3'", ""),
    "sweep raft --max-seconds 0": ("command line, --max-seconds", "`0`", "--max-seconds 10"),
    "check raft --claim log_machting": ("command line: check raft", "no claim", "`log_matching`?"),
    "states": ("command line", "required: SPEC, --out", "states --help"),
    "states raft --out x.json": ("command line, --out", "`x.json`", "--out states.jsonl"),
    "states raft --out no/x.jsonl": ("command line, --out", "not there", "--out states.jsonl"),
    "pluscal": ("command line", "required: SPEC", "pluscal --help"),
    "pluscal zzz --out x": ("command line, SPEC", "`zzz`", ""),
    "replay": ("command line", "required: SPEC, FILE", "replay --help"),
    "replay raft no.txt": ("command line, FILE no.txt", "No such file", "tlc2.TLC"),
    "histories": ("command line", "required: SPEC", "histories --help"),
    "histories zzz": ("command line, SPEC", "`zzz`", ""),
    "histories raft": ("the specification to walk through", "`raft`", "use one of these"),
    "histories raft-store --operations 0": ("command line, --operations", "`0`", ""),
    "histories raft-store --variant x": ("command line, --variant", "`x`", ""),
    "refines raft-store --depth 5": ("command line, --depth", "without --walks", "add --walks N"),
    "refines raft-store --seed 0": ("command line, --seed", "without --walks", "add --walks N"),
    "refines raft-store --walks 2 --max-states 5": (
        "command line, --max-states", "with --walks", "bounded by --walks and --depth"
    ),
    "refines raft-store --walks 0": ("command line, --walks", "`0`", "--walks 1"),
    "linearizable": ("command line", "required: FILE, --model", "linearizable --help"),
    "linearizable no.json": ("command line", "required: --model", "linearizable --help"),
    "linearizable no.json --model foo": ("command line, --model", "`foo`", ""),
    "conforms x.ndjson --format libraft --mapping m.py:M": (
        "command line, --format and --mapping",
        "both",
        "--format libraft",
    ),
    "conforms x.ndjson --format raft": ("command line, --format", "'raft'", "conforms --help"),
    "conforms x.ndjson --format etcd-raft --as-is": ("command line, --as-is", "no faults", "out"),
    "conforms no.ndjson --format libraft": ("no.ndjson", "No such file", "whether it is there"),
    "linearizable no.json --model kv": ("no.json", "No such file", "check its name"),
    "linearizable x.json --model kv --seconds nan": ("command line, --seconds", "`nan`", "10"),
    "prepare all": ("command line", "unrecognized arguments: all", "prepare --help"),
    "linearizable x.json --model kv --megabytes 0": ("command line, --megabytes", "`0`", "10"),
}  # fmt: skip
LABELS = re.compile(r"(at|found|allowed|cure): +")


@pytest.mark.parametrize("line", LINES)
def test_a_bad_line_exits_with_2_and_four_lines(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place, found, cure = LINES[line]
    assert main(shlex.split(line)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    rows = printed.err.rstrip("\n").split("\n")
    assert len(rows) <= 4
    assert all(LABELS.match(row) for row in rows)
    said = {row.partition(":")[0]: LABELS.sub("", row, count=1) for row in rows}
    assert said["at"] == place
    assert found in said["found"]
    assert said["allowed"]
    assert cure in said.get("cure", "")


@pytest.mark.parametrize("line", LINES)
def test_with_json_one_object_says_what_standard_error_says(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*shlex.split(line), "--json"]) == 2
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert told["verdict"] == "unusable"
    labels = {"at": "place"}
    for row in printed.err.rstrip("\n").split("\n"):
        label = row.partition(":")[0]
        assert LABELS.sub("", row, count=1) == told["error"][labels.get(label, label)]


def test_every_command_has_bad_lines() -> None:
    named = {line.split()[0] for line in LINES if line}
    assert set(COMMANDS) <= named
