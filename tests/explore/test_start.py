"""Exploring and walking from a state that is given: the end of a trace, of a scene, of a world."""

from __future__ import annotations

from typing import Any

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.explore import check, random_walks, reachable, state_graph
from raftnb.explore.conclusion import NO_CLAIM
from raftnb.language import (
    Delivery,
    Globals,
    Message,
    Nat,
    Process,
    Seq,
    Spec,
    discard,
    eventually,
    send,
    weak,
    when,
)
from raftnb.liveness import check_liveness
from raftnb.refine import refines
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.scenes import elect
from raftnb.specs.store.sequential import SEQUENTIAL_STORE

ENGINES = pytest.mark.parametrize("engine", ["fast", "reference"])


class Count(Globals):
    n: Nat = 0
    seen: Seq[Nat] = ()


class Ticker(Process):
    def tick(self) -> None:
        when(Count.n < 6)
        Count.n = Count.n + 1


def below_five() -> bool:
    return Count.n < 5


def zero() -> bool:
    return Count.n == 0


def six() -> bool:
    return Count.n == 6


COUNTER = Spec(
    "counter", (Ticker,), (Count,), final=six, fairness=(weak(Ticker),), liveness=(eventually(six),)
)


def state_at(n: int) -> State:
    return State(COUNTER().layout, (n, ()))


@ENGINES
def test_it_begins_in_the_state_that_is_given(engine: str) -> None:
    found = check(COUNTER(), start=state_at(4), engine=engine)
    assert (found.verdict, found.distinct, found.depth) == (Verdict.HOLDS, 3, 3)
    note = "begun in a given state and not in the initial ones: other behaviors are not covered"
    assert found.partial == (note, NO_CLAIM)
    assert f"note: {note}" in str(found)
    assert found.as_json()["partial"] == [note, NO_CLAIM]


@ENGINES
def test_a_violation_comes_with_the_trace_from_there(engine: str) -> None:
    spec = COUNTER.variant("low", invariants=(below_five,))
    found = check(spec(), start=state_at(3), engine=engine)
    assert found.verdict is Verdict.VIOLATED
    assert found.trace is not None
    assert found.trace.states[0] == state_at(3)
    assert len(found.trace) == 2
    at_once = check(spec(), start=state_at(5), engine=engine)
    assert at_once.trace is not None
    assert len(at_once.trace) == 0


@ENGINES
def test_what_is_sometimes_true_is_asked_of_what_comes_after(engine: str) -> None:
    spec = COUNTER.variant("again", sometimes=(zero,))
    assert check(spec(), engine=engine).verdict is Verdict.HOLDS
    assert check(spec(), start=state_at(1), engine=engine).verdict is Verdict.VIOLATED


def test_several_states_may_be_given_to_the_model() -> None:
    model = COUNTER().starting_at(state_at(5), state_at(2), state_at(5))
    assert model.initial_states == (state_at(5), state_at(2))
    assert check(model).distinct == 5
    assert check(model).partial[0].startswith("begun in 3 given states")
    assert len(reachable(model)) == len(state_graph(model).states) == 5
    assert model.start().state == state_at(5)


def test_walks_begin_there_too() -> None:
    found = random_walks(COUNTER(), start=state_at(4), walks=5, depth=9)
    assert (found.distinct, found.depth) == (3, 3)
    assert "begun in a given state" in str(found)


def test_other_engines_say_so_as_well() -> None:
    late = COUNTER().starting_at(state_at(4))
    lively = check_liveness(late)
    assert (lively.verdict, lively.states) == (Verdict.HOLDS, 3)
    assert lively.partial == check(late).partial[:1]
    finer = refines(late, late, lambda state: state)
    assert (finer.verdict, finer.states) == (Verdict.HOLDS, 3)
    assert finer.partial == check(late).partial[:1]
    elsewhere = refines(late, COUNTER(), lambda state: state)
    assert elsewhere.verdict is Verdict.VIOLATED  # it does not begin where the other one begins
    with pytest.raises(UsageError, match="a graph of `counter`"):
        check_liveness(late, graph=reachable(COUNTER()))


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_from_any_reachable_state_on_all_is_as_before(engine: str) -> None:
    model = SEQUENTIAL_STORE(clients=2, keys=1, values=1)
    graph = state_graph(model)
    for number in range(0, len(graph.states), 25):
        found = check(model, start=graph.states[number], engine=engine)
        reached, todo = {number}, [number]
        for at in todo:
            after = {j for i, _, j in graph.edges if i == at} - reached
            reached |= after
            todo += after
        assert found.distinct == len(reached)


