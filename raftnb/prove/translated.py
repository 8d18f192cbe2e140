"""The translation evaluated in given states: what it says of their steps and of claims.

This is how the translation is compared with plain Python (`agreement`): the same formulas that are
proved, over the finite theory, with the values of one state put in.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Any

import z3

from raftnb.data.trace import State
from raftnb.data.values import Map, Message, Record
from raftnb.language.claims import Property
from raftnb.language.world import World
from raftnb.prove.actions import Case, Start, starts
from raftnb.prove.execute import cases
from raftnb.prove.finite import Instance, TooLarge
from raftnb.prove.plain import Shape
from raftnb.prove.reading import Reading
from raftnb.prove.scope import Picked, Requirement
from raftnb.prove.state import Symbolic
from raftnb.prove.terms import RecordV, conj, neg
from raftnb.tree.nodes import Member, RecordOf

MOST = 256
"""Of how many choices an action's steps are looked at."""
EFFORT = 4_000_000
"""How much a question to the solver may take, in its units: half a second; a state, 30 times."""
ROOM = 40_000_000
"""How many characters of formulas an action or a claim may take: some three seconds."""


@dataclass
class Way:
    """One way through an action, with what it requires as one formula.

    `alone` tells that these formulas say all; otherwise axioms go with them (of sets with names)
    that speak of the same constants.
    """

    case: Case
    taken: z3.BoolRef
    defined: z3.BoolRef
    alone: bool


@dataclass
class Claimed:
    """A claim as formulas about the state, and the one after it."""

    true: z3.BoolRef
    defined: z3.BoolRef


