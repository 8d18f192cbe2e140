"""Refinement says *holds* only where it does: processes as values, mappings, what is missing."""

from __future__ import annotations

import itertools
import random

import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.verdict import Verdict
from raftnb.explore import reachable
from raftnb.language import (
    Delivery,
    Globals,
    Message,
    Nat,
    Process,
    Spec,
    discard,
    eventually,
    send,
    weak,
    when,
)
from raftnb.liveness import check_liveness
from raftnb.refine import refines


class Node(Process, number="nodes"):
    a: Nat = 0
    friend: Node | None = None

    def befriend(self, other: Node) -> None:
        when(self.friend is None and other != self)
        self.friend = other

    def follow(self) -> None:
        when(self.friend is not None and self.a == 0)
        self.friend.a = 2


class Lazy(Node):
    """The friend is never changed."""

    def follow(self) -> None:
        when(self.friend is not None and self.friend.a == 2)
        self.a = 2


NODES = Spec("nodes", (Node,), constants={"nodes": 2}, fairness=(weak(Node),))
LAZY = NODES.variant("lazy", Lazy)


def same(abstract):
    return lambda state: state.seen_as(abstract.layout, {})


@pytest.mark.parametrize("names", [2, ("x", "y")])
def test_a_specification_with_processes_as_values_refines_itself(names):
    concrete, abstract = NODES(nodes=names), NODES(nodes=names)
    assert refines(concrete, abstract, same(abstract)).verdict is Verdict.HOLDS


def test_a_process_in_a_value_is_read_in_the_state_that_is_checked():
    concrete, abstract = NODES(), LAZY()
    found = refines(concrete, abstract, same(abstract))
    assert found.verdict is Verdict.VIOLATED
    assert "no step of lazy does that" in found.reasons[0]


class Total(Globals):
    n: Nat = 0


class Adder(Process):
    def add(self) -> None:
        when(Total.n < 4)
        Total.n = Total.n + 1


TOTAL = Spec("total", (Adder,), (Total,))


def friends_sum(abstract):
    """A mapping that reads a process which stands in a state."""

    def view(state):
        friend = state["n1", "friend"]
        return state.seen_as(abstract.layout, {("Total", "n"): friend.a if friend else 0})

    return view


def test_a_mapping_reads_a_process_in_the_state_that_it_maps():
    abstract = TOTAL()
    found = refines(NODES(), abstract, friends_sum(abstract), fair=False)
    assert found.verdict is Verdict.VIOLATED
    assert [view["Total", "n"] for view in found.view][-2:] == [0, 2]


def test_members_of_another_specification_are_refused_in_a_view():
    concrete, abstract = NODES(nodes=3), NODES(nodes=2)
    with pytest.raises(SpecError):
        refines(concrete, abstract, same(abstract))


class Tick(Process):
    def tick(self) -> None:
        Total.n = (Total.n + 1) % 4


CLOCK = Spec("clock", (Tick,), (Total,))


@pytest.mark.parametrize("until", [0, 1, 3, 5])
def test_a_mapping_that_counts_its_calls_is_found_out(until):
    abstract, calls = CLOCK(), []

    def counting(state):
        calls.append(state)
        n = state["Total", "n"] if len(calls) <= until else len(calls) % 2
        return state.seen_as(abstract.layout, {("Total", "n"): n})

    with pytest.raises(SpecError, match="`counting`, a mapping that gives two different") as error:
        refines(CLOCK(), abstract, counting)
    assert "it looks at `calls` (list)" in error.value.cure


class Remembers:
    def __init__(self, abstract):
        self.abstract, self.calls = abstract, 0

    def __call__(self, state):
        self.calls += 1
        return state.seen_as(self.abstract.layout, {("Total", "n"): self.calls % 2})


def test_the_cure_names_what_an_impure_mapping_rests_on():
    abstract, count = CLOCK(), itertools.count()

    def by_iterator(state):
        return state.seen_as(abstract.layout, {("Total", "n"): next(count) % 2})

    def by_default(state, known=[]):  # noqa: B006
        known.append(state)
        return state.seen_as(abstract.layout, {("Total", "n"): len(known) % 2})

    def by_module(state):
        return state.seen_as(abstract.layout, {("Total", "n"): random.randrange(4)})

    told = {by_iterator: "`count` (count)", by_default: "a default that changes (list)",
            by_module: "`random` (module)", Remembers(abstract): "its own attributes"}  # fmt: skip
    for mapping, reason in told.items():
        with pytest.raises(SpecError, match="two different states for one state") as error:
            refines(CLOCK(), abstract, mapping)
        assert reason in error.value.cure


