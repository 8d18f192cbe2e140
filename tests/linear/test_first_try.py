"""The first try says what the other methods say, or nothing."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from raftnb.data.events import UNSAID, Echo, Invocation, Response
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import Budget, CASRegister, KeyValueStore, Register, check
from raftnb.linear.checker import decide
from raftnb.linear.first_try import LONGEST, MOST_CROWDED, first_try
from raftnb.linear.meter import Meter
from raftnb.linear.portions import shares
from tests.oracles.wing_gong_lowe import KINDS, random_history

TRIED = [
    *("register", "register from 0", "unique register", "cas register", "kv", "unique kv"),
    *("text kv", "text kv from a text", "repeated text kv", "list kv", "number kv"),
]


def as_given(history: History, dice: random.Random) -> History:
    """Answers may say nothing or repeat the call, truth may be a number, a key the object."""
    way, events, keys = dice.randrange(5), list(history), dict[object, object]()
    for n, event in enumerate(history):
        if isinstance(event, Invocation):
            arguments = event.arguments
            if way == 0 and dice.random() < 0.5:
                arguments = tuple(bool(one) if one in (0, 1) else one for one in arguments)
            if way == 1 and arguments[:1] in (("a",), ("b",)):
                keys[event.process], arguments = arguments[0], arguments[1:]
            events[n] = replace(
                event, arguments=arguments, object=keys.get(event.process) if way == 1 else None
            )
        elif way == 1:
            events[n] = replace(event, object=keys.pop(event.process, None))
        elif way == 2 and dice.random() < 0.3:
            events[n] = replace(event, result=UNSAID)
        elif way == 3 and event.result is None:
            events[n] = replace(event, result=Echo(dice.choice((None, 1, "a"))))
    return History(events)


@pytest.mark.parametrize("kind", TRIED)
def test_the_first_try_agrees_with_the_other_methods(kind: str) -> None:
    dice, seen = random.Random(f"first try of {kind}"), Counter[object]()
    for _ in range(150):
        history = random_history(KINDS[kind], dice, dice.randint(2, 16), dice.randint(1, 6))
        history = as_given(history, dice)
        for share in shares(history, KINDS[kind].model):
            tried = first_try(share)
            seen[tried and tried.holds] += 1
            if tried is not None:
                part = decide(share.portion(), Meter(Budget(), 0))
                wanted = Verdict.HOLDS if tried.holds else Verdict.VIOLATED
                assert part is not None
                assert part.verdict is wanted, history
    assert seen[True] > 10
    assert seen[False] > 1


@pytest.mark.parametrize(
    ("source", "model", "holds"),
    [
        # a crashed write that began earlier counts, though the one after it is alone
        ("write(2) X; write(1) A; Ok() A; read() C; Ok(2) C", Register, True),
        ("read() X; write(1) A; Ok() A; read() C; Ok(2) C", Register, False),
        ("write(1) A; Ok() A; read() B; Ok(true) B", Register, False),
        # the longest text leads, and so does one that nobody could have read
        ("append(x, a) A; append(x, b) B; Ok() A; Ok() B; get(x) C; Ok(ba) C", KeyValueStore, True),
        ("append(x, a) A; Ok() A; append(x, b) B; Ok() B; get(x) C; Ok(ba) C", KeyValueStore,
         False),
        ("get(x) C; Ok(null) C; append(x, a) A; Ok() A; get(x) C; Ok(a) C", KeyValueStore, True),
        ("append(x, a) A; put(x, b) B; Ok() A; Ok() B; get(x) C; Ok(ba) C", KeyValueStore, True),
        # what it does not take
        ("append(x, 1) A; Ok() A; get(x) C; Ok(1) C", KeyValueStore, None),
        ("delete(x) A; Ok() A; get(x) C; Ok(null) C", KeyValueStore, None),
        ("write(1) A; Ok(7) A", Register, None),
        ("cas(1, 2) A; Ok(true) A", CASRegister, None),
    ],
)  # fmt: skip
def test_histories_that_are_decided_at_once_are_decided_rightly(source, model, holds) -> None:
    (share,) = shares(History.parse(source), model)
    tried = first_try(share)
    assert (tried if tried is None else tried.holds) is holds


def test_a_subclass_may_do_something_else_and_is_not_tried() -> None:
    class Odd(Register):
        def read(self):
            return 7

    history = History.parse("write(1) A; Ok() A; read() B; Ok(7) B")
    (share,) = shares(history, Odd)
    assert first_try(share) is None
    assert check(history, Odd).verdict is Verdict.HOLDS


def many_at_once(count: int) -> History:
    """Writes that all overlap, and a read of what none of them wrote."""
    calls = [Invocation(n, "write", (n,)) for n in range(count)]
    read = [Invocation("R", "read"), Response("R", -1)]
    return History([*calls, *(Response(n) for n in range(count)), *read])


def test_it_gives_up_before_it_takes_long() -> None:
    (share,) = shares(many_at_once(9), Register)
    assert first_try(share) is None
    one = [Invocation("A", "write", (1,)), Response("A")]
    two = [Invocation("A", "write", (1,)), Invocation("B", "write", (1,)), Response("A")]
    for pair, times, tried in (
        (one, LONGEST, True),
        (one, LONGEST + 1, False),
        ([*two, Response("B")], MOST_CROWDED, True),
        ([*two, Response("B")], 2 * MOST_CROWDED, False),
        ([Invocation("X", "write", (1,)), *one * MOST_CROWDED], 1, True),
        ([Invocation("X", "write", (1,)), *one * 2 * MOST_CROWDED], 1, False),
    ):
        (share,) = shares(History(pair * times), Register)
        assert (first_try(share) is not None) is tried, (len(pair), times)


def test_what_it_looks_at_is_counted_and_within_the_budget() -> None:
    history = many_at_once(3)
    (share,) = shares(history, Register)
    tried = first_try(share)
    assert tried is not None
    assert tried.configurations > 3
    (part,) = check(history, Register, Budget(configurations=tried.configurations)).parts
    assert (part.verdict, part.configurations) == (Verdict.VIOLATED, tried.configurations)
    assert str(part.culprit) == "read() → -1"
    repeated = History.parse("write(1) A; write(2) B; write(1) C; Ok() A; Ok() B; Ok() C")
    assert check(repeated, Register, Budget(configurations=0)).verdict is Verdict.UNKNOWN


def test_the_evidence_is_made_when_it_is_asked_for_and_is_an_order() -> None:
    history = History.parse("write(1) A; write(2) B; Ok() A; Ok() B; read() C; Ok(1) C")
    (part,) = check(history, Register).parts
    assert not hasattr(part.shown, "linearization")
    order = part.linearization
    assert [str(placed.operation) for placed in order] == ["write(2)", "write(1)", "read() → 1"]
    assert all(one.point <= other.point for one, other in pairwise(order))
    assert part.evidence is part.evidence
