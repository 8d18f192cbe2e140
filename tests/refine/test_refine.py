from __future__ import annotations

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.explore import reachable
from raftnb.language import Globals, Process, history, when
from raftnb.language.spec import Spec
from raftnb.language.temporal import strong, weak
from raftnb.language.world import World
from raftnb.refine import refines
from raftnb.refine.image import image
from raftnb.specs import REFINEMENTS
from raftnb.specs.raft.ongaro_tla import RAFT_TLA
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE
from raftnb.specs.store.sequential import Client
from tests.refine.clocks import Fast, Four, Slow, Two

FOUR = Spec("four", (Fast,), (Four,), fairness=(weak(Fast),))
TWO = Spec("two", (Slow,), (Two,), fairness=(weak(Slow),))


def seen_by(function):
    """A mapping from FOUR to TWO by a function of the number."""
    layout = TWO().layout
    return lambda state: state.seen_as(layout, {("Two", "n"): function(state["Four", "n"])})


def test_a_step_may_be_an_abstract_step_or_none():
    parity = refines(FOUR(), TWO(), seen_by(lambda n: n % 2))
    half = refines(FOUR(), TWO(), seen_by(lambda n: n // 2))
    assert (parity.verdict, half.verdict) == (Verdict.HOLDS, Verdict.HOLDS)
    assert (half.states, half.steps, half.abstract_states) == (4, 4, 2)


def test_an_initial_state_must_map_to_an_initial_state():
    found = refines(FOUR(), TWO(), seen_by(lambda n: (n + 1) % 2))
    assert found.verdict is Verdict.VIOLATED
    assert found.reasons[0].startswith("the initial state maps to no initial state")
    assert len(found.trace) == 0


def test_a_step_without_counterpart_is_shown_with_both_views():
    found = refines(FOUR(), TWO(), seen_by(lambda n: (0, 1, 0, 7)[n]))
    assert found.verdict is Verdict.VIOLATED
    assert [s["Four", "n"] for s in found.trace.states] == [0, 1, 2, 3]
    assert [s["Two", "n"] for s in found.view] == [0, 1, 0, 7]
    assert [(str(step), state["Two", "n"]) for step, state in found.allowed] == [("slow.tick()", 1)]
    assert "the step fast.tick() (to state 4) changes what is seen" in found.reasons[0]


def test_fairness_must_carry_over():
    lazy = Spec("lazy", (Fast,), (Four,))
    found = refines(lazy(), TWO(), seen_by(lambda n: n % 2))
    assert found.verdict is Verdict.VIOLATED
    assert found.reasons[0] == "weak(Slow) of slow does not carry over:"
    assert found.trace.loop == 0
    assert refines(lazy(), TWO(), seen_by(lambda n: n % 2), fair=False).verdict is Verdict.HOLDS


def test_a_behavior_that_stops_moving_in_the_abstract_is_unfair_there():
    class Stopping(Process):
        def tick(self) -> None:
            Four.n = min(Four.n + 1, 3)

    stopping = Spec("stopping", (Stopping,), (Four,), fairness=(weak(Stopping),))
    found = refines(stopping(), TWO(), seen_by(lambda n: n % 2))
    assert found.verdict is Verdict.VIOLATED
    assert found.trace.last["Four", "n"] == 3


# A door that opens and closes, and a guest: strong fairness in the abstract.


class Hall(Globals):
    open: bool = False
    visits: int = 0


class Porter(Process):
    def open_or_close(self) -> None:
        Hall.open = not Hall.open


class Visitor(Process):
    def visit(self) -> None:
        when(Hall.open)
        Hall.visits = 1 - Hall.visits


def same(model):
    return lambda state: state.seen_as(model.layout, {})


def hall(*fairness):
    return Spec("hall", (Porter, Visitor), (Hall,), fairness=fairness)()


def test_weak_fairness_does_not_imply_strong_but_strong_implies_weak():
    porter = weak(Porter)
    for concrete, abstract, verdict in [
        (weak(Visitor), strong(Visitor), Verdict.VIOLATED),
        (strong(Visitor), weak(Visitor), Verdict.HOLDS),
        (strong(Visitor), strong(Visitor), Verdict.HOLDS),
        (weak(Visitor), weak(Visitor), Verdict.HOLDS),
    ]:
        model = hall(porter, abstract)
        assert refines(hall(porter, concrete), model, same(model)).verdict is verdict


# Bounds and mistakes.


def small() -> bool:
    return Four.n <= 1


def test_a_concrete_model_that_is_cut_off_gives_unknown():
    cut = Spec("cut", (Fast,), (Four,), constraints=(small,), fairness=(weak(Fast),))
    found = refines(cut(), TWO(), seen_by(lambda n: n % 2))
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound == "1 step leads out of the explored states, and was not checked"


def test_constraints_of_the_abstract_model_play_no_part():
    free, bound = (Spec("one", (Fast,), (Four,), constraints=c) for c in ((), (small,)))
    found = refines(free(), bound(), lambda state: state)
    assert found.verdict is Verdict.HOLDS
    assert found.abstract_states == found.states > 2


def test_a_mapping_must_give_every_variable_and_no_other():
    with pytest.raises(UsageError, match=r"a view of a state without Two.n"):
        refines(FOUR(), TWO(), lambda s: s.seen_as(TWO().layout, {}))
    given = {("Two", "n"): 0, ("Two", "m"): 1}
    with pytest.raises(UsageError, match=r"a view of a state with Two.m"):
        refines(FOUR(), TWO(), lambda s: s.seen_as(TWO().layout, given))


def test_a_mapping_that_gives_something_else_or_raises_is_refused():
    with pytest.raises(UsageError, match="a mapping that gives State of other variables"):
        refines(FOUR(), TWO(), lambda s: s)
    with pytest.raises(UsageError, match="a mapping that gives int of other variables"):
        refines(FOUR(), TWO(), lambda s: 3)
    with pytest.raises(SpecError, match="ZeroDivisionError"):
        refines(FOUR(), TWO(), lambda s: 1 // 0)


# The fast way to map states, against mapping them one by one.


@pytest.mark.parametrize("name", ["write-through-cache", "sequential-store", "stale-store"])
def test_states_mapped_by_parts_are_the_states_mapped_one_by_one(name):
    concrete, abstract, mapping = REFINEMENTS[name].models()
    graph = reachable(concrete)
    of, views = image(graph, abstract, mapping)
    for number in range(0, len(graph), 7):
        assert views.state(int(of[number])) == mapping(graph.state(number))
    assert len({views.state(i) for i in range(len(views))}) == len(views) == max(of) + 1


def test_the_steps_between_views_are_those_of_plain_python():
    concrete, abstract, mapping = REFINEMENTS["sequential-store"].models()
    _, seen = image(reachable(concrete), abstract, mapping)
    world = World(abstract)
    for number in range(0, len(seen), 5):
        before = seen.state(number)
        plain = {after for _, after in world.successors(before)}
        ends = seen.targets[seen.sources == number]
        inside = {seen.state(int(end)) for end in ends if end >= 0}
        assert inside == {state for state in plain if seen.number(state) >= 0}
        assert bool((ends < 0).any()) == (inside != plain)


def test_a_mapping_may_read_all_values_at_once_and_build_the_state_itself():
    concrete, abstract, _ = REFINEMENTS["sequential-store"].models()

    def by_hand(state):
        return State(abstract.layout, (None, *state.values[1:]))

    assert refines(concrete, abstract, by_hand).verdict is Verdict.HOLDS


def test_a_model_with_messages_refines_itself():
    model = RAFT_TLA(servers=2, values=1)
    found = refines(model, model, lambda s: s.seen_as(model.layout, {}), max_states=300)
    assert found.verdict is Verdict.UNKNOWN
    assert found.abstract_states == found.states >= 300

    def without_messages(state):
        return State(model.layout, state.values)

    lost = refines(model, model, without_messages, max_states=300)
    assert lost.verdict is Verdict.VIOLATED


# The claims of the book.


def test_the_write_through_cache_refines_the_memory_fairly():
    found = refines(*REFINEMENTS["write-through-cache"].models())
    assert found.verdict is Verdict.HOLDS
    assert (found.states, found.abstract_states) == (5196, 288)


def test_the_cache_does_not_refine_the_memory_without_its_queue():
    concrete, abstract, mapping = REFINEMENTS["write-through-cache"].models()

    def without_queue(state):
        seen = mapping(state)
        return seen.seen_as(seen.layout, {("Memory", "mem"): state["MainMemory", "wmem"]})

    found = refines(concrete, abstract, without_queue)
    assert found.verdict is Verdict.VIOLATED
    assert [str(step) for step in found.trace.steps] == ["p1.request(a1, v1)", "p1.do_write()"]


def test_two_addresses_and_a_longer_queue_refine_the_memory_too():
    claim = REFINEMENTS["write-through-cache"]
    models = claim.models(addresses=2, values=1, queue_length=2)
    assert refines(*models).verdict is Verdict.HOLDS


@pytest.mark.parametrize("name", ["sequential-store", "fair-store", "queue-store"])
def test_the_stores_refine_the_linearizable_store(name):
    assert refines(*REFINEMENTS[name].models()).verdict is Verdict.HOLDS
    assert refines(*REFINEMENTS[name].models(values=2)).verdict is Verdict.HOLDS


def test_a_stale_cache_does_not_and_the_step_is_a_read_that_is_served():
    found = refines(*REFINEMENTS["stale-store"].models())
    assert found.verdict is Verdict.VIOLATED
    assert (str(found.trace.steps[-1]), len(found.trace)) == ("store.serve()", 10)
    concrete, view = found.trace.last, found.view[-1]
    assert concrete["store", "response"].value is None
    assert view["store", "dictionary"] == concrete["store", "dictionary"]
    assert [str(step) for step, _ in found.allowed if step.process == "store"] == ["store.serve()"]


def test_a_concrete_step_may_be_several_abstract_ones_where_that_is_asked_for():
    layout = FOUR().layout

    def doubled(state: State) -> State:
        return State(layout, (2 * state["Two", "n"],))

    assert refines(TWO(), FOUR(), doubled, fair=False).verdict is Verdict.VIOLATED
    assert refines(TWO(), FOUR(), doubled, fair=False, at_once=2).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("at_once", "fair"), [(2, True), (0, False)])
def test_fairness_is_compared_step_by_step(at_once: int, fair: bool):
    with pytest.raises(UsageError, match="at_once"):
        refines(FOUR(), TWO(), seen_by(lambda n: n % 2), fair=fair, at_once=at_once)


class Ghost(Globals):
    n: int = history(0)


class Ticking(Process):
    def tick(self) -> None:
        Four.n = (Four.n + 1) % 4
        Ghost.n = Four.n


GHOST = Spec("ghost", (Ticking,), (Four, Ghost), fairness=(weak(Ticking),))


def test_a_mapping_cannot_read_a_history_variable_that_is_left_out():
    layout = TWO().layout

    def seen(state: State) -> State:
        return state.seen_as(layout, {("Two", "n"): state["Ghost", "n"] % 2})

    with pytest.raises(UsageError, match=r"Ghost.n.*leaves out") as error:
        refines(GHOST(), TWO(), seen)
    assert "history=True" in error.value.cure
    assert refines(GHOST(history=True), TWO(), seen).verdict is Verdict.HOLDS


def test_a_refinement_in_which_nothing_happens_says_so():
    idle = LINEARIZABLE_STORE.variant("idle-store", constraints=(nothing_is_asked,))
    found = refines(idle(), LINEARIZABLE_STORE(), lambda state: state, fair=False)
    assert "no step of linearizable-store was seen" in found.partial
    busy = refines(LINEARIZABLE_STORE(), LINEARIZABLE_STORE(), lambda state: state, fair=False)
    assert "no step of linearizable-store was seen" not in busy.partial


def nothing_is_asked() -> bool:
    return all(c.pc == "take_mutex" for c in Client)
