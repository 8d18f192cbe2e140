"""What a sequential object says of its operations: methods, arguments, parts, and answers.

Any class will do. Beside its public methods a class may have

- `partition = "key"`: operations whose argument `key` differs never concern each other;
- `part(key)`: the object that one key alone is; its methods take the other arguments;
- `stands_for = {"cas": True}`: what a response means that only says that the call is done;
- `claims = ("add",)`: methods whose answer is one even if it repeats the argument;
- `recorded(name, result)`, static: a recorded answer in the form in which the method returns it.

A method with a keyword-only parameter `process` is given the process that calls; one with `choose`
a function that takes one of several values, for an object that may do this or that; one with
`answer` the recorded answer (None where nobody knows it), to accept or to refuse as `Impossible`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from raftnb.data.errors import UsageError
from raftnb.data.events import UNSAID, Echo, Operation, Value, text
from raftnb.data.verdict import counted
from raftnb.linear.copies import copy_of

SequentialObject: TypeAlias = Any
"""A class that can be made without arguments, or an object in its initial state."""
GIVEN = ("process", "choose", "answer")
"""Keyword-only parameters that the checker fills in."""
NO_OPERATIONS = ("part", "recorded")
"""Public methods that are not operations."""


class Call(NamedTuple):
    """A method's name and arguments; the caller and the answer where the method asks for them."""

    name: str
    arguments: tuple[Value, ...]
    process: Value = None
    answer: Value = None

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(text, self.arguments))})"


class Asked(NamedTuple):
    """An operation as its object takes it: the part it belongs to, the call, the result claimed."""

    part: Value
    call: Call
    result: Value


class Method(NamedTuple):
    """A method's parameters without `self`, how many may be given, and which are filled in.

    `partition` is the class's; `key` the place of this parameter, or -1; `stripped` says that the
    part's own method does without it.
    """

    parameters: tuple[str, ...]
    least: int
    most: int
    given: frozenset[str]
    partition: str | None
    key: int
    stripped: bool


def class_of(model: SequentialObject) -> Any:
    """The class of a model given as a class or as an object."""
    return model if isinstance(model, type) else type(model)


def instance_of(model: SequentialObject) -> Any:
    """The object in its initial state; raises `UsageError` if none can be made."""
    try:
        thing = model() if isinstance(model, type) else model
    except TypeError as error:
        raise UsageError(
            f"{class_of(model).__name__}(): {error}",
            allowed="a class that can be made without arguments, or an object",
            cure=f"give an object in its initial state: {class_of(model).__name__}(...)",
        ) from None
    if not hasattr(thing, "__dict__"):
        raise UsageError(
            f"{type(thing).__name__} has no fields",
            allowed="a class whose objects keep their state in fields (self.x = ...)",
            cure="leave __slots__ out",
        )
    return thing if isinstance(model, type) else copy_of(thing)


def model_for(model: SequentialObject, name: Value) -> SequentialObject:
    """The model of the history's object `name`, where `model` maps names to models."""
    if not isinstance(model, Mapping):
        return model
    if name not in model:
        raise UsageError(
            f"the history speaks of object {text(name)}",
            allowed=", ".join(map(text, model)),
            cure="give a model for every object",
        )
    return model[name]


def part_of(model: SequentialObject, part: Value) -> SequentialObject:
    """The object that one part of a partitioned object is, or the whole where it does not say."""
    return instance_of(model).part(part) if _has_parts(class_of(model)) else model


def _has_parts(cls: Any) -> bool:
    """Whether the class itself says what one key is; a subclass may have changed its methods."""
    return getattr(cls, "partition", None) is not None and "part" in vars(cls)


def ask(operation: Operation, model: SequentialObject) -> Asked:
    """An operation as the part of `model` takes it that it belongs to."""
    cls = class_of(model)
    method = method_of(cls, operation.name)
    part, arguments = parted(operation.object, operation.name, operation.arguments, cls)
    arguments = without_key(arguments, method)
    return Asked(part, _call(operation, arguments, cls, method), answer_of(operation, cls))


def whole_call(operation: Operation, model: SequentialObject) -> tuple[Value, Call]:
    """An operation as the whole of `model` takes it, and the part that it belongs to.

    A class that is partitioned takes its key as an argument; where a history names the key as the
    operation's object, and leaves it out of the arguments, it is put in front of them. A value
    that is a list is spread over several parameters.
    """
    cls = class_of(model)
    method = method_of(cls, operation.name)
    part, arguments = parted(operation.object, operation.name, operation.arguments, cls)
    return part, _call(operation, arguments, cls, method)


