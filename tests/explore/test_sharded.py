"""A check whose states are dealt out to workers finds what the local engines find."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from raftnb import UsageError, Verdict, check
from raftnb.explore.chosen import choice
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.explore.sharded.digests import digest
from raftnb.explore.sharded.search import Sharded
from raftnb.explore.sharded.shard import MEMO, NARROW, Shard
from raftnb.parallel import Cluster, Ended, packed, unpacked
from raftnb.specs import SPECS
from tests.explore import dealt_out as claims


class Here:
    """Workers that are all in this process; of `deaths`, calls at which one of them ends."""

    def __init__(self, model: Any, options: Any, many: int, deaths: Any = ()) -> None:
        self.many, self.deaths = many, set(deaths)
        self.served = [packed(Shard(model, options, n, many)) for n in range(many)]
        self.members: list[Any] = [unpacked(one) for one in self.served]
        self.calls = 0

    def ask(self, number: int, method: str, *given: Any) -> Any:
        self.calls += 1
        if self.calls in self.deaths and self.members[number] is not None:
            self.members[number].close()
            self.members[number] = None
        if self.members[number] is None:
            raise Ended([number], f"worker {number} was lost")
        return pickle.loads(pickle.dumps(getattr(self.members[number], method)(*given)))

    hand = ask

    def each(self, method: str, given: Any, parts: int = 0) -> list[Any]:
        replies, lost = [], []
        for number, one in enumerate(given):
            try:
                replies.append(self.ask(number, method, *one))
            except Ended:
                lost.append(number)
        if lost:
            raise Ended(lost, f"worker {lost[0]} was lost")
        return replies

    def renew(self, number: int) -> None:
        self.members[number] = unpacked(self.served[number])

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            if member is not None:
                member.close()


def dealt_out(
    model: Any, many: int, deaths: Any = (), engine: str = NARROW, **options: Any
) -> Exploration:
    """What so many shards find, each with this engine."""
    given = ExplorationOptions(progress=False, **options)
    with Here(model, given, many, deaths) as crew:
        return Sharded(model, given, crew, engine).run()  # type: ignore[arg-type]


both = pytest.mark.parametrize("engine", [NARROW, MEMO])


def told(found: Exploration, counts: bool = True) -> Any:
    """What must be the same, whoever finds it; of a violation, other states may be met before."""
    lengths = {name: trace and len(trace) for name, trace in found.witnesses.items()}
    same = (found.verdict, found.property, found.reason, found.trace and len(found.trace))
    rest = (found.distinct, found.generated, found.depth, found.cut, found.coverage, found.bound)
    others = (found.complete, found.never_taken, found.not_checked, found.partial, lengths)
    return (*same, *rest, *others) if counts and found.verdict is not Verdict.VIOLATED else same


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
    both = dealt_out(claims.SOME(), 3, [40, 41, 42], engine)
    for found in (alone, both):
        assert found.verdict is Verdict.UNKNOWN
        assert "and with it what was kept of its states" in str(found.bound)


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ({"view": claims.all_stopped}, "leave the view out, or the cluster"),
        ({"folder": "x"}, "leave `folder` out, or the cluster"),
        ({"symmetry": True}, "leave `symmetry` out, or the cluster"),
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
