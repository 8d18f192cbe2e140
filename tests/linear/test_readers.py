"""Histories are read as they were recorded, and a malformed line is an error with its number."""

from __future__ import annotations

import gzip
import json
import lzma
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftnb.data.errors import HistoryError
from raftnb.data.events import UNSAID, Echo, Invocation, Response, freeze
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import CASRegister, Queue, check, read_history, recorded, write_history
from raftnb.linear.joining import history_of
from raftnb.linear.pieces import read_in_pieces
from raftnb.linear.records import Log, LogRecord
from raftnb.linear.writers import records_of

DATA = Path(__file__).parents[1] / "data" / "histories"


def test_jepsens_edn_is_read_with_independent_keys_tags_and_remarks() -> None:
    history = read_history(DATA / "independent.edn", keys="pairs")
    assert str(history) == str(
        History.parse("3 write(1) 0; 3 read() 1; 3 Ok(?) 0; 3 Ok(1) 1; 4 write(5) 0")
    )
    assert [(remark.at, remark.name) for remark in history.remarks] == [(2, "start")]
    assert [event.time for event in history] == [10, 20, 30, 40, 70]
    assert check(history, CASRegister).verdict is Verdict.HOLDS


def test_edn_without_a_list_around_it_is_read_line_by_line() -> None:
    history = read_history(DATA / "queue.edn")
    assert history[2:] == History.parse("dequeue() 0; Ok('a b') 0")
    assert history.events[1].result == Echo("a b")
    assert check(history, Queue).verdict is Verdict.HOLDS


def test_jepsens_log_is_read_failed_calls_left_out_and_crashed_calls_pending() -> None:
    history = read_history(DATA / "cas.log")
    assert str(history) == str(
        History.parse("write(1) 0; cas(1, 2) 3; Ok(?) 0; Ok(?) 3; write(4) 2; read() 1; Ok(2) 1")
    )
    assert [op.process for op in history.operations if op.pending] == [2]


@pytest.mark.parametrize("ending", ["json", "json.gz", "json.xz"])
def test_a_written_history_is_read_back(tmp_path: Path, ending: str) -> None:
    history = recorded("pso_sync_mix2")
    path = write_history(history, tmp_path / f"copy.{ending}")
    assert read_history(path) == history
    assert [e.time for e in read_history(path)] == [e.time for e in history]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2).map(tuple),
    max_leaves=4,
)
NAMES = st.sampled_from(["read", "write", "cas", "append", "enqueue", "put", "Write", "look"])


@given(st.lists(st.tuples(NAMES, st.lists(VALUES, max_size=2).map(tuple), VALUES), max_size=4))
@settings(max_examples=200, deadline=None)
def test_records_say_all_that_there_is_in_a_history(calls) -> None:
    events: list = [Invocation(-1, "look", (0, 0, 0), "x", 5)]
    for process, (name, arguments, result) in enumerate(calls):
        events.append(Invocation(process, name, arguments, 1))
        events.append(Response(process, result, 1))
    events += [Invocation("p", "write", (7,), 1), Response("p", Echo(7), 1)]
    events += [Invocation("p", "read", (), 1), Response("p", UNSAID, 1)]
    rows = [json.loads(json.dumps(row)) for row in records_of(History(events))]
    log = Log("")
    log.read(LogRecord(0, row) for row in rows)
    assert history_of(log) == History(events)


