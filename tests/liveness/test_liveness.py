from __future__ import annotations

import itertools
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import reachable
from raftnb.language import Globals, Nat, Process, cycle, when
from raftnb.language.spec import Spec
from raftnb.language.temporal import always_eventually, eventually, leads_to, strong, weak
from raftnb.liveness import check_liveness, find_lasso, lassos
from raftnb.liveness import fair_cycles as fair
from raftnb.liveness.digraph import Digraph
from raftnb.liveness.fair_cycles import Demand
from raftnb.specs.store.sequential import Client, Key, Shared, Store, Value, log_is_short
from tests.oracles.plain_graph import by_hand


def client_requests(c: Client) -> bool:
    return c.pc == "request"


STORE = Spec(
    "store",
    (Client, Store),
    (Shared,),
    (Key, Value),
    constants={"clients": 2, "keys": 1, "values": 1, "max_log": 3},
    constraints=(log_is_short,),
    fairness=(weak(Client), weak(Store)),
    liveness=(always_eventually(client_requests),),
)


# The published oracle.


def test_a_client_starves_under_weak_fairness_in_a_lasso_of_12_states_back_to_state_5():
    found = check_liveness(STORE())
    assert found.verdict is Verdict.VIOLATED
    assert found.states == 149
    assert len(set(found.trace.states)) == 12
    assert found.trace.loop == 4
    assert found.trace.last == found.trace.states[4]
    assert found.property == "always eventually client_requests (c = c1)"


def test_strong_fairness_of_taking_the_mutex_cures_starvation():
    cured = (weak(Client), weak(Store), strong(Client.take_mutex))
    assert check_liveness(STORE(), fairness=cured).verdict is Verdict.HOLDS


def test_strong_fairness_of_the_store_or_of_receiving_cures_nothing():
    for useless in (strong(Store), strong(Client.receive), weak(Client.take_mutex)):
        found = check_liveness(STORE(), fairness=(weak(Client), weak(Store), useless))
        assert found.verdict is Verdict.VIOLATED


def test_every_step_of_a_lasso_is_a_step_of_the_specification():
    model = STORE()
    trace = check_liveness(model).trace
    world = model.start()
    for before, (step, after) in zip(trace.states, trace, strict=False):
        assert (step, after) in list(world.successors(before))


def test_the_reasons_name_who_starves_and_which_fairness_would_help():
    told = "\n".join(check_liveness(STORE()).reasons)
    assert "c1 takes no step in the loop: c1.take_mutex is enabled in state " in told
    assert "strong fairness of it would forbid the loop" in told
    assert "Met by steps in the loop: weak fairness of c2, weak fairness of store." in told


def test_without_fairness_everything_may_stop_at_once():
    found = check_liveness(STORE(), fairness=())
    assert found.verdict is Verdict.VIOLATED
    assert (len(found.trace), found.trace.loop) == (0, 0)
    assert "no fairness condition forces it" in found.reasons[0]


def test_a_request_leads_to_a_response_under_weak_fairness():
    def waits(c: Client) -> bool:
        return c.pc == "receive"

    def is_served(c: Client) -> bool:
        return c.pc == "release"

    served = leads_to(waits, is_served)
    assert check_liveness(STORE(), served).verdict is Verdict.HOLDS
    idle = check_liveness(STORE(), served, fairness=(weak(Client),))
    assert idle.verdict is Verdict.VIOLATED
    assert idle.property == "waits leads to is_served (c = c1)"


# Small specifications, one for each thing that can go wrong.


class Room(Globals):
    n: int = 0
    open: bool = True


class Ticker(Process):
    """Counts to three, and then to nothing."""

    def tick(self) -> None:
        when(Room.n < 3)
        Room.n += 1


def three() -> bool:
    return Room.n == 3


def four() -> bool:
    return Room.n == 4


def one() -> bool:
    return Room.n == 1


TICKER = Spec("ticker", (Ticker,), (Room,), fairness=(weak(Ticker),))


def test_eventually_holds_of_what_is_reached_and_fails_of_what_is_not():
    assert check_liveness(TICKER(), eventually(three)).verdict is Verdict.HOLDS
    assert check_liveness(TICKER(), eventually(four)).verdict is Verdict.VIOLATED


def test_eventually_is_satisfied_by_a_state_that_is_left_again():
    assert check_liveness(TICKER(), eventually(one)).verdict is Verdict.HOLDS
    assert check_liveness(TICKER(), always_eventually(one)).verdict is Verdict.VIOLATED


