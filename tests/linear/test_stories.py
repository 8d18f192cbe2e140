"""A violated part is explained by few operations, which are violated on their own."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from raftnb.__main__ import main
from raftnb.data.events import Operation
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import CASRegister, KeyValueStore, Mutex, Queue, Register, check, recorded, why
from tests.oracles.wing_gong_lowe import KINDS, random_history, wing_gong_lowe


def told(source: str, model) -> list[str]:
    (story,) = why(check(History.parse(source), model))
    return [str(operation) for operation in story.operations]


@pytest.mark.parametrize(
    ("source", "model", "operations"),
    [
        (
            "write(1) A; Ok() A; write(2) A; Ok() A; write(3) B; Ok() B; read() C; Ok(2) C",
            Register,
            ["write(2)", "write(3)", "read() → 2"],
        ),
        ("read() A; Ok(0) A; write(1) B; Ok() B; read() C; Ok(7) C", Register(0), ["read() → 7"]),
        ("Enq(x) A; Ok() A; Enq(y) B; Ok() B; Deq() A; Ok(y) A", Queue,
         ["Enq(x)", "Enq(y)", "Deq() → y"]),
        ("acquire() A; Ok() A; release() A; Ok() A; acquire() B; Ok() B; acquire() C; Ok() C",
         Mutex, ["acquire()", "acquire()"]),
    ],
)  # fmt: skip
def test_the_story_has_the_operations_that_force_each_other(source, model, operations) -> None:
    assert told(source, model)[-len(operations) :] == operations


def test_the_stale_read_of_etcd_is_three_operations() -> None:
    story = why(check(recorded("etcd_ser_none"), CASRegister))[0]
    assert [str(op) for op in story.operations] == ["write(1)", "write(4)", "read() → 1"]
    assert story.smallest
    assert story.sentences[3:] == (
        "write(1) of 0 had returned before write(4) of 4 began, so it comes first",
        "write(4) of 4 had returned before read() → 1 of 0 began, so it comes first",
        "4 more operations had returned, and could not take effect later instead",
        "no order of these gives read() → 1 of 0, only 4",
    )


def cut(operations, kept: set[int]) -> list[Operation]:
    """The operations, those that are not kept without their responses."""
    return [op if op.invoked in kept else replace(op, returned=None) for op in operations]


@pytest.mark.parametrize("kind", ["register", "cas register", "queue", "append", "counter"])
def test_the_proof_is_violated_whatever_the_others_do(kind: str) -> None:
    dice, seen = random.Random(f"{kind}"), 0
    for _ in range(80):
        history = random_history(KINDS[kind], dice, dice.randint(4, 9), 3)
        answer = check(history, KINDS[kind].model)
        for story in why(answer):
            seen += 1
            mine = list(history.operations)
            kept = {op.invoked for op in story.proof}
            assert not wing_gong_lowe(cut(mine, kept), KINDS[kind].model)
            assert story.smallest
            alone = cut(story.operations, kept)
            assert not wing_gong_lowe(alone, KINDS[kind].model)
    assert seen > 5


def test_a_value_that_nobody_wrote_suggests_an_initial_value() -> None:
    (story,) = why(check(History.parse("read() A; Ok(5) A"), Register))
    assert story.sentences[-1].endswith("was it there from the start (--init 5)?")


def test_what_holds_has_no_story() -> None:
    assert why(check(History.parse("write(1) A; Ok() A"), Register)) == ()


def test_the_command_tells_the_story_with_the_lines_of_the_file(tmp_path: Path, capsys) -> None:
    rows = [
        {"process": n, "type": kind, "f": f, "value": value}
        for n, f, value in [(0, "write", 1), (0, "write", 2), (1, "read", 1)]
        for kind in ("invoke", "ok")
    ]
    rows[4]["value"] = None
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert main(["linearizable", str(path), "--model", "register"]) == 1
    assert "read() → 1 by process 1: events 4 to 5, lines 5 to 6" in capsys.readouterr().out
    assert main(["linearizable", str(path), "--model", "register", "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    (part,) = row["parts"]
    assert [one["operation"] for one in part["minimal"]] == ["write(1)", "write(2)", "read() → 1"]
    assert part["minimal"][2]["returned_at"] == "line 6"
    assert row["verdict"] == str(Verdict.VIOLATED)
    assert {"method", "reason", "culprit", "story", "proof"} <= part.keys()


@pytest.mark.parametrize("kind", ["register", "cas register", "queue", "append", "counter"])
def test_every_response_of_the_proof_is_needed(kind: str) -> None:
    """Up to the last response of the proof: later operations may not help."""
    dice, seen = random.Random(f"needed {kind}"), 0
    for _ in range(80):
        history = random_history(KINDS[kind], dice, dice.randint(4, 9), 3)
        for story in why(check(history, KINDS[kind].model)):
            end = max(op.returned for op in story.proof)
            mine = [op for op in history.operations if op.invoked < end]
            kept = {op.invoked for op in story.proof}
            for op in story.proof:
                if op != story.culprit and end == story.culprit.returned:
                    seen += 1
                    assert wing_gong_lowe(cut(mine, kept - {op.invoked}), KINDS[kind].model)
    assert seen >= 2


def test_an_answer_that_came_after_the_culprits_is_part_of_the_story() -> None:
    history = History.parse("read() B; read() C; Ok(7) C; write(9) A; Ok() A; Ok(9) B")
    (story,) = why(check(history, Register))
    assert [str(op) for op in story.operations] == ["read() → 7"]
    taken = "Enq(1) A; Ok() A; Deq() B; Deq() C; Ok(1) C; Enq(2) A; Ok() A; Ok(1) B"
    (story,) = why(check(History.parse(taken), Queue))
    assert {str(op) for op in story.operations} >= {"Deq() → 1"}
    assert not wing_gong_lowe(story.operations, Queue)


def test_a_text_that_was_appended_is_no_missing_value() -> None:
    source = "append(k, a) A; Ok() A; append(k, b) A; Ok() A; get(k) B; Ok(a) B"
    (story,) = why(check(History.parse(source), KeyValueStore("")))
    assert "--init" not in str(story)
    assert story.sentences[-1] == "no order of these gives get(k) → a of B, only ab"