def test_the_end_of_a_scene_is_a_place_to_begin() -> None:
    model = RAFT(servers=3, max_messages=3)
    world = model.start()
    elect(world, "s1", "s2")
    found = check(model, start=world.state, max_depth=3)
    assert (found.verdict, found.depth) == (Verdict.UNKNOWN, 3)
    leads = found.witnesses["a_leader_is_elected"]
    assert leads is not None
    assert leads.last == world.state  # a leader is there from the start
    assert random_walks(model, start=world.state, walks=3, depth=4).distinct > 3


class Ping(Message):
    n: Nat


class Other(Message):
    n: Nat


class Node(Process, number="nodes"):
    got: Nat = 0

    def ping(self, peer: Node) -> None:
        send(Ping(n=self.got), to=peer)

    def receive(self, m: Ping) -> None:
        discard(m)
        self.got = min(2, m.n + 1)


def pinging(**delivery: bool) -> Spec:
    return Spec(
        "ping", (Node,), constants={"nodes": 2, "most": 2}, delivery=Delivery(**delivery),
        distinct_messages="most", copies="most", symmetric=(Node,),
    )  # fmt: skip


@pytest.mark.parametrize("delivery", [{}, {"duplicates": False}, {"reorders": False}])
def test_messages_in_flight_are_part_of_the_state(delivery: dict[str, bool]) -> None:
    model = pinging(**delivery)()
    world = model.start()
    world["n1"].ping(world["n2"])
    asked: dict[str, Any] = {"start": world.state, "deadlock": False, "max_depth": 5}
    fast = check(model, **asked)
    slow = check(model, **asked, engine="reference")
    assert (fast.distinct, fast.depth) == (slow.distinct, slow.depth)
    assert fast.distinct > 1


def look(state: State, swapped: bool) -> str:
    """A state by plain names, its two members swapped or not."""
    names = {"n1": "n2", "n2": "n1"} if swapped else {"n1": "n1", "n2": "n2"}
    got = sorted((names[n], state[n, "got"]) for n in names)
    flying = [(m.n, names[str(m.source)], names[str(m.dest)], n) for m, n in state.messages]
    return str((got, sorted(flying)))


def test_with_symmetry_the_state_need_not_be_symmetric() -> None:
    model = pinging(duplicates=False)()
    world = model.start()
    world["n1"].ping(world["n2"])
    world["n2"].receive(Ping(n=0, source=world["n1"], dest=world["n2"]))
    plain = reachable(model.starting_at(world.state))
    folded = check(model, start=world.state, symmetry=True, deadlock=False)
    states = map(plain.state, range(len(plain)))
    looks = {min(look(state, swapped) for swapped in (False, True)) for state in states}
    assert folded.distinct == len(looks) < len(plain)


@pytest.mark.parametrize("given", [None.__class__, 3, "s1", "trace"])
def test_what_is_no_state_is_refused(given: Any) -> None:
    with pytest.raises(UsageError, match="as a state") as error:
        check(COUNTER(), start=given)
    assert "trace.last" in error.value.allowed


def test_a_state_of_another_model_is_refused() -> None:
    with pytest.raises(UsageError, match="a state of other variables"):
        check(COUNTER(), start=pinging()().initial_states[0])


def test_values_of_another_type_are_refused() -> None:
    for values in [(True, ()), (-1, ()), (0, (True,)), (0, frozenset())]:
        with pytest.raises(SpecError, match=r"as the value of `Count\.(n|seen)`"):
            check(COUNTER(), start=State(COUNTER().layout, values))


def test_messages_that_cannot_be_in_flight_are_refused() -> None:
    model = pinging()()
    one, two = model.start()[Node]
    good = Ping(n=0, source=one, dest=two)
    values = model.initial_states[0].values
    wrong: list[Any] = [
        ((Ping(n=0), 1),),
        ((Ping(n=0, source=one), 1),),
        ((Other(n=0, source=one, dest=two), 1),),
        (("a", 1),),
        ((Ping(n=True, source=one, dest=two), 1),),
        ((good, 0),),
        ((good, True),),
        ((good, 2),),  # the network keeps messages: each is there or not
        ((good, 1), (good, 1)),
    ]
    for messages in wrong:
        with pytest.raises(SpecError):
            check(model, start=State(model.layout, values, messages))
        with pytest.raises(SpecError):
            model.start(State(model.layout, values, messages))
    assert check(model, start=State(model.layout, values, ((good, 1),)), deadlock=False).distinct


def test_a_queue_has_the_messages_of_its_ends() -> None:
    model = pinging(reorders=False)()
    one, two = model.start()[Node]
    cell = model.channels["n1", "n2"]
    for queue in [(Ping(n=0, source=two, dest=one),), ("a",), (Ping(n=0),), 3]:
        values = list(model.initial_states[0].values)
        values[cell] = queue
        with pytest.raises(SpecError):
            check(model, start=State(model.layout, tuple(values)))
