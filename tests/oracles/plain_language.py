"""The language once more, as plainly as it can be: objects with attributes, changed in place.

A specification's text that imports its names from here instead of `raftnb.language` runs in a
`Machine`. Each member of a class is one object for ever, a variable is its attribute, a state is a
copy of all attributes. Nothing is checked, remembered or fast; `World` must agree with it.
"""

from __future__ import annotations

import itertools
import typing
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from types import FunctionType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

Nat = Annotated[int, "natural"]
Seq, Set = tuple, frozenset
running: ContextVar[Machine] = ContextVar("running machine")


class DisabledError(Exception):
    """A false guard, or a choice among nothing."""


@dataclass(frozen=True)
class Initial:
    """An initial value that is not written out: anything, first, each(value), history(value)."""

    kind: str
    value: Any = None


def anything() -> Any:
    return Initial("anything")


def first() -> Any:
    return Initial("first")


def each(value: Any) -> Any:
    return Initial("each", value)


def history(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Labels:
    names: tuple[str, ...]


class Kind(type):
    """A class of members: its fields, its actions, and the members themselves."""

    def __new__(mcs, name: str, bases: Any, space: dict[str, Any], number: str = "") -> Any:
        up = bases[0] if bases else None
        initial = dict(getattr(up, "initial", {}))
        actions = list(getattr(up, "actions", []))
        cycle = getattr(up, "labels", ())
        for key in space.get("__annotations__", {}):
            if key in space:
                initial[key] = space.pop(key)
        for key, value in list(space.items()):
            if isinstance(value, Labels):
                cycle, initial["pc"] = value.names, value.names[0]
                del space[key]
            if is_action(value) and key not in actions:
                actions.append(key)
        cls = super().__new__(mcs, name, bases, space)
        root = getattr(up, "root", "") or ("" if name in ("Domain", "Process") else name)
        cls.initial, cls.actions, cls.labels, cls.root = initial, actions, cycle, root
        cls.number = number or getattr(up, "number", "")
        cls.annotations = {**getattr(up, "annotations", {}), **space.get("__annotations__", {})}
        return cls

    def __iter__(cls) -> Iterator[Any]:
        return iter(running.get().members[cls.root])

    def __len__(cls) -> int:
        return len(running.get().members[cls.root])


def is_action(value: Any) -> bool:
    if not isinstance(value, FunctionType) or value.__name__.startswith("_"):
        return False
    return value.__annotations__.get("return") in (None, "None") and not hasattr(value, "macro")


class Domain(metaclass=Kind):
    def __init__(self, index: int, name: str) -> None:
        self.__dict__.update(index=index, name=name)

    def __lt__(self, other: Any) -> bool:
        return bool(self.index < other.index)

    def __repr__(self) -> str:
        return str(self.__dict__["name"])


class Process(Domain):
    pass


class Shared(type):
    """The metaclass of shared variables: attributes of the class."""

    def __new__(mcs, name: str, bases: Any, space: dict[str, Any]) -> Any:
        names = [key for key in space.get("__annotations__", {}) if key in space]
        cls = super().__new__(mcs, name, bases, space)
        type.__setattr__(cls, "start", {key: space[key] for key in names})
        type.__setattr__(cls, "annotations", space.get("__annotations__", {}))
        return cls


class Globals(metaclass=Shared):
    pass


class Record:
    def __init_subclass__(cls, kw_only: bool = False) -> None:
        dataclass(frozen=True, kw_only=kw_only)(cls)


class Message(Record, kw_only=True):
    source: Any = None
    dest: Any = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__(kw_only=True)


class Map(Mapping[Any, Any]):
    def __init__(self, items: Any = ()) -> None:
        given = dict(items)
        self.held = {key: given[key] for key in sorted(given, key=rank)}

    def __getitem__(self, key: Any) -> Any:
        return self.held[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)

    def __or__(self, other: Any) -> Map:
        return Map({**self, **other})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Map) and self.held == other.held

    def __hash__(self) -> int:
        return hash(frozenset(self.held.items()))


def rank(value: Any) -> Any:
    """A sort key: by kind, then by what distinguishes values of the kind."""
    return repr(exact(value)) if not isinstance(value, int) else f"!{value + 10**6:09}"


def exact(value: Any) -> Any:
    """As `by_hand.exact`."""
    kind = type(value).__name__
    if isinstance(value, Domain):
        return (type(value).root, value.__dict__["name"])
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


# What actions say.


def cycle(*actions: Callable[..., None]) -> Labels:
    return Labels(tuple(action.__name__ for action in actions))


def macro(function: Any) -> Any:
    function.macro = True
    return function


def when(condition: Any) -> None:
    if not condition:
        raise DisabledError


