"""The language of specifications: plain Python classes whose methods are atomic actions.

A subclass of `Process` declares variables (annotated fields with an initial value) and actions
(methods without a return value). An action's annotated parameters are chosen nondeterministically,
PlusCal's `with`; one of a message type ranges over the messages in flight to `self`. `when` is the
guard, `either` a choice, `cycle` an order of actions. A method with a return annotation is an
operator; one decorated with `@macro` is a part of actions and none itself. A specification is a
value, `Spec`; with constants it is a `Model`, which runs in a `World` (see `raftnb.language.spec`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, ClassVar, TypeVar

from raftnb.data.calls import told_plainly
from raftnb.data.domains import (
    TAKEN,
    Domain,
    DomainType,
    refuse_dataclass,
    refuse_header,
    running,
    running_world,
)
from raftnb.data.errors import NoAttribute, SpecError
from raftnb.data.names import nearest
from raftnb.data.places import place_of_declaration
from raftnb.language.cures import of_attribute
from raftnb.language.inheritance import (
    inherited,
    refuse_borrowed,
    refuse_clashes,
    refuse_lost_action,
)
from raftnb.language.initial import HistoryInitial

T = TypeVar("T")


def undeclared(name: str, cls: type, known: Iterable[str]) -> NoAttribute:
    """The error for an attribute that a class does not declare."""
    found, allowed, cure = of_attribute(name, cls, known)
    return NoAttribute(found, allowed=allowed, cure=cure)


class Disabled(Exception):
    """A `when` was false, or a choice had no options: the action is not enabled here."""


@dataclass
class Variable:
    """A variable of a process: reads and writes go to the running world.

    It `is_own` where its class declares it, and not where it has it from several bases.
    """

    name: str
    annotation: Any
    initial: Any
    position: int
    module: str
    is_own: bool = True

    @property
    def is_history(self) -> bool:
        """Whether it was declared with `history(...)`."""
        return isinstance(self.initial, HistoryInitial)

    def __get__(self, process: Process | None, owner: type | None = None) -> Any:
        if process is None:
            return self
        own = process._world
        world = running.get(own)
        if world is own or process._after:  # nearly always, and read so often that it is first
            return own.read(process._base + self.position)
        return world.read(world.bases[process] + self.position)

    def __set__(self, process: Process, value: Any) -> None:
        own = process._world
        world = running.get(own)
        if world is own or process._after:
            own.write(process._base + self.position, value)
        else:
            world.write(world.bases[process] + self.position, value)


class SharedVariable(Variable):
    """A shared variable: it is read on its class, in the running world."""

    def __get__(self, _: Any, owner: type | None = None) -> Any:
        world = running.get(None) or running_world()
        return world.read(world.bases[owner] + self.position)


def world_of(process: Process) -> Any:
    """The world in which a process is read and written: the running one, whoever made it.

    A process may stand in a value that another world, even of another model, has made. Only
    `after(process)` stays in its own world, the next one.
    """
    return process._world if process._after else running.get(process._world)


class Action:
    """An atomic action of a process class; called on a process it takes the step."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__

    def __get__(self, process: Any, owner: type | None = None) -> Any:
        return self if process is None else BoundAction(process, self)

    def __repr__(self) -> str:
        return f"<action {self.function.__qualname__}>"


class BoundAction:
    """An action of one process, ready to be called by hand."""

    def __init__(self, process: Process, action: Action) -> None:
        self.process, self.action = process, action
        self.__doc__ = action.__doc__

    def __call__(self, *args: Any, choose: Iterable[Any] = (), **named: Any) -> Any:
        """Take the step, or raise `SpecError` with the false `when` if it is not enabled.

        `choose` gives the values of the action's `either`s, in the order in which they are met.
        """
        if world_of(self.process).actor is not None:
            return self.action.function(self.process, *args, **named)
        world = self.process._world
        return world.act(self.process, self.action, args, named, tuple(choose))

    def __repr__(self) -> str:
        return f"<action {self.process}.{self.action.name}>"


@told_plainly
def macro(function: Callable[..., None]) -> Callable[..., None]:
    """Mark a method as a part of actions (PlusCal's macro) that is no action itself."""
    function.__macro__ = True  # type: ignore[attr-defined]
    return function


