"""With symmetry, shards find the same state that stands for others, and so count as one process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from raftnb import SpecError, UsageError, Verdict, check
from raftnb.explore import breadth_first
from raftnb.explore.compiled import CompiledSearch
from raftnb.explore.compiled import search as compiled
from raftnb.explore.compiled.search import program_of
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.sharded import search
from raftnb.explore.sharded.search import explored_by
from raftnb.language import World
from raftnb.specs.raft.ongaro_tla import RAFT_TLA
from tests.explore import test_symmetry as plain
from tests.explore.shards import Here, dealt_out, told
from tests.explore.standing import some_permutations, standing_for
from tests.explore.test_compiled import needs_cc
from tests.explore.test_compiled_symmetry import (
    CYCLES,
    GRAPH,
    KEPT,
    QUEUES,
    a_cycle_of_three,
    nobody_is_called_back,
    nobody_points_back,
)
from tests.explore.test_told_apart import FIGURES, LEAF, TRACE, cycles, drawn, replaced

pytestmark = needs_cc
OPTIONS = ExplorationOptions(symmetry=True, progress=False)
ASKED: dict[str, Any] = {"symmetry": True, "deadlock": False}
COMPARED: dict[str, tuple[Any, int | None]] = {
    "raft-tla": (RAFT_TLA(), None), "raft-tla of three": (RAFT_TLA(servers=3), 12),
    "cycles": (CYCLES(), None), "graph": (GRAPH(), None),
    "kept": (KEPT(), 5), "queues": (QUEUES(), 5),
    "sometimes": (CYCLES.variant("some", sometimes=(a_cycle_of_three,))(), None),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_two_and_four_shards_count_as_one_process(name: str) -> None:
    model, depth = COMPARED[name]
    here = check(model, engine="compiled", progress=False, max_depth=depth, **ASKED)
    for many in (2, 4):
        assert told(dealt_out(model, many, max_depth=depth, **ASKED)) == told(here)


def test_what_was_lost_is_found_again() -> None:
    whole = told(dealt_out(RAFT_TLA(), 3, **ASKED))
    assert told(dealt_out(RAFT_TLA(), 3, [20, 61, 130], **ASKED)) == whole


@pytest.mark.parametrize(
    "changed",
    [{"invariants": (nobody_points_back,)}, {"transitions": (nobody_is_called_back,)}, {}],
)
def test_a_violation_has_a_shortest_trace_of_steps_of_plain_python(changed: Any) -> None:
    model = CYCLES.variant("claimed", **changed)()
    found = dealt_out(model, 3, symmetry=True)
    slow = check(model, engine="reference", progress=False)
    assert found.verdict is Verdict.VIOLATED
    assert (found.property, len(found.trace)) == (slow.property, len(slow.trace))
    assert found.trace.states[0] in model.initial_states
    steps = zip(found.trace.states, found.trace.steps, found.trace.states[1:], strict=False)
    for state, step, then in steps:
        assert (step, then) in list(World(model).successors(state))


def test_the_same_state_stands_for_others_in_a_process_that_met_other_values() -> None:
    """Where values are kept differs; and two kinds of rows are compared, of figures like these."""
    written = program_of(FIGURES(nodes=11), OPTIONS)
    model = written.model
    weak = replace(written, text=replaced(written.text, TRACE, LEAF))
    figure, standing = drawn(model, groups=cycles(5, 6)), []
    for before in range(6):
        loaded = CompiledSearch(weak, OPTIONS).loaded
        by = list(some_permutations(model, before + 1))
        standing_for(loaded, drawn(model, groups=cycles(3, 8)), by)
        standing.append(standing_for(loaded, figure, by[::-1]))
        loaded.close()
    assert len(set().union(*standing)) == 1


# What is refused.


@pytest.mark.parametrize("cls", [plain.ByIndex, plain.ByLoop])
def test_what_tells_members_apart_is_refused(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model = plain.LIGHTS.variant("odd", cls)()
    with pytest.raises(SpecError, match="symmetry"):
        dealt_out(model, 2, **ASKED)
    for module in (compiled, breadth_first, search):
        monkeypatch.setattr(module, "refuse_favorites", lambda model: None)
    with Here(model, OPTIONS, 2) as crew, pytest.raises((SpecError, UsageError)):
        explored_by(crew, model, OPTIONS)  # type: ignore[arg-type]


def test_initial_states_that_favor_a_member_are_refused() -> None:
    with pytest.raises(SpecError, match=r"tells members apart|favors"):
        dealt_out(plain.LIGHTS.variant("odd", plain.Marked)(), 2, **ASKED)


def test_without_a_compiler_there_is_no_symmetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with Here(CYCLES(), OPTIONS, 2) as crew, pytest.raises(UsageError, match="no compiler of C"):
        explored_by(crew, CYCLES(), OPTIONS)  # type: ignore[arg-type]
