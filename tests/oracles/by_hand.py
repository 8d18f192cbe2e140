"""An exploration by hand: one world for each state, plain sets, and nothing remembered.

It is slow and has no part of the engines, which are compared with it. States are compared by
`exact`, in which True is not 1 and a record is not one of another class with the same fields.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.trace import State, Step
from raftnb.data.values import Domain, Map, Record, order
from raftnb.language import Model, World

UNDEFINED = "undefined"


def exact(value: Any) -> Any:
    """A value told apart from all others, its class included."""
    kind = type(value).__name__
    if isinstance(value, Domain):
        return (kind if value.root == kind else value.root, value.name)
    if isinstance(value, Enum):
        return (kind, value.name)
    if isinstance(value, tuple):
        return ("tuple", *map(exact, value))
    if isinstance(value, frozenset):
        return ("set", *sorted(map(repr, map(exact, value))))
    if isinstance(value, Map):
        return ("Map", *sorted(repr((exact(k), exact(v))) for k, v in value.items()))
    if isinstance(value, Record):
        return (kind, *(exact(getattr(value, f.name)) for f in fields(value)))  # type: ignore[arg-type]
    return (kind, value)


def exact_state(state: State) -> Any:
    return (*map(exact, state.values), *((exact(m), n) for m, n in state.messages))


def exact_step(step: Step) -> Any:
    arguments = tuple((name, exact(value)) for name, value in step.arguments)
    return (step.process, step.action, arguments, tuple(map(exact, step.choices)))


Call = tuple[Any, ...]
Outcome = Any  # UNDEFINED, or a list of (step, state after it)


def outcomes(model: Model, state: State) -> dict[Call, Outcome]:
    """For each action with its arguments: the steps that it can take, or that it is undefined."""
    world, found = World(model), {}
    with world:
        for instance in world.instances:
            world.load(state)
            for message in world.candidates(instance):
                arguments = instance.bound(message)
                call = (instance.process, instance.action.name, arguments)
                try:
                    found[call] = [
                        (
                            world.step_of(instance.process, instance.action, arguments),
                            world.snapshot(),
                        )
                        for _ in world.scripted(instance, arguments, lambda: world.load(state))
                    ]
                except SpecError:
                    found[call] = UNDEFINED
    return found


def truth(model: Model, claim: Any, state: State, after: State | None = None) -> Any:
    """Whether a claim is true in a state (and the one after it), or that it is undefined there."""
    world = World(model, state)
    if after is not None:
        world.next = World(model, after)
    try:
        return world.failure(claim) is None
    except SpecError:
        return UNDEFINED


@dataclass
class Explored:
    """What an exploration by hand found.

    `states` are those within the constraints, `outside` those met beyond them; `truths` has for
    each claim the answers that it gave anywhere.
    """

    model: Model
    states: list[State] = field(default_factory=list)
    outside: list[State] = field(default_factory=list)
    steps: list[tuple[State, Step, State]] = field(default_factory=list)
    complete: bool = True
    undefined: bool = False
    truths: dict[str, set[Any]] = field(default_factory=dict)

    @property
    def violated(self) -> bool:
        """Whether some claim is false, or never true where it should be once."""
        spec, model = self.model.spec, self.model
        always = [*model.checked(spec.invariants), *model.checked(spec.transitions)]
        once = model.checked(spec.sometimes)
        return any(False in self.truths.get(c.__name__, set()) for c in always) or any(
            True not in self.truths.get(c.__name__, set()) for c in once
        )


def explore(model: Model, limit: int) -> Explored:
    """Explore a model breadth first, up to a number of states; undefined actions are left out."""
    found, seen = Explored(model), set()
    queue: list[State] = []

    def meet(state: State) -> None:
        if (key := exact_state(state)) in seen:
            return
        seen.add(key)
        inside = judge(found, state)
        (found.states if inside else found.outside).append(state)
        if inside:
            queue.append(state)

    for state in model.initial_states:
        meet(state)
    for state in queue:
        if len(found.states) > limit:
            found.complete = False
            break
        for outcome in outcomes(model, state).values():
            if outcome == UNDEFINED:
                found.undefined = True
                continue
            for step, after in outcome:
                judge_step(found, state, after)
                found.steps.append((state, step, after))
                meet(after)
    return found


def some_states(found: Explored, count: int) -> list[State]:
    """Some states that were met, and as many put together from several: most cannot be reached."""
    chance = random.Random(len(found.steps))
    met = [*found.states, *found.outside]
    chosen = met[:: max(1, len(met) // count)]
    if not met:
        return []
    for _ in range(count):
        parts = [chance.choice(met) for _ in met[0].values]
        cells = tuple(state.values[i] for i, state in enumerate(parts))
        chosen.append(State(met[0].layout, cells, chance.choice(met).messages))
    return chosen


def note(found: Explored, claim: Any, answer: Any) -> None:
    found.truths.setdefault(claim.__name__, set()).add(answer)
    found.undefined |= answer == UNDEFINED


def judge(found: Explored, state: State) -> bool:
    """Evaluate the claims in a state; whether it is within the constraints."""
    model, spec = found.model, found.model.spec
    for claim in model.checked(spec.invariants):
        note(found, claim, truth(model, claim, state))
    inside = all(truth(model, c, state) is True for c in model.checked(spec.constraints))
    if not (inside and within_limits(model, state)):
        return False
    for claim in model.checked(spec.sometimes):
        note(found, claim, truth(model, claim, state))
    return True


def within_limits(model: Model, state: State) -> bool:
    """Whether the messages in flight are as few as the specification bounds them."""
    spec, constants = model.spec, model.constants
    if spec.distinct_messages and len(state.messages) > constants[spec.distinct_messages]:
        return False
    return not spec.copies or all(n <= constants[spec.copies] for _, n in state.messages)


def judge_step(found: Explored, state: State, after: State) -> None:
    for claim in found.model.checked(found.model.spec.transitions):
        note(found, claim, truth(found.model, claim, state, after))


def scrambled(value: Any) -> Any:
    """An equal value that was made in another order."""
    if isinstance(value, tuple):
        return tuple(map(scrambled, value))
    if isinstance(value, frozenset):
        return frozenset(sorted(map(scrambled, value), key=order, reverse=True))
    if isinstance(value, Map):
        items = sorted(value.items(), key=lambda item: order(item[0]), reverse=True)
        return Map((scrambled(k), scrambled(v)) for k, v in items)
    if isinstance(value, Record):
        names = [f.name for f in fields(value)]  # type: ignore[arg-type]
        return type(value)(**{name: scrambled(getattr(value, name)) for name in names})
    return value


def scrambled_state(state: State) -> State:
    """An equal state whose values were made in another order."""
    messages = tuple((scrambled(m), n) for m, n in state.messages)
    return State(state.layout, tuple(map(scrambled, state.values)), messages)
