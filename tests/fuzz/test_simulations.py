"""Refinement by proof on random specifications."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from raftnb.data.verdict import Verdict
from tests.fuzz import simulations
from tests.fuzz.one import compared
from tests.oracles.random_specs import make

ASK = (simulations.compare_simulations,)


def test_what_is_proved_to_refine_is_explored_to_refine(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in (115, 116, 131, 133, 135, 142, 171):
        found = compared(make(seed).text, tmp_path, ASK)
        assert [str(one) for one in found.differences] == [], f"seed {seed}"
        seen.update(found.counts)
    assert seen["refinements proved: holds"] > 2
    assert seen["refinements proved: unknown"] > 2
    assert seen["refinements proved, and steps of them explored"]


def test_a_proof_that_says_holds_of_anything_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Yes:
        verdict = Verdict.HOLDS

    def yes(*_: Any, **__: Any) -> Any:
        return Yes()

    monkeypatch.setattr(simulations, "prove_refines", yes)
    assert any(compared(make(seed).text, tmp_path, ASK).differences for seed in (13, 40, 91))
