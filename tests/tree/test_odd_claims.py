"""Claims, odd and refused: parameters, constants, what is after a step, terms given as text."""

from __future__ import annotations

import random
from typing import Any, Literal

import pytest

from raftnb.data.errors import SpecError
from raftnb.data.trace import State
from raftnb.language import Globals, Map, Nat, Process, Seq, Set, after, cycle, either
from raftnb.language.spec import Spec
from raftnb.language.world import World
from raftnb.tree import Program, nodes
from raftnb.tree.types import type_of
from tests.oracles.random_values import random_value
from tests.oracles.tree_interpreter import UndefinedError, truth

EMPTY: Map[int, bool] = Map()
MOODS = frozenset({"good", "sad"})
PRIMES = Map({2: True, 4: False, 3: True})


class Total(Globals):
    """A shared variable."""

    sum: Nat = 0


class Worker(Process, number="workers"):
    """Somebody who works."""

    n: int = 0
    log: Seq[int] = ()
    boss: Worker | None = None
    seen: Set[Worker] = frozenset()
    mood: Literal["good", "bad"] = "good"
    rooms: Map[Worker | None, int] = Map()

    def rest(self) -> None:
        """Do nothing."""

    def work(self) -> None:
        """Do something."""
        self.n += 1

    order = cycle(rest, work)

    def idle(self, limit: int) -> bool:
        """Whether there is not much to do."""
        return self.n <= limit


def with_a_constant(w: Worker, limit: int) -> bool:
    """A constant stands for its number."""
    return w.idle(limit)


def with_numbers(i: Nat, w: Worker, flag: bool) -> bool:
    """Claims are about all numbers, members and truth values."""
    return i >= len(w.log) or w.log[i] > -3 or flag


def with_sets(w: Worker, some: Set[Worker]) -> bool:
    """And about sets."""
    return some <= w.seen or any(x not in w.seen for x in some)


def where_it_is_defined(w: Worker) -> bool:
    """The last of nothing there is not."""
    return w.log[-1] >= 0


def with_a_boss(w: Worker) -> bool:
    """Nobody has no number."""
    return w.boss is None or w.boss.n >= w.n - 3


def without_a_guard(w: Worker) -> bool:
    """Whoever has no boss has no boss's number."""
    return w.boss.n >= 0


def at_a_label(w: Worker) -> bool:
    """Labels are texts of which it is known which there are."""
    return w.pc == "rest" or (w.pc == "work" and w.mood in ("good", "bad"))


def with_constants_of_the_module(w: Worker) -> bool:
    """Maps, sets and texts of the module."""
    return len(EMPTY) == 0 and w.mood in MOODS and PRIMES.get(w.n, True)


def with_none_as_a_key(w: Worker) -> bool:
    """A key may be None where the map's keys may."""
    return w.rooms.get(w.boss, 0) >= 0 and (w.boss not in w.rooms or w.rooms[w.boss] > -9)


def with_branches(w: Worker) -> bool:
    """Names that every branch gives a value."""
    if w.n > 0:
        found = w.n
    elif w.n < 0:
        found = -w.n
    else:
        return True
    for x in w.log:
        found = found + x
    return found > 0


def with_early_returns(w: Worker) -> bool:
    """A branch that returns needs to give no name a value."""
    if w.n > 2:
        return w.log == ()
    else:  # noqa: RET505
        found = w.n
    if found < 0:
        more = -1
    else:
        return True
    return found < more


CLAIMS = (
    with_early_returns,
    with_a_constant,
    with_numbers,
    with_sets,
    where_it_is_defined,
    with_a_boss,
    without_a_guard,
    at_a_label,
    with_constants_of_the_module,
    with_none_as_a_key,
    with_branches,
)


def only_grows(w: Worker) -> bool:
    """After the step there is more."""
    return after(w).n >= w.n and after(Total).sum >= Total.sum


def bosses_change(w: Worker) -> bool:
    """The boss after the step, as it is before."""
    return after(w).boss is None or after(w).boss.n <= 2


def of_somebody_else(w: Worker) -> bool:
    """After the step, of a boss there may not be."""
    return after(w.boss).n >= 0


STEPS = (only_grows, bosses_change, of_somebody_else)

SPEC = Spec(
    "workers",
    processes=(Worker,),
    shared=(Total,),
    constants={"workers": 2, "limit": 2},
    invariants=CLAIMS,
    transitions=STEPS,
)
MODEL = SPEC()
PROGRAM = Program(MODEL)
WORLD = World(MODEL, MODEL.initial_states[0])