@dataclass(frozen=True)
class Cycle:
    """The order in which a process takes its actions, round and round."""

    labels: tuple[str, ...]

    def after(self, label: str) -> str:
        """The label that follows."""
        return self.labels[(self.labels.index(label) + 1) % len(self.labels)]


@told_plainly
def cycle(*actions: Callable[..., None]) -> Cycle:
    """Order actions like PlusCal's labels; the label to come is the variable `pc`."""
    for action in actions:
        if not isinstance(action, FunctionType | Action):
            raise SpecError(
                f"{action!r} in `cycle`",
                allowed="actions of the class, defined above it",
                cure="name the methods, without quotes and parentheses: `cycle(ask, wait)`",
            )
    return Cycle(tuple(action.__name__ for action in actions))


def is_action(value: Any) -> bool:
    """Whether a class attribute is an action: a public function that returns nothing."""
    if not isinstance(value, FunctionType) or value.__name__.startswith("_"):
        return False
    returns = value.__annotations__.get("return")
    return returns in (None, "None") and not hasattr(value, "__macro__")


def written(annotation: Any) -> str:
    """An annotation as it is written in a class, as far as Python still knows."""
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "Type")


def declared(space: dict[str, Any], class_name: str) -> Iterable[tuple[str, Any, Any]]:
    """The variables that a class body declares: name, annotation, initial value."""
    for name, annotation in space.get("__annotations__", {}).items():
        if name.startswith("__") or "ClassVar" in str(annotation):
            continue
        if name.startswith("_"):
            raise SpecError(
                f"variable `{name}` of `{class_name}`",
                place=place_of_declaration(space, class_name, name),
                allowed="names that begin with a letter",
                cure=f"call it `{name.strip('_')}`",
            )
        if name not in space:
            raise SpecError(
                f"variable `{name}` of `{class_name}` without an initial value",
                place=place_of_declaration(space, class_name, name),
                allowed="name: Type = value",
                cure=f"write `{name}: {written(annotation)} = <initial value>`, or `= anything()`",
            )
        yield name, annotation, space.pop(name)


class ProcessType(DomainType):
    """The metaclass of processes: fields become variables, methods become actions."""

    variables: dict[str, Variable]
    actions: dict[str, Action]
    cycle: Cycle | None
    everywhere: bool

    @told_plainly
    def __new__(
        mcs, name: str, bases: tuple[type, ...], space: dict[str, Any], **options: Any
    ) -> ProcessType:
        space.pop(name, None)
        refuse_header(name, bases, {k: v for k, v in space.items() if not isinstance(v, Cycle)})
        variables, actions, order = inherited(mcs, name, bases, Action)
        moved = dict(variables) if len(bases) > 1 else {}
        refuse_clashes(name, space, variables, actions)
        refuse_borrowed(name, space, Action)
        fields = [] if bases[0] is Domain else list(declared(space, name))
        for key, value in list(space.items()):
            if isinstance(value, Cycle):
                order = value
                del space[key]
                fields.append(("pc", str, value.labels[0]))
            elif is_action(value):
                space[key] = actions[key] = Action(value)
            elif key in actions:
                refuse_lost_action(name, key, value)
                del actions[key]
        for key, annotation, initial in fields:
            position = variables[key].position if key in variables else len(variables)
            module = space.get("__module__", "")
            space[key] = variables[key] = Variable(key, annotation, initial, position, module)
        space |= {key: variable for key, variable in moved.items() if key not in space}
        cls: Any = super().__new__(mcs, name, bases, space, **options)
        cls.variables, cls.actions, cls.cycle = variables, actions, order
        cls.everywhere = options.get("everywhere", any(getattr(b, "everywhere", 0) for b in bases))
        return cls  # type: ignore[no-any-return]