def test_a_deadlock_and_an_end_are_told_apart():
    stuck = check_liveness(TICKER(), eventually(four))
    told = "State 4 is a deadlock: no step is enabled, so it stays there for ever."
    assert stuck.reasons == (told,)
    ending = Spec("ending", (Ticker,), (Room,), fairness=(weak(Ticker),), final=three)
    ended = check_liveness(ending(), eventually(four))
    assert ended.verdict is Verdict.VIOLATED
    assert ended.reasons == ("The behavior ends in state 4, which is final (`three`).",)


def in_bound() -> bool:
    return Room.n <= 1


def test_a_graph_cut_by_a_constraint_gives_unknown_and_no_false_lasso():
    cut = Spec("cut", (Ticker,), (Room,), fairness=(weak(Ticker),), constraints=(in_bound,))
    found = check_liveness(cut(), eventually(three))
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound == "1 step leads out of the explored states, where a lasso may be"
    assert check_liveness(cut(), eventually(three), fairness=()).verdict is Verdict.VIOLATED


def test_a_graph_cut_by_max_states_gives_unknown():
    assert check_liveness(TICKER(), eventually(three), max_states=2).verdict is Verdict.UNKNOWN
    assert check_liveness(TICKER(), eventually(three), max_states=4).verdict is Verdict.HOLDS


class Door(Process):
    """Opens and closes for ever."""

    def close(self) -> None:
        Room.open = False

    def reopen(self) -> None:
        Room.open = True

    order = cycle(close, reopen)


class Guest(Process):
    """Enters once, while the door is open; `knock` changes nothing."""

    inside: bool = False

    def enter(self) -> None:
        when(Room.open and not self.inside)
        self.inside = True

    def knock(self) -> None:
        when(not self.inside)
        Room.open = Room.open


def guest_inside(g: Guest) -> bool:
    return g.inside


DOOR = Spec("door", (Door, Guest), (Room,), liveness=(eventually(guest_inside),))


def test_an_action_that_is_disabled_now_and_then_needs_strong_fairness():
    too_weak = check_liveness(DOOR(), fairness=(weak(Door), weak(Guest.enter)))
    enough = check_liveness(DOOR(), fairness=(weak(Door), strong(Guest.enter)))
    assert (too_weak.verdict, enough.verdict) == (Verdict.VIOLATED, Verdict.HOLDS)


def test_steps_that_change_nothing_meet_no_fairness_and_do_not_count_as_enabled():
    found = check_liveness(DOOR(), fairness=(weak(Door), weak(Guest)))
    assert found.verdict is Verdict.VIOLATED
    assert "guest.enter is enabled in state" in "\n".join(found.reasons)
    assert check_liveness(DOOR(), fairness=(weak(Door), strong(Guest))).verdict is Verdict.HOLDS
    useless = (weak(Door), strong(Guest.knock))
    assert check_liveness(DOOR(), fairness=useless).verdict is Verdict.VIOLATED


def test_fairness_of_several_actions_is_fairness_of_any_of_them():
    found = check_liveness(DOOR(), fairness=(weak(Door), strong(Guest.enter, Guest.knock)))
    assert found.verdict is Verdict.HOLDS


class PushyGuest(Guest):
    def enter(self) -> None:
        when(not self.inside)
        self.inside = True


def test_fairness_of_a_class_means_its_variant_too():
    pushy = DOOR.variant("pushy", PushyGuest, fairness=(weak(Guest),))
    assert check_liveness(pushy()).verdict is Verdict.HOLDS
    override = DOOR.variant("pushy", PushyGuest, fairness=(weak(Guest.enter),))
    assert check_liveness(override()).verdict is Verdict.HOLDS


# Refusals.


def test_symmetry_is_refused_with_the_reason():
    with pytest.raises(UsageError, match="symmetry in a liveness check") as refused:
        check_liveness(STORE(), symmetry=True)
    assert "another process starving" in refused.value.cure


def test_a_check_without_a_property_a_foreign_class_or_a_call_is_refused():
    with pytest.raises(UsageError, match="no liveness property for `ticker`"):
        check_liveness(TICKER())
    with pytest.raises(UsageError, match=r"`weak\(Client\)`, which names no action of `ticker`"):
        check_liveness(TICKER(), eventually(three), fairness=(weak(Client),))
    with pytest.raises(SpecError, match="as what is to be fair"):
        weak("Client")


def test_a_property_of_a_history_variable_needs_a_model_that_keeps_it():
    def has_logged() -> bool:
        return len(Shared.log) > 0

    with pytest.raises(UsageError, match="`has_logged`, which reads a history variable"):
        check_liveness(STORE(), eventually(has_logged))


# The search against the definition, on random graphs.

LABELS = 3


