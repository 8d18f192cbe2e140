"""A history is judged as its authors meant it: null, echoes, keys, equality, odd forms, callers."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from raftnb.__main__ import main
from raftnb.data.errors import HistoryError, UsageError
from raftnb.data.events import UNSAID, Echo, Invocation, Response, exact, freeze
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import (
    AppendList,
    CASRegister,
    Counter,
    FencedMutex,
    FetchAndAdd,
    KeyValueStore,
    MultiRegister,
    Mutex,
    OwnedList,
    OwnedMutex,
    PollQueue,
    PollStack,
    Queue,
    ReentrantMutex,
    Register,
    RevisionStore,
    Set,
    Stack,
    UnorderedQueue,
    check,
    read_history,
)
from raftnb.linear.definition import is_linearizable
from raftnb.linear.loading import load_model

HOLDS, VIOLATED = Verdict.HOLDS, Verdict.VIOLATED
FREE = ("release", None, None)
PUT_A = ("put", ["a", 1], 1)
WRITE_X_READ_Y = [["w", "x", 1], ["r", "y", None]]


def records(*rows: tuple, **more) -> list[dict]:
    """Rows (process, type, f, value) as records; a row of three has no value."""
    fields = ("process", "type", "f", "value")
    return [dict(zip(fields, row, strict=False)) | more for row in rows]


def read(path: Path, rows: list[dict], **switches) -> History:
    target = path / "history.json"
    target.write_text(json.dumps(rows))
    return read_history(target, **switches)


def verdict(history: History | str, model) -> Verdict:
    """The fast checker's verdict, which the definition confirms."""
    H = History.parse(history) if isinstance(history, str) else history
    found = check(H, model).verdict
    if len(H.operations) < 7:
        assert is_linearizable(H, model) is (found is HOLDS)
    return found


NIL_READ = records((0, "invoke", "write", 1), (0, "ok", "write", 1), (1, "invoke", "read", None),
                   (1, "ok", "read", None))  # fmt: skip


@pytest.mark.parametrize(
    ("ending", "switch", "wanted"),
    [
        ("json", {}, VIOLATED),
        ("jsonl", {}, VIOLATED),
        ("csv", {}, VIOLATED),
        ("log", {}, VIOLATED),
        ("edn", {}, HOLDS),
        ("json", {"nil": "unknown"}, HOLDS),
        ("edn", {"nil": "absent"}, VIOLATED),
    ],
)
def test_a_read_of_null_means_what_the_format_or_the_switch_says(tmp_path, ending, switch, wanted):
    path = tmp_path / f"history.{ending}"
    words = [("nil" if r["value"] is None else str(r["value"]), r) for r in NIL_READ]
    path.write_text({
        "json": json.dumps(NIL_READ),
        "jsonl": "\n".join(map(json.dumps, NIL_READ)),
        "csv": "process,type,f,value\n" + "\n".join(
            f"{r['process']},{r['type']},{r['f']},{'' if r['value'] is None else r['value']}"
            for r in NIL_READ),
        "log": "\n".join(f"INFO jepsen.util - {r['process']} :{r['type']} :{r['f']} {w}"
                         for w, r in words),
        "edn": "".join(f"{{:process {r['process']} :type :{r['type']} :f :{r['f']} :value {w}}}\n"
                       for w, r in words),
    }[ending])  # fmt: skip
    assert verdict(read_history(path, **switch), Register) is wanted


def test_the_explanation_says_so_when_the_culprit_read_null(tmp_path: Path) -> None:
    answer = check(read(tmp_path, NIL_READ), Register)
    assert "null" in str(answer)
    assert "--nil unknown" in str(answer)