def either(*options: Any) -> Any:
    machine = running.get()
    if not options:
        raise DisabledError
    at = len(machine.choices)
    pick = machine.script[at] if at < len(machine.script) else 0
    machine.choices.append((pick, options))
    return options[pick]


def send(message: Message, to: Any) -> None:
    machine = running.get()
    machine.put(replace(message, source=message.source or machine.actor, dest=to))


def discard(message: Message) -> None:
    running.get().take(message)


def reply(message: Message, response: Message) -> None:
    discard(message)
    send(response, message.source)


def in_flight(kind: Any) -> tuple[Any, ...]:
    machine = running.get()
    queued = [m for queue in machine.queues.values() for m in queue]
    found = {m for m in [*machine.bag, *queued] if isinstance(m, kind)}
    return tuple(sorted(found, key=rank))


def after(owner: Any) -> Any:
    return Later(running.get().next, owner)


class Later:
    """What has attributes as they are in the next state."""

    def __init__(self, state: Any, owner: Any) -> None:
        self.__dict__.update(state=state, owner=owner)

    def __getattr__(self, name: str) -> Any:
        return self.__dict__["state"][0][self.__dict__["owner"], name]


@dataclass(frozen=True)
class Delivery:
    loses: bool = True
    duplicates: bool = True
    reorders: bool = True


@dataclass
class Spec:
    """The fields of a specification that matter here."""

    name: str
    processes: tuple[Any, ...]
    shared: tuple[Any, ...] = ()
    domains: tuple[Any, ...] = ()
    constants: dict[str, int] = field(default_factory=dict)
    invariants: tuple[Any, ...] = ()
    transitions: tuple[Any, ...] = ()
    sometimes: tuple[Any, ...] = ()
    constraints: tuple[Any, ...] = ()
    distinct_messages: str | None = None
    copies: str | None = None
    delivery: Delivery | None = None
    symmetric: tuple[Any, ...] = ()


State = tuple[dict[Any, Any], dict[Any, int], dict[Any, tuple[Any, ...]]]


