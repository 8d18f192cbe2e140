"""Refinement on random walks: what `refines` finds by exploring is found, what is right is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from raftnb.data.errors import UsageError
from raftnb.data.verdict import Verdict
from raftnb.language import (
    Delivery,
    Message,
    Nat,
    Process,
    Spec,
    discard,
    send,
    when,
)
from raftnb.refine import refines, refines_on_walks
from raftnb.specs import REFINEMENTS
from raftnb.specs.raft.clients import RAFT_STORE
from raftnb.specs.raft.mistakes import AppliesTwice
from tests.refine.clocks import Fast, Four, Slow, Two


def is_below_two() -> bool:
    return Four.n < 2


class Once(Process):
    def tick(self) -> None:
        when(Two.n == 0)
        Two.n = 1


FOUR = Spec("four", (Fast,), (Four,))
BELOW = Spec("below", (Fast,), (Four,), constraints=(is_below_two,))
TWO = Spec("two", (Slow,), (Two,))
ONCE = Spec("once", (Once,), (Two,))


def seen_by(abstract, function):
    layout = abstract().layout
    return lambda state: state.seen_as(layout, {("Two", "n"): function(state["Four", "n"])})


def test_right_steps_are_unknown_since_walks_prove_nothing():
    found = refines_on_walks(FOUR(), TWO(), seen_by(TWO, lambda n: n // 2), walks=2, depth=10)
    assert found.verdict is Verdict.UNKNOWN
    assert found.bound == "2 random walks of at most 10 steps, seed 0"
    assert (found.states, found.steps, found.abstract_states) == (4, 20, 2)
    assert found.partial == ()


def test_a_step_without_a_counterpart_ends_the_walk():
    found = refines_on_walks(FOUR(), ONCE(), seen_by(ONCE, lambda n: n // 2))
    explored = refines(FOUR(), ONCE(), seen_by(ONCE, lambda n: n // 2))
    assert (found.verdict, explored.verdict) == (Verdict.VIOLATED, Verdict.VIOLATED)
    assert found.trace == explored.trace
    assert found.reasons == explored.reasons
    assert [state["Two", "n"] for state in found.view] == [0, 0, 1, 1, 0]


def test_steps_out_of_the_constraints_are_checked_and_not_taken():
    def last(n: int) -> int:
        return 1 if n == 2 else 0

    fine = refines_on_walks(BELOW(), TWO(), seen_by(TWO, last), walks=1)
    assert (fine.verdict, fine.states, fine.steps) == (Verdict.UNKNOWN, 2, 2)
    stays = seen_by(ONCE, lambda n: [0, 1, 0, 0][n])
    assert refines_on_walks(BELOW(), ONCE(), stays, walks=1).verdict is Verdict.VIOLATED
    assert refines(BELOW(), ONCE(), stays).verdict is Verdict.UNKNOWN


class Note(Message):
    n: Nat


class Sender(Process):
    def say(self) -> None:
        when(Four.n < 3)
        Four.n += 1
        send(Note(n=Four.n), to=self)

    def hear(self, m: Note) -> None:
        when(m.n > 3)
        discard(m)


def test_a_walk_stays_within_the_limits_of_the_network():
    spec = Spec(
        "sender",
        (Sender,),
        (Four,),
        delivery=Delivery(loses=False, duplicates=False, reorders=True),
        distinct_messages="most",
        constants={"most": 1},
    )
    seen = seen_by(TWO, lambda n: n % 2)
    assert refines_on_walks(spec(), TWO(), seen, walks=3).states == 2
    assert refines_on_walks(spec(most=3), TWO(), seen, walks=3).states == 4


def test_initial_states_and_arguments():
    wrong = refines_on_walks(FOUR(), TWO(), seen_by(TWO, lambda n: (n + 1) % 2))
    assert wrong.verdict is Verdict.VIOLATED
    assert len(wrong.trace.states) == 1
    nothing = refines_on_walks(FOUR(), TWO(), seen_by(TWO, lambda n: 0))
    assert nothing.partial == ("no step of two was seen",)
    for bad in ({"walks": 0}, {"depth": 0}, {"seed": -1}, {"at_once": 0}):
        with pytest.raises(UsageError):
            refines_on_walks(FOUR(), TWO(), seen_by(TWO, lambda n: n // 2), **bad)


def test_walks_of_raft_with_clients_and_the_command_that_takes_effect_twice():
    claim = REFINEMENTS["raft-store"]
    sizes = {"servers": 1, "clients": 2, "values": 3, "max_log": 4, "max_messages": 9}

    def walked(claim):
        models = claim.models(**sizes, duplicates=1)
        return refines_on_walks(*models, at_once=claim.at_once, walks=40, depth=60)

    right = walked(claim)
    twice = walked(replace(claim, concrete=RAFT_STORE.variant("twice", AppliesTwice)))
    assert right.verdict is Verdict.UNKNOWN
    assert right.abstract_states > 20
    assert twice.verdict is Verdict.VIOLATED
    assert twice.trace.steps[-1].action == "apply"
    assert walked(claim).states == right.states