def brute_force(size, edges, kind, p, q, demands):
    """Whether a fair lasso exists, from the definition: which edges are taken for ever?"""
    bad = [not x for x in (q if kind == "leads to" else p)]
    for states, loop in eternities(size, edges):
        in_region = all(bad[s] for s in states) and reaches(size, edges, kind, p, bad, states)
        if in_region and is_fair(states, loop, edges, demands):
            return True
    return False


def eternities(size, edges):
    """All that can happen for ever: one state alone, or a strongly connected set of edges."""
    yield from (({s}, ()) for s in range(size))
    for n in range(1, len(edges) + 1):
        for chosen in itertools.combinations(edges, n):
            states = {s for s, _, _ in chosen} | {t for _, _, t in chosen}
            if all(closure({s}, chosen) == states for s in states):
                yield states, chosen


def closure(start, edges):
    found, grown = set(start), True
    while grown:
        more = {t for s, _, t in edges if s in found} - found
        found |= more
        grown = bool(more)
    return found


def is_fair(states, loop, edges, demands):
    for is_strong, labels in demands:
        taken = any(a in labels and s != t for s, a, t in loop)
        enabled = [any(a in labels and s == x and s != t for s, a, t in edges) for x in states]
        if not taken and (any(enabled) if is_strong else all(enabled)):
            return False
    return True


def reaches(size, edges, kind, p, bad, states):
    within = [(s, a, t) for s, a, t in edges if bad[s] and bad[t]]
    if kind == "eventually":
        return bad[0] and bool(closure({0}, within) & states)
    everywhere = closure({0}, edges)
    if kind == "always eventually":
        return bool(everywhere & states)
    triggers = {s for s in everywhere if p[s] and bad[s]}
    return bool(closure(triggers, within) & states)


def ours(size, edges, kind, p, q, demands):
    """The lasso that the checker finds, or None."""
    source = np.array([s for s, _, _ in edges], dtype=np.int32)
    target = np.array([t for _, _, t in edges], dtype=np.int32)
    found = []
    for is_strong, labels in demands:
        taken = np.array([a in labels and s != t for s, a, t in edges], dtype=bool)
        enabled = np.zeros(size, dtype=bool)
        enabled[source[taken]] = True
        found.append(Demand("", is_strong, enabled, taken))
    truths = [np.array(p), np.array(q)] if kind == "leads to" else [np.array(p)]
    return find_lasso(Digraph(size, source, target), 1, kind, truths, found)


def check_lasso(lasso, edges, kind, p, q, demands):
    """Assert that a lasso exists in the graph, is fair, and breaks the property."""
    stem, loop = lasso
    pairs = {(s, t) for s, _, t in edges}
    path = stem + loop[1:]
    assert (stem[0], stem[-1], loop[-1]) == (0, loop[0], loop[0])
    assert all(pair in pairs for pair in pairwise(path))
    along = [(s, a, t) for s, a, t in edges if (s, t) in set(pairwise(loop))]
    assert is_fair(set(loop), along, edges, demands)
    if kind == "eventually":
        assert not any(p[s] for s in path)
    elif kind == "always eventually":
        assert not any(p[s] for s in loop)
    else:
        assert not any(q[s] for s in loop)
        assert any(p[s] and not any(q[t] for t in path[i:]) for i, s in enumerate(path))


@st.composite
def problems(draw):
    size = draw(st.integers(1, 4))
    node = st.integers(0, size - 1)
    edge = st.tuples(node, st.integers(0, LABELS - 1), node)
    edges = draw(st.lists(edge, max_size=8, unique=True))
    demand = st.tuples(st.booleans(), st.sets(st.integers(0, LABELS - 1), min_size=1))
    truth = st.lists(st.booleans(), min_size=size, max_size=size)
    kind = draw(st.sampled_from(["eventually", "always eventually", "leads to"]))
    return size, edges, kind, draw(truth), draw(truth), draw(st.lists(demand, max_size=3))


@settings(max_examples=400, deadline=None)
@given(problems())
def test_a_lasso_is_found_exactly_where_the_definition_says_there_is_one(problem):
    lasso = ours(*problem)
    assert (lasso is not None) == brute_force(*problem)
    if lasso is not None:
        check_lasso(lasso, problem[1], *problem[2:])


def detour():
    """A loop 0, 1 that is fair only if it leaves out the way by 2, where action 2 is enabled."""
    edges = [(0, 0, 1), (1, 0, 0), (1, 1, 2), (2, 1, 0), (2, 2, 3)]
    good = [False, False, False, True]
    return 4, edges, "always eventually", good, good, [(False, {0}), (True, {2})]