@pytest.mark.parametrize(
    ("model", "calls", "wanted"),
    [
        (CASRegister(0), [("cas", [0, 1], [0, 1]), ("read", None, 1)], HOLDS),
        (CASRegister(0), [("cas", [2, 1], [2, 1])], VIOLATED),  # done means: it has succeeded
        (CASRegister(0), [("cas", [0, 1], None)], HOLDS),
        (CASRegister(0), [("cas", [2, 1], False)], HOLDS),
        (Counter, [("add", 5, 5), ("read", None, 5)], HOLDS),
        (Counter, [("inc", None, None), ("read", None, 1)], HOLDS),
        (FetchAndAdd, [("add", 1, 0), ("add", 1, 1)], HOLDS),  # claims, though it repeats the call
        (FetchAndAdd, [("add", 1, 1)], VIOLATED),
        (FetchAndAdd, [("add", 1, 0), ("add", 1, 0)], VIOLATED),
        (FencedMutex, [("acquire", None, 7), FREE, ("acquire", None, 9)], HOLDS),
        (FencedMutex, [("acquire", None, 7), FREE, ("acquire", None, 7)], VIOLATED),
        (FencedMutex, [("acquire", None, None), FREE, ("acquire", None, 1)], HOLDS),
        (Set, [("add", 1, 1), ("add", 2, 2), ("read", None, [2, 1])], HOLDS),
        (Set, [("add", 1, 1), ("read", None, [1, 1])], VIOLATED),
        (Set, [("add", 1, True), ("add", 1, False), ("remove", 1, True)], HOLDS),
        (Set, [("add", 1, True), ("add", 1, True)], VIOLATED),
        (Register, [("write", 3, "OK")], VIOLATED),  # any other answer is a claim
        (PollQueue, [("dequeue", None, None), ("enqueue", 1, 1), ("dequeue", None, 1)], HOLDS),
        (PollQueue, [("enqueue", 1, 1), ("dequeue", None, None)], VIOLATED),
        (PollStack, [("push", 1, 1), ("push", 2, 2), ("pop", None, 2), ("pop", None, 1),
                     ("pop", None, None)], HOLDS),
        (Stack, [("push", 1, 1), ("push", 2, 2), ("pop", None, 1)], VIOLATED),
        (UnorderedQueue, [("enqueue", 1, 1), ("enqueue", 2, 2), ("dequeue", None, 2)], HOLDS),
        (UnorderedQueue, [("enqueue", 1, 1), ("dequeue", None, 1), ("dequeue", None, 1)], VIOLATED),
        (RevisionStore, [("put", ["a", 1], ["a", 1]), ("get", "a", [1, 1])], HOLDS),
        (RevisionStore, [PUT_A, ("put", ["a", 2], 2), ("get", "a", [2, 2])], HOLDS),
        (RevisionStore, [PUT_A, ("put", ["b", 2], 2), ("get", "a", [1, 2])], VIOLATED),
        (MultiRegister, [("txn", [["w", "x", 1]], [["w", "x", 1]]),
                         ("txn", [["r", "x", None]], [["r", "x", 1]])], HOLDS),
        (MultiRegister, [("txn", WRITE_X_READ_Y, WRITE_X_READ_Y),
                         ("txn", [["r", "x", None]], [["r", "x", None]])], VIOLATED),
    ],
)  # fmt: skip
def test_an_answer_claims_what_the_object_says_it_does(tmp_path, model, calls, wanted) -> None:
    rows = [r for f, v, answer in calls for r in records((0, "invoke", f, v), (0, "ok", f, answer))]
    assert verdict(read(tmp_path, rows), model) is wanted


def test_an_answer_that_is_left_out_claims_nothing(tmp_path: Path) -> None:
    rows = records((0, "invoke", "read", None), (0, "ok", "read"))
    history = read(tmp_path, rows)
    assert history.events[1].result is UNSAID
    assert verdict(history, Register(5)) is HOLDS


def test_objects_of_the_readers_own_are_not_violated_by_echoes(tmp_path: Path) -> None:
    class Bank:
        def __init__(self):
            self.balance = {"a": 10, "b": 0}

        def transfer(self, source, target, amount):
            self.balance[source] -= amount
            self.balance[target] += amount
            return self.balance[target]

        def total(self):
            return sum(self.balance.values())

    call = ["a", "b", 3]
    rows = records((0, "invoke", "transfer", call), (0, "ok", "transfer", call),
                   (0, "invoke", "total", None), (0, "ok", "total", 10))  # fmt: skip
    assert verdict(read(tmp_path, rows), Bank) is HOLDS
    rows[1]["value"] = 4
    assert verdict(read(tmp_path, rows), Bank) is VIOLATED


def test_the_value_of_a_completed_reads_call_is_no_argument(tmp_path: Path) -> None:
    path = tmp_path / "a.edn"
    row = "{{:process {} :type :{} :f :read :value {}}}"
    lines = [row.format(0, "invoke", 0), row.format(0, "ok", 0), row.format(1, "invoke", "nil")]
    path.write_text("\n".join(lines))
    history = read_history(path)
    assert [op.arguments for op in history.operations] == [(), ()]
    assert history.notes == ("read: the value of a call is that of its answer, no argument",)
    assert verdict(history, Register(0)) is HOLDS
    assert verdict(history, Register(1)) is VIOLATED


