"""A check whose states are dealt out to workers finds what the local engines find."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb import UsageError, Verdict, check
from raftnb.explore.chosen import choice
from raftnb.explore.result import ExplorationOptions
from raftnb.explore.sharded.digests import digest
from raftnb.explore.sharded.search import Sharded
from raftnb.explore.sharded.shard import MEMO, NARROW
from raftnb.parallel import Cluster
from raftnb.specs import SPECS
from tests.explore import dealt_out as claims
from tests.explore.shards import Here, dealt_out, told

both = pytest.mark.parametrize("engine", [NARROW, MEMO])


SIZES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sequential-store", {}),
    ("linearizable-store", {}),
    ("raft", {"max_log": 0}),
    ("raft-tla", {"servers": 2}),
)


@both
@pytest.mark.parametrize(("name", "constants"), SIZES, ids=[name for name, _ in SIZES])
def test_counts_and_verdicts_are_those_of_the_local_engine(
    name: str, constants: dict[str, Any], engine: str
) -> None:
    model = SPECS[name](**constants)
    here = check(model, progress=False, engine="memo")
    assert told(dealt_out(model, 3, engine=engine)) == told(here)


CHANGED = {
    "holds": claims.SOME(),
    "deadlock": claims.SOME.variant("changed", final=None)(),
    "beyond the constraints": claims.SOME.variant("changed", invariants=(claims.below_five,))(),
    "a step": claims.SOME.variant("changed", transitions=(claims.by_one,))(),
    "a state": claims.SOME.variant("changed", invariants=(claims.never_three,))(),
    "the start": claims.SOME.variant("changed", invariants=(claims.two_hear,))(),
    "never": claims.COUNTERS(),
    "perhaps beyond": claims.SOME.variant("changed", sometimes=(claims.beyond_the_limit,))(),
    "nowhere": claims.SOME.variant("changed", constraints=(claims.two_hear,))(),
}


@both
@pytest.mark.parametrize("model", CHANGED.values(), ids=CHANGED)
def test_every_verdict_is_that_of_the_local_engine_with_a_trace_as_short(
    model: Any, engine: str
) -> None:
    here = check(model, progress=False, engine="memo")
    assert told(dealt_out(model, 3, engine=engine)) == told(here)


@both
def test_of_some_claims_and_from_some_state_the_answer_is_the_same(engine: str) -> None:
    start = check(CHANGED["a step"], progress=False, engine="memo").trace.last  # type: ignore[union-attr]
    model = choice(claims.SOME().starting_at(start), ["two_hear"]).model
    here = check(model, progress=False, engine="memo")
    assert told(dealt_out(model, 3, engine=engine)) == told(here)


@both
def test_a_step_that_is_not_wanted_is_cut_off_on_a_cluster_too(engine: str) -> None:
    model, steps = claims.SOME(), (claims.by_one,)
    here = check(model, progress=False, engine="memo", action_constraints=steps)
    assert told(dealt_out(model, 3, engine=engine, action_constraints=steps)) == told(here)
    assert here.cut > 1776


@both
def test_bounds_stop_it_where_they_stop_the_local_engine(engine: str) -> None:
    model = claims.SOME()
    for depth in (1, 4):
        here = check(model, progress=False, engine="memo", max_depth=depth)
        assert told(dealt_out(model, 3, engine=engine, max_depth=depth)) == told(here)
    for most in (1, 629):
        found = dealt_out(model, 3, engine=engine, max_states=most)
        here = check(model, progress=False, engine="memo", max_states=most)
        assert (found.verdict, found.bound, found.distinct) == (here.verdict, here.bound, most)
    found = dealt_out(model, 2, engine=engine, max_memory=1 << 14)
    assert (found.verdict, found.bound) == (Verdict.UNKNOWN, "max_memory 16,384 bytes")


@both
def test_a_worker_that_ends_costs_a_round_and_not_the_run(engine: str) -> None:
    model, options = CHANGED["a state"], ExplorationOptions(progress=False)
    with Here(model, options, 3) as crew:
        here = told(Sharded(model, options, crew, engine).run())  # type: ignore[arg-type]
    for at in range(1, crew.calls + 1, 29):
        assert told(dealt_out(model, 3, [at], engine)) == here, at
    whole = told(dealt_out(claims.SOME(), 3, engine=engine))
    assert told(dealt_out(claims.SOME(), 1, engine=engine)) == whole
    assert told(dealt_out(claims.SOME(), 3, [20, 61, 90, 130], engine)) == whole


@both
def test_a_worker_that_ends_with_what_was_kept_of_it_is_said(engine: str) -> None:
    alone = dealt_out(claims.SOME(), 1, [30], engine)
    together = dealt_out(claims.SOME(), 3, [40, 41, 42], engine)
    for found in (alone, together):
        assert found.verdict is Verdict.UNKNOWN
        assert "and with it what was kept of its states" in str(found.bound)


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ({"view": claims.all_stopped}, "leave the view out, or the cluster"),
        ({"folder": "x"}, "leave `folder` out, or the cluster"),
        ({"threads": 2}, "say how many workers: `Cluster(workers=4)`"),
        ({"engine": "reference"}, "leave it out, or the cluster"),
    ],
)
def test_what_is_not_done_on_a_cluster_is_refused(given: dict[str, Any], cure: str) -> None:
    with pytest.raises(UsageError) as refused:
        check(claims.SOME(), cluster=Cluster(), **given)
    assert refused.value.cure == cure


def test_possible_claims_are_not_asked_on_a_cluster() -> None:
    model = claims.SOME.variant("changed", possible=(claims.two_hear,))()
    with pytest.raises(UsageError, match="two_hear"):
        check(model, cluster=Cluster())


def test_a_state_falls_to_the_same_shard_in_every_process() -> None:
    model = claims.SOME()
    rows = [digest(value) for state in model.initial_states for value in state.values]
    assert [digest(0), digest(frozenset({"b", "a"}))] == [DIGEST_OF_0, DIGEST_OF_SET]
    assert len(set(rows)) == 2


DIGEST_OF_0, DIGEST_OF_SET = 7796766811606649258, 6319166197406896766


@both
def test_a_level_may_take_many_rounds(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("raftnb.explore.sharded.search.ROUND", 40)
    for model in (CHANGED["holds"], CHANGED["a step"]):
        here = check(model, progress=False, engine="memo")
        assert told(dealt_out(model, 2, engine=engine)) == told(here)