class Machine:
    """Runs a specification: all members, and the state that they are in."""

    def __init__(self, spec: Spec, horizon: int) -> None:
        self.spec, self.horizon = spec, horizon
        self.members = {c.root: self.made(c) for c in (*spec.processes, *spec.domains)}
        classes = (*spec.processes, *spec.domains, *spec.shared)
        self.names = {c.__name__: c for c in classes}
        self.names |= {base.__name__: base for c in classes for base in c.__mro__[:-1]}
        self.bag: dict[Any, int] = {}
        self.queues: dict[Any, tuple[Any, ...]] = {}
        self.choices: list[tuple[int, tuple[Any, ...]]] = []
        self.script: list[int] = []
        self.actor: Any = None
        self.next: Any = None
        ends = [p for c in spec.processes for p in self.members[c.root]]
        if spec.delivery is not None and not spec.delivery.reorders:
            self.queues = dict.fromkeys(itertools.product(ends, ends), ())
        self.owners = [(s, list(s.start), s) for s in spec.shared]
        self.owners += [
            (p, list(c.initial), c) for c in spec.processes for p in self.members[c.root]
        ]

    def made(self, cls: Any) -> tuple[Any, ...]:
        letter = cls.root[0].lower()
        if not cls.number:
            return (cls(0, letter + cls.root[1:]),)
        return tuple(cls(i, f"{letter}{i + 1}") for i in range(self.spec.constants[cls.number]))

    # States.

    def state(self) -> State:
        cells = {(o, name): o.__dict__[name] for o, names, _ in self.owners for name in names}
        return cells, dict(self.bag), dict(self.queues)

    def load(self, state: State) -> None:
        cells, bag, queues = state
        for (owner, name), value in cells.items():
            if isinstance(owner, type):
                type.__setattr__(owner, name, value)
            else:
                owner.__dict__[name] = value
        self.bag, self.queues = dict(bag), dict(queues)

    def exact(self, state: State) -> Any:
        """As `by_hand.exact_state`."""
        cells, bag, queues = state
        values = [*cells.values(), *queues.values()]
        messages = sorted(((exact(m), n) for m, n in bag.items()), key=repr)
        return (*map(exact, values), *messages)

    def initial(self) -> list[State]:
        spaces = []
        for _, names, cls in self.owners:
            given = cls.start if isinstance(cls, Shared) else cls.initial
            spaces += [self.starts(cls, name, given[name]) for name in names]
        keys = [(owner, name) for owner, names, _ in self.owners for name in names]
        rows = itertools.product(*spaces)
        return [(dict(zip(keys, row, strict=True)), {}, dict(self.queues)) for row in rows]

    def starts(self, cls: Any, name: str, value: Any) -> list[Any]:
        if not isinstance(value, Initial):
            return [value]
        hint = self.hint(cls, cls.annotations[name])
        if value.kind == "each":
            return [Map((key, value.value) for key in self.universe(get_args(hint)[0]))]
        return self.universe(hint)[: None if value.kind == "anything" else 1]

    def hint(self, owner: Any, text: str) -> Any:
        module = __import__("sys").modules[owner.__module__]
        return eval(text, {**vars(typing), **vars(module), **self.names})

    def universe(self, hint: Any) -> list[Any]:
        origin, args = get_origin(hint), get_args(hint)
        if isinstance(hint, Kind):
            return list(self.members[hint.root])
        if isinstance(hint, type) and issubclass(hint, Enum):
            return list(hint)
        if hint is bool:
            return [False, True]
        if hint in (None, NoneType):
            return [None]
        if hint == Nat:
            return list(range(self.horizon + 1))
        if origin is Literal:
            return list(args)
        if origin in (Union, UnionType):
            return [value for part in args for value in self.universe(part)]
        assert origin is frozenset
        values = self.universe(args[0])
        sizes = range(len(values) + 1)
        return [frozenset(c) for n in sizes for c in itertools.combinations(values, n)]

    # The network.

    @property
    def keeps(self) -> bool:
        net = self.spec.delivery
        return net is not None and net.duplicates and net.reorders

    def put(self, message: Any) -> None:
        if self.queues:
            self.queues[message.source, message.dest] += (message,)
        else:
            self.bag[message] = 1 if self.keeps else self.bag.get(message, 0) + 1

    def take(self, message: Any) -> None:
        if self.queues:
            ends = message.source, message.dest
            self.queues[ends] = self.queues[ends][1:]
        elif not self.keeps and message in self.bag:
            self.bag[message] -= 1
            self.bag = {m: n for m, n in self.bag.items() if n}

    def receivable(self, process: Any, kind: Any) -> list[Any]:
        heads = [q[0] for (_, dest), q in self.queues.items() if q and dest is process]
        here = heads if self.queues else [m for m in self.bag if m.dest is process]
        return [m for m in here if isinstance(m, kind)]

    # Steps.

    def outcomes(self, state: State) -> dict[Any, Any]:
        """For each process, action and arguments: the ways, or the exception that was raised."""
        found: dict[Any, Any] = {}
        for cls in self.spec.processes:
            for process, name in itertools.product(self.members[cls.root], cls.actions):
                function = getattr(cls, name)
                self.load(state)
                for row in self.arguments(process, function):
                    key = (process.__dict__["name"], name, tuple(map(exact, row.values())))
                    found[key] = self.ways(process, name, list(row.values()), state)
        return found

    def arguments(self, process: Any, function: Any) -> Iterator[dict[str, Any]]:
        spaces = {}
        for name in function.__code__.co_varnames[1 : function.__code__.co_argcount]:
            hint = self.hint(type(process), function.__annotations__[name])
            message = isinstance(hint, type) and issubclass(hint, Message)
            spaces[name] = self.receivable(process, hint) if message else self.universe(hint)
        for values in itertools.product(*spaces.values()):
            yield dict(zip(spaces, values, strict=True))

    def ways(self, process: Any, name: str, arguments: list[Any], state: State) -> Any:
        found = []
        script: list[int] | None = []
        while script is not None:
            self.load(state)
            self.script, self.choices, self.actor = script, [], process
            try:
                self.act(process, name, arguments)
                chosen = tuple(exact(options[pick]) for pick, options in self.choices)
                found.append((chosen, self.state()))
            except DisabledError:
                pass
            except Exception as error:
                return error
            script = following(self.choices)
        return found

    def act(self, process: Any, name: str, arguments: list[Any]) -> None:
        labels = type(process).labels
        if name in labels and process.__dict__["pc"] != name:
            raise DisabledError
        getattr(process, name)(*arguments)
        if name in labels:
            process.__dict__["pc"] = labels[(labels.index(name) + 1) % len(labels)]

    def truth(self, claim: Any, state: State, then: State | None = None) -> Any:
        """Whether a claim is true for all values of its parameters, or what it raised."""
        self.load(state)
        self.next = then
        names = claim.__code__.co_varnames[: claim.__code__.co_argcount]
        module = __import__("sys").modules[claim.__module__]
        scope = {**vars(typing), **vars(module), **self.names}
        hints = {name: eval(claim.__annotations__[name], scope) for name in names}
        known = {name: [value] for name, value in self.spec.constants.items()}
        spaces = [known.get(name) or self.universe(hint) for name, hint in hints.items()]
        try:
            return all(claim(*row) for row in itertools.product(*spaces))
        except Exception as error:
            return error


def following(choices: list[tuple[int, tuple[Any, ...]]]) -> list[int] | None:
    for at in reversed(range(len(choices))):
        if choices[at][0] + 1 < len(choices[at][1]):
            return [pick for pick, _ in choices[:at]] + [choices[at][0] + 1]
    return None
