"""Random specifications in compiled code, and that what is compiled wrongly is seen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from raftnb.explore.compiled import expressions
from tests.explore.test_compiled import needs_cc
from tests.fuzz.compiled import compare_compiled
from tests.fuzz.one import compared
from tests.oracles.random_oddities import systematic
from tests.oracles.random_specs import HEADER, make

pytestmark = needs_cc
ASK = (compare_compiled,)


@pytest.fixture(autouse=True)
def compiled_fast(monkeypatch):
    """Compiled fast, not to be fast."""
    flags = ("-O0", "-shared", "-fPIC", "-std=gnu11", "-w")
    monkeypatch.setattr("raftnb.explore.compiled.building.FLAGS", flags)


def test_compiled_code_agrees_on_random_specifications(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    for seed in range(8):
        found = compared(make(seed).text, tmp_path, ASK)
        assert [str(one) for one in found.differences] == [], f"seed {seed}"
        counts += found.counts
    assert counts["compiled: models"] > 8
    assert counts["compiled: steps"] > 200
    assert counts["compiled: states handed over"] == counts["compiled: states undefined"]


def test_compiled_code_agrees_on_constructs_at_the_edge(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    for text in list(systematic(HEADER))[::90]:
        found = compared(text, tmp_path, ASK)
        assert [str(one) for one in found.differences] == [], text
        counts += found.counts
    assert counts["compiled: models"] > 4


WRONG = [
    (expressions.OPERATORS, "-", lambda a, b: f"counted(number({a}) + number({b}))"),
    (expressions.TESTS, "<", expressions.TESTS["=="]),
]


@pytest.mark.parametrize(("table", "op", "wrong"), WRONG, ids=[op for _, op, _ in WRONG])
def test_an_operator_that_is_compiled_wrongly_is_seen(table, op, wrong, tmp_path, monkeypatch):
    monkeypatch.setitem(table, op, wrong)
    assert any(compared(make(seed).text, tmp_path, ASK).differences for seed in range(40))


def test_a_state_that_is_cut_off_wrongly_is_seen(tmp_path, monkeypatch):
    honest = expressions.Expressions._equal
    monkeypatch.setitem(expressions.TESTS, "<=", lambda self, e, env: f"!{honest(self, e, env)}")
    assert any(compared(make(seed).text, tmp_path, ASK).differences for seed in range(40))
