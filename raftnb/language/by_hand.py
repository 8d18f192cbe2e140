"""What running by hand needs besides the world: arguments bound, refusals explained, choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from inspect import signature
from typing import Any, Protocol

from raftnb.data.errors import NoAttribute, NotEnabled, SpecError, UsageError
from raftnb.data.names import listed, nearest
from raftnb.data.values import Message, show
from raftnb.language.annotations import Mismatch
from raftnb.language.instances import ActionInstance
from raftnb.language.processes import Action, Process, undeclared
from raftnb.language.setting import Setting
from raftnb.language.source import false_guard


class Readable(Protocol):
    """A world as far as its values and messages go."""

    @property
    def model(self) -> Setting: ...

    def read(self, cell: int) -> Any: ...

    @property
    def bases(self) -> Mapping[Any, int]: ...

    def messages(self) -> list[Message]: ...

    @property
    def instances(self) -> tuple[ActionInstance, ...]: ...

    def candidates(self, instance: ActionInstance) -> list[Message | None]: ...


def only_in_actions(what: str) -> SpecError:
    """The error for what only an action may do."""
    return SpecError(
        f"{what} outside an action",
        allowed="assignments, choices and messages in actions; properties only read",
        cure="call an action, or `world.reset(state)`",
    )


def no_member(name: str, members: Iterable[str]) -> UsageError:
    """The error for a member that a world has not."""
    names = list(members)
    return UsageError(
        f"`{name}`, which is no member of this world",
        allowed=listed(names),
        cure=nearest(name, names) or "use one of these, or make a larger model",
    )


def no_attribute_of_a_world(name: str, members: Iterable[str]) -> NoAttribute:
    """The error for an attribute that a world has not; a member is named in brackets."""
    known = ("state", "trace", "enabled", "take", "reset", "names")
    cure = f'write `world["{name}"]`' if name in members else nearest(name, known)
    return NoAttribute(
        f"`{name}` of a world",
        allowed=f'world["{next(iter(members), "name")}"], {listed(known)}',
        cure=cure or "use one of these",
    )


def why_disabled(process: Process, action: Action, error: BaseException) -> str:
    """Why an action is not enabled: where the process is, or the guard that is false."""
    order = type(process).cycle
    if order is not None and action.name in order.labels and process.pc != action.name:
        return f"{process} is at `{process.pc}`"
    return false_guard(error)


def bound_arguments(
    world: Readable, process: Process, action: Action, args: tuple[Any, ...], named: dict[str, Any]
) -> tuple[Any, ...]:
    """The arguments of an action called by hand, each of the type that its parameter has."""
    names = world.model.parameter_names(action)
    fixed = {name: world.model.constants[name] for name in names if name in world.model.constants}
    try:
        bound = signature(action.function).bind(process, *args, **{**fixed, **named})
    except TypeError as error:
        raise UsageError(
            f"{process}.{action.name} called with {error}",
            allowed=f"{action.name}{signature(action.function)}",
            cure="give each parameter once",
        ) from None
    given = list(bound.arguments.items())[1:]
    return tuple(
        fixed[name] if name in fixed else _argument(world, process, action, name, value)
        for name, value in given
    )


def _argument(world: Readable, process: Process, action: Action, name: str, value: Any) -> Any:
    if isinstance(value, Message):
        return _received(world, process, action, value)
    annotation = world.model.parameters(action, skip=1)[name]
    try:
        return world.model.check_of(annotation)(value)
    except Mismatch as mismatch:
        raise mismatch.as_error(value, f"`{name}` of `{action.name}`") from None


def _received(world: Readable, process: Process, action: Action, message: Message) -> Message:
    """A message, if the process could receive it now by this action."""
    open_ones = [i for i in world.instances if i.process == process and i.action is action]
    possible = [m for instance in open_ones for m in world.candidates(instance)]
    if message not in possible:
        flying = message in world.messages()
        why = (
            f"which `{process}.{action.name}` cannot receive"
            if flying
            else "which is not in flight"
        )
        raise NotEnabled(
            f"{message!r}, {why}",
            allowed="; ".join(map(show, possible)) or "no message",
            cure="receive one of these",
        )
    return message


def hand_picked(wanted: tuple[Any, ...], at: int, options: tuple[Any, ...]) -> int:
    """Which option the values that are given by hand mean for the choice number `at`."""
    if at >= len(wanted) and len(options) == 1:
        return 0
    if at >= len(wanted) or wanted[at] not in options:
        found = show(wanted[at]) if at < len(wanted) else "no value"
        raise UsageError(
            f"{found} for choice {at + 1} of the action",
            allowed=", ".join(map(show, options)),
            cure=f"pass `choose=({show(options[0])}, ...)`, one value for each `either`",
        )
    return options.index(wanted[at])


def not_sent(message: Any, records: Iterable[type]) -> SpecError:
    """The error for what is among the messages of a state and cannot be in flight."""
    kinds = sorted(cls.__name__ for cls in records if issubclass(cls, Message))
    return SpecError(
        f"{show(message)} among the messages of a state",
        allowed=f"with `source` and `dest`: {', '.join(kinds) or 'no kind of message'}",
        cure="take the state from a trace or a world of this model",
    )


class SharedIn:
    """The shared variables of a class as they are in one world."""

    def __init__(self, world: Readable, shared: Any) -> None:
        self._world, self._shared = world, shared

    def __getattr__(self, name: str) -> Any:
        world, shared = self._world, self._shared
        if name not in shared.variables:
            raise undeclared(name, shared, shared.variables)
        return world.read(world.bases[shared] + shared.variables[name].position)


def next_script(choices: Sequence[tuple[int, tuple[Any, ...]]]) -> list[int] | None:
    """The next way for the choices to go, in the order of a depth-first walk; None at the end."""
    for at in range(len(choices) - 1, -1, -1):
        pick, options = choices[at]
        if pick + 1 < len(options):
            return [p for p, _ in choices[:at]] + [pick + 1]
    return None