class Translated:
    """The translation of an instance, to be asked about states of it.

    `fits(state)` tells whether a state is within its bounds, and its maps from `each` have every
    key, as they have where the translation takes a specification; of others nothing can be asked.
    """

    def __init__(self, here: Instance) -> None:
        self.here, self.words, self.theory = here, here.words, here.theory
        self.after = here.words.state(" after")
        self._ways: dict[Start, list[Way]] = {}
        self._claims: dict[Property, Claimed] = {}
        self.too_large: set[tuple[str, str]] = set()
        self.model: Any = None
        self.solver = z3.Solver()
        self._told = 0

    # Formulas, each made once.

    def make(self, claims: Sequence[Property]) -> tuple[Property, ...]:
        """Make the formulas of all actions, and of claims, before any state is looked at.

        Returns the claims whose formulas are not too large.
        """
        for start in self.starts:
            if not self._has_room(partial(self.ways, start)):
                self.too_large.add((start.root, start.action))
        return tuple(claim for claim in claims if self._has_room(partial(self.claimed, claim)))

    def _has_room(self, make: Callable[[], Any]) -> bool:
        try:
            with self.theory.within(ROOM):
                make()
        except TooLarge:
            return False
        return True

    @cached_property
    def starts(self) -> list[Start]:
        """The actions, one that receives a message once for each kind."""
        return starts(self.words)

    def ways(self, start: Start) -> list[Way]:
        """The ways through an action."""
        if start not in self._ways:
            known = len(self.theory.axioms)
            found = [
                (case, conj(*case.conditions), self._all(case.requirements))
                for case in cases(self.words, start, self.here.before, frozenset())
            ]
            alone = len(self.theory.axioms) == known
            self._ways[start] = [Way(*one, alone and not one[0].choices) for one in found]
        return self._ways[start]

    def claimed(self, claim: Property) -> Claimed:
        """A claim about the state, or about the step."""
        if claim not in self._claims:
            needs: list[Requirement] = []
            after = self.after if claim in self.here.proof.spec.transitions else None
            true = self.here.holds(claim, self.here.before, after, needs)
            self._claims[claim] = Claimed(true, self._all(needs))
        return self._claims[claim]

    def _all(self, needs: list[Requirement]) -> z3.BoolRef:
        return conj(*(self.theory.forall(need.bound, need.condition) for need in needs))

    # States.

    def fits(self, *states: State) -> bool:
        """Whether the numbers, lengths and messages of states are within the instance's bounds."""
        size = self.here.size
        for state in states:
            flying = messages_of(state)
            kept = [m for value in state.values for m in kept_in(value)]
            kinds = [type(m) for m in dict.fromkeys((*flying, *kept))]
            if any(kinds.count(kind) > size.slots for kind in kinds):
                return False
            if not all(self._has_every_key(state)):
                return False
            values = [*state.values[: len(self.here.model.variables)], *flying]
            if not all(inside(value, size.low, size.top) for value in values):
                return False
        return True

    def _has_every_key(self, state: State) -> Iterator[bool]:
        for value, (variable, cls) in zip(state.values, self.here.model.variables, strict=False):
            key = (cls.root, variable.name)
            if self.words.is_total(*key) and key in self.words.variables:
                type_: Any = self.words.variables[key]
                yield len(value) == len(self.theory.values(type_.key))

    def look_at(self, state: State, after: State | None = None) -> None:
        """Put the values of a state, and of one after it, into the formulas."""
        self.solver, self.model = z3.Solver(), None
        facts = list(self._facts(state, self.here.before))
        facts += self._in_flight(state)
        if after is not None:
            facts += self._facts(after, self.after)
        self.solver.add(*facts)
        self._told = 0
        self._learn()

    def _learn(self) -> None:
        """Tell the solver what became known with the formulas made since it was last asked."""
        axioms = self.theory.axioms[self._told :]
        if self.model is None or axioms or not self._told:
            self.solver.add(*axioms)
            self._told = len(self.theory.axioms)
            self.solver.set("rlimit", 30 * EFFORT)
            found = self.solver.check()
            self.solver.set("rlimit", 0)
            if found == z3.unknown:
                raise TooLarge
            if found != z3.sat:
                raise AssertionError("a state that the finite theory has no model of")
            self.model = self.solver.model()

    def _facts(self, state: State, symbolic: Symbolic) -> Iterator[z3.BoolRef]:
        model, reading = self.here.model, Reading(self.here, None)
        for cell, value, (variable, cls) in zip(
            state.layout.cells, state.values, model.variables, strict=False
        ):
            key = (cls.root, variable.name)
            if key in symbolic.variables:
                shape = self.words.of(self.words.variables[key])
                found = symbolic.read(*key, reading.owner(cls.root, cell.owner))
                yield shape.equal(found, shape.literal(value))

    def _in_flight(self, state: State) -> Iterator[z3.BoolRef]:
        flying = messages_of(state)
        for kind in self.words.kinds:
            shape, mine = self.words.of(RecordOf(kind)), [m for m in flying if type(m) is kind]
            for i, slot in enumerate(self.here.slots(kind)):
                yield self.here.before.sent[kind.__name__](slot) == (i < len(mine))
                if i < len(mine):
                    literal = shape.literal(mine[i])
                    yield shape.equal(self.words.message(kind, slot), literal)

    # Answers, about the states looked at.

    def truth(self, claim: Property) -> bool | None:
        """Whether a claim is true; None where the translation says that it has no value."""
        claimed = self.claimed(claim)
        self._learn()
        if not self._is(claimed.defined):
            return None
        return self._is(claimed.true)

    def says(self, formula: z3.BoolRef) -> bool:
        """Whether a formula about the state is true."""
        self._learn()
        return self._is(formula)

    def _is(self, formula: z3.BoolRef) -> bool:
        return bool(z3.is_true(self.model.eval(formula, model_completion=True)))

    def successors(
        self, root: str, action: str, process: Any, arguments: dict[str, Any], state: State
    ) -> set[State] | None:
        """The states after an action with these arguments.

        None where it may have no value, or is too large to be written out.
        """
        if (root, action) in self.too_large:
            return None
        message = next((v for v in arguments.values() if isinstance(v, Message)), None)
        kind = type(message) if message is not None else None
        found: set[State] = set()
        for start in self.starts:
            if (start.root, start.action, start.kind) != (root, action, kind):
                continue
            ways = self.ways(start)
            self._learn()
            for way in ways:
                after = self._taken(way, process, arguments, state)
                if after is None:
                    return None
                found |= after
        return found

    def _taken(
        self, way: Way, process: Any, arguments: dict[str, Any], state: State
    ) -> set[State] | None:
        pairs = self._given(way.case, process, arguments, state)
        if way.alone and all(isinstance(term, z3.ExprRef) for term, _, _ in pairs):
            swaps = [(term, value) for term, value, _ in pairs]
            if not self._is(z3.substitute(way.defined, *swaps)):
                return None
            reading = Reading(self.here, self.model, swaps)
            taken = self._is(z3.substitute(way.taken, *swaps))
            return {reading.state(way.case.after)} if taken else set()
        with Pushed(self.solver):
            self.solver.add(*(shape.equal(term, value) for term, value, shape in pairs))
            undefined = self.solver.check(neg(way.defined))
            if undefined == z3.unknown:
                self.too_large.add((way.case.start.root, way.case.start.action))
            return self._each(way) if undefined == z3.unsat else None

    def _each(self, way: Way) -> set[State] | None:
        """The states after a way, for every choice; None where these are too many, or unknown."""
        found: set[State] = set()
        self.solver.add(way.taken)
        for _ in range(MOST):
            more = self.solver.check()
            if more != z3.sat:
                return found if more == z3.unsat else None
            reading = Reading(self.here, self.solver.model())
            found.add(reading.state(way.case.after))
            self.solver.add(neg(conj(*(self._alike(one, reading) for one in way.case.choices))))
        return None

    def _alike(self, picked: Picked, reading: Reading) -> z3.BoolRef:
        """Whether a choice goes as in a model: not reached there, or with the same value."""
        if not reading.truth(picked.reached):
            return neg(picked.reached)
        shape = self.words.of(picked.type)
        value = shape.literal(reading.value(picked.value, picked.type))
        return conj(picked.reached, shape.equal(picked.value, value))

    def _given(
        self, case: Case, process: Any, arguments: dict[str, Any], state: State
    ) -> list[tuple[Any, Any, Shape]]:
        """The constants of a case, their values, and their shapes."""
        mine = next(iter(case.env.values()))
        me = self.words.of(Member(case.root))
        pairs: list[tuple[Any, Any, Shape]] = [(mine, me.literal(process), me)]
        for name, value in arguments.items():
            symbolic = case.env[name]
            if isinstance(symbolic, RecordV) and symbolic.name is not None:
                slot = self._slot(value, state)
                pairs.append((symbolic.name, slot, me))
                continue
            shape = self.words.of(case.types[name])
            pairs.append((symbolic, shape.literal(value), shape))
        return pairs

    def _slot(self, message: Message, state: State) -> z3.ExprRef:
        mine = [m for m in messages_of(state) if type(m) is type(message)]
        return self.here.slots(type(message))[mine.index(message)]