@pytest.mark.parametrize(
    ("name", "content", "place", "found"),
    [
        ("a.json", '{"history": [\n{"process": 0,}]}', "a.json, line 2", "double quotes"),
        ("a.json", '{"events": []}', "a.json", "no list of events"),
        ("a.json", '{"history": [\n\n{"process": 0, "f": "read"}]}', "line 3", "no type"),
        ("a.json", '[\n{"process":0,"type":"invoke","f":"read"},\n7]', "line 3", "7"),
        ("a.json", '[{"process":0,"type":"done","f":"read"}]', "line 1", "type 'done'"),
        ("a.json", '[{"process":0,"type":"ok","f":"read"}]', "line 1", "no open call"),
        (
            "a.jsonl",
            '{"process":0,"type":"invoke","f":"read"}\n{\n',
            "a.jsonl, line 2",
            "Expecting",
        ),
        ("a.edn", "{:type :invoke\n :process", "a.edn, line 1", "'{' without its '}'"),
        ("a.edn", "{:type :invoke :process 0 :f :read}\n}", "a.edn, line 2", "'}'"),
        ("a.edn", "[{:type :invoke, :f :read]", "a.edn, line 1", "']', expected '}'"),
        (
            "a.edn",
            "[{:process 0 :type :info :f :go}\n{:type}]",
            "a.edn, line 2",
            "a map with a key that has no value",
        ),
        ("a.edn", '\n"', "a.edn, line 2", "'\"'"),
        ("a.log", "INFO jepsen.util - 0 :invoke :read nil\noops", "a.log, line 2", "'oops'"),
        ("a.log", "INFO jepsen.util - 0 :invoke :cas [1", "a.log, line 1", "'[' without"),
        ("a.log", "INFO jepsen.util - 0 :ok :read 1", "a.log, line 1", "no open call"),
        ("a.json", "[" * 100_000, "a.json, line 1", "too deep"),
        ("a.json", '{"a": {"history": [\n\n1]}, "history": [2]}', "line 3", "2"),
        ("a.xml", "1,2", "a.xml", "a file that ends in .xml"),
        ("a.json", "[]", "a.json", "no event"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_place_and_cure(
    tmp_path: Path, name: str, content: str, place: str, found: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(HistoryError) as caught:
        read_history(tmp_path / name)
    assert caught.value.place.endswith(place)
    assert found in caught.value.found
    assert caught.value.allowed


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json.xz", b"no xz"),
        ("a.json.gz", b"no gz"),
        ("a.json", b"\xff\xfe"),
        ("a.json.xz", lzma.compress(b"[" * 99)[:40]),
        ("a.json.gz", gzip.compress(b"[" * 99, mtime=0)[:25]),
    ],
)
def test_a_damaged_file_is_an_error_and_no_traceback(tmp_path: Path, name, data) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(HistoryError):
        read_history(tmp_path / name)


def test_a_missing_file_and_an_unknown_recording_name_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="No such file"):
        read_history(tmp_path / "none.json")
    with pytest.raises(HistoryError) as caught:
        recorded("mongodb")
    assert caught.value.allowed == (
        "etcd_kill2, etcd_lin_mix2_unique, etcd_revisions, etcd_ser_none, "
        "pso_local_stop, pso_no_journal, pso_sync_mix2"
    )


@pytest.mark.parametrize("kind", ["info", None])
def test_a_process_that_calls_while_its_call_is_open_is_an_error(tmp_path: Path, kind) -> None:
    first = [{"process": 0, "type": "invoke", "f": "read"}]
    middle = [{"process": 0, "type": kind, "f": "read"}] if kind else []
    (tmp_path / "a.json").write_text(json.dumps([*first, *middle, *first]))
    with pytest.raises(HistoryError, match="process 0 calls while it is"):
        read_history(tmp_path / "a.json")


@pytest.mark.parametrize(
    "source", ["write(1)", f"write({'9' * 5_000}) A", "Ok 1 A", "write(1 A", "write({}) A"]
)
def test_the_papers_notation_is_checked(source: str) -> None:
    with pytest.raises(HistoryError, match="line 2"):
        History.parse(f"read() A\n{source}")


def test_the_papers_notation_is_what_a_history_prints() -> None:
    source = "q Enq(x) A\nq Ok() A\nq Deq() B\nq Ok(x) B\nr cas(1, 'true') C\nr Ok(true) C"
    assert str(History.parse(source)) == source
    assert History.parse(str(History.parse(source))) == History.parse(source)


def test_freezing_makes_equal_values_of_equal_things() -> None:
    assert freeze([1, {"a": [2]}, {3}]) == freeze((1, {"a": (2,)}, frozenset({3})))
    assert hash(freeze({"a": [1]}))


def _lines_of(count: int) -> list[str]:
    lines = []
    for n in range(count):
        call = {"process": n % 3, "type": "invoke", "f": "put", "key": f"k{n % 5}", "value": n % 7}
        lines += [json.dumps(call), json.dumps(call | {"type": ("ok", "fail")[n % 4 == 3]})]
        if n % 6 == 0:
            lines.append(json.dumps({"process": "nemesis", "type": "info", "f": "kill"}))
    return lines


@pytest.mark.parametrize("pieces", [1, 2, 3, 7])
def test_a_file_that_is_read_in_pieces_is_the_same_history(tmp_path: Path, pieces: int) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text("\n\n".join(_lines_of(60)) + "\n")
    log = Log(path.name)
    read_in_pieces(log, path, pieces=pieces)
    found, whole = history_of(log), read_history(path)
    assert found == whole
    assert list(found.lines) == list(whole.lines)
    assert found.remarks == whole.remarks


@pytest.mark.parametrize(
    ("at", "line", "found"),
    [(10, "oops", "Expecting value"), (110, "{", "Expecting property name"), (70, "[]", "[]")],
)
def test_an_error_in_any_piece_has_its_line(tmp_path: Path, at: int, line: str, found: str) -> None:
    path = tmp_path / "long.jsonl"
    lines = _lines_of(60)
    path.write_text("\n".join([*lines[:at], line, *lines[at:]]) + "\n")
    with pytest.raises(HistoryError) as caught:
        read_in_pieces(Log(path.name), path, pieces=3)
    assert caught.value.place == f"long.jsonl, line {at + 1}"
    assert found in caught.value.found


def test_a_last_line_that_was_cut_short_is_left_out_in_pieces_too(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text("\n".join(_lines_of(60))[:-5])
    log = Log(path.name)
    read_in_pieces(log, path, pieces=2)
    assert history_of(log) == read_history(path)
    assert history_of(log).remarks[-1].words == "the last line is cut short"