def test_a_state_of_too_many_or_wrong_values_is_refused():
    abstract = CLOCK()
    for values in ((0, 1), ()):
        with pytest.raises(UsageError, match=f"{len(values)} values"):
            refines(CLOCK(), abstract, lambda state, v=values: State(abstract.layout, v))
    with pytest.raises(SpecError, match=r"Total\.n"):
        refines(CLOCK(), abstract, lambda state: State(abstract.layout, ("three",)))
    with pytest.raises(SpecError, match=r"Total\.n"):
        refines(CLOCK(), abstract, lambda state: State(abstract.layout, (True,)))


def test_what_a_lazy_value_raises_is_an_error_with_its_place():
    abstract = CLOCK()

    def view(state):
        return state.seen_as(abstract.layout, {("Total", "n"): lambda: 1 // 0})

    with pytest.raises(SpecError, match="ZeroDivisionError"):
        refines(CLOCK(), abstract, view)


class Ping(Message):
    n: Nat


class Sender(Process, number="senders"):
    sent: Nat = 0

    def ping(self, other: Sender) -> None:
        when(self.sent == 0)
        self.sent = 1
        send(Ping(n=1), to=other)

    def hear(self, m: Ping) -> None:
        discard(m)


class Silent(Process, number="senders"):
    sent: Nat = 0

    def ping(self) -> None:
        when(self.sent == 0)
        self.sent = 1


PINGS = Spec("pings", (Sender,), constants={"senders": 2}, delivery=Delivery(duplicates=False))
SILENT = Spec("silent", (Silent,), constants={"senders": 2})


def test_messages_are_not_seen_where_there_is_no_network():
    silent = SILENT()

    def view(state):
        return State(silent.layout, state.values)

    assert refines(PINGS(), silent, view).verdict is Verdict.HOLDS
    with pytest.raises(UsageError, match="messages"):
        refines(PINGS(), silent, lambda s: State(silent.layout, s.values, s.messages))


def never() -> bool:
    return False


def at_three() -> bool:
    return Total.n == 3


NOWHERE = CLOCK.variant("nowhere", constraints=(never,), liveness=(eventually(at_three),))


def test_without_any_state_nothing_is_known():
    model = NOWHERE()
    found = refines(model, CLOCK(), same(model))
    assert (found.verdict, found.states) == (Verdict.UNKNOWN, 0)
    assert "no initial state" in found.bound
    lasting = check_liveness(model)
    assert (lasting.verdict, lasting.states) == (Verdict.UNKNOWN, 0)
    assert "no initial state" in lasting.bound


@pytest.mark.parametrize("where", ["_level", "_begin"])
def test_an_interrupted_check_knows_nothing(monkeypatch, where):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"raftnb.explore.breadth_first.BreadthFirst.{where}", interrupted)
    model = CLOCK()
    found = refines(model, model, same(model))
    assert (found.verdict, found.exit_code) == (Verdict.UNKNOWN, 3)
    assert "interrupted" in found.bound
    lasting = check_liveness(model, eventually(at_three), fairness=(weak(Tick),))
    assert lasting.verdict is Verdict.UNKNOWN


def test_an_interrupt_after_the_exploration_is_no_traceback(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("raftnb.explore.graph.Edges.find", interrupted)
    model = CLOCK()
    assert refines(model, model, same(model)).bound == "interrupted"
    assert check_liveness(model, eventually(at_three)).bound == "interrupted"


def test_a_graph_of_another_model_is_refused():
    model = CLOCK()
    with pytest.raises(UsageError, match="a graph of `total` for `clock`"):
        refines(model, model, same(model), graph=reachable(TOTAL()))
    with pytest.raises(UsageError, match="a graph of `nodes` for `nodes`"):
        check_liveness(NODES(nodes=3), eventually(never), graph=reachable(NODES()))


def test_fairness_that_was_not_checked_is_said():
    model = NODES()
    assert refines(model, model, same(model), fair=False).partial == ("fairness was not checked",)