def parted(
    x: Value, name: str, arguments: tuple[Value, ...], cls: Any
) -> tuple[Value, tuple[Value, ...]]:
    """The part that a call of object `x` belongs to, and all arguments of its method."""
    method = method_of(cls, name)
    if method.partition is not None:
        return _keyed(x, name, arguments, cls, method)
    return x, _fitted(arguments, method, cls, name)


def without_key(arguments: tuple[Value, ...], method: Method) -> tuple[Value, ...]:
    """The arguments as the part's own method takes them."""
    if method.stripped:
        return (*arguments[: method.key], *arguments[method.key + 1 :])
    return arguments


def _call(operation: Operation, arguments: tuple[Value, ...], cls: Any, method: Method) -> Call:
    if not method.given:
        return Call(operation.name, arguments)
    caller = operation.process if "process" in method.given else None
    answer = answer_of(operation, cls) if "answer" in method.given else None
    return Call(operation.name, arguments, caller, None if answer is UNSAID else answer)


def _keyed(
    x: Value, name: str, arguments: tuple[Value, ...], cls: Any, method: Method
) -> tuple[Value, tuple[Value, ...]]:
    fits = method.least <= len(arguments) <= method.most
    if x is not None and not fits and (keyed := _fit((x, *arguments), method)):
        return x, keyed
    if not fits:
        arguments = _fitted(arguments, method, cls, name)
    if method.key < 0 or method.key >= len(arguments):
        raise UsageError(
            f"{Call(name, arguments)} has no argument {method.partition}",
            place=f"model {cls.__name__}",
            allowed=f"{cls.__name__}.partition names an argument of every method",
            cure="leave `partition` out, or give the argument",
        )
    key = arguments[method.key]
    return (key if x is None else (x, key)), arguments


def _fit(arguments: tuple[Value, ...], method: Method) -> tuple[Value, ...] | None:
    """The arguments as the method takes them, or None if it takes no such."""
    if method.least <= len(arguments) <= method.most:
        return arguments
    last = arguments[-1] if arguments else None
    if isinstance(last, tuple) and method.least <= len(arguments) - 1 + len(last) <= method.most:
        return (*arguments[:-1], *last)
    return None


def _fitted(arguments: tuple[Value, ...], method: Method, cls: Any, name: str) -> tuple[Value, ...]:
    found = _fit(arguments, method)
    if found is None:
        raise UsageError(
            f"{Call(name, arguments)}: {counted(len(arguments), 'argument')}",
            place=f"model {cls.__name__}",
            allowed=f"{name}({', '.join(method.parameters)})",
            cure="choose the model whose operations take these arguments" if arguments else _NO_KEY,
        )
    return found


_NO_KEY = (
    "choose the model whose operation takes none; what it is asked for may stand in the history "
    "as the field key, or as the list arguments"
)


def answer_of(operation: Operation, cls: Any) -> Value:
    """What the response claims that the method returned; `UNSAID` if there is none, or no claim."""
    return UNSAID if operation.pending else claimed(operation.name, operation.result, cls)


def claimed(name: str, result: Value, cls: Any) -> Value:
    """What a recorded result claims that the method returned; `UNSAID` if it claims nothing."""
    if isinstance(result, Echo):
        result = result.value if name in getattr(cls, "claims", ()) else UNSAID
    if result is UNSAID or result is None:
        meanings: Mapping[str, Value] = getattr(cls, "stands_for", _NO_MEANINGS)
        return meanings.get(name, result)
    recorded = getattr(cls, "recorded", None)
    return result if recorded is None else recorded(name, result)


_NO_MEANINGS: Mapping[str, Value] = {}


@lru_cache(1024)
def method_of(cls: Any, name: str) -> Method:
    """The method of this name; raises `UsageError` where the class has none."""
    names = operations_of(cls)
    if name not in names:
        raise UsageError(
            f"operation {name!r}",
            place=f"model {cls.__name__}",
            allowed=", ".join(names),
            cure="choose the model that has this operation; a fault is written with type info",
        )
    parameters = list(inspect.signature(getattr(cls, name)).parameters.values())[1:]
    given = {p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name in GIVEN}
    others = [p for p in parameters if p.name not in given]
    named = [p for p in others if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = sum(p.default is p.empty for p in named)
    many = any(p.kind is p.VAR_POSITIONAL for p in others)
    names, partition = tuple(p.name for p in named), getattr(cls, "partition", None)
    return Method(
        names,
        needed,
        10**9 if many else len(named),
        frozenset(given),
        partition,
        names.index(partition) if partition in names else -1,
        _has_parts(cls),
    )


@lru_cache(256)
def operations_of(cls: Any) -> tuple[str, ...]:
    """The names of the operations: the public methods."""
    return tuple(
        name
        for name in dir(cls)
        if name[0] != "_" and name not in NO_OPERATIONS and inspect.isroutine(getattr(cls, name))
    )
