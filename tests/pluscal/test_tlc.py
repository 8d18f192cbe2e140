"""TLC agrees: on every specification, as a plain module and as an algorithm, and on each mistake.

These run where the environment variable TLA2TOOLS_JAR names a tla2tools.jar; what came out is in
docs/tlc-agreement.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from raftnb.data.trace import Trace
from raftnb.explore import check
from raftnb.language.spec import Model
from raftnb.pluscal import algorithm, plain_module, trace_module
from raftnb.pluscal.module import Printed
from raftnb.specs import SPECS
from raftnb.specs.raft.mistakes import MUTANTS, STORE_MUTANTS
from tests.pluscal.agreement import SIZES, specification, way_of
from tests.pluscal.odd import ALGORITHMS, ODDITIES
from tests.pluscal.tools import Found, model_check, needs_tlc, tlc, translated, walk

pytestmark = needs_tlc


@pytest.mark.parametrize(("name", "size"), SIZES, ids=str)
def test_tlc_counts_the_same_states(name: str, size: dict[str, Any]) -> None:
    """The row of the page asserts it: of the plain module, which has a step that stays where a
    specification is at its end, and of the algorithm, which has none."""
    specification(name, size)


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


@pytest.mark.parametrize("mutant", [*MUTANTS, *STORE_MUTANTS], ids=lambda m: f"{m.row}")
def test_tlc_says_the_same_of_each_mistake(mutant: Any) -> None:
    row = way_of(mutant)(mutant)  # which asserts it
    assert row[3] == row[6]


def test_tlc_finds_that_a_client_can_starve(tmp_path: Path) -> None:
    model = SPECS["sequential-store"]()
    for printed in (plain_module(model), algorithm(model)):
        translated(tmp_path, algorithm(model))
        found = live(tmp_path, printed)
        assert found.violated
        assert "Temporal properties were violated" in found.text


def test_tlc_finds_that_a_fair_mutex_lets_every_client_run(tmp_path: Path) -> None:
    model = SPECS["fair-store"]()
    translated(tmp_path, algorithm(model))
    assert not live(tmp_path, plain_module(model)).violated
    assert not live(tmp_path, algorithm(model)).violated


def live(folder: Path, printed: Printed) -> Found:
    """What TLC says of whole behaviors; an algorithm is there already, translated."""
    config = f"{printed.name}Live.cfg"
    if printed.name.endswith("Plain"):
        return tlc(folder, printed, config=config)
    return model_check(folder, printed.name, config=config)


@pytest.mark.parametrize("name", SPECS)
def test_tlc_follows_a_walk_of_every_specification(name: str, tmp_path: Path) -> None:
    model = SPECS[name]()
    trace = walk(model)
    found = tlc(tmp_path, trace_module(model, trace))
    assert not found.violated
    assert found.distinct == len(trace.states)


def test_tlc_finds_the_step_of_a_trace_that_the_model_does_not_have(tmp_path: Path) -> None:
    model = SPECS["sequential-store"]()
    trace = walk(model)
    gap = Trace((*trace.states[:4], *trace.states[5:]), (*trace.steps[:3], *trace.steps[4:]))
    found = tlc(tmp_path, trace_module(model, gap))
    assert "Deadlock reached" in found.text
    assert found.steps == 3


def test_with_symmetry_tlc_counts_the_same_orbits(tmp_path: Path) -> None:
    model = SPECS["raft-tla"](servers=2, max_messages=1)
    ours = check(model, symmetry=True)
    theirs = tlc(tmp_path, plain_module(model, symmetry=True))
    assert theirs.counts == (ours.distinct, ours.generated, ours.depth)
