"""What is explored and what is proved never contradict each other, in shapes one may write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.explore import check
from raftnb.prove import Lemma, Proof, prove
from tests.prove.shapes import Shape, module_of, shapes


def verdict(ask: Callable[[], Any]) -> str:
    """What comes of a question; a refusal tells what is allowed and how to mend it."""
    try:
        return str(ask().verdict)
    except (SpecError, UsageError) as error:
        return "refused" if error.allowed and error.cure else f"not told: {error}"


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.name)
def test_a_shape_has_its_verdict(shape: Shape, tmp_path: Path) -> None:
    try:
        module = module_of(shape, tmp_path)
    except SpecError:
        module = None
    assert module is not None or (shape.explored, shape.proved) == ("refused", "refused")
    if module is None:
        return
    spec = module.S
    for engine in ("fast", "reference"):
        found = verdict(lambda: check(spec(), engine=engine, progress=False))  # noqa: B023
        assert found == shape.explored, engine
    proof = getattr(module, "PROOF", None) or Proof(spec, tuple(map(Lemma, spec.invariants)))
    assert verdict(lambda: prove(proof, workers=1, trust=True)) == shape.proved


def test_nothing_is_proved_that_exploration_does_not_find_true() -> None:
    found = shapes()
    assert len(found) > 100
    assert [s.name for s in found if s.proved == "holds" and s.explored != "holds"] == []
    assert {s.explored for s in found} == {"holds", "violated", "unknown", "refused"}
