"""Each promise of the ladder is decided as its definition says."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from raftnb.__main__ import main
from raftnb.data.errors import UsageError
from raftnb.data.histories import History
from raftnb.data.verdict import Verdict
from raftnb.linear import (
    Budget,
    CASRegister,
    KeyValueStore,
    Queue,
    Register,
    climb,
    promises,
    recorded,
)
from raftnb.linear.definition import is_linearizable, is_sequentially_consistent
from raftnb.linear.levels import LADDER, implied
from tests.oracles.wing_gong_lowe import KINDS, random_history

DEFINITIONS = {
    "linearizable": is_linearizable,
    "sequential": is_sequentially_consistent,
    "causal": promises.is_causal,
    "pram": promises.is_pram,
    "writes-follow-reads": promises.has_writes_follow_reads,
    "read-your-writes": promises.reads_your_writes,
    "monotonic-reads": promises.has_monotonic_reads,
    "monotonic-writes": promises.has_monotonic_writes,
    "regular": promises.is_regular,
    "safe": promises.is_safe,
}
NEEDS_SOURCES = ("causal", "writes-follow-reads")
HELD = {True: Verdict.HOLDS, False: Verdict.VIOLATED}


@pytest.mark.parametrize("kind", ["unique register", "unique kv", "register", "kv"])
def test_every_promise_is_decided_as_its_definition_says(kind: str) -> None:
    dice, seen = random.Random(f"levels of {kind}"), set()
    model = KINDS[kind].model
    for _ in range(70):
        history = random_history(KINDS[kind], dice, dice.randint(3, 5), dice.randint(2, 3))
        for rung in climb(history, model).rungs:
            if rung.verdict is Verdict.UNKNOWN:
                assert "answered" in rung.reason or rung.level in NEEDS_SOURCES
                assert "written twice" in rung.reason or "answered" in rung.reason
            elif kind.startswith("unique") or rung.level not in NEEDS_SOURCES:
                wanted = DEFINITIONS[rung.level](history, model)
                assert rung.verdict is HELD[wanted], f"{rung.level}\n{history}"
                seen.add((rung.level, rung.verdict))
    missing = {(level, v) for level in LADDER for v in HELD.values()} - seen
    assert {level for level, _ in missing} <= {"causal", "pram", "writes-follow-reads",
        "read-your-writes", "monotonic-reads", "monotonic-writes"}  # fmt: skip


STEPS = {
    "a stale read": ("write(1) A; Ok() A; read() B; Ok(0) B", ["sequential"]),
    "new, then old": (
        "write(1) A; read() B; Ok(1) B; read() B; Ok(0) B; Ok() A",
        ["regular", "writes-follow-reads", "read-your-writes", "monotonic-writes"],
    ),
    "own write not read": (
        "write(1) A; Ok() A; read() A; Ok(0) A",
        ["writes-follow-reads", "monotonic-reads", "monotonic-writes"],
    ),
    "opposite orders": (
        "write(1) A; Ok() A; write(2) B; Ok() B; read() C; Ok(1) C; read() C; Ok(2) C;"
        "read() D; Ok(2) D; read() D; Ok(1) D",
        ["causal"],
    ),
    "an effect without its cause": (
        "write(1) A; Ok() A; read() B; Ok(1) B; write(2) B; Ok() B;"
        "read() C; Ok(2) C; read() C; Ok(1) C",
        ["pram", "writes-follow-reads"],
    ),
    "writes turned round": (
        "write(1) A; Ok() A; write(2) A; Ok() A; read() B; Ok(2) B; read() B; Ok(1) B",
        ["writes-follow-reads", "read-your-writes", "monotonic-reads", "monotonic-writes"],
    ),
    "an overlapping read of anything": ("write(1) A; read() B; Ok(7) B; Ok() A", ["safe"]),
}


@pytest.mark.parametrize("name", STEPS)
def test_how_far_up_the_classic_histories_reach(name: str) -> None:
    source, highest = STEPS[name]
    ladder = climb(History.parse(source), Register(0))
    assert {level for level in ladder.highest if level != "safe" or len(highest) == 1} == set(
        highest
    )
    for rung in ladder.rungs:
        assert rung.verdict is HELD[DEFINITIONS[rung.level](History.parse(source), Register(0))]


def test_etcd_with_serializable_reads_is_sequentially_consistent() -> None:
    ladder = climb(recorded("etcd_ser_none"), CASRegister)
    assert ladder.highest == ("sequential",)
    assert ladder.verdict is Verdict.VIOLATED
    verdicts = {rung.level: rung.verdict for rung in ladder.rungs}
    assert {level for level in LADDER if verdicts[level] is Verdict.VIOLATED} == {
        "linearizable", "regular", "safe"}  # fmt: skip


def test_etcd_with_ordinary_reads_keeps_every_promise() -> None:
    ladder = climb(recorded("etcd_lin_mix2_unique"), CASRegister)
    assert {rung.verdict for rung in ladder.rungs} == {Verdict.HOLDS}
    assert ladder.highest == ("linearizable",)


def test_what_is_not_understood_is_unknown() -> None:
    queue = climb(History.parse("Enq(1) A; Ok() A"), Queue, ["pram"])
    assert (queue.verdict, queue.bound) == (
        Verdict.UNKNOWN, "only registers are looked at, not Queue")  # fmt: skip
    failed = climb(History.parse("cas(1, 2) A; Ok(false) A"), CASRegister(1), ["sequential"])
    assert failed.verdict is Verdict.UNKNOWN
    (rung,) = climb(recorded("pso_local_stop"), CASRegister, ["sequential"],
                    Budget(configurations=50)).rungs  # fmt: skip
    assert rung.reason == "no order among 50 that were begun"
    with pytest.raises(UsageError, match="the level"):
        climb(History.parse(""), Register, ["strong"])


def test_a_cas_counts_as_its_definition_says_or_is_not_looked_at() -> None:
    kind = replace(KINDS["register from 0"], model=CASRegister(0), call=_reads_writes_and_cas)
    dice, seen = random.Random("levels with cas"), set()
    for _ in range(120):
        history = random_history(kind, dice, dice.randint(3, 5), dice.randint(2, 3))
        for rung in climb(history, kind.model).rungs:
            if rung.verdict is not Verdict.UNKNOWN:
                wanted = DEFINITIONS[rung.level](history, kind.model)
                assert rung.verdict is HELD[wanted], f"{rung.level}\n{history}"
            seen.add((rung.level, rung.verdict))
    assert {("sequential", v) for v in Verdict} <= seen
    assert {("regular", v) for v in Verdict} <= seen
    assert ("pram", Verdict.UNKNOWN) in seen


def _reads_writes_and_cas(dice, number):
    name = dice.choice(("read", "write", "cas"))
    values = {"read": (), "write": (number + 1,), "cas": (dice.randrange(number + 1), number + 1)}
    return name, values[name]


def test_keys_true_and_1_are_two_for_regular_registers() -> None:
    source = "put(1, 5) A; Ok() A; put(true, 6) A; Ok() A; get({}) B; Ok(5) B"
    for key, verdict in (("1", Verdict.HOLDS), ("true", Verdict.VIOLATED)):
        ladder = climb(History.parse(source.format(key)), KeyValueStore, ["regular", "safe"])
        assert {rung.verdict for rung in ladder.rungs} == {verdict}


def test_a_pending_cas_takes_effect_only_where_it_finds_its_value() -> None:
    source = "cas(5, 6) A; read() B; Ok({}) B"
    for value, verdict in ((6, Verdict.VIOLATED), (0, Verdict.HOLDS)):
        ladder = climb(History.parse(source.format(value)), CASRegister(0), ["sequential"])
        assert ladder.verdict is verdict


def test_the_ladder_has_no_circle() -> None:
    assert all(level not in implied(level) for level in LADDER)
    assert implied("linearizable") == set(LADDER) - {"linearizable"}


def test_keys_are_judged_together() -> None:
    source = "put(x, 1) A; Ok() A; get(y) A; Ok(null) A; put(y, 1) B; Ok() B; get(x) B; Ok(null) B"
    ladder = climb(History.parse(source), KeyValueStore)
    assert ladder.highest == ("causal",)


def test_the_command_climbs(tmp_path: Path, capsys) -> None:
    path = tmp_path / "a.json"
    rows = [
        {"process": n, "type": kind, "f": f, "value": value}
        for n, f, value in [(0, "write", 1), (0, "write", 2), (1, "read", 1)]
        for kind in ("invoke", "ok")
    ]  # fmt: skip
    rows[4]["value"] = None
    path.write_text(json.dumps(rows))
    words = ["linearizable", str(path), "--model", "register", "--level"]
    assert main([*words, "sequential"]) == 0
    assert main([*words, "safe"]) == 1
    capsys.readouterr()
    assert main([*words, "all", "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    assert row["highest"] == ["sequential"]
    assert row["levels"]["regular"]["verdict"] == "violated"
    assert main([*words, "strict"]) == 2
