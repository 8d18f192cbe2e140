"""What there is to run: every action of every process with its arguments, every initial state."""

from __future__ import annotations

import itertools
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.trace import State
from raftnb.data.values import Map, Message, order
from raftnb.language import source
from raftnb.language.annotations import Mismatch
from raftnb.language.initial import Anything, Each, First, Initial, start_of
from raftnb.language.processes import Action, Process, Variable
from raftnb.language.setting import Setting
from raftnb.language.universe import Populated, how_many, universe
from raftnb.language.vocabulary import place_of_field


@dataclass(frozen=True, slots=True)
class ActionInstance:
    """An action of one process with its arguments; a message to be received is still open.

    `receives` is the position of the message among the arguments, `channel` the cell of the queue
    from whose head it comes, where the network keeps the order.
    """

    process: Process
    action: Action
    arguments: tuple[Any, ...]
    receives: int | None = None
    kind: type[Message] = Message
    channel: int | None = None

    def bound(self, message: Message | None) -> tuple[Any, ...]:
        """The arguments with the message put in."""
        if self.receives is None:
            return self.arguments
        return (*self.arguments[: self.receives], message, *self.arguments[self.receives + 1 :])


class Inhabited(Populated, Protocol):
    """A world as far as its instances go: its model, and the members of its classes."""

    @property
    def model(self) -> Setting: ...


def instances_in(world: Inhabited) -> Iterator[ActionInstance]:
    """Every action of every process of a world, with every choice of its arguments."""
    for cls in world.model.processes:
        for process in world.members(cls):
            for action in cls.actions.values():
                yield from _of_action(world, process, action)


def _of_action(world: Inhabited, process: Process, action: Action) -> Iterator[ActionInstance]:
    parameters, constants = world.model.parameters(action, skip=1), world.model.constants
    types = list(parameters.values())
    at = _received(types, action)
    spaces = [
        [None] if i == at else [constants[name]] if name in constants else universe(kind, world)
        for i, (name, kind) in enumerate(parameters.items())
    ]
    for row in itertools.product(*spaces):
        if at is None:
            yield ActionInstance(process, action, row)
            continue
        for channel in _channels_to(process, world.model):
            yield ActionInstance(process, action, row, at, types[at], channel)


def named_arguments(
    model: Setting, action: Action, arguments: tuple[Any, ...]
) -> tuple[tuple[str, Any], ...]:
    """The arguments of a step by name; a constant is none, since it is always the same."""
    named = zip(model.parameter_names(action), arguments, strict=True)
    return tuple((name, value) for name, value in named if name not in model.constants)


def _received(types: list[Any], action: Action) -> int | None:
    """The position of the one parameter that is a message."""
    found = [i for i, t in enumerate(types) if isinstance(t, type) and issubclass(t, Message)]
    if len(found) > 1:
        raise SpecError(
            f"an action that receives {len(found)} messages",
            place=source.place(action.function),
            allowed="one parameter of a message type",
            cure="split the action",
        )
    return found[0] if found else None


def _channels_to(process: Process, model: Setting) -> list[int | None]:
    """The cells of the queues to a process; [None] where the network keeps no order."""
    if not model.channels:
        return [None]
    ends = model.channels.items()
    return [cell for (_, dest), cell in ends if process.everywhere or dest == process.name]


def initial_states(world: Inhabited) -> tuple[State, ...]:
    """The initial states, in a fixed order; the world must be running."""
    model = world.model
    spaces = [
        [model.admitted(cell, value) for value in initial_values(variable, cls, world)]
        for cell, (variable, cls) in enumerate(model.variables)
    ]
    spaces += [[()] for _ in model.channels]
    return tuple(State(model.layout, row) for row in itertools.product(*spaces))


def how_many_begin(world: Inhabited) -> int:
    """How many initial states there are at most, without a list of them."""
    found = 1
    for variable, cls in world.model.variables:
        if isinstance(start_of(variable.initial), Anything):
            found *= how_many(world.model.annotation_of(variable, cls), world)
    return found


def admitted_state(model: Setting, given: Any) -> State:
    """A state that is given to go on from, if it is one of the model's; its values are checked."""
    if not isinstance(given, State):
        raise UsageError(
            f"{given!r} ({type(given).__name__}) as a state",
            allowed="a state of this model: `trace.last`, `world.state`, `model.initial_states[0]`",
            cure="give one of these",
        )
    if given.layout != model.layout:
        raise UsageError(
            "a state of other variables",
            allowed=", ".join(map(str, model.layout.cells)),
            cure="use a state of this model, or `state.seen_as(model.layout, {...})`",
        )
    values = list(itertools.starmap(model.admitted, enumerate(given.values)))
    for ends, cell in model.channels.items():
        values[cell] = _queue(model, values[cell], ends)
    counts: dict[Message, int] = {}
    for message, count in given.messages:
        most = 1 if model.keeps else count
        if type(count) is not int or not 0 < count <= most or message in counts:
            raise _not_in_flight(f"{message!r}, {count} times")
        counts[model.sent(message)] = count
    messages = tuple(sorted(counts.items(), key=lambda item: order(item[0])))
    return State(model.layout, tuple(values), messages)


def _queue(model: Setting, given: Any, ends: tuple[str, str]) -> tuple[Message, ...]:
    if type(given) is not tuple:
        raise _not_in_flight(f"{given!r} as a queue")
    found = tuple(map(model.sent, given))
    for message in found:
        if (message.source.name, message.dest.name) != ends:
            raise _not_in_flight(f"{message!r} on the way from {' to '.join(ends)}")
    return found


def _not_in_flight(found: str) -> SpecError:
    return SpecError(
        f"{found}, in a state",
        allowed="messages that can be in flight, each named once, with how many there are of it",
        cure="take the state from a trace or a world of this model",
    )


def refuse_initial_values(model: Setting) -> None:
    """Raise `SpecError` for an initial value that is not of its variable's type."""
    for cell, (variable, cls) in enumerate(model.variables):
        initial = start_of(variable.initial)
        try:
            if isinstance(initial, Each):
                parts = typing.get_args(model.annotation_of(variable, cls))
                model.check_of(parts[1])(initial.value)
            elif not isinstance(initial, Initial):
                model.admitted(cell, initial)
        except Mismatch as mismatch:
            told = mismatch.as_error(initial.value, f"`{cls.__name__}.{variable.name}`")
            told.place = place_of_field(cls, variable.name)
            raise told from None
        except SpecError as error:
            error.place = place_of_field(cls, variable.name)
            raise


def initial_values(variable: Variable, cls: Any, world: Inhabited) -> list[Any]:
    """The values with which a variable may start, in a fixed order."""
    initial = start_of(variable.initial)
    annotation = world.model.annotation_of(variable, cls)
    if isinstance(initial, Anything):
        return universe(annotation, world)
    if isinstance(initial, First):
        return universe(annotation, world)[:1]
    if isinstance(initial, Each):
        keys = universe(typing.get_args(annotation)[0], world)
        return [Map((key, initial.value) for key in keys)]
    return [initial]
