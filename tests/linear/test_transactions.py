"""Transactions are strictly serializable, or a cycle shows why not."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from raftnb.__main__ import main
from raftnb.data.errors import UsageError
from raftnb.data.events import Invocation, Response, freeze
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import MultiRegister, check, serializable
from raftnb.linear.definition import is_linearizable


def runs(*transactions) -> History:
    """Transactions (process, steps as answered) one after another."""
    events = []
    for process, steps in transactions:
        asked = [[f, k, None if f == "r" else v] for f, k, v in steps]
        events += [Invocation(process, "txn", (freeze(asked),)), Response(process, freeze(steps))]
    return History(events)


def at_once(*transactions) -> History:
    one_by_one = runs(*transactions).events
    return History([*one_by_one[0::2], *one_by_one[1::2]])


def kinds(history: History) -> list[str]:
    return [edge.kind for edge in serializable(history).cycle]


def test_a_list_that_is_read_in_order_holds() -> None:
    history = runs(("A", [["append", "x", 1]]), ("B", [["append", "x", 2], ["r", "x", [1, 2]]]))
    assert serializable(history).verdict is Verdict.HOLDS


def test_a_stale_read_is_a_cycle_with_real_time() -> None:
    history = runs(("A", [["append", "x", 1]]), ("B", [["r", "x", []]]))
    assert sorted(kinds(history)) == ["rt", "rw"]
    told = str(serializable(history))
    assert "it had returned before the other was invoked" in told
    assert "it did not see the version of x that the other made" in told


def test_write_skew_is_a_cycle_of_two_that_did_not_see_each_other() -> None:
    lists = at_once(("A", [["r", "x", None], ["append", "y", 1]]),
                    ("B", [["r", "y", None], ["append", "x", 2]]))  # fmt: skip
    assert kinds(lists) == ["rw", "rw"]
    registers = at_once(("A", [["r", "x", None], ["w", "y", 1]]),
                        ("B", [["r", "y", None], ["w", "x", 2]]))  # fmt: skip
    assert kinds(registers) == ["rw", "rw"]


def test_a_lost_update_is_found() -> None:
    history = at_once(
        ("A", [["r", "x", []], ["append", "x", 1]]), ("B", [["r", "x", []], ["append", "x", 2]])
    )
    assert serializable(history).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("transactions", "words"),
    [
        ([("A", [["r", "x", [7]]]), ("B", [["append", "x", 1]])], "nobody appended"),
        (
            [("A", [["append", "x", 1]]), ("B", [["append", "x", 2]]), ("C", [["r", "x", [1]]]),
             ("D", [["r", "x", [2]]])],
            "no continuation",
        ),
    ],
)  # fmt: skip
def test_what_nobody_made_and_orders_that_differ_are_anomalies(transactions, words) -> None:
    answer = serializable(at_once(*transactions))
    assert answer.verdict is Verdict.VIOLATED
    assert words in answer.anomaly


def test_a_pending_transaction_may_have_taken_effect() -> None:
    events = [Invocation("A", "txn", (freeze([["append", "x", 1]]),)),
              *runs(("B", [["r", "x", [1]]])).events]  # fmt: skip
    assert serializable(History(events)).verdict is Verdict.HOLDS
    assert serializable(History([events[0], *runs(("B", [["r", "x", []]])).events])).verdict is (
        Verdict.HOLDS
    )


def test_the_json_names_the_transactions_of_the_cycle() -> None:
    row = serializable(runs(("A", [["append", "x", 1]]), ("B", [["r", "x", []]]))).as_json()
    assert row["property"] == "strict-serializable"
    assert {edge["why"] for edge in row["cycle"]} == {"rt", "rw"}


def test_other_operations_are_refused() -> None:
    with pytest.raises(UsageError, match="operation read"):
        serializable(History.parse("read() A"))


@pytest.mark.parametrize("lists", [True, False])
def test_cycles_agree_with_the_definition_on_random_transactions(lists: bool) -> None:
    dice, verdicts = random.Random(8), set()
    for _ in range(120):
        history = random_transactions(dice, lists)
        answer = serializable(history)
        wanted = is_linearizable(history, MultiRegister)
        assert answer.verdict is (Verdict.HOLDS if wanted else Verdict.VIOLATED), str(history)
        assert check(history, MultiRegister).verdict is answer.verdict
        verdicts.add((answer.verdict, bool(answer.cycle)))
    assert {(Verdict.HOLDS, False), (Verdict.VIOLATED, True)} <= verdicts


def random_transactions(dice: random.Random, lists: bool) -> History:
    """Up to four transactions on two keys by three processes; at times a read is wrong."""
    store, events, busy, number = MultiRegister(), [], {}, 0
    for _ in range(20):
        process = dice.choice("ABC")
        if process in busy:
            steps, answer = busy.pop(process)
            if answer is not None:
                events.append(Response(process, answer))
        elif number < 4:
            steps = []
            for _ in range(dice.randint(1, 2)):
                key = dice.choice("xy")
                number += 1
                write = ["append" if lists else "w", key, number]
                steps.append(["r", key, None] if dice.random() < 0.5 else write)
            asked = freeze(steps)
            events.append(Invocation(process, "txn", (asked,)))
            answer = list(map(list, store.txn(asked)))
            for step in answer:
                if step[0] == "r" and dice.random() < 0.25:
                    step[2] = (number,) if lists else dice.randint(1, 4)
            busy[process] = (steps, freeze(answer))
    return History(events)


def test_the_command_shows_the_cycle(tmp_path: Path, capsys) -> None:
    path = tmp_path / "a.json"
    rows = [
        {"process": n, "type": kind, "f": "txn", "value": value}
        for n, asked, answer in [(0, [["append", "x", 1]], [["append", "x", 1]]),
                                 (1, [["r", "x", None]], [["r", "x", []]])]
        for kind, value in (("invoke", asked), ("ok", answer))
    ]  # fmt: skip
    path.write_text(json.dumps(rows))
    words = ["linearizable", str(path), "--level", "strict-serializable", "--model"]
    assert main([*words, "multi-register"]) == 1
    assert "it did not see the version of x that the other made" in capsys.readouterr().out
    assert main([*words, "register"]) == 2
