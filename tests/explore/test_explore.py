"""Exploration: verdicts, shortest traces, bounds, walks, graphs, and what goes wrong."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import textwrap
from importlib import import_module

import numpy as np
import pytest

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.verdict import Verdict
from raftnb.explore import check, random_walks, reachable
from raftnb.explore.memo.interning import Interner
from raftnb.language import Delivery, Globals, Message, Nat, Process, Seq, after, either, send, when
from raftnb.language.spec import Spec
from raftnb.specs.raft.ongaro_tla import RAFT_TLA, Role, Server
from raftnb.specs.store.sequential import SEQUENTIAL_STORE
from tests.signals import heeds_ctrl_c

BOTH = pytest.mark.parametrize("engine", ["fast", "reference"])


class Board(Globals):
    total: Nat = 0
    sent: Seq[Nat] = ()


class Counter(Process, number="counters"):
    mine: Nat = 0
    other: Nat = 0

    def step(self) -> None:
        when(self.mine < 3)
        self.mine += either(1, 2)
        Board.total += 1

    def never(self) -> None:
        when(self.mine > 9)
        self.mine = 0


def total_is_small() -> bool:
    return Board.total < 3


def total_is_bounded(max_total: Nat) -> bool:
    return Board.total <= max_total


def total_grows_by_one_at_most() -> bool:
    return after(Board).total <= Board.total + 1


def total_does_not_reach_two() -> bool:
    return after(Board).total != 2


def a_total_of_four() -> bool:
    return Board.total == 4


def everybody_is_done() -> bool:
    return all(c.mine >= 3 for c in Counter)


def count(**changes):
    fields = {"constants": {"counters": 2, "max_total": 9}, "final": everybody_is_done}
    return Spec(name="count", processes=(Counter,), shared=(Board,), **fields | changes)


@BOTH
@pytest.mark.parametrize(
    ("constants", "counts"),
    [
        ({"clients": 2, "keys": 1, "values": 1}, (149, 219, 20)),
        ({"clients": 2, "keys": 1, "values": 2}, (305, 503, 20)),
        ({"clients": 3, "keys": 2, "values": 2}, (6_070, 10_774, 28)),
    ],
)
def test_the_sequential_store_has_the_counts_that_tlc_printed(engine, constants, counts):
    if engine == "reference" and counts[0] > 1_000:
        pytest.skip("slow, and tests/explore/test_agreement.py compares the engines")
    found = check(SEQUENTIAL_STORE(**constants), engine=engine, progress=False)
    assert (found.distinct, found.generated, found.depth) == counts
    assert found.verdict is Verdict.HOLDS


@BOTH
def test_a_broken_invariant_comes_with_a_shortest_trace(engine):
    found = check(count(invariants=(total_is_small,))(), engine=engine)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "total_is_small")
    assert len(found.trace) == 3
    assert found.trace.last["Board", "total"] == 3


@BOTH
def test_a_trace_can_be_replayed_by_hand(engine):
    model = count(invariants=(total_is_small,))()
    found = check(model, engine=engine)
    world = model.start()
    for step, state in found.trace:
        world.take(step)
        assert world.state == state


@BOTH
def test_an_invariant_is_checked_outside_the_constraint_too(engine):
    spec = count(invariants=(total_is_small,), constraints=(total_is_bounded,))
    found = check(spec(max_total=2), engine=engine)
    assert (found.verdict, found.property, len(found.trace)) == (
        Verdict.VIOLATED, "total_is_small", 3,
    )  # fmt: skip


@BOTH
def test_a_claim_about_steps_is_checked(engine):
    assert check(count(transitions=(total_grows_by_one_at_most,))(), engine=engine).trace is None
    found = check(count(transitions=(total_does_not_reach_two,))(), engine=engine)
    assert (found.property, len(found.trace)) == ("total_does_not_reach_two", 2)


@BOTH
def test_a_state_without_successors_is_a_deadlock_unless_it_is_final(engine):
    found = check(count(final=None)(), engine=engine)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "deadlock")
    assert len(found.trace) == 4
    assert check(count(final=None)(), engine=engine, deadlock=False).verdict is Verdict.HOLDS
    assert check(count()(), engine=engine).verdict is Verdict.HOLDS


@BOTH
def test_what_sometimes_holds_has_a_witness_and_else_is_violated(engine):
    found = check(count(sometimes=(a_total_of_four,))(), engine=engine)
    assert len(found.witnesses["a_total_of_four"]) == 4
    found = check(count(sometimes=(a_total_of_four,))(counters=1), engine=engine)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "a_total_of_four")


@BOTH
def test_an_action_that_was_never_taken_is_named(engine):
    found = check(count()(), engine=engine)
    assert found.coverage["c1.never"] == 0
    assert found.coverage["c1.step"] == found.coverage["c2.step"] > 0
    assert found.never_taken == ("never",)
    assert "never taken: never" in str(found)


@BOTH
@pytest.mark.parametrize(("bound", "value"), [("max_states", 5), ("max_depth", 3)])
def test_a_bound_ends_in_unknown_with_what_was_covered(engine, bound, value):
    found = check(count()(), engine=engine, **{bound: value})
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound == f"{bound} {value}"
    assert 0 < found.distinct < check(count()()).distinct
    assert found.never_taken == ()


def test_the_bound_on_states_is_kept_exactly_by_one_thread_and_by_two():
    for threads, states in ((1, 1_000), (2, 150_000)):
        found = check(RAFT_TLA(servers=3), max_states=states, threads=threads, progress=False)
        assert (found.distinct, found.verdict) == (states, Verdict.UNKNOWN)


def test_too_little_memory_ends_in_unknown_with_what_was_covered():
    found = check(RAFT_TLA(servers=3), engine="memo", max_memory=8 << 20, progress=False)
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound == "max_memory 8,388,608 bytes"
    assert 1_000 < found.distinct < 1_931_973


def test_the_number_of_threads_does_not_change_what_is_found():
    one, two = (check(RAFT_TLA(servers=3), max_depth=21, threads=n, progress=False) for n in (1, 2))
    assert one.distinct > 100_000
    for field in ("distinct", "generated", "depth", "coverage", "bound"):
        assert getattr(one, field) == getattr(two, field)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_ends_in_unknown_with_what_was_covered():
    program = textwrap.dedent(
        """
        from raftnb.explore import check
        from raftnb.specs.raft.ongaro_tla import RAFT_TLA
        check(RAFT_TLA(), progress=False)
        print("started", flush=True)
        print(check(RAFT_TLA(servers=3, max_messages=2), progress=False).as_json())
        """
    )
    run = [sys.executable, "-c", program]
    with subprocess.Popen(
        run,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heeds_ctrl_c,
    ) as job:
        assert job.stdout.readline() == "started\n"
        with pytest.raises(subprocess.TimeoutExpired):
            job.wait(2)
        job.send_signal(signal.SIGINT)
        said, errors = job.communicate(timeout=60)
    assert "'bound': 'interrupted'" in said
    assert errors == ""


# Bad input: an error that names the place; never a verdict.


class Bad(Process):
    x: Nat = 0

    def go(self) -> None:
        when(self.x < 3)
        self.x += 1


class Sets(Bad):
    def go(self) -> None:
        self.x = {self.x}  # type: ignore[assignment]


class Divides(Bad):
    def go(self) -> None:
        self.x = 1 // self.x


def tick() -> Nat:
    return 0


TICKS = itertools.count()


def ticking() -> Nat:
    return next(TICKS) % 5


class Chance(Bad):
    def go(self) -> None:
        self.x = tick()


def divides_by_x() -> bool:
    return all(6 // (b.x - 2) != 5 for b in Bad)


def divides_and_is_false() -> bool:
    return all(6 // (b.x - 2) == 5 for b in Bad)


def bad(cls=Bad, **changes):
    return Spec(name="bad", processes=(cls,), **changes)()


@pytest.mark.parametrize(("cls", "found"), [(Sets, "set")])
def test_a_value_outside_the_language_is_an_error_that_names_variable_and_action(cls, found):
    with pytest.raises(SpecError) as error:
        check(bad(cls))
    assert found in str(error.value)
    assert "bad.x" in str(error.value)
    assert "test_explore.py, line" in error.value.place
    assert "go" in error.value.place


@BOTH
def test_an_action_that_raises_is_an_error_that_names_its_line(engine):
    with pytest.raises(SpecError) as error:
        check(bad(Divides), engine=engine)
    assert "ZeroDivisionError" in str(error.value)
    assert "self.x = 1 // self.x" in error.value.place


@BOTH
@pytest.mark.parametrize(
    ("field", "claim"),
    [
        ("invariants", divides_by_x),
        ("constraints", divides_by_x),
        ("sometimes", divides_and_is_false),
    ],
)
def test_a_property_that_raises_is_an_error_that_names_it_and_its_line(engine, field, claim):
    with pytest.raises(SpecError) as error:
        check(bad(**{field: (claim,)}), engine=engine)
    assert f"ZeroDivisionError: integer division or modulo by zero, in {claim.__name__}" in (
        str(error.value)
    )
    assert "6 // (b.x - 2)" in error.value.place


def test_an_action_that_depends_on_more_than_the_state_is_found_out(monkeypatch):
    model = bad(Chance)  # with code that a Spec would refuse, put in behind its back
    monkeypatch.setattr(tick, "__code__", ticking.__code__)
    with pytest.raises(SpecError) as error:
        check(model)
    assert "`go` took different steps when it was run twice in the same state" in str(error.value)
    assert "test_explore.py, line" in error.value.place


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_states": 0},
        {"max_depth": -1},
        {"max_memory": 0},
        {"threads": 0},
        {"engine": "slow"},
        {"max_seconds": 0},
        {"max_seconds": float("nan")},
        {"max_seconds": "1"},
    ],
)
def test_a_senseless_option_is_a_usage_error(wrong):
    with pytest.raises(UsageError):
        check(count()(), **wrong)


def test_without_the_compiler_the_reference_engine_answers(monkeypatch):
    monkeypatch.setattr(import_module("raftnb.explore.check"), "find_spec", lambda name: None)
    assert check(count()()).verdict is Verdict.HOLDS
    with pytest.raises(UsageError, match="symmetry"):
        check(count()(), symmetry=True)


# Random walks.


class Greedy(Server):
    """A candidate that makes itself leader without asking anybody."""

    def become_leader(self) -> None:
        when(self.role == Role.CANDIDATE)
        self.role = Role.LEADER


def test_random_walks_find_a_mistake_and_the_walk_replays():
    model = RAFT_TLA.variant("greedy", Greedy)(servers=3, max_messages=3)
    found = random_walks(model, walks=500, depth=60, seed=1, progress=False)
    assert (found.verdict, found.property) == (Verdict.VIOLATED, "at_most_one_leader_per_term")
    world = model.start()
    for step, state in found.trace:
        world.take(step)
        assert world.state == state
    assert not model.holds(model.spec.invariants[0], world.state)


def test_random_walks_with_the_same_seed_are_the_same_on_any_number_of_threads():
    def walk(seed, threads):
        found = random_walks(
            RAFT_TLA(servers=3), walks=50, depth=30, seed=seed, threads=threads, progress=False
        )
        return found.distinct, found.generated, tuple(found.coverage.items())

    assert walk(7, 1) == walk(7, 2)
    assert walk(7, 1) != walk(8, 1)


def test_random_walks_that_find_nothing_are_unknown_with_the_bound():
    found = random_walks(count()(), walks=20, depth=9, seed=0)
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound == "20 random walks of at most 9 steps, seed 0"
    assert found.distinct <= check(count()()).distinct


def test_random_walks_check_steps_and_deadlocks():
    found = random_walks(count(transitions=(total_does_not_reach_two,))(), walks=5)
    assert found.property == "total_does_not_reach_two"
    assert random_walks(count(final=None)(), walks=5).property == "deadlock"


# Graphs, and the engine's numbers.


def test_the_graph_names_the_steps_that_the_constraint_cuts_off():
    graph = reachable(count(constraints=(total_is_bounded,))(max_total=1), progress=False)
    assert len(graph) == 5
    cut = graph.targets < 0
    assert [graph.step(label).action for label in graph.labels[cut].tolist()] == ["step"] * 16
    assert set(graph.sources[cut].tolist()) == {1, 2, 3, 4}
    assert graph.cuts == 16


def test_a_function_of_the_state_is_evaluated_on_all_states():
    graph = reachable(SEQUENTIAL_STORE(), progress=False)
    numbers, values = graph.evaluate(lambda world: world["c1"].pc)
    assert [values[n] for n in numbers] == [graph.state(i)["c1", "pc"] for i in range(len(graph))]
    assert np.array_equal(graph.holds(lambda: True), np.ones(len(graph), dtype=bool))


class Note(Message):
    n: Nat


class Sender(Process):
    def shout(self, number: Nat) -> None:
        send(Note(n=number), to=self)


def test_many_copies_of_a_message_are_counted_exactly():
    spec = Spec(
        name="shout", processes=(Sender,), constants={"most": 1, "times": 40, "n": 0},
        delivery=Delivery(loses=False, duplicates=False), distinct_messages="most", copies="times",
    )  # fmt: skip
    found = check(spec(), progress=False)
    slow = check(spec(), engine="reference")
    assert found.distinct == slow.distinct > 40
    assert (found.generated, found.depth) == (slow.generated, slow.depth)


def test_symmetric_members_share_their_numbers():
    interner = Interner(RAFT_TLA(servers=3), symmetry=True)
    assert len(interner.symmetry.members.swaps) == 3
    assert interner.pool_of == [0, 0, 0]


def test_a_function_of_the_whole_state_has_a_value_for_each() -> None:
    for model in (SEQUENTIAL_STORE(), RAFT_TLA(servers=2, max_log=1, max_messages=1, max_term=2)):
        graph = reachable(model, progress=False)
        numbers, values = graph.evaluate(lambda world: world.state)
        assert [values[n] for n in numbers] == [graph.state(n) for n in range(len(graph))]
