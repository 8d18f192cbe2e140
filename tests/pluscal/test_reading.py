"""Counterexamples of TLC, Apalache and Quint become traces that plain Python takes too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.trace import Trace
from raftnb.explore import check
from raftnb.language import Process, Spec, cycle, when
from raftnb.pluscal import read_trace
from raftnb.pluscal.frames import Pairs, Several, frames, value_of
from raftnb.specs.raft.mistakes import MUTANTS
from raftnb.specs.store.sequential import SEQUENTIAL_STORE, Client, Shared

DATA = Path(__file__).parent / "data"
(ROW_7,) = (mutant for mutant in MUTANTS if mutant.row == 7)
FORGETFUL = ROW_7.spec()(history=True, **ROW_7.constants)


class UnlockedClient(Client):
    """Does not wait for the mutex."""

    def take_mutex(self) -> None:
        Shared.mutex = self


UNLOCKED = SEQUENTIAL_STORE.variant("unlocked", UnlockedClient)()


@pytest.mark.parametrize("name", ["forgets-its-vote.txt", "forgets-its-vote.json"])
def test_what_tlc_prints_is_a_trace_of_the_mistake(name: str) -> None:
    found = read_trace((DATA / name).read_text(encoding="utf-8"), FORGETFUL)
    ours = check(FORGETFUL)
    assert ours.trace is not None
    assert len(found) == len(ours.trace) == 10
    world = FORGETFUL.start()
    for step in found.steps:
        world.take(step)
    assert world.state == found.last
    assert not FORGETFUL.holds(FORGETFUL.spec.invariants[0], found.last)


def test_text_and_json_give_the_same_trace() -> None:
    texts = (DATA / f"forgets-its-vote.{end}" for end in ("txt", "json"))
    one, other = (read_trace(text.read_text(encoding="utf-8"), FORGETFUL) for text in texts)
    assert one == other


class Lamp(Process, number="lamps"):
    on: bool = False

    def switch(self) -> None:
        when(not any(lamp.on for lamp in Lamp))
        self.on = True


STUTTERING = """Error: Temporal properties were violated.
State 1: <Initial predicate>
on = (l1 :> FALSE @@ l2 :> FALSE)

State 2: <lamp(l1) line 30, col 15 to line 32, col 40 of module Lamps>
on = (l1 :> TRUE @@ l2 :> FALSE)

