"""An object of any class as a table: states and calls are numbers, each step is computed once.

The class's own method is run on a copy of the object; what it did is remembered under the numbers
of the state and the call. So a check of thousands of operations runs few methods.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, TypeAlias

from raftnb.data.errors import SpecError, UsageError
from raftnb.data.histories import Operation, Value, freeze, text

IMPOSSIBLE = -1
Model: TypeAlias = Any
"""A class that can be made without arguments, or an object in its initial state."""
Call: TypeAlias = tuple[str, tuple[Value, ...]]
"""A method's name and its arguments."""


class ObserverChangedState(Exception):
    """A method that was taken for an observer has changed a state: what was pruned is void."""


class Machine:
    """The transition table of a sequential object, filled as it is asked.

    `rows[state][call]` is the pair (number of the result, next state), or (IMPOSSIBLE, state).
    `observers` are the methods that changed no state seen so far; each new state is tried with
    all of their calls, and `ObserverChangedState` is raised when one turns out to be no observer.
    At first every method is taken for one, unless `observers` are given.
    """

    def __init__(
        self, model: Model, calls: list[Call], observers: Iterable[str] | None = None
    ) -> None:
        self.calls = calls
        self.observers = {name for name, _ in calls} if observers is None else set(observers)
        self.results: dict[Value, int] = {}
        self._initial = _instance(model)
        self.restart()

    def restart(self) -> None:
        """Forget the states, keep what is known about observers, and enter the initial state."""
        while True:
            try:
                return self._begin()
            except ObserverChangedState:
                continue

    def _begin(self) -> None:
        self.rows: list[dict[int, tuple[int, int]]] = []
        self.objects: list[Any] = []
        self.numbers: dict[Value, int] = {}
        self.bytes = 0
        self._watched = [n for n, (name, _) in enumerate(self.calls) if name in self.observers]
        self._enter(self._initial, _state_of(self._initial))

    def result_number(self, result: Value) -> int:
        """The number under which this result is known."""
        return self.results.setdefault(result, len(self.results))

    def step(self, state: int, call: int) -> tuple[int, int]:
        """What `call` does in `state`: the result's number and the next state."""
        known = self.rows[state].get(call)
        return known if known is not None else self._compute(state, call)

    def show(self, state: int) -> str:
        """The state as text: the fields of the object."""
        fields = vars(self.objects[state])
        if len(fields) == 1:
            return text(freeze(next(iter(fields.values()))))
        return ", ".join(f"{name} = {value!r}" for name, value in fields.items())

    def _compute(self, state: int, call: int) -> tuple[int, int]:
        after, result = self._run(state, call)
        if after is None:
            step = (IMPOSSIBLE, state)
        else:
            frozen = _state_of(after)
            found = self.numbers.get(frozen)
            following = self._enter(after, frozen) if found is None else found
            step = (self.result_number(result), following)
        self.rows[state][call] = step
        return step

    def _run(self, state: int, call: int) -> tuple[Any, Value]:
        name, arguments = self.calls[call]
        copy = _copy(self.objects[state])
        try:
            return copy, freeze(getattr(copy, name)(*arguments))
        except LookupError:
            return None, None
        except Exception as error:
            raise SpecError(
                f"{type(error).__name__}: {error}",
                place=f"{type(copy).__name__}.{name}{arguments!r}",
                allowed="a result, or Impossible (any LookupError) where there is none",
                cure="mend the method, or raise raftnb.linear.Impossible",
            ) from error

    def _enter(self, thing: Any, frozen: Value) -> int:
        number = len(self.objects)
        self.numbers[frozen] = number
        self.objects.append(thing)
        self.rows.append({})
        self.bytes += 600 + _weight(frozen)
        self._watch(number, frozen)
        return number

    def _watch(self, state: int, frozen: Value) -> None:
        for call in self._watched:
            after, result = self._run(state, call)
            if after is None:
                self.rows[state][call] = (IMPOSSIBLE, state)
            elif _state_of(after) == frozen:
                self.rows[state][call] = (self.result_number(result), state)
            else:
                self.observers.discard(self.calls[call][0])
                raise ObserverChangedState


