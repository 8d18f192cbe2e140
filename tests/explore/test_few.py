"""The graph of few states, found in plain Python: what the memo finds, and when there is none."""

from __future__ import annotations

import pytest

from raftnb.explore import few, reachable
from raftnb.explore.bindings import bindings
from raftnb.explore.few import few_states
from raftnb.explore.reference import Reference
from raftnb.language import Globals, Nat, Process, Spec, when
from raftnb.specs import SPECS

MODELS = {
    "sequential-store": {},
    "timely-raft": {},
    "raft-snapshots": {},
    "raft-tla": {"servers": 1},
    "raft-log": {"servers": 1, "max_restarts": 1},
}


@pytest.fixture(scope="module", params=MODELS)
def both(request):
    model = SPECS[request.param](**MODELS[request.param])
    return few_states(model), reachable(model, progress=False)


def steps_of(graph):
    rows = zip(graph.sources.tolist(), graph.targets.tolist(), graph.labels.tolist(), strict=True)
    found = []
    for edge, (source, target, _) in enumerate(rows):
        after = graph.state(target) if target >= 0 else None
        label = graph.steps[graph.labels[edge]]
        found.append((graph.state(source), label, after))
    return found


def test_states_and_steps_are_those_of_the_memo(both):
    mine, memo = both
    assert mine is not None
    states = [{graph.state(number) for number in range(len(graph))} for graph in both]
    assert states[0] == states[1]
    first = [{graph.state(number) for number in range(graph.initial)} for graph in both]
    assert first[0] == first[1]
    assert len(mine.sources) == len(memo.sources)
    assert set(steps_of(mine)) == set(steps_of(memo))
    assert (mine.cuts, mine.bound, mine.complete) == (memo.cuts, None, memo.complete)


def test_each_state_is_met_first_from_a_state_before_it_one_step_away(both):
    mine, memo = both
    depths = [depths_of(graph) for graph in both]
    of_memo = {memo.state(number): depth for number, depth in enumerate(depths[1])}
    assert depths[0] == [of_memo[mine.state(number)] for number in range(len(mine))]
    assert depths[0] == sorted(depths[0])
    pairs = set(zip(mine.sources.tolist(), mine.targets.tolist(), strict=True))
    later = enumerate(mine.parents.tolist()[mine.initial :], mine.initial)
    assert all((parent, number) in pairs for number, parent in later)


def depths_of(graph):
    depths: list[int] = []
    for number, parent in enumerate(graph.parents.tolist()):
        depths.append(1 if parent == number else depths[parent] + 1)
    return depths


def test_a_claim_is_true_in_the_same_states(both):
    mine, _ = both
    for claim in mine.model.checked(mine.model.spec.sometimes):
        for binding in bindings(mine.model, (claim,)):
            found = [
                {graph.state(i) for i, true in enumerate(graph.where(claim, binding)) if true}
                for graph in both
            ]
            assert found[0] == found[1]


@pytest.mark.parametrize("most", [1, 20, 148, 149])
def test_a_bound_is_a_bound_where_there_is_a_state_more(most):
    model = SPECS["sequential-store"]()
    mine, memo = few_states(model, max_states=most), reachable(model, max_states=most)
    assert mine is not None
    assert (len(mine), mine.bound, mine.complete) == (len(memo), memo.bound, memo.complete)
    assert (mine.bound is None) == (most == 149)


@pytest.mark.parametrize(("states", "steps"), [(148, 219), (149, 217)])
def test_of_many_states_or_steps_there_is_none(states, steps, monkeypatch):
    monkeypatch.setattr(few, "MOST_STATES", 149)
    monkeypatch.setattr(few, "MOST_STEPS", 219)
    assert few_states(SPECS["sequential-store"]()) is not None
    monkeypatch.setattr(few, "MOST_STATES", states)
    monkeypatch.setattr(few, "MOST_STEPS", steps)
    assert few_states(SPECS["sequential-store"]()) is None


class Tally(Globals):
    n: Nat = 0


class Counter(Process):
    def up(self, most: int) -> None:
        when(Tally.n < most)
        Tally.n += 1


COUNTING = Spec("counting", (Counter,), (Tally,), constants={"most": 3})


def test_what_has_no_initial_state_within_the_constraints_is_a_graph_of_none():
    def never() -> bool:
        return Tally.n > 5

    graph = few_states(COUNTING.variant("nowhere", constraints=(never,))())
    assert graph is not None
    assert (len(graph), graph.initial, graph.complete, graph.cuts) == (0, 0, True, 0)
    assert graph.parents.tolist() == []


@pytest.mark.parametrize("lost", [1, 2])
def test_what_is_not_the_same_the_second_time_is_left_to_the_memo(lost, monkeypatch):
    run = Reference.run

    def forgetful(self):
        found = run(self)
        if lost == 1:
            self.coverage["counter.up"] += 1
        else:
            self.parent.clear()
            self.parent.update(self.depth and dict.fromkeys(list(self.depth)[:1]))
            del self.depth[list(self.depth)[-1]]
            self.parent.update(dict.fromkeys(self.depth))
        return found

    monkeypatch.setattr(Reference, "run", forgetful)
    assert few_states(COUNTING()) is None
