"""TLC agrees: on every specification, as a plain module and as an algorithm, and on each mistake.

These run where the environment variable TLA2TOOLS_JAR names a tla2tools.jar; what came out is in
docs/tlc-agreement.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from raftnb.explore import check
from raftnb.language.spec import Model
from raftnb.pluscal import algorithm, plain_module
from raftnb.specs import SPECS
from tests.pluscal.agreement import EXPLORED, SIZES, mistake, specification
from tests.pluscal.odd import ALGORITHMS, ODDITIES
from tests.pluscal.tools import model_check, needs_tlc, tlc, translated

pytestmark = needs_tlc


@pytest.mark.parametrize(("name", "size"), SIZES, ids=str)
def test_tlc_counts_the_same_states(name: str, size: dict[str, Any]) -> None:
    row = specification(name, size)  # which asserts it, of the plain module and of the algorithm
    assert row[2] == row[3]


@pytest.mark.parametrize("model", ODDITIES, ids=lambda m: m.spec.name)
def test_tlc_counts_the_same_states_of_odd_specifications(model: Model, tmp_path: Path) -> None:
    ours = check(model, deadlock=False)
    theirs = tlc(tmp_path, plain_module(model), "-deadlock")
    assert theirs.counts == (ours.distinct, ours.generated, ours.depth)
    assert not theirs.violated


@pytest.mark.parametrize("model", ALGORITHMS, ids=lambda m: m.spec.name)
def test_the_algorithms_of_odd_specifications_have_the_same_states(
    model: Model, tmp_path: Path
) -> None:
    ours = check(model, deadlock=False)
    printed = algorithm(model)
    translated(tmp_path, printed)
    theirs = model_check(tmp_path, printed.name, "-deadlock")
    assert theirs.counts == (ours.distinct, ours.generated, ours.depth)
    assert not theirs.violated


@pytest.mark.parametrize("mutant", EXPLORED, ids=lambda m: f"{m.row}-{m.server.__name__}")
def test_tlc_finds_each_mistake_after_as_many_steps(mutant: Any) -> None:
    row = mistake(mutant)
    assert row[3] == row[5]


def test_tlc_finds_that_a_client_can_starve(tmp_path: Path) -> None:
    printed = plain_module(SPECS["sequential-store"]())
    found = tlc(tmp_path, printed, config=f"{printed.name}Live.cfg")
    assert found.violated
    assert "Temporal properties were violated" in found.text


def test_tlc_finds_that_a_fair_mutex_lets_every_client_run(tmp_path: Path) -> None:
    printed = plain_module(SPECS["fair-store"]())
    assert not tlc(tmp_path, printed, config=f"{printed.name}Live.cfg").violated


def test_with_symmetry_tlc_counts_the_same_orbits(tmp_path: Path) -> None:
    model = SPECS["raft-tla"](servers=2, max_messages=1)
    ours = check(model, symmetry=True)
    theirs = tlc(tmp_path, plain_module(model, symmetry=True))
    assert theirs.counts == (ours.distinct, ours.generated, ours.depth)
