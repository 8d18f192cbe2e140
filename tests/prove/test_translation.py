"""The translation to Z3 says of steps and of claims what plain Python says."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raftnb.data.errors import RaftnbError
from raftnb.data.trace import State, Step
from raftnb.explore import state_graph
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.prove.execute import Case, cases
from raftnb.prove.finite import Bounds, FiniteConditions, Reading, instance
from raftnb.prove.values import RecordV, conj
from raftnb.specs.raft.proof import RAFT_PROOF
from raftnb.tree.nodes import Member, RecordOf

BOUNDS = Bounds(top=3, slots=3)
SMALL = {"servers": 2, "values": 1}


class Finite:
    """Raft with two servers, translated once."""

    def __init__(self) -> None:
        self.model: Model = instance(RAFT_PROOF, BOUNDS, SMALL)
        self.conditions = FiniteConditions(RAFT_PROOF, self.model, BOUNDS)
        theory: Any = self.conditions.theory
        self.theory = theory
        before = self.conditions.before
        self.cases: list[Case] = [
            case
            for start in self.conditions.starts()
            for case in cases(theory, start, before, frozenset())
        ]
        self.claims = {
            lemma.claim: self.conditions.holds(lemma.claim, before)
            for lemma in (*RAFT_PROOF.invariant, *RAFT_PROOF.derived, *RAFT_PROOF.goals)
            if lemma.claim not in RAFT_PROOF.spec.transitions
        }
        self.solver = z3.Solver()
        self.solver.add(*theory.axioms)

    def facts(self, state: State) -> list[Any]:
        """What makes the symbolic state this one."""
        theory, before, found = self.theory, self.conditions.before, []
        reading = Reading(self.conditions, None)
        types = theory.variables()
        for cell, value, (variable, cls) in zip(
            state.layout.cells, state.values, self.model.variables, strict=True
        ):
            type_ = types[cls.root, variable.name]
            owner = reading.owner(cls.root, cell.owner)
            here = before.read(cls.root, variable.name, owner)
            found.append(theory.equal(here, theory.literal(value, type_), type_))
        for kind in theory.program.message_kinds():
            flying = [m for m, _ in state.messages if type(m) is kind]
            slots = theory.values(theory.sort(RecordOf(kind)))
            for i, slot in enumerate(slots):
                found.append(before.sent[kind.__name__](slot) == (i < len(flying)))
                if i < len(flying):
                    message = theory.message(kind, slot)
                    literal = theory.literal(flying[i], RecordOf(kind))
                    found.append(theory.equal(message, literal, RecordOf(kind)))
        return found

    def steps(self, state: State) -> set[tuple[Step, State]]:
        """The steps of the translation, and where they lead."""
        self.solver.push()
        self.solver.add(*self.facts(state))
        found = set()
        for case in self.cases:
            self.solver.push()
            self.solver.add(*case.conditions)
            while self.solver.check() == z3.sat:
                model = self.solver.model()
                found.add(self.read(case, model))
                terms = self.chosen(case)
                self.solver.add(z3.Or([t != model.eval(t, model_completion=True) for t in terms]))
            self.solver.pop()
        self.solver.pop()
        return found

    def chosen(self, case: Case) -> list[Any]:
        values = [v.name if isinstance(v, RecordV) else v for v in case.env.values()]
        return [*values, *(value for value, _ in case.choices)]

    def read(self, case: Case, model: Any) -> tuple[Step, State]:
        reading = Reading(self.conditions, model)
        who = reading.plain(next(iter(case.env.values())), Member(case.root))
        choices = tuple(reading.value(v, t) for v, t in case.choices)
        arguments = tuple(reading.arguments(case).items())
        return Step(str(who), case.action, arguments, choices), reading.state(case.after)


@cache
def finite() -> Finite:
    return Finite()


def walk(seed: int, length: int) -> list[State]:
    """A random walk in which numbers stay small enough for the finite theory."""
    chance, model = random.Random(seed), finite().model
    states, world = [model.initial_states[0]], World(model)
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
    kinds = [type(m) for m, _ in state.messages]
    crowded = any(kinds.count(kind) > BOUNDS.slots for kind in kinds)
    faults = state["Faults", "restarts"] <= 2
    return max(terms) <= 2 and max(logs) <= 2 and not crowded and faults


def mixed(seed: int) -> State:
    """A state put together from several walks: most of these can never be reached."""
    chance = random.Random(seed)
    walks = [walk(seed + i, 25) for i in range(2)]
    states = [chance.choice(w) for w in walks]
    cells = tuple(chance.choice(values) for values in zip(*(s.values for s in states), strict=True))
    return State(states[0].layout, cells, chance.choice(states).messages)


def test_the_steps_of_the_translation_are_those_of_plain_python_on_random_walks() -> None:
    seen = set()
    for seed in range(4):
        for state in walk(seed, 24)[::6]:
            expected = set(World(finite().model).successors(state))
            assert finite().steps(state) == expected
            seen |= {step.action for step, _ in expected}
    assert len(seen) >= 8


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_the_steps_of_the_translation_are_those_of_plain_python_anywhere(seed: int) -> None:
    state = mixed(seed)
    try:
        expected = set(World(finite().model).successors(state))
    except RaftnbError:
        return
    assert finite().steps(state) == expected


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_a_claim_is_true_of_a_state_in_z3_where_it_is_true_in_python(seed: int) -> None:
    state, solver = mixed(seed), finite().solver
    solver.push()
    solver.add(*finite().facts(state))
    for claim, formula in finite().claims.items():
        try:
            expected = finite().model.holds(claim, state)
        except RaftnbError:
            continue
        assert solver.check(formula) == (z3.sat if expected else z3.unsat), claim.__name__
        assert solver.check(z3.Not(formula)) == (z3.unsat if expected else z3.sat), claim.__name__
    solver.pop()


def test_mixed_states_break_most_of_the_conjuncts_so_that_the_comparison_has_both_answers() -> None:
    broken = set()
    for seed in range(25):
        state = mixed(seed)
        for lemma in RAFT_PROOF.invariant:
            try:
                if not finite().model.holds(lemma.claim, state):
                    broken.add(lemma.name)
            except RaftnbError:
                continue
    assert len(broken) >= len(RAFT_PROOF.invariant) // 3


@pytest.mark.parametrize("seed", range(3))
def test_every_conjunct_and_what_follows_hold_on_random_walks(seed: int) -> None:
    lemmas = (*RAFT_PROOF.invariant, *RAFT_PROOF.derived)
    for state in walk(seed + 100, 60):
        assert [x.name for x in lemmas if not finite().model.holds(x.claim, state)] == []


def test_conj_of_nothing_is_true() -> None:
    assert z3.is_true(conj())


def test_every_conjunct_holds_in_the_first_thousand_states_of_an_exploration() -> None:
    small = {"servers": 2, "values": 1, "max_term": 2, "max_log": 1, "duplicates": 0}
    model = RAFT_PROOF.spec(history=True, max_messages=2, **small)
    lemmas = (*RAFT_PROOF.invariant, *RAFT_PROOF.derived)
    states = state_graph(model, 1_000).states
    assert len(states) == 1_000
    assert any(state["s1", "commitIndex"] > 0 for state in states)
    broken = {x.name for x in lemmas for state in states if not model.holds(x.claim, state)}
    assert broken == set()