State 3: Stuttering
Finished checking temporal properties in 00s at 2026-11-26 21:44:45
5 states generated, 3 distinct states found, 0 states left on queue.
"""


def test_a_behavior_that_stays_where_it_is_for_ever_is_read() -> None:
    trace = read_trace(STUTTERING, Spec("lamps", (Lamp,), constants={"lamps": 2})())
    assert [str(step) for step in trace.steps] == ["l1.switch()"]
    assert trace.last["l1", "on"] is True
    assert trace.loop is None


def itf() -> dict[str, Any]:
    """The two steps by which both clients get the mutex, in ITF."""

    def state(first: str, second: str, mutex: str) -> dict[str, Any]:
        return {
            "#meta": {"index": 0},
            "mutex": mutex,
            "requests": [],
            "responses": {"#map": [["c1", []], ["c2", []]]},
            "pc": {"#map": [["c1", first], ["c2", second], ["store", "take_request"]]},
            "store_request": "None",
            "response": "None",
            "dictionary": {"#map": [["k1", "None"]]},
        }

    there = [("take_mutex",) * 2, ("request", "take_mutex"), ("request",) * 2]
    mutexes = ["None", "c1", "c2"]
    states = [state(*pc, mutex) for pc, mutex in zip(there, mutexes, strict=True)]
    return {"#meta": {}, "vars": ["mutex"], "states": states}


def test_the_informal_trace_format_is_read() -> None:
    found = read_trace(json.dumps(itf()), UNLOCKED)
    assert found.as_python() == "c1.take_mutex()\nc2.take_mutex()"
    assert found.loop is None


def test_a_step_that_the_model_does_not_have_is_refused() -> None:
    data = itf()
    del data["states"][1]
    with pytest.raises(UsageError) as refused:
        read_trace(json.dumps(data), UNLOCKED)
    assert refused.value.place == "the counterexample, state 2"
    assert refused.value.found == "a state to which no step of the model leads"


def test_a_behavior_that_does_not_begin_at_the_start_is_refused() -> None:
    data = itf()
    del data["states"][0]
    with pytest.raises(UsageError, match="a state in which the model does not begin"):
        read_trace(json.dumps(data), UNLOCKED)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("mutex", "c3"),
        ("mutex", 1),
        ("requests", {"#map": []}),
        ("pc", {"#map": [["c1", "sleep"]]}),
        ("dictionary", {"#map": [["k1", "v9"]]}),
        ("response", {"type": "Response", "client": "c1"}),
        ("response", {"type": "Nothing"}),
    ],
)
def test_a_value_that_a_variable_cannot_have_is_refused(variable: str, value: Any) -> None:
    data = itf()
    data["states"][1][variable] = value
    with pytest.raises(UsageError) as refused:
        read_trace(json.dumps(data), UNLOCKED)
    assert refused.value.place == "the counterexample, state 2"


def test_a_behavior_that_goes_round_keeps_its_loop() -> None:
    model = SEQUENTIAL_STORE.variant("hasty", Hasty, liveness=())(clients=1)
    text = "\n\n".join(
        f"State {n}: <x>\n" + "\n".join(f"/\\ {name} = {value}" for name, value in row.items())
        for n, row in enumerate(round_of_one(), start=1)
    )
    found = read_trace(text + "\n\nBack to state 1: <release line 3>\n", model)
    assert found.loop == 0
    assert [step.action for step in found.steps] == ["take_mutex", "release"]
    assert isinstance(found, Trace)


class Hasty(Client):
    """Takes the mutex, and gives it back."""

    order = cycle(Client.take_mutex, Client.release)


def round_of_one() -> list[dict[str, str]]:
    rest = {"requests": "<<>>", "responses": "(c1 :> <<>>)", "store_request": "None"}
    rest |= {"response": "None", "dictionary": "(k1 :> None)"}
    labels = [("None", "take_mutex"), ("c1", "release")]
    return [
        {"mutex": mutex, "pc": f'(c1 :> "{label}" @@ "store" :> "take_request")', **rest}
        for mutex, label in labels
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("TRUE", True),
        ('"a b"', "a b"),
        ("v1", "v1"),
        ("<<>>", Several(())),
        ("<<1, <<2>>>>", Several((1, Several((2,))))),
        ("{ 1,\n  2 }", Several((1, 2))),
        ("[a |-> 1, b |-> {}]", Pairs((("a", 1), ("b", Several(()))))),
        ("(1 :> v1 @@ 2 :> v2)", Pairs(((1, "v1"), (2, "v2")))),
    ],
)
def test_values_are_read_as_tlc_writes_them(text: str, value: Any) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "no trace", "{", "{}", '{"states": 3, "vars": []}', '{"state": [1]}', "State 1: x\n"],
)
def test_what_is_no_counterexample_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_trace(text, UNLOCKED)


@pytest.mark.parametrize("text", ["<<1", "[a |-> ]", "(1 :> 2 @@", "1 2", "a ? b", "[a :> 1]"])
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        value_of(text)


def test_numbers_of_any_size_and_tuples_are_read_from_itf() -> None:
    values = {"x": {"#bigint": "12345678901234567890"}, "y": {"#tup": [1, {"#set": [2]}]}}
    found = frames(json.dumps({"vars": ["x", "y"], "states": [values]}))
    assert found.states == ({"x": 12345678901234567890, "y": Several((1, Several((2,))))},)