def test_a_get_that_finds_its_own_key_is_asked_for_that_key(tmp_path: Path) -> None:
    rows = records((0, "invoke", "put", ["x", "x"]), (0, "ok", "put", None),
                   (0, "invoke", "get", "x"), (0, "ok", "get", "x"))  # fmt: skip
    rows[0]["arguments"] = rows[0].pop("value")
    assert verdict(read(tmp_path, rows), KeyValueStore) is HOLDS
    rows[2]["value"], rows[3]["value"] = "y", "y"
    assert verdict(read(tmp_path, rows), KeyValueStore) is VIOLATED
    for row in rows[2:]:
        row["f"] = "read"
    with pytest.raises(UsageError, match=r"read\(\): 0 arguments") as caught:
        verdict(read(tmp_path, rows), KeyValueStore)
    assert "as the field key" in caught.value.cure
    rows[2] = rows[2] | {"key": "y", "value": None}
    assert verdict(read(tmp_path, rows), KeyValueStore) is VIOLATED
    rows[3]["value"] = None
    assert verdict(read(tmp_path, rows), KeyValueStore) is HOLDS


def test_a_client_named_nemesis_is_a_client(tmp_path: Path) -> None:
    rows = records((0, "invoke", "write", 1), (0, "ok", "write", 1),
                   ("nemesis", "info", "kill", "n1"), ("nemesis", "invoke", "read", None),
                   ("nemesis", "info", "stop", None), ("nemesis", "ok", "read", 2))  # fmt: skip
    history = read(tmp_path, rows)
    assert [(remark.at, remark.name) for remark in history.remarks] == [(2, "kill"), (3, "stop")]
    assert verdict(history, Register) is VIOLATED
    rows[-1]["type"] = "info"
    history = read(tmp_path, rows)
    assert history.crashes == {"nemesis": 3}
    assert verdict(history, Register) is HOLDS


def test_a_fault_that_is_written_as_a_call_is_refused_with_the_cure(tmp_path: Path) -> None:
    rows = records(("nemesis", "invoke", "kill", "n1"), ("nemesis", "info", "kill", "n1"))
    with pytest.raises(UsageError, match="operation 'kill'") as caught:
        verdict(read(tmp_path, rows), Register)
    assert "type info" in caught.value.cure


def test_remarks_and_failed_calls_need_no_pairs(tmp_path: Path) -> None:
    rows = records((0, "invoke", "write", [3, 1]), ("nemesis", "info", "kill", "n1"),
                   (0, "fail", "write", "timeout"), (1, "invoke", "read", [3, None]),
                   (1, "info", "read", "timeout"))  # fmt: skip
    history = read(tmp_path, rows, keys="pairs")
    assert [(op.object, op.call) for op in history.operations] == [(3, "read()")]


PAIRS = [
    (0, "invoke", "write", [3, 1]),
    (0, "ok", "write", [3, 1]),
    (1, "invoke", "read", [3, None]),
]


def test_pairs_are_keys_only_where_the_test_or_a_switch_says_so(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="a key and its value, or one value") as caught:
        read(tmp_path, records(*PAIRS))
    assert "--keys" in caught.value.cure
    assert read(tmp_path, records(*PAIRS), keys="pairs").objects == (3,)
    assert read(tmp_path, records(*PAIRS), keys="none").objects == (None,)
    marked = tmp_path / "a.edn"
    marked.write_text(
        "{:process 0 :type :invoke :f :read :value #jepsen.independent/tuple [3 nil]}"
    )
    history = read_history(marked)
    assert history.objects == (3,)
    assert "marked" in history.notes[0]


def test_transactions_of_two_operations_are_no_pairs_of_key_and_value(tmp_path: Path) -> None:
    call = [["r", "x", None], ["w", "y", 1]]
    rows = records((0, "invoke", "txn", call), (0, "ok", "txn", call))
    history = read(tmp_path, rows)
    assert history.objects == (None,)
    assert verdict(history, MultiRegister) is HOLDS
    assert verdict(history, MultiRegister({"x": 5})) is VIOLATED
    assert verdict(read(tmp_path, rows, nil="unknown"), MultiRegister({"x": 5})) is HOLDS


