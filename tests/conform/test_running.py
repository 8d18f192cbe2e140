"""Steps of a held log mean what they mean in a world, however a variable is reached."""

from __future__ import annotations

import random
from typing import Any

import pytest

from raftnb import Globals, Nat, Process, Spec, either, when
from raftnb.conform import Now, Play, conforms
from raftnb.data.trace import State, Step
from raftnb.language import Delivery, Message, discard, send
from raftnb.language.world import World


class Total(Globals):
    given: Nat = 0


class Gift(Message):
    much: Nat


class Giver(Process, number="givers"):
    """One that reads and writes others through its variables, its arguments and its messages."""

    friend: Giver | None = None
    count: Nat = 0

    def meet(self, other: Giver) -> None:
        when(self.friend != other)
        self.friend = other
        send(Gift(much=self.count), to=other)

    def take(self, m: Gift) -> None:
        before = m.source.count
        m.source.count = before + m.much
        self.count = (m.source.count + 1) % 7
        discard(m)

    def give(self) -> None:
        when(self.friend is not None)
        if self.friend is not None:
            self.friend.count = (self.friend.count + either(1, 2)) % 5
            self.count = (self.count + self.friend.count) % 5
            Total.given = (Total.given + self.count) % 5


def friends_have_little(g: Giver) -> bool:
    return g.friend is None or g.friend.count < 6


GIVERS = Spec(
    "givers",
    processes=(Giver,),
    shared=(Total,),
    constants={"givers": 2},
    delivery=Delivery(),
    invariants=(friends_have_little,),
)


@pytest.mark.parametrize("seed", range(4))
def test_a_log_of_steps_is_held_as_a_world_takes_them(seed: int) -> None:
    model = GIVERS(duplicates=0)
    chance, world, state = random.Random(seed), World(model), model.initial_states[0]
    events: list[dict[str, tuple[Step, State]]] = []
    while len(events) < 60:
        step, state = chance.choice(list(world.successors(state)))
        events.append({"taken": (step, state)})

    def mapping(event: dict[str, tuple[Step, State]], now: Now) -> list[Play]:
        step, after = event["taken"]

        def play() -> None:
            arguments = [as_it_is_there(value, now) for _, value in step.arguments]
            now.take(step.process, step.action, *arguments, choose=step.choices)
            now.same("the state", now.world.snapshot(), after)
            for name in ("g1", "g2"):
                now.compare(name, count=after.of(name)["count"])

        return [play]

    found = conforms(model, events, mapping)
    assert found.first_misfit is None
    assert [state for _, state in found.trace] == [event["taken"][1] for event in events]
    broken = [i for i, e in enumerate(events, 1) if _has_six(e)]
    assert [one.line for one in found.broken] == broken[:1]


def as_it_is_there(value: Any, now: Now) -> Any:
    """An argument of a step, made of the processes that are held, and not of the walk's."""
    if isinstance(value, Gift):
        (found,) = now.find(Gift, value.source.name, value.dest.name, much=value.much)
        return found
    return now[value.name]


def _has_six(event: dict[str, tuple[Step, State]]) -> bool:
    """Whether a friend of somebody has more than little: the claim, read off the state's cells."""
    state = event["taken"][1]
    counts = {name: state.of(name)["count"] for name in ("g1", "g2")}
    friends = [state.of(name)["friend"] for name in ("g1", "g2")]
    return any(friend is not None and counts[friend.name] >= 6 for friend in friends)
