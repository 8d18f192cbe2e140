"""Values that nobody reads are one state, covered writes need no place: and nothing else."""

from __future__ import annotations

import random

import pytest

from benchmarks.linearizable import five_values, made_up
from raftnb.data.events import UNSAID
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import AppendList, Budget, CASRegister, KeyValueStore, Register, check, machine
from raftnb.linear.effects import Effects, effects_of
from raftnb.linear.interface import Call
from raftnb.linear.objects import Entry
from tests.oracles.wing_gong_lowe import KINDS, assert_order, assert_sound, random_history


def unread(model, value, *claims):
    """Whether an entry of this value is one that `claims` never find."""
    calls = [(Call(name, arguments), result) for name, arguments, result in claims]
    found = effects_of(model, calls).is_unread
    assert found is not None
    return found(Entry(value) if model is Entry else type(model)(value))


@pytest.mark.parametrize(
    ("value", "claims", "expected"),
    [
        (1, [("read", (), 1)], False),
        (2, [("read", (), 1)], True),
        (True, [("read", (), 1)], True),
        (2, [("read", (), 1), ("cas", (2, 3), False)], False),
        (3, [("read", (), 1), ("cas", (2, 3), True)], True),
        ("ab", [("read", (), "abc"), ("append", ("c",), None)], False),
        ("ab", [("read", (), "abc"), ("put", ("c",), None)], True),
        ("b", [("read", (), "abc"), ("append", ("c",), None)], True),
        ("abcd", [("read", (), "abc"), ("append", ("c",), None)], True),
        ((1,), [("read", (), (1, 2)), ("append", ((2,),), None)], False),
        ((2,), [("read", (), (1, 2)), ("append", ((2,),), None)], True),
        ((True,), [("read", (), (1, 2)), ("append", ((2,),), None)], True),
        ("", [("read", (), "a"), ("append", ("a",), None)], False),
        (None, [("read", (), "a"), ("append", ("a",), None)], False),
    ],
)
def test_a_value_is_unread_when_no_read_and_no_cas_can_find_it(value, claims, expected) -> None:
    assert unread(Entry, value, *claims) is expected


def test_nothing_is_said_of_numbers_that_are_added_nor_of_a_readers_own_class() -> None:
    class Odd(Register):
        def read(self):
            return self.value % 2

    adding = [(Call("append", (2,)), None), (Call("get", ()), 4)]
    assert effects_of(Entry, adding).is_unread is None
    assert effects_of(Odd(3), [(Call("read", ()), 1)]) == Effects()


def test_an_answer_that_nobody_knows_makes_no_value_read() -> None:
    assert unread(Register(0), 5, ("read", (), UNSAID), ("read", (), 1))


@pytest.mark.parametrize(
    ("source", "model", "verdict"),
    [
        # a lost value may be put anew, and is then as it was
        ("write(1) A; Ok() A; write(9) B; Ok() B; write(1) C; Ok() C; read() D; Ok(1) D",
         Register, Verdict.HOLDS),
        ("write(1) A; Ok() A; write(9) B; Ok() B; read() D; Ok(1) D", Register, Verdict.VIOLATED),
        # a cas fails on what nobody reads, and succeeds on what it asks for
        ("write(9) B; Ok() B; cas(8, 1) A; Ok(false) A; cas(9, 1) A; Ok(true) A; read() D; Ok(1) D",
         CASRegister, Verdict.HOLDS),
        ("write(8) B; Ok() B; write(9) B; Ok() B; cas(8, 1) A; Ok(true) A", CASRegister,
         Verdict.VIOLATED),
        # appending to what is no start of anything stays so; putting mends it
        ("put(x, b) A; Ok() A; append(x, a) A; Ok() A; append(x, b) A; Ok() A; get(x) B; Ok(ab) B",
         KeyValueStore, Verdict.VIOLATED),
        ("append(x, b) A; Ok() A; put(x, a) A; Ok() A; append(x, b) A; Ok() A; get(x) B; Ok(ab) B",
         KeyValueStore, Verdict.HOLDS),
        ("append(x, b) A; Ok() A; delete(x) A; Ok() A; append(x, a) A; Ok() A; get(x) B; Ok(a) B",
         KeyValueStore, Verdict.HOLDS),
        ("append(1) A; Ok() A; append(1) B; read() C; Ok(?) C; Ok() B", AppendList, Verdict.HOLDS),
    ],
)  # fmt: skip
def test_histories_with_values_that_nobody_reads_are_judged_rightly(source, model, verdict) -> None:
    assert check(History.parse(source), model).verdict is verdict