def test_a_jepsen_store_says_by_its_results_that_its_keys_are_independent(tmp_path: Path) -> None:
    (tmp_path / "history.edn").write_text(
        "[{:process 0 :type :invoke :f :write :value [3 1]}\n"
        " {:process 0 :type :ok :f :write :value [3 1]}]"
    )
    assert read_history(tmp_path).objects == (None,)
    (tmp_path / "results.edn").write_text("{:linear {:valid? true :results {3 {}} :failures []}}")
    assert read_history(tmp_path).objects == (3,)


@pytest.mark.parametrize(
    ("source", "model", "wanted"),
    [
        ("write(1) A; Ok() A; read() A; Ok(true) A", Register, VIOLATED),
        ("write(true) A; Ok() A; read() A; Ok(1) A", Register, VIOLATED),
        ("write(true) A; Ok() A; read() A; Ok(true) A", Register, HOLDS),
        ("write(0) A; Ok() A; cas(false, 1) A; Ok(true) A", CASRegister, VIOLATED),
        ("put(1, 5) A; Ok() A; get(true) A; Ok(5) A", KeyValueStore, VIOLATED),
        ("write('1') A; Ok() A; read() A; Ok(1) A", Register, VIOLATED),
        ("read() A; Ok(true, false) A", AppendList((True, False)), HOLDS),
        ("read() A; Ok(true, 1) A", AppendList((True, False)), VIOLATED),
        (
            "enqueue(true) A; Ok() A; enqueue(1) A; Ok() A; dequeue() A; Ok(1) A",
            UnorderedQueue,
            HOLDS,
        ),
    ],
)
def test_true_is_not_1_and_a_text_is_no_number(source, model, wanted) -> None:
    assert verdict(source, model) is wanted


def test_the_definition_does_not_take_true_for_1() -> None:
    source = "Deq() A; Deq() B; Enq(true) C; Ok(1) A; Ok() C; Enq(1) C; Ok() C"
    assert not is_linearizable(History.parse(source), Queue)
    source = "read() A; Ok(1) A; read() A; cas(true, 1) B; Ok(true) B"
    assert not is_linearizable(History.parse(source), CASRegister(True))


def test_an_answer_of_contains_is_one_even_if_it_repeats_the_item(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    record = '{"process": 0, "type": "%s", "f": "contains", "value": true}'
    path.write_text(f"[{record % 'invoke'}, {record % 'ok'}]")
    assert check(read_history(path), Set).verdict is VIOLATED


def test_exact_values_are_equal_only_if_they_are_the_same_kind() -> None:
    pairs = [
        (1, True),
        ((1,), (True,)),
        ({"a": 0}, {"a": False}),
        (frozenset({1}), frozenset({True})),
    ]
    for one, other in pairs:
        assert exact(freeze(one)) != exact(freeze(other))
        assert exact(freeze(one)) == exact(freeze(one))
    assert freeze({1: 2}) != freeze({(1, 2)})


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("#{1 2}", frozenset({2, 1})),
        ("#{2 1}", frozenset({2, 1})),
        ("0x7f8f", 0x7F8F),
        ("017", 15),
        ("2r101", 5),
        ("-3N", -3),
        (r"\newline", "\n"),
        (r'"\u0041"', "A"),
        ("#_ 5 6", 6),
        ("^{:tag x} [1]", (1,)),
        ("#my/tag 4", 4),
        ("(1 2)", (1, 2)),
    ],
)
def test_odd_atoms_of_edn_are_what_clojure_reads(tmp_path: Path, form: str, value) -> None:
    path = tmp_path / "a.edn"
    path.write_text(f"{{:process 0 :type :invoke :f :write :value {form}}}")
    assert read_history(path).operations[0].arguments == (value,)


NOBODY_READS = [
    "##NaN", "#_ {:a 2} 1", "#:jepsen{:x 1}",
    '#error {:cause "x" :trace [[a.b$c invoke "f.clj" 1]]}',
    '#object[clojure.core$x 0x7f8f "s"]', '#"re"', "1.5M", "99999999999999999999N", "#{1 true}",
    "9" * 5_000, "#inst \"2020-01-01\"", "{[{:a 1}] 2}", "1/2",
]  # fmt: skip


