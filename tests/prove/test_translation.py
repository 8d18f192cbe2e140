"""The translation to Z3 says of steps and of claims what plain Python says."""

from __future__ import annotations

import random
from functools import cache

import pytest
import z3

from raftnb.data.errors import RaftnbError
from raftnb.data.trace import State
from raftnb.explore import state_graph
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.prove.agreement import Comparison
from raftnb.prove.terms import conj
from raftnb.specs import PROOFS

RAFT_PROOF = PROOFS["raft"]


@cache
def raft() -> Comparison:
    return Comparison(RAFT_PROOF, seed=1)


def model() -> Model:
    return raft().here.model


def test_raft_is_the_same_in_z3_and_in_python_in_reached_and_in_made_up_states() -> None:
    for number in range(16):
        raft().one_state(number)
    result = raft().result(0.0)
    assert result.states >= 12
    assert result.steps > 60
    assert result.refused > 100
    assert result.claims > 600
    assert len(result.untaken) <= 2


@pytest.mark.parametrize("name", ["sequential-store", "linearizable-store"])
def test_the_stores_are_the_same_in_z3_and_in_python(name: str) -> None:
    comparison = Comparison(PROOFS[name], seed=2)
    for number in range(20):
        comparison.one_state(number)
    result = comparison.result(0.0)
    assert result.steps > 30
    assert result.claims > 80


def test_made_up_states_break_most_of_the_conjuncts_so_that_the_comparison_has_both_answers() -> (
    None
):
    broken = set()
    for _ in range(25):
        state = raft().made_up()
        for lemma in RAFT_PROOF.invariant:
            try:
                if not model().holds(lemma.claim, state):
                    broken.add(lemma.name)
            except RaftnbError:
                continue
    assert len(broken) >= len(RAFT_PROOF.invariant) // 3


def walk(seed: int, length: int) -> list[State]:
    """A random walk in which numbers stay small."""
    chance = random.Random(seed)
    states, world = [model().initial_states[0]], World(model())
    for _ in range(length):
        after = [s for _, s in world.successors(states[-1]) if small(s)]
        if not after:
            break
        states.append(chance.choice(after))
    return states


def small(state: State) -> bool:
    cells = list(zip(state.layout.cells, state.values, strict=True))
    terms = [value for cell, value in cells if cell.variable == "currentTerm"]
    logs = [len(value) for cell, value in cells if cell.variable == "log"]
    return max(terms) <= 2 and max(logs) <= 2 and len(state.messages) <= 4


@pytest.mark.parametrize("seed", range(3))
def test_every_conjunct_and_what_follows_hold_on_random_walks(seed: int) -> None:
    lemmas = (*RAFT_PROOF.invariant, *RAFT_PROOF.derived)
    for state in walk(seed + 100, 60):
        assert [x.name for x in lemmas if not model().holds(x.claim, state)] == []


def test_conj_of_nothing_is_true() -> None:
    assert z3.is_true(conj())


def test_every_conjunct_holds_in_the_first_thousand_states_of_an_exploration() -> None:
    small = {"servers": 2, "values": 1, "max_term": 2, "max_log": 1, "duplicates": 0}
    bounded = RAFT_PROOF.spec(history=True, max_messages=2, **small)
    lemmas = (*RAFT_PROOF.invariant, *RAFT_PROOF.derived)
    states = state_graph(bounded, 1_000).states
    assert len(states) == 1_000
    assert any(state["s1", "commitIndex"] > 0 for state in states)
    broken = {x.name for x in lemmas for state in states if not bounded.holds(x.claim, state)}
    assert broken == set()