class Process(Domain, metaclass=ProcessType):
    """A process class; its instances live in a world, and compare by name.

    `class Server(Process, number="servers")` declares a class with as many members as the constant
    `servers`; without `number` there is exactly one. With `everywhere=True` its message parameters
    range over all the messages in flight, not only over those to `self`.
    """

    __slots__ = ("_world", "_base", "_after")

    variables: ClassVar[dict[str, Variable]]
    actions: ClassVar[dict[str, Action]]
    cycle: ClassVar[Cycle | None]
    everywhere: ClassVar[bool]
    pc: str
    _world: Any
    _base: int
    _after: bool

    def __init__(
        self, index: int = 0, name: str = "", world: Any = None, base: int = 0, after: bool = False
    ) -> None:
        if world is None:
            raise SpecError(
                f"a new member of `{type(self).__name__}`",
                allowed="the members that a world has",
                cure='take one of a world: `world = model.start()`, then `world["name"]`',
            )
        super().__init__(index, name)
        object.__setattr__(self, "_world", world)
        object.__setattr__(self, "_base", base)
        object.__setattr__(self, "_after", after)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        cls = type(self)
        own = [n for n in dir(cls) if not n.startswith("_") and n not in TAKEN]
        raise undeclared(name, cls, dict.fromkeys([*cls.variables, *cls.actions, *own]))

    def __setattr__(self, name: str, value: Any) -> None:
        variable = type(self).variables.get(name)
        if variable is not None:
            variable.__set__(self, value)
            return
        if name not in ("index", "name", "_hash"):
            raise SpecError(
                f"an assignment to `{name}`, which `{type(self).__name__}` does not declare",
                allowed=", ".join(type(self).variables) or "no variables",
                cure=nearest(name, type(self).variables)
                or f"declare it: `{name}: Type = initial value` in the class",
            )
        super().__setattr__(name, value)


class GlobalsType(type):
    """The metaclass of shared variables: class attributes are read in the running world."""

    variables: dict[str, Variable]
    root: str

    def __new__(mcs, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> GlobalsType:
        refuse_header(name, bases, space, ("variables", "root", "mro"))
        variables = dict(getattr(bases[0], "variables", {})) if bases else {}
        for key, annotation, initial in declared(space, name) if bases else ():
            position = variables[key].position if key in variables else len(variables)
            module = space.get("__module__", "")
            shared = SharedVariable(key, annotation, initial, position, module)
            space[key] = variables[key] = shared
        cls = super().__new__(mcs, name, bases, space)
        parent_root = getattr(bases[0], "root", "") if bases else ""
        type.__setattr__(cls, "variables", variables)
        type.__setattr__(cls, "root", parent_root or (name if bases else ""))
        return cls

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_") or name in TAKEN:  # asked for by ourselves
            raise AttributeError(name)
        raise undeclared(name, cls, cls.variables)

    def __setattr__(cls, name: str, value: Any) -> None:
        variable = cls.variables.get(name)
        if variable is not None:
            world = running.get(None) or running_world()
            world.write(world.bases[cls] + variable.position, value)
            return
        refuse_dataclass(cls.__name__, name)
        if not name.startswith("__") and name != "_abc_impl":
            raise SpecError(
                f"an assignment to `{name}`, which `{cls.__name__}` does not declare",
                allowed=", ".join(cls.variables) or "no variables",
                cure=f"declare it: `{name}: Type = initial value` in the class",
            )
        super().__setattr__(name, value)


class Globals(metaclass=GlobalsType):
    """Shared variables, PlusCal's `variables`: `class Shared(Globals): mutex: ... = None`.

    They are read and written as class attributes: `Shared.mutex = self`.
    """

    def __init__(self) -> None:
        raise SpecError(
            f"an instance of `{type(self).__name__}`",
            allowed="shared variables as class attributes",
            cure=f"write `{type(self).__name__}.name` without parentheses",
        )


def when(condition: Any) -> None:
    """The guard (PlusCal's `when`): the action is enabled only where the condition is true."""
    if not condition:
        raise Disabled


def either(*options: T) -> T:
    """A nondeterministic choice among the options; with none of them the action is disabled."""
    return running_world().choose(options)  # type: ignore[no-any-return]


def after(owner: T) -> T:
    """A process, or a class of shared variables, as it is after the step (TLA+'s prime).

    Only in the claims about steps that a Spec names as `transitions`.
    """
    return running_world().after(owner)  # type: ignore[no-any-return]