@pytest.mark.parametrize("form", NOBODY_READS)
def test_forms_that_nobody_needs_do_not_make_a_file_unreadable(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.edn"
    path.write_text(f"{{:process 0 :type :invoke :f :read :error {form} :value nil}}")
    assert len(read_history(path).operations) == 1


@pytest.mark.parametrize(
    "form", ["##NaN", "#{1 true}", "{1 2, true 3}", "9" * 5_000, "[" * 150 + "]" * 150, '#"re"']
)
def test_what_has_no_value_is_refused_where_it_is_needed(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.edn"
    path.write_text(f"\n{{:process 0 :type :invoke :f :write :value {form}}}")
    with pytest.raises(HistoryError) as caught:
        read_history(path)
    assert caught.value.place == "a.edn, line 2"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '[{"process":0,"type":"invoke","f":["read"]}]'),
        (
            "a.json",
            '[{"process":0,"type":"invoke","f":"write","value":' + "[" * 900 + "]" * 900 + "}]",
        ),
        ("a.json", '[{"process":0,"type":"invoke","f":"write","value":' + "9" * 5_000 + "}]"),
        ("a.json", '[{"process":0,"type":"invoke","f":"write","value":NaN}]'),
        ("a.jsonl", "[" * 100_000),
        ("a.jsonl", '{"process":0,"type":"invoke","f":"write","value":' + "9" * 5_000 + "}"),
        ("a.edn", "[" * 100_000),
        ("a.csv", "process,type,f\n1,invoke,read"),
        ("a.csv", "process,type,f,value\n1,invoke,read,1,2,3"),
        ("a.csv", ""),
    ],
)
def test_hostile_files_are_refused_with_a_place(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(HistoryError) as caught:
        read_history(tmp_path / name)
    assert name in caught.value.place
    assert caught.value.allowed


def test_a_file_that_expands_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b" " * 1_000_000))
    with pytest.raises(HistoryError, match="more than 10,000 bytes when expanded"):
        read_history(path, most_bytes=10_000)


def test_csv_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'time,key,op,type,process,value\n5,x,cas,invoke,3,"[0, 1]"\n6,x,cas,:ok,3,"[0, 1]"\n'
        "7,x,read,invoke,w,\n8,x,read,ok,w,1\n"
    )
    history = read_history(path)
    assert str(history) == "x cas(0, 1) 3\nx Ok(?) 3\nx read() w\nx Ok(1) w"
    assert [history.where(n) for n in range(4)] == ["line 2", "line 3", "line 4", "line 5"]
    assert verdict(history, CASRegister(0)) is HOLDS


@pytest.mark.parametrize("head", ["process,process,type,f,value", "process,type,op,f,value"])
def test_two_columns_of_one_name_are_refused(head: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(head + "\n0,1,invoke,write,3\n")
    with pytest.raises(HistoryError, match=r"two columns (process|f)"):
        read_history(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("model", "source", "wanted"),
    [
        (Mutex, "acquire() A; Ok() A; release() B; Ok() B", HOLDS),
        (OwnedMutex, "acquire() A; Ok() A; release() B; Ok() B", VIOLATED),
        (OwnedMutex, "acquire() A; Ok() A; release() A; Ok() A; acquire() B; Ok() B", HOLDS),
        (OwnedMutex, "acquire() A; Ok() A; acquire() A; Ok() A", VIOLATED),
        (ReentrantMutex, "acquire() A; Ok() A; acquire() A; Ok() A", HOLDS),
        (ReentrantMutex, "acquire() A; Ok() A; acquire() A; Ok() A; release() A; Ok() A;"
                         "acquire() B; Ok() B", VIOLATED),
        (FencedMutex, "acquire() A; Ok(1) A; release() B; Ok(?) B", VIOLATED),
        (FencedMutex, "acquire() A; acquire() B; Ok(1) A; release() A; Ok(2) B; Ok(?) A", HOLDS),
        (OwnedList, "append(1) A; Ok() A; remove(1) B; Ok(true) B", VIOLATED),
        (OwnedList, "append(1) A; Ok() A; remove(1) A; Ok(true) A", HOLDS),
    ],
)  # fmt: skip
def test_objects_may_see_who_calls(model, source, wanted) -> None:
    assert verdict(source, model) is wanted


def test_an_object_may_do_this_or_that() -> None:
    class Leaky:
        """A register whose writes get lost at times."""

        def __init__(self):
            self.value = 0

        def write(self, value, *, choose):
            self.value = choose([self.value, value])

        def read(self):
            return self.value

    assert verdict("write(1) A; Ok() A; read() B; Ok(0) B", Leaky) is HOLDS
    assert verdict("write(1) A; Ok() A; read() B; Ok(1) B; read() B; Ok(0) B", Leaky) is VIOLATED


def test_an_echo_of_a_history_in_memory_and_in_a_file_is_the_same(tmp_path: Path) -> None:
    history = read(tmp_path, records((0, "invoke", "write", 3), (0, "ok", "write", 3)))
    assert history == History([Invocation(0, "write", (3,)), Response(0, Echo(3))])


def test_a_model_may_be_a_class_in_a_file(tmp_path: Path, capsys) -> None:
    path = tmp_path / "mine.py"
    path.write_text("class Box:\n    def __init__(self, v=None):\n        self.v = v\n"
                    "    def read(self):\n        return self.v\n")  # fmt: skip
    history = tmp_path / "a.json"
    history.write_text(json.dumps(records((0, "invoke", "read", None), (0, "ok", "read", 5))))
    words = ["linearizable", str(history), "--model", f"{path}:Box"]
    assert main([*words, "--init", "5"]) == 0
    assert main(words) == 1
    assert main(["linearizable", str(history), "--model", f"{path}:Nothing"]) == 2
    assert "allowed: Box" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["regster", "none.py:X", "kv.py"])