def some_problems(count):
    """Problems that are the same every time, denser in demands than Hypothesis's."""
    yield detour()
    dice = random.Random(5)
    for _ in range(count):
        size = dice.randint(2, 4)
        all_edges = list(itertools.product(range(size), range(LABELS), range(size)))
        edges = dice.sample(all_edges, dice.randint(4, min(8, len(all_edges))))
        p, q = ([dice.random() < 0.15 for _ in range(size)] for _ in range(2))
        demands = [(dice.random() < 0.5, {label}) for label in range(LABELS)]
        kind = dice.choice(["eventually", "always eventually", "leads to"])
        yield size, edges, kind, p, q, demands


def disagreements():
    return sum((ours(*x) is not None) != brute_force(*x) for x in some_problems(300))


def test_the_checker_agrees_with_the_definition_on_300_fixed_graphs():
    assert disagreements() == 0


def strong_as_weak(graph, count, of, left, within, demands, visits):
    weaker = [Demand(d.name, False, d.enabled, d.taken) for d in demands]
    return SIFT(graph, count, of, left, within, weaker, visits)


def weak_as_strong(graph, count, of, left, within, demands, visits):
    stronger = [Demand(d.name, True, d.enabled, d.taken) for d in demands]
    return SIFT(graph, count, of, left, within, stronger, visits)


def never_splitting(graph, count, of, left, within, demands, visits):
    good, spoilt = SIFT(graph, count, of, left, within, demands, visits)
    offends = np.zeros(count, dtype=bool)
    offends[of[spoilt & left]] = True
    return good & ~offends, np.zeros_like(spoilt)


def forgetting_disabled(graph, count, of, left, within, demands, visits):
    eager = [Demand(d.name, d.strong, np.ones_like(d.enabled), d.taken) for d in demands]
    return SIFT(graph, count, of, left, within, eager, visits)


def without_demands(graph, count, of, left, within, demands, visits):
    return SIFT(graph, count, of, left, within, (), visits)


SIFT = fair.sift_components
MUTANTS = (strong_as_weak, weak_as_strong, never_splitting, forgetting_disabled, without_demands)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.__name__)
def test_a_mistake_in_judging_components_is_caught(monkeypatch, mutant):
    monkeypatch.setattr(fair, "sift_components", mutant)
    monkeypatch.setattr(lassos, "shortest_lasso", lambda *a: first_entry(*a))
    assert disagreements() > 0


def first_entry(graph, order, distance, found, *_):
    """A lasso's place without its loop, which a mutant's component may not have."""
    entries = order[found[order] >= 0]
    return (int(entries[0]), [int(entries[0])]) if len(entries) else None


def test_the_graph_lists_steps_out_of_the_constraint_as_enabled():
    cut = Spec("cut", (Ticker,), (Room,), constraints=(in_bound,))
    graph = reachable(cut())
    assert graph.targets.tolist() == [1, -1]
    assert (graph.complete, graph.cuts) == (True, 1)


def test_the_fast_graph_is_the_graph_of_plain_python():
    bounded = Spec("cut", (Ticker,), (Room,), constraints=(in_bound,))
    for model in (STORE(), DOOR(), TICKER(), bounded(), STORE(history=True, max_log=3)):
        fast, plain = reachable(model), by_hand(model)
        assert edges_of(fast) == edges_of(plain)
        assert states_of(fast, fast.initial) == states_of(plain, plain.initial)


def states_of(graph, stop):
    return {graph.state(i) for i in range(stop)}


def edges_of(graph):
    state = graph.state
    ends = zip(graph.sources.tolist(), graph.labels.tolist(), graph.targets.tolist(), strict=True)
    return sorted(
        f"{state(s)} {graph.steps[a]} {state(t) if t >= 0 else 'outside'}" for s, a, t in ends
    )


def test_an_interrupted_exploration_gives_unknown(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("raftnb.explore.breadth_first.BreadthFirst._level", interrupted)
    found = check_liveness(DOOR(), fairness=(weak(Door), strong(Guest.enter)))
    assert found.verdict is Verdict.UNKNOWN
    assert found.states == 1


def test_a_value_that_two_claims_share_has_one_type():
    def low(n: bool) -> bool:
        return Room.n == 0 or n

    def high(n: Nat) -> bool:
        return Room.n >= n

    def other(k: Nat) -> bool:
        return Room.n > 2 + k

    for ask in (
        lambda: check_liveness(TICKER(), leads_to(low, high)),
        lambda: TICKER.variant("two", liveness=(leads_to(low, high),)),
    ):
        with pytest.raises(SpecError) as error:
            ask()
        assert "`n`, which is bool in `low` and Nat in `high`" in str(error.value)
        assert "rename it" in error.value.cure
    assert check_liveness(TICKER(), leads_to(low, other)).verdict is Verdict.VIOLATED
    assert check_liveness(TICKER(), leads_to(low, low)).verdict is Verdict.HOLDS
