"""Which kinds of message a specification has, and between which classes of processes they go.

What is found here is where a message may come from and go to, by the classes that make and receive
it; the tree of each `send` is then checked against it, so nothing rests on the finding alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from types import FunctionType
from typing import Any

from raftnb.data.values import Message
from raftnb.language import source
from raftnb.language.spec import Model
from raftnb.tree.nodes import NEVER, Member, Type
from raftnb.tree.types import function_of, join

Kind = type[Message]


class Messages:
    """The messages of a model."""

    def __init__(self, model: Model) -> None:
        self.model, self.spec = model, model.spec
        self.ends = tuple(cls for cls in self.spec.processes if not cls.everywhere)

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that the specification names, in order of their names."""
        found = {kind.__name__: kind for kind in self._named()}
        return tuple(found[name] for name in sorted(found))

    def below(self, kind: Kind) -> tuple[Kind, ...]:
        """The kinds that a message of a kind may be of."""
        return tuple(known for known in self.kinds if issubclass(known, kind)) or (kind,)

    def end(self, kind: Kind, field: str) -> Type:
        """The processes that a kind is sent from (`source`) or to (`dest`), where it is not said.

        Where one class only sends and receives it is that; else those that make or receive it.
        """
        found: Type = NEVER
        if len(self.ends) != 1:
            classes = self._makers if field == "source" else self._receivers
            for cls in (c for below in self.below(kind) for c in classes(below)):
                found = join(found, Member(cls.root))
        if found == NEVER:
            for cls in self.ends:
                found = join(found, Member(cls.root))
        return found

    def _makers(self, kind: Kind) -> list[Any]:
        return [cls for cls in self.spec.processes if kind in self._made[cls]]

    def _receivers(self, kind: Kind) -> list[Any]:
        """The classes with an action for this kind; if there are none, for a message of any."""
        own = [
            cls
            for cls in self.ends
            if any(issubclass(kind, k) for k in self._received[cls] if k is not Message)
        ]
        return own or [cls for cls in self.ends if Message in self._received[cls]]

    @cached_property
    def _made(self) -> dict[Any, set[Any]]:
        return {cls: set(self._made_by(_functions(cls))) for cls in self.spec.processes}

    @cached_property
    def _received(self) -> dict[Any, list[Kind]]:
        return {
            cls: [
                hint
                for action in cls.actions.values()
                for hint in self.model.parameters(action, skip=1).values()
                if isinstance(hint, type) and issubclass(hint, Message)
            ]
            for cls in self.ends
        }

    def _made_by(self, functions: Iterable[FunctionType]) -> Iterator[Any]:
        """What functions, and those that they call by name, call."""
        seen: set[FunctionType] = set()
        todo = list(functions)
        while todo:
            function = todo.pop()
            if function in seen or source.is_ours(function):
                continue
            seen.add(function)
            named = source.callees(function)
            for node in ast.walk(source.parse(function)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield named.get(node.func.id)
            todo += [value for value in named.values() if isinstance(value, FunctionType)]

    # All that is named.

    def _named(self) -> Iterator[Kind]:
        seen: set[Any] = set()
        for cls in self.model.processes:
            for function in _functions(cls):
                yield from _kinds(self._named_by(function, seen))
        owners: tuple[Any, ...] = (*self.model.processes, *self.spec.shared)
        for cls in owners:
            for variable in cls.variables.values():
                yield from _kinds([self.model.annotation_of(variable, cls)])

    def _named_by(self, function: Any, seen: set[Any]) -> Iterator[Any]:
        """What a function, and those that it calls, name in their text and annotations."""
        if function in seen or source.is_ours(function):
            return
        seen.add(function)
        yield from self.model.annotations(function).values()
        for value in source.callees(function).values():
            yield value
            if isinstance(value, FunctionType):
                yield from self._named_by(value, seen)
        for method in source.methods_called(function, self.spec.namespace):
            yield from self._named_by(method, seen)


def _functions(cls: Any) -> list[FunctionType]:
    """The functions of a class and of those above it, those that are varied too."""
    found = (function_of(value) for base in cls.__mro__ for value in vars(base).values())
    return [function for function in found if function is not None]


def _kinds(named: Iterable[Any]) -> Iterator[Kind]:
    """The classes of messages among values, and inside annotations."""
    for value in named:
        if isinstance(value, type) and issubclass(value, Message) and value is not Message:
            yield value
        yield from _kinds(getattr(value, "__args__", ()))