def test_a_model_that_there_is_not_is_an_error_with_what_there_is(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_model(name)
    assert caught.value.allowed


def test_a_batch_judges_what_it_can_and_says_what_it_could_not(tmp_path: Path, capsys) -> None:
    good, empty, bad = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.json.gz"
    good.write_text(json.dumps(NIL_READ[:2]))
    empty.write_text("")
    bad.write_bytes(gzip.compress(b"x" * 999)[:50])
    files = [str(path) for path in (empty, good, bad, tmp_path / "none.json")]
    assert main(["linearizable", *files, "--model", "register", "--json"]) == 2
    rows = json.loads(capsys.readouterr().out)
    assert [row["verdict"] for row in rows] == ["unusable", "holds", "unusable", "unusable"]
    stale = tmp_path / "d.json"
    stale.write_text(json.dumps(NIL_READ))
    assert main(["linearizable", *files, str(stale), "--model", "register"]) == 1


def test_a_history_in_which_nothing_happened_says_so(tmp_path: Path) -> None:
    history = read(tmp_path, records((0, "invoke", "write", 1), (0, "fail", "write", 1)))
    answer = check(history, Register)
    assert answer.verdict is HOLDS
    assert answer.partial == ("no operation took place: nothing was judged",)


def test_two_fields_that_are_one_list_stay_one() -> None:
    class Log:
        def __init__(self):
            self.items = self.seen = []

        def write(self, item):
            self.items.append(item)

        def read(self):
            return len(self.seen)

    source = "write(1) A; Ok() A; write(2) A; Ok() A; read() A; Ok({}) A"
    for model in (Log, Log()):
        assert verdict(source.format(2), model) is HOLDS
        assert verdict(source.format(1), model) is VIOLATED
        assert is_linearizable(History.parse(source.format(2)), model)


@pytest.mark.parametrize("keys", ["1.5 2.5", "true 1.5", "1/2 :a", "nil true", '"a" [true]'])
def test_a_map_may_have_any_keys(tmp_path: Path, keys: str) -> None:
    first, second = keys.split()
    path = tmp_path / "a.edn"
    row = "{{:process 0 :type :{} :f :{} :value {}}}\n"
    one, other = f"{{{first} 1 {second} 2}}", f"{{{second} 2 {first} 1}}"
    calls = [("invoke", "write", one), ("ok", "write", other), ("invoke", "read", "nil")]
    for value, wanted in ((other, HOLDS), (f"{{{first} 2 {second} 1}}", VIOLATED)):
        path.write_text("".join(row.format(*call) for call in [*calls, ("ok", "read", value)]))
        assert verdict(read_history(path), Register) is wanted
        assert is_linearizable(read_history(path), Register) is (wanted is HOLDS)


def test_keys_of_an_object_in_one_piece_may_be_any_values() -> None:
    class Whole(KeyValueStore):
        partition = None

    source = "put(true, 1) A; Ok() A; put(1, 2) A; Ok() A; get(true) A; Ok({}) A"
    assert verdict(source.format(1), Whole) is HOLDS
    answer = check(History.parse(source.format(2)), Whole)
    assert answer.verdict is VIOLATED
    assert "{1: 2, true: 1}" in str(answer)