def _class_of(model: Model) -> type[Any]:
    """The class of a model given as a class or as an object."""
    return model if isinstance(model, type) else type(model)


def call_of(operation: Operation, model: Model) -> tuple[Value, tuple[Value, ...]]:
    """The part of the object an operation belongs to, and its arguments as the class takes them.

    A class that is partitioned takes its key as an argument. Where a history names the key as the
    operation's object, and leaves it out of the arguments, it is put in front of them.
    """
    parameter = getattr(model, "partition", None)
    x, arguments = operation.object, operation.arguments
    if parameter is None:
        return x, arguments
    cls: Any = _class_of(model)
    if x is not None and not _takes(cls, operation.name, len(arguments)):
        return x, (x, *arguments)
    names = _parameters(cls, operation.name)
    if parameter not in names or names.index(parameter) >= len(arguments):
        raise UsageError(
            f"{operation} has no argument {parameter}",
            place=f"model {cls.__name__}",
            allowed=f"{cls.__name__}.partition names an argument of every method",
            cure="leave `partition` out, or give the argument",
        )
    key = arguments[names.index(parameter)]
    return (key if x is None else (x, key)), arguments


@lru_cache(256)
def _takes(cls: Any, name: str, count: int) -> bool:
    """Whether the method can be called with so many arguments."""
    try:
        inspect.signature(getattr(cls, name, None) or object).bind(*range(count + 1))
    except (TypeError, ValueError):
        return False
    return True


def _instance(model: Model) -> Any:
    thing = model() if isinstance(model, type) else deepcopy(model)
    if not hasattr(thing, "__dict__"):
        raise UsageError(
            f"{type(thing).__name__} has no fields",
            allowed="a class whose objects keep their state in fields (self.x = ...)",
            cure="leave __slots__ out",
        )
    return thing


def _methods(cls: type[Any]) -> list[str]:
    return [name for name in dir(cls) if name[0] != "_" and callable(getattr(cls, name))]


def _parameters(cls: type[Any], name: str) -> list[str]:
    if name not in _methods(cls):
        raise UsageError(
            f"operation {name!r}",
            place=f"model {cls.__name__}",
            allowed=", ".join(_methods(cls)),
            cure="choose the model that has this operation",
        )
    return list(inspect.signature(getattr(cls, name)).parameters)[1:]


def check_calls(model: Model, calls: Sequence[Call]) -> None:
    """Raise `UsageError` unless each call fits a method; once for each name and length."""
    cls = _class_of(model)
    shapes = {(name, len(arguments)): arguments for name, arguments in calls}
    for (name, _), arguments in shapes.items():
        names = _parameters(cls, name)
        try:
            inspect.signature(getattr(cls, name)).bind(None, *arguments)
        except TypeError as error:
            raise UsageError(
                f"{name}({', '.join(map(text, arguments))}): {error}",
                place=f"model {cls.__name__}",
                allowed=f"{name}({', '.join(names)})",
                cure="choose the model whose operations take these arguments",
            ) from None


def _state_of(thing: Any) -> Value:
    return tuple((name, freeze(value)) for name, value in vars(thing).items())


def _copy(thing: Any) -> Any:
    copy = object.__new__(type(thing))
    for name, value in vars(thing).items():
        copy.__dict__[name] = value if _immutable(value) else _copied(value)
    return copy


def _immutable(value: Any) -> bool:
    return value is None or isinstance(value, (int, str, float)) or _frozen_tuple(value)


def _frozen_tuple(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_immutable, value))


def _copied(value: Any) -> Any:
    if isinstance(value, list) and all(map(_immutable, value)):
        return list(value)
    if isinstance(value, dict) and all(map(_immutable, value.values())):
        return dict(value)
    return deepcopy(value)


def _weight(frozen: Value) -> int:
    if isinstance(frozen, (tuple, frozenset)):
        return 60 + sum(map(_weight, frozen))
    return 16 + (len(frozen) if isinstance(frozen, str) else 0)