def random_state(seed: int) -> State:
    """A state in which every variable has some value of its type."""
    rng = random.Random(seed)
    values = []
    for variable, cls in MODEL.variables:
        labelled = nodes.Text(frozenset({"rest", "work"}))
        type_ = labelled if variable.name == "pc" else type_of(MODEL.annotation_of(variable, cls))
        values.append(random_value(rng, type_, WORLD))
    return State(MODEL.layout, tuple(values))


def running(claim: Any, state: State, later: State | None) -> Any:
    """What running says of a claim."""
    world = World(MODEL, state)
    world.next = None if later is None else World(MODEL, later)
    try:
        return world.failure(claim) is None
    except SpecError:
        return "undefined"


def meaning(claim: Any, state: State, later: State | None) -> Any:
    """What its tree says."""
    try:
        return truth(PROGRAM, MODEL, claim, state, later)
    except UndefinedError:
        return "undefined"


@pytest.mark.parametrize("claim", [*CLAIMS, *STEPS], ids=lambda claim: claim.__name__)
def test_a_claim_has_its_meaning(claim: Any) -> None:
    found = set()
    for seed in range(80):
        state, later = random_state(seed), random_state(seed + 1) if claim in STEPS else None
        wanted = running(claim, state, later)
        assert meaning(claim, state, later) == wanted
        found.add(wanted)
    always = (with_sets, with_numbers, at_a_label)
    assert len(found) > 1 or claim in always


def no_truth(w: Worker) -> int:
    """A number is no claim."""
    return w.n


def a_choice(w: Worker) -> bool:
    """Nothing is chosen in a claim."""
    return either(True, w.n > 0)


def a_typo(w: Worker) -> bool:
    """There is no such label."""
    return w.pc == "resting"


@pytest.mark.parametrize("claim", [no_truth, a_choice, a_typo], ids=lambda c: c.__name__)
def test_a_claim_is_refused_where_it_stands(claim: Any) -> None:
    with pytest.raises(SpecError) as error:
        PROGRAM.claim(claim)
    assert f"in {claim.__name__}" in error.value.place
    assert error.value.allowed
    assert error.value.cure


def test_a_constant_that_is_no_number_is_refused() -> None:
    def as_many(w: Worker, workers: int) -> bool:
        """The constant may be a tuple of names."""
        return w.n <= workers

    assert Program(SPEC()).claim(as_many)
    with pytest.raises(SpecError, match="the constant `workers`"):
        Program(SPEC(workers=("ann", "bob"))).claim(as_many)


def test_a_step_is_not_looked_at_in_an_action() -> None:
    class Seer(Worker):
        """Looks ahead."""

        def work(self) -> None:
            """What is after the step."""
            self.n = after(self).n

    with pytest.raises(SpecError, match="read") as error:
        Program(SPEC.variant("seers", Seer)()).action(Seer, "work")
    assert "in " in error.value.place


def test_a_term_given_as_text_has_the_types_of_the_claims_names() -> None:
    term = PROGRAM.term(with_numbers, "w.log[i]", {"w": nodes.Member("Worker"), "i": nodes.INT})
    assert isinstance(term, nodes.Apply)
    assert (term.op, term.type) == ("index", nodes.INT)
    with pytest.raises(SpecError, match="other"):
        PROGRAM.term(with_numbers, "other.log", {"w": nodes.Member("Worker")})


def test_an_operator_is_lowered_for_the_arguments_it_is_given() -> None:
    me = nodes.Member("Worker")
    idle = Worker.idle
    plain = PROGRAM.called(idle, me, (me, nodes.INT))
    odd = PROGRAM.called(idle, me, (me, nodes.Option(nodes.INT)))
    assert plain.parameters[1] == ("limit", nodes.INT)
    assert odd.parameters[1] == ("limit", nodes.Option(nodes.INT))
    assert PROGRAM.called(idle, me, (me, nodes.INT)) is plain
    assert PROGRAM.called(idle, me, (me, nodes.Int(True))) is plain


def test_an_operators_parameter_may_be_named_like_a_constant() -> None:
    def are_few(workers: Set[Worker]) -> bool:
        """The parameter is no constant here."""
        return len(workers) < 2

    parameters = PROGRAM.operator(are_few).parameters
    assert parameters == (("workers", nodes.SetOf(nodes.Member("Worker"))),)


def test_a_function_is_one_thing_as_a_claim_and_another_as_a_macro() -> None:
    def empty(w: Worker):  # type: ignore[no-untyped-def]
        """Returns a truth value, and does not say so."""
        return w.log == ()

    program = Program(SPEC())
    with pytest.raises(SpecError):
        program.operator(empty)
    assert program.claim(empty).returns == nodes.BOOL
    with pytest.raises(SpecError):
        program.operator(empty)
