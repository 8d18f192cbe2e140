"""The fast checker agrees with the definition, with plain Wing-Gong-Lowe, and with real runs."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.events import Invocation, Operation, Response
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import (
    AppendList,
    Budget,
    CASRegister,
    KeyValueStore,
    Mutex,
    Queue,
    Register,
    RevisionStore,
    Stack,
    check,
    explain,
    recorded,
)
from raftnb.linear.checker import decide
from raftnb.linear.definition import is_linearizable
from raftnb.linear.meter import Meter
from raftnb.linear.portions import split
from raftnb.linear.search import Search
from tests.oracles.wing_gong_lowe import (
    KINDS,
    assert_order,
    assert_sound,
    random_history,
    wing_gong_lowe,
)
from tests.signals import heeds_ctrl_c

HELD = {True: Verdict.HOLDS, False: Verdict.VIOLATED}


@given(st.sampled_from(sorted(KINDS)), st.integers(1, 5), st.integers(2, 4), st.randoms())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_checker_agrees_with_the_definition(kind, operations, processes, dice) -> None:
    history = random_history(KINDS[kind], dice, operations, processes)
    found = check(history, KINDS[kind].model)
    assert found.verdict is HELD[is_linearizable(history, KINDS[kind].model)]
    assert_sound(found, KINDS[kind].model)


@pytest.mark.parametrize("kind", KINDS)
def test_the_checker_agrees_with_wing_gong_lowe_on_longer_histories(kind: str) -> None:
    dice = random.Random(f"seed of {kind}")
    verdicts = set()
    for _ in range(60):
        history = random_history(KINDS[kind], dice, dice.randint(5, 14), dice.randint(2, 5))
        found = check(history, KINDS[kind].model)
        assert found.verdict is HELD[wing_gong_lowe(history.operations, KINDS[kind].model)]
        assert_sound(found, KINDS[kind].model)
        verdicts.add(found.verdict)
    assert verdicts == {Verdict.HOLDS, Verdict.VIOLATED} or kind == "mutex"


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("unique register", "zones"),
        ("unique queue", "queue order"),
        ("unique append", "chains"),
        ("unique cas register", "chains"),
    ],
)
def test_the_n_log_n_methods_agree_with_the_search_on_long_histories(kind, method) -> None:
    dice, compared = random.Random(4), 0
    for _ in range(30):
        history = random_history(KINDS[kind], dice, dice.randint(20, 50), dice.randint(2, 3))
        history = _without_failed(history)
        (portion,) = split(history, KINDS[kind].model)
        meter = Meter(Budget(), 0)
        part = decide(portion, meter)
        assert part is not None
        search = Search(portion.operations, portion.asked, portion.model, meter).run(5_000)
        if part.method == method and search is not None:
            compared += 1
            assert search.verdict is part.verdict
        if part.verdict is Verdict.HOLDS:
            assert_order(part.linearization, KINDS[kind].model)
    assert compared > 10


@pytest.mark.parametrize(
    ("name", "parts", "operations"),
    [
        ("etcd_lin_mix2_unique", ["holds", "holds", "holds"], 2104),
        ("etcd_ser_none", ["violated", "violated", "violated"], 3203),
        ("pso_sync_mix2", ["holds", "holds"], 830),
        ("pso_local_stop", ["violated", "violated", "violated"], 679),
    ],
)
def test_recorded_runs_of_etcd_and_pysyncobj_are_judged_rightly(name, parts, operations) -> None:
    found = check(recorded(name), CASRegister)
    assert [str(part.verdict) for part in found.parts] == parts
    assert found.operations == operations
    for part in found.parts:
        for placed in [part.linearization, *(attempt.placed for attempt in part.attempts)]:
            end = part.culprit.returned if part.culprit else float("inf")
            assert_order(placed, CASRegister, end)


def test_a_recorded_etcd_counts_its_revisions_as_the_model_does() -> None:
    history = recorded("etcd_revisions")
    (part,) = check(history, RevisionStore(1)).parts
    assert (part.verdict, part.operations) == (Verdict.HOLDS, 999)
    assert_order(part.linearization, RevisionStore(1))
    assert check(history, RevisionStore(0)).verdict is Verdict.VIOLATED


def test_a_single_wrong_read_in_a_recorded_run_is_found() -> None:
    history = recorded("pso_sync_mix2")
    reads = [op for op in history.operations if op.name == "read" and op.returned]
    for operation in random.Random(1).sample(reads, 12):
        found = check(_with_result(history, operation, 77), CASRegister)
        assert found.culprits == (replace(operation, result=77),)


def test_a_culprit_is_explained_with_the_states_that_were_possible() -> None:
    history = History.parse(
        "cas(0, 1) A; Ok(true) A; write(1) A; write(2) B; Ok() A; Ok() B; read() C; Ok(3) C"
    )
    (part,) = check(history, CASRegister(0)).parts
    assert {attempt.state for attempt in part.attempts} == {"1", "2"}
    assert explain(part) == (
        "read() → 3 by process C (events 6 to 7) cannot be placed: "
        "the longest orders of what went before end with 1 or 2"
    )


def test_crashed_operations_may_take_effect_late_or_never() -> None:
    crash = "cas(0, 1) A; write(2) B; Ok() B; read() C; Ok(2) C;"
    assert _verdict(crash + "read() C; Ok(2) C", CASRegister(0)) is Verdict.HOLDS
    assert _verdict("cas(0, 1) A; read() C; Ok(1) C; read() C; Ok(0) C", CASRegister(0)) is (
        Verdict.VIOLATED
    )


@pytest.mark.parametrize(
    "source",
    [
        "write(3) P0; cas(0, 1) P1; cas(3, 0) C; Ok(true) C; read() B; Ok(1) B",
        "write(2) P0; write(1) P1; write(3) P2; write(1) P3; read() C; Ok(2) C; write(0) B;"
        "read() C; Ok(0) C; read() A; Ok(3) A; Ok() B; cas(3, 3) A; read() B; write(3) C;"
        "Ok(true) A; Ok() C; Ok(3) B",
    ],
)
def test_what_fewer_crashed_operations_allow_is_not_forgotten(source: str) -> None:
    history = History.parse(source)
    assert wing_gong_lowe(history.operations, CASRegister(0))
    assert check(history, CASRegister(0)).verdict is Verdict.HOLDS


def test_twenty_crashed_writes_of_one_value_do_not_slow_the_search() -> None:
    crashed = "; ".join(f"write(7) P{n}; cas(7, 8) Q{n}" for n in range(20))
    reads = "; ".join(f"read() R; Ok({7 + n % 2}) R" for n in range(40))
    history = History.parse(f"{crashed}; {reads}; read() R; Ok(9) R")
    found = check(history, CASRegister, Budget(configurations=20_000))
    assert found.verdict is Verdict.VIOLATED
    assert str(found.culprits[0]) == "read() → 9"


@pytest.mark.parametrize(
    ("source", "model", "verdict"),
    [
        ("acquire() A; acquire() B; Ok() A; Ok() B", Mutex, Verdict.VIOLATED),
        ("acquire() A; acquire() B; Ok() A; release() A; Ok() B; Ok() A", Mutex, Verdict.HOLDS),
        ("append(1) A; append(2) B; Ok() A; Ok() B", AppendList, Verdict.HOLDS),
        ("put(a, 1) A; Ok() A; get(b) B; Ok(null) B", KeyValueStore, Verdict.HOLDS),
        ("put(a, 1) A; Ok() A; get(a) B; Ok(null) B", KeyValueStore, Verdict.VIOLATED),
        (
            "a put(1) A; a Ok() A; a append(2) A; a Ok() A; a get() A; a Ok(3) A",
            KeyValueStore,
            Verdict.HOLDS,
        ),
        (
            "put(null, 1) A; Ok() A; put(a, 2) A; Ok() A; get(null) A; Ok(1) A",
            KeyValueStore,
            Verdict.HOLDS,
        ),
        (
            "put(null, 1) A; Ok() A; put(a, 2) A; Ok() A; get(null) A; Ok(2) A",
            KeyValueStore,
            Verdict.VIOLATED,
        ),
        ("append(0) A; Ok() A; read() A; Ok(0, 0) A", AppendList, Verdict.VIOLATED),
        ("append(0) A; read() B; Ok(0, 0) B; Ok() A", AppendList, Verdict.VIOLATED),
        ("append(k, a) A; Ok() A; get(k) A; Ok(aa) A", KeyValueStore, Verdict.VIOLATED),
        ("append(k, a) A; append(k, b) B; get(k) C; Ok(aba) C", KeyValueStore, Verdict.VIOLATED),
        ("Deq() A; Ok(1) A; Enq(1) B; Ok() B", Queue, Verdict.VIOLATED),
        ("dequeue() A; enqueue(1) B; Ok() B; Ok(1) A", Queue, Verdict.HOLDS),
        ("", Register, Verdict.HOLDS),
    ],
)
def test_sequential_objects_behave_as_their_names_say(source, model, verdict) -> None:
    assert _verdict(source, model) is verdict


def test_an_append_list_is_read_in_one_order_by_all() -> None:
    source = "append(1) A; append(2) B; Ok() A; Ok() B"
    events = [*History.parse(source), *History.parse("read() C; read() D")]
    agree = [Response("C", (2, 1)), Response("D", (2, 1))]
    differ = [Response("C", (2, 1)), Response("D", (1, 2))]
    assert check(History([*events, *agree]), AppendList).verdict is Verdict.HOLDS
    assert check(History([*events, *differ]), AppendList).verdict is Verdict.VIOLATED


def test_a_class_of_the_readers_own_is_an_object_and_may_be_partitioned() -> None:
    class Store:
        def __init__(self):
            self.values = {}

        def Write(self, key, value):
            self.values[key] = value

        def Read(self, key):
            return self.values.get(key)

    class PartitionedStore(Store):
        partition = "key"

    history = History.parse(
        "Write(x, 1) A; Write(y, 2) B; Ok() A; Ok() B; Read(x) A; Ok(1) A; Read(y) A; Ok(9) A"
    )
    whole, parts = check(history, Store), check(history, PartitionedStore)
    assert str(whole.culprits[0]) == str(parts.culprits[0]) == "Read(y) → 9"
    assert [(p.object, str(p.verdict)) for p in parts.parts] == [("x", "holds"), ("y", "violated")]


def test_a_partitioned_object_may_also_have_a_name() -> None:
    source = "s put(x, 1) A; s Ok() A; s get(x) B; s Ok(null) B; s get(y) B; s Ok(null) B"
    found = check(History.parse(source), {"s": KeyValueStore})
    assert [(part.object, str(part.verdict)) for part in found.parts] == [
        (("s", "x"), "violated"),
        (("s", "y"), "holds"),
    ]


def test_a_method_that_fails_is_an_error_of_the_object_and_not_a_verdict() -> None:
    class Broken:
        def __init__(self):
            self.value = 0

        def read(self):
            return self.valeu

    with pytest.raises(SpecError, match="valeu"):
        _verdict("read() A; Ok(0) A", Broken)


@pytest.mark.parametrize(
    ("source", "found"), [("pop() A", "operation 'pop'"), ("write() A; Ok() A", "write()")]
)
def test_operations_that_the_object_does_not_have_are_usage_errors(source, found) -> None:
    with pytest.raises(UsageError) as caught:
        _verdict(source, Register)
    assert caught.value.found.startswith(found)


def test_a_method_that_changes_the_state_late_is_not_taken_for_an_observer() -> None:
    class Fuse:
        def __init__(self):
            self.calls = 0
            self.armed = False

        def arm(self):
            self.armed = True

        def touch(self):
            if self.armed:
                self.calls += 1
            return min(self.calls, 2)

    source = "touch() A; arm() B; Ok() B; touch() C; Ok(1) C; Ok({}) A; touch() C; Ok(2) C"
    assert _verdict(source.format(1), Fuse) is Verdict.VIOLATED
    assert _verdict(source.format(0), Fuse) is Verdict.HOLDS
    assert _verdict(source.format(2), Fuse) is Verdict.HOLDS


@pytest.mark.parametrize(
    ("budget", "reason"),
    [
        (Budget(configurations=5), "the budget of 5 configurations is used up"),
        (Budget(seconds=0), "the budget of 0 s is used up"),
        (Budget(megabytes=0.001), "the budget of 0.001 MB is used up"),
    ],
)
def test_a_budget_that_is_used_up_gives_unknown_and_says_how_far(budget, reason) -> None:
    history = History(e for e in recorded("pso_sync_mix2") if e.object == 0)
    (part,) = check(history, CASRegister, budget).parts
    assert part.verdict is Verdict.UNKNOWN
    assert part.reason.startswith(reason + ", after ")
    assert part.reason.endswith(" responses")


def test_a_violated_key_makes_the_history_violated_though_another_key_is_too_hard() -> None:
    hard = "; ".join(f"h push({n}) P{n}" for n in range(12))
    hard += "; h pop() R; h Ok(x) R; " + "; ".join(f"h Ok() P{n}" for n in range(12))
    easy = "e pop() S; e Ok(1) S"
    found = check(History.parse(hard + "; " + easy), Stack)
    assert [str(part.verdict) for part in found.parts] == ["unknown", "violated"]
    assert found.verdict is Verdict.VIOLATED


def test_ctrl_c_stops_the_search_and_says_what_was_reached(tmp_path: Path) -> None:
    script = tmp_path / "hard.py"
    script.write_text(
        "from raftnb.data.histories import History\nfrom raftnb.linear import Stack, check\n"
        "calls = '; '.join(f'push({n}) P{n}' for n in range(14))\n"
        "answers = '; '.join(f'Ok() P{n}' for n in range(14))\n"
        "history = History.parse(f'{calls}; pop() R; Ok(x) R; {answers}')\n"
        "print('ready', flush=True)\nprint(check(history, Stack))\n"
    )
    command = [sys.executable, str(script)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=heeds_ctrl_c
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(1.5)
        run.send_signal(signal.SIGINT)
        printed = run.stdout.read()
    assert "unknown: interrupted, after 0 of 15 responses" in printed


def _without_failed(history: History) -> History:
    """The history without what was answered by false, as tests of real stores write it."""
    failed = {(op.invoked, op.returned) for op in history.operations if op.result is False}
    gone = {event for pair in failed for event in pair}
    return History(event for n, event in enumerate(history) if n not in gone)


def _verdict(source: str, model) -> Verdict:
    return check(History.parse(source), model).verdict


def _with_result(history: History, operation: Operation, result) -> History:
    events = list(history.events)
    events[operation.returned] = replace(events[operation.returned], result=result)
    return History(events)


def test_a_queue_with_repeated_values_needs_no_search() -> None:
    dice, events, inside = random.Random(3), [], []
    for n in range(4_000):
        if len(inside) > 20 and dice.random() < 0.5:
            events += [Invocation(n % 5, "Deq"), Response(n % 5, inside.pop(0))]
        else:
            inside.append(dice.randrange(4))
            events += [Invocation(n % 5, "Enq", (inside[-1],)), Response(n % 5)]
    (part,) = check(History(events), Queue).parts
    assert (part.verdict, part.method) == (Verdict.HOLDS, "queue matching")
    wrong = events.index(Response(3, 2), 6_000)
    events[wrong] = Response(3, 9)
    (part,) = check(History(events), Queue).parts
    assert part.culprit is not None
    assert part.culprit.result == 9


def test_an_append_list_with_items_that_differ_needs_no_search() -> None:
    calls = "; ".join(f"append({n}) P{n}" for n in range(40))
    answers = "; ".join(f"Ok() P{n}" for n in range(40))
    events = [*History.parse(f"{calls}; {answers}; read() R"), Response("R", tuple(range(40)))]
    (part,) = check(History(events), AppendList).parts
    assert (part.verdict, part.method) == (Verdict.HOLDS, "chains")
    late = [*events, *History.parse("append(40) R; Ok() R; read() R"), Response("R", (0,))]
    assert check(History(late), AppendList).verdict is Verdict.VIOLATED
