"""The specification's side of a run: in which states it may be, given what was seen so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.trace import State, Step, Trace
from raftnb.data.values import Message, order
from raftnb.drive.adapter import Adapter
from raftnb.drive.scene import RECEIVE, Input
from raftnb.drive.values import plain
from raftnb.explore.reference import is_within_bounds
from raftnb.language.instances import ActionInstance
from raftnb.language.network import FAULTS
from raftnb.language.spec import Model
from raftnb.language.world import World

DEEPEST = 3
"""How many hidden actions may follow one input."""


class Listening(World):
    """A world that notes which messages an action sends, also those that were in flight before."""

    def __init__(self, model: Model) -> None:
        self.sent: list[Message] = []
        self.orders: dict[Message, tuple[Any, ...]] = {}
        super().__init__(model)

    def snapshot(self) -> State:
        """The cells and the bag as a state; the order of messages is remembered."""
        for message in self.bag:
            if message not in self.orders:
                self.orders[message] = order(message)
        flying = tuple(sorted(self.bag.items(), key=lambda item: self.orders[item[0]]))
        return State(self.layout, tuple(self.cells), flying)

    def load(self, state: State) -> None:
        """Make this the state; nothing was sent yet."""
        super().load(state)
        self.sent = []

    def send(self, message: Message) -> None:
        """Put a message in flight, and note it."""
        super().send(message)
        self.sent.append(message)


@dataclass(frozen=True)
class Way:
    """One way in which the specification can answer an input: steps, and what comes of them.

    `states` begins with the one before the first step; a message that is dropped takes no step.
    `inside` says whether it ends within the model's constraints.
    """

    steps: tuple[Step, ...]
    states: tuple[State, ...]
    sent: tuple[Message, ...] = ()
    inside: bool = True

    @property
    def state(self) -> State:
        """The state at the end."""
        return self.states[-1]


@dataclass(frozen=True, eq=False)
class Belief:
    """A state in which the specification may be, how it came there, and what is in flight.

    `mail` has the specification's message for each of the implementation's, by its number.
    """

    state: State
    mail: dict[int, Message] = field(default_factory=dict)
    before: Belief | None = None
    way: Way | None = None

    @property
    def trace(self) -> Trace:
        """The behavior that led here."""
        ways: list[Way] = []
        first: Belief = self
        while first.before is not None and first.way is not None:
            ways.append(first.way)
            first = first.before
        ways.reverse()
        states = (first.state, *(s for way in ways for s in way.states[1:]))
        return Trace(states, tuple(step for way in ways for step in way.steps))


class Specification:
    """The model with what the adapter says about its actions."""

    def __init__(self, model: Model, adapter: Adapter) -> None:
        self.model, self.adapter = model, adapter
        self.world = Listening(model)
        self.chosen: dict[Any, list[ActionInstance]] = {}
        self.processes = tuple(
            name for cls in model.spec.processes if not cls.everywhere for name in self._names(cls)
        )
        _refuse_unknown(self.instances, adapter)

    def _names(self, cls: Any) -> tuple[str, ...]:
        return tuple(str(member) for member in self.world[cls])

    @cached_property
    def instances(self) -> dict[str, list[ActionInstance]]:
        """The action instances of each action's name; the network's own faults are left out."""
        found: dict[str, list[ActionInstance]] = {}
        with self.world:
            for one in self.world.instances:
                if one.action.function not in FAULTS:
                    found.setdefault(one.action.name, []).append(one)
        return found

    def _of(self, process: str, *names: str, receiving: bool) -> list[ActionInstance]:
        """The instances of some actions of a process, with or without a message."""
        key = (process, names, receiving)
        if key not in self.chosen:
            self.chosen[key] = [
                one
                for name in names
                for one in self.instances.get(name, ())
                if one.process.name == process and (one.receives is not None) == receiving
            ]
        return self.chosen[key]

    @cached_property
    def plain_inputs(self) -> tuple[Input, ...]:
        """All inputs that need no message."""
        adapter = self.adapter
        kept_back = {*adapter.hidden, *adapter.undriven}
        return tuple(
            Input(one.process.name, name, self._words(one))
            for name, instances in self.instances.items()
            for one in instances
            if one.receives is None and name not in kept_back
        )

    def _words(self, one: ActionInstance) -> tuple[Any, ...]:
        names = self.model.parameter_names(one.action)
        free = [v for n, v in zip(names, one.arguments, strict=True) if n not in self.constants]
        return tuple(map(plain, free))

    @property
    def constants(self) -> dict[str, Any]:
        """The constants of the model."""
        return self.model.constants

    def ways(self, state: State, given: Input, message: Message | None) -> list[Way]:
        """Every way to answer an input."""
        begun = [Way((), (state,))]
        if message is None:
            taken = self._plain_steps(begun, given)
        else:
            taken = self._receiving(begun, given, message)
        for _ in range(DEEPEST):
            seen = {way.states for way in taken}
            more = [way for way in self._hidden(taken, given) if way.states not in seen]
            if not more:
                break
            taken += more
        return [replace(way, inside=self._is_inside(way.state)) for way in taken]

    def _plain_steps(self, ways: list[Way], given: Input) -> list[Way]:
        own = self._of(given.process, given.action, receiving=False)
        named = [one for one in own if self._words(one) == given.arguments]
        return [more for way in ways for one in named for more in self._after(way, one, None)]

    def _receiving(self, ways: list[Way], given: Input, message: Message) -> list[Way]:
        adapter = self.adapter
        names = [n for n in self.instances if n not in (*adapter.hidden, *adapter.undriven)]
        receivers = self._of(given.process, *names, receiving=True)
        begun = list(ways)
        for name in adapter.joined:
            first = [one for one in receivers if one.action.name == name]
            begun += [m for way in begun for one in first for m in self._after(way, one, message)]
        then = [one for one in receivers if one.action.name not in adapter.joined]
        taken = [more for way in begun for one in then for more in self._after(way, one, message)]
        if taken and type(message).__name__ in adapter.dropped:
            taken += begun
        return taken

    def _hidden(self, ways: list[Way], given: Input) -> list[Way]:
        own = self._of(given.process, *self.adapter.hidden, receiving=False)
        return [more for way in ways for one in own for more in self._after(way, one, None)]

    def _after(self, way: Way, one: ActionInstance, message: Message | None) -> Iterator[Way]:
        """The way with one action more, once for each way its choices can go."""
        world, found = self.world, []
        with world:
            if message is not None and not self._can_receive(way.state, one, message):
                return iter(())
            arguments = one.bound(message)
            for _ in world.scripted(one, arguments, lambda: world.load(way.state)):
                step = world.step_of(one.process, one.action, arguments)
                steps, states = (*way.steps, step), (*way.states, world.snapshot())
                found.append(Way(steps, states, (*way.sent, *world.sent)))
        return iter(found)

    def _is_inside(self, state: State) -> bool:
        self.world.load(state)
        return is_within_bounds(self.model, self.world)

    def _can_receive(self, state: State, one: ActionInstance, message: Message) -> bool:
        if not isinstance(message, one.kind) or message.dest != one.process:
            return False
        if one.channel is not None:
            return bool(state.values[one.channel][:1] == (message,))
        return any(m == message for m, _ in state.messages)

    @cached_property
    def _losses(self) -> dict[int, ActionInstance]:
        """For each queue how its head is lost, where the network loses messages."""
        with self.world:
            lost = [i for i in self.world.instances if i.action.function in FAULTS]
            return {i.channel: i for i in lost if i.action.name == "lose" and i.channel is not None}

    def settled(self, way: Way, known: set[Message]) -> Way:
        """The way, and what was never sent lost from the heads of queues, where it would block."""
        for cell, one in self._losses.items():
            while (head := way.state.values[cell][:1]) and head[0] not in known:
                with self.world:
                    self.world.load(way.state)
                    self.world.execute(one.process, one.action, one.bound(head[0]))
                    step = self.world.step_of(one.process, one.action, one.bound(head[0]))
                    after = self.world.snapshot()
                way = replace(way, steps=(*way.steps, step), states=(*way.states, after))
        return way

    def in_flight(self, state: State) -> set[Message]:
        """The messages that can be received: the heads of queues, where there are queues."""
        heads = [m for cell in self.model.channels.values() for m in state.values[cell][:1]]
        return {*heads, *(m for m, _ in state.messages)}


def _refuse_unknown(instances: dict[str, list[ActionInstance]], adapter: Adapter) -> None:
    """Raise `UsageError` for an action that the adapter names and the specification has not."""
    for name in ("joined", "hidden", "undriven"):
        named = getattr(adapter, name)
        if isinstance(named, str) or not all(isinstance(one, str) for one in named):
            raise UsageError(
                f"{name} = {named!r}",
                place=repr(adapter),
                allowed="a tuple of names of actions",
                cure=f'{name} = ("update_term",), with a comma, or ()',
            )
        for action in named:
            if action not in instances:
                raise UsageError(
                    f"{name} = {named!r}, of which the specification has no action `{action}`",
                    place=repr(adapter),
                    allowed=", ".join(instances),
                    cure=f"leave `{action}` out of `{name}`",
                )


__all__ = ["RECEIVE", "Belief", "Specification", "Way"]
