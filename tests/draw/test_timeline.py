"""A history is drawn as a picture and as a page, and judged from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest

from raftnb.__main__ import main
from raftnb.data.events import Remark
from raftnb.data.histories import History
from raftnb.draw.lanes import bands_of, lanes_of, shortened
from raftnb.draw.timeline import page, timeline
from raftnb.linear import CASRegister, Queue, Register, check, recorded
from tests.disks import full_disk

SVG = "{http://www.w3.org/2000/svg}"
DATA = Path(__file__).parents[1] / "data" / "histories"
RECORDED = Path(__file__).parents[2] / "raftnb" / "linear" / "recorded"
H1 = History.parse("E(x) A; E(y) B; Ok() B; Ok() A; D() B; Ok(x) B; D() A; Ok(y) A; E(z) A")
H2 = History.parse("E(x) A; Ok() A; E(y) B; D() A; Ok() B; Ok(y) A")


def test_a_linearizable_history_shows_lanes_open_ends_and_numbered_points() -> None:
    picture = timeline(H1, check(H1, Queue))
    root = ElementTree.fromstring(picture.svg)
    words = [label.text for label in root.iter(f"{SVG}text")]
    assert words[:2] == ["A", "B"]
    assert words[2:7] == ["E(x)", "E(y)", "D() → x", "D() → y", "E(z) …"]
    assert words[7:] == ["1", "2", "3", "4"]
    assert picture.alt.endswith("in the order E(x), E(y), D() → x, D() → y")
    assert 'stroke-dasharray="2 3"' in picture.svg


def test_the_culprit_is_red_dashed_crossed_and_named() -> None:
    picture = timeline(H2, check(H2, Queue), caption="H2")
    assert picture.alt == "H2: no order can place D() → y of process A"
    (bar,) = [
        r
        for r in ElementTree.fromstring(picture.svg).iter(f"{SVG}rect")
        if r.get("stroke") == "#d55e00"
    ]
    assert bar.get("stroke-dasharray") == "7 3"
    assert picture.svg.count('stroke-width="2.5"') == 1


def test_points_are_drawn_inside_their_operations_bars() -> None:
    history = recorded("pso_sync_mix2")
    history = History(e for e in history if e.object == 0)[:60]
    answer = check(history, CASRegister)
    root = ElementTree.fromstring(timeline(history, answer).svg)
    bars = {}
    for group in root.iter(f"{SVG}g"):
        box, words = group.find(f"{SVG}rect"), group.find(f"{SVG}title")
        if box is not None and words is not None:
            start = float(box.get("x", ""))
            bars[words.text] = (start, start + float(box.get("width", "")))
    marks = [m for m in root.iter(f"{SVG}path") if m.get("fill") == "#009e73"]
    assert len(marks) == len(answer.linearization)
    inside = 0
    for mark, placed in zip(marks, answer.linearization, strict=True):
        x = float(mark.get("d", "M0")[1:].split()[0])
        for words, (left, right) in bars.items():
            op = placed.operation
            if f"invoked at event {op.invoked}, returned at event {op.returned}" in str(words):
                assert left <= x <= right
                inside += 1
    assert inside == sum(not p.operation.pending for p in answer.linearization)


def test_a_window_around_an_operation_shows_what_was_near() -> None:
    history = recorded("etcd_ser_none")
    answer = check(history, CASRegister)
    picture = timeline(
        history,
        answer,
        around=answer.culprits[0],
        reach=10,
        where=lambda op: op.object == answer.culprits[0].object,
    )
    assert picture.alt == (
        "A history of 7 operations by 4 processes: no order can place read() → 1 of process 0"
    )


def test_words_of_a_history_are_escaped_in_picture_and_page(tmp_path: Path) -> None:
    history = History.parse("write('</script><b>') A; Ok() A")
    assert "<b>" not in timeline(history).svg
    text = page(history, None, tmp_path / "a.html", "1 < 2").read_text()
    assert "1 &lt; 2" in text
    assert text.count("</script>") == 2


def test_the_page_is_one_valid_file_with_every_operation(tmp_path: Path) -> None:
    history = recorded("pso_local_stop")
    answer = check(history, CASRegister)
    text = page(history, answer, tmp_path / "page.html").read_text()
    html5lib.HTMLParser(strict=True).parse(text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    data = json.loads(text.split('type="application/json">')[1].split("</script>")[0])
    assert len(data["operations"]) == len(history.operations)
    assert len(data["culprits"]) == 3
    assert {order["culprit"] for order in data["orders"]} == set(data["culprits"])
    assert all(len(step) == 3 for order in data["orders"] for step in order["steps"])


def test_the_command_prints_one_object_for_a_file_and_a_list_for_several(capsys) -> None:
    good, bad = str(RECORDED / "pso_sync_mix2.json.xz"), str(RECORDED / "etcd_ser_none.json.xz")
    assert main(["linearizable", good, "--model", "cas-register", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert (one["file"], one["verdict"], one["operations"]) == (good, "holds", 830)
    assert 0 < one["seconds"] < 60
    assert main(["linearizable", good, bad, "--model", "cas-register", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["verdict"] for row in rows] == ["holds", "violated"]


def test_the_command_names_the_culprit_and_writes_the_page(capsys, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    words = ["linearizable", str(RECORDED / "etcd_ser_none.json.xz"), "--model", "cas-register"]
    assert main([*words, "--page", str(target)]) == 1
    printed = capsys.readouterr().out
    assert "2: violated: read() → 1 by process 0 (events 330 to 332) cannot be placed" in printed
    assert "<title>etcd_ser_none.json.xz: violated</title>" in target.read_text()
    with full_disk():
        assert main([*words, "--json", "--page", str(target)]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["verdict"] == "violated"
    assert "--page" in err
    assert "violated</title>" in target.read_text()
    assert main([*words, "--page", str(tmp_path / "nowhere/page.html")]) == 2


@pytest.mark.parametrize(
    ("file", "model", "code"),
    [
        ("cas.log", ["cas-register"], 0),
        ("cas.log", ["cas-register", "--init", "7"], 0),
        ("independent.edn", ["cas-register"], 2),
        ("independent.edn", ["cas-register", "--keys", "pairs"], 0),
        ("independent.edn", ["kv", "--keys", "pairs"], 0),
        ("independent.edn", ["register", "--keys", "pairs"], 0),
        ("cas.log", ["kv"], 2),
        ("queue.edn", ["queue"], 0),
        ("queue.edn", ["queue", "--init", '["x"]'], 1),
        ("queue.edn", ["queue", "--init", "x"], 2),
        ("queue.edn", ["mutex"], 2),
        ("none.edn", ["queue"], 2),
    ],
)
def test_exit_codes_are_0_holds_1_violated_2_unusable(file, model, code, capsys) -> None:
    assert main(["linearizable", str(DATA / file), "--model", *model]) == code
    assert bool(capsys.readouterr().err) == (code == 2)


def test_a_budget_that_is_used_up_gives_exit_code_3(tmp_path: Path) -> None:
    calls = [{"process": n, "type": "invoke", "f": "push", "value": n} for n in range(14)]
    answers = [{**call, "type": "ok"} for call in calls]
    reader = {"process": 99, "type": "invoke", "f": "pop"}
    read = [reader, {**reader, "type": "ok", "value": "x"}]
    path = tmp_path / "hard.json"
    path.write_text(json.dumps([*calls, *read, *answers]))
    command = [sys.executable, "-m", "raftnb", "linearizable", str(path), "--model", "stack"]
    done = subprocess.run([*command, "--seconds", "0.2", "--json"], capture_output=True, text=True)
    assert done.returncode == 3
    assert json.loads(done.stdout)["verdict"] == "unknown"
    assert done.stderr == ""


def test_the_longest_order_and_the_state_that_the_culprit_finds_are_drawn() -> None:
    source = "write(1) A; Ok() A; write(2) B; Ok() B; read() C; Ok(1) C"
    history = History.parse(source)
    root = ElementTree.fromstring(timeline(history, check(history, Register)).svg)
    words = [label.text for label in root.iter(f"{SVG}text")]
    assert words[-3:] == ["1", "2", "✗ finds 2"]
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert "2: write(2); then 2" in titles


def test_a_crashed_process_leaves_its_lane_to_the_next() -> None:
    events = History.parse("write(1) 0; read() 1; Ok(1) 1; write(2) 7; Ok() 7; read() 1; Ok(2) 1")
    history = History(events, crashes={0: 2})
    lanes = lanes_of(history, history.operations)
    assert lanes.names == ["0 … 7", "1"]
    assert lanes.number == {0: 0, 7: 0, 1: 1}
    assert lanes.ends == {0: 3}
    assert "0 … 7" in timeline(history).svg
    assert lanes_of(events, events.operations).names == ["0", "1", "7"]


def test_a_recorded_runs_crashed_clients_take_no_more_lanes_than_there_were_clients() -> None:
    history = recorded("pso_sync_mix2")
    assert len(lanes_of(history, history.operations).names) == 5


def test_faults_and_notes_are_bands() -> None:
    events = History.parse("write(1) A; Ok() A; read() B; Ok(1) B").events
    remarks = [Remark(1, "kill", "n1"), Remark(1, "kill", "n1"), Remark(3, "stop"), Remark(4, "x")]
    history = History(events, remarks=remarks)
    assert bands_of(history) == [(1, 3, "kill n1"), (4, None, "x")]
    assert "kill n1" in timeline(history).svg


def test_a_label_is_never_blank() -> None:
    history = History.parse(f"write('{'x' * 300}') A; Ok() A; read() B; Ok(1) B")
    root = ElementTree.fromstring(timeline(history).svg)
    labels = [label.text for label in root.iter(f"{SVG}text")]
    assert all(labels)
    assert shortened(["abcdef", "abc"], 3) == "abc"
    assert shortened(["abcdef"], 3) == "ab…"
    assert shortened(["abcdef"], 1) == "a"
