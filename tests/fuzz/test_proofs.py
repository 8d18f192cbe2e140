"""What Z3 says of random specifications: on finite instances, and as proofs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import z3

from tests.fuzz.compare import Findings
from tests.fuzz.one import compared, given_up
from tests.fuzz.proofs import compare_induction, compare_proofs, compare_whole
from tests.fuzz.translations import compare_translations
from tests.oracles.random_specs import make

SEEDS = range(int(os.environ.get("RAFTNB_FUZZ", "100")) // 4)
ASKED = (compare_translations, compare_proofs, compare_whole, compare_induction)


@pytest.mark.parametrize("first", SEEDS[::5])
def test_z3_agrees_with_running_on_random_specifications(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 5):
        found = compared(make(seed).text, tmp_path, ASKED)
        assert [str(one) for one in found.differences] == [], f"seed {seed}"


def test_an_interruption_that_came_too_late_does_not_spoil_what_is_next() -> None:
    with given_up(Findings(), 20.0):
        z3.main_ctx().interrupt()
        assert not z3.is_true(z3.simplify(z3.IntVal(5) > 2))
    assert z3.is_true(z3.simplify(z3.IntVal(5) > 2))