class Pushed:
    """A solver with what is added inside taken back, of which nothing too hard is asked."""

    def __init__(self, solver: z3.Solver) -> None:
        self.solver = solver

    def __enter__(self) -> None:
        self.solver.push()
        self.solver.set("rlimit", EFFORT)

    def __exit__(self, *_: object) -> None:
        self.solver.set("rlimit", 0)
        self.solver.pop()


def messages_of(state: State) -> list[Message]:
    """The messages in flight, in the bag or in queues, each once."""
    queues = [
        value
        for cell, value in zip(state.layout.cells, state.values, strict=True)
        if " to " in cell.owner and cell.variable == "queue"
    ]
    return list(dict.fromkeys([*(m for m, _ in state.messages), *itertools.chain(*queues)]))


def kept_in(value: Any) -> Iterator[Message]:
    """The messages that a variable's value keeps."""
    if isinstance(value, Message):
        yield value
    parts: Any = value if isinstance(value, tuple | frozenset) else ()
    if isinstance(value, Map):
        parts = value.values()
    elif isinstance(value, Record):
        parts = [getattr(value, f.name) for f in fields(value)]  # type: ignore[arg-type]
    for part in parts:
        yield from kept_in(part)


def inside(value: Any, low: int, top: int) -> bool:
    """Whether a value's numbers and lengths are between bounds."""
    if isinstance(value, bool) or not isinstance(value, int | tuple | frozenset | Map | Record):
        return True
    if isinstance(value, int):
        return low <= value <= top
    if isinstance(value, tuple) and len(value) > top:
        return False
    if isinstance(value, Map):
        return all(inside(v, low, top) for v in (*value, *value.values()))
    if isinstance(value, Record):
        return all(inside(getattr(value, f.name), low, top) for f in fields(value))  # type: ignore[arg-type]
    return all(inside(v, low, top) for v in value)


def python_truth(here: Instance, claim: Property, state: State, after: State | None) -> bool:
    """Whether plain Python finds a claim true; raises `SpecError` where it has no value."""
    world = World(here.model, state)
    if after is not None:
        world.next = World(here.model, after)
    return world.failure(claim) is None