def test_a_culprit_is_told_the_value_that_its_own_order_left() -> None:
    source = (
        "append(x, b) A; Ok() A; append(x, c) A; Ok() A; append(x, c) B; Ok() B; get(x) B; Ok(a) B"
    )
    (part,) = check(History.parse(source), KeyValueStore).parts
    assert [attempt.state for attempt in part.attempts] == ["bcc"]


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        # a write that nobody saw may have taken effect just before another that was under way
        ("write(1) A; write(2) B; Ok() B; Ok() A; read() C; Ok(2) C", Verdict.HOLDS),
        # but not before one that had ended
        ("write(2) B; Ok() B; write(1) A; Ok() A; read() C; Ok(2) C", Verdict.VIOLATED),
        # one that was seen is not covered any more
        ("write(1) A; write(2) B; read() C; Ok(1) C; read() C; Ok(2) C; Ok() A; Ok() B; read() C;"
         "Ok(1) C", Verdict.VIOLATED),
        # one that came after the last write is not covered
        ("write(2) B; write(3) C; Ok() B; read() D; Ok(2) D; write(1) A; Ok() A; read() D; Ok(2) D",
         Verdict.VIOLATED),
        # a write for a compare-and-set alone
        ("write(1) A; write(2) B; cas(1, 3) C; Ok(true) C; Ok() A; Ok() B; read() D; Ok(3) D",
         Verdict.HOLDS),
        ("write(1) A; write(2) B; cas(2, 3) C; Ok(true) C; read() D; Ok(3) D; read() D; Ok(1) D;"
         "read() D; Ok(3) D; Ok() A; Ok() B", Verdict.VIOLATED),
        # a crashed write covers, too
        ("write(2) X; write(1) A; Ok() A; read() C; Ok(2) C", Verdict.HOLDS),
    ],
)  # fmt: skip
def test_covered_writes_are_judged_rightly(source, verdict) -> None:
    found = check(History.parse(source), CASRegister)
    assert found.verdict is verdict
    assert_sound(found, CASRegister)


@pytest.mark.parametrize(
    "kind", ["register", "cas register", "repeated text kv", "list kv", "register of ten values"]
)
def test_longer_histories_are_judged_as_by_a_search_that_knows_nothing(kind, monkeypatch) -> None:
    dice, verdicts = random.Random(f"effects of {kind}"), set()
    for _ in range(40):
        history = random_history(KINDS[kind], dice, dice.randint(15, 30), dice.randint(4, 7))
        found = check(history, KINDS[kind].model)
        assert_sound(found, KINDS[kind].model)
        with monkeypatch.context() as patch:
            patch.setattr(machine, "effects_of", lambda model, claims: Effects())
            plain = check(history, KINDS[kind].model, Budget(configurations=20_000))
        if plain.verdict is not Verdict.UNKNOWN:
            verdicts.add(found.verdict)
            assert found.verdict is plain.verdict
    assert verdicts == {Verdict.HOLDS, Verdict.VIOLATED}


def test_twenty_busy_processes_on_one_register_are_decided() -> None:
    history = made_up(CASRegister, 1_500, 20, five_values)
    (part,) = check(history, CASRegister, Budget(configurations=100_000)).parts
    assert part.verdict is Verdict.HOLDS
    assert_order(part.linearization, CASRegister)
