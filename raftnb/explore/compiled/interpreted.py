"""Actions that cannot be said in C: run in Python, and kept by the cells that their text names."""

from __future__ import annotations

import ast
import ctypes
from collections.abc import Iterator
from enum import Enum
from typing import Any

from raftnb.data.trace import State
from raftnb.explore.compiled.tables import has_bag
from raftnb.explore.compiled.words import Words
from raftnb.language import source
from raftnb.language.instances import ActionInstance
from raftnb.language.spec import Model
from raftnb.language.world import World

Interpreter = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_uint32)
ROOM = 1 << 16
"""Words for what one instance does in one state (`answers` in instances.c)."""


def named_cells(model: Model, instance: ActionInstance) -> tuple[int, ...]:
    """The cells whose variables an action, or what it calls, names: all that it reads or writes.

    Messages in flight and queues are among them wherever there is a network.
    """
    own, cls = len(model.variables), type(instance.process)
    names = source.attributes(instance.action.function, model.spec.namespace)
    if cls.cycle is not None:
        names |= {"pc"}
    found = [i for i, cell in enumerate(model.layout.cells[:own]) if cell.variable in names]
    return (*found, *range(own, len(model.layout.cells) + has_bag(model)))


def texts_in(model: Model, instance: ActionInstance) -> Iterator[Any]:
    """The texts and the members of enums that an action may make."""
    for function in source.reached(instance.action.function, model.spec.namespace):
        for node in ast.walk(source.parse(function)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
        for name in function.__code__.co_names:
            if isinstance(function.__globals__.get(name), str):
                yield function.__globals__[name]
    for kind in model.spec.vocabulary.kinds:
        if issubclass(kind, Enum):
            yield from kind


class Interpreted:
    """Answers the compiled code; what goes wrong is in `error`, and the code then fails."""

    def __init__(
        self, model: Model, instances: dict[int, ActionInstance], words: Words, library: Any
    ) -> None:
        self.model, self.instances, self.words = model, instances, words
        self.world = World(model)
        self.error: BaseException | None = None
        self.cells = {n: named_cells(model, one) for n, one in instances.items()}
        self.known: dict[Any, tuple[int, Any, int]] = {}
        for name in ("before_of", "arena_of", "answers_of"):
            getattr(library, name).restype = ctypes.POINTER(ctypes.c_uint32)
        self.before, self.arena = library.before_of(), library.arena_of()
        self.answers = library.answers_of()
        self.callback = Interpreter(self._answer)
        library.interpret_with(self.callback)

    def _answer(self, number: int, message: int) -> int:
        """How many outcomes there are, which are then in `answers`; -1 where something is wrong."""
        try:
            before = self.before
            key = (number, message, *[before[cell] for cell in self.cells[number]])
            if key not in self.known:
                self.known[key] = self._packed(list(self._outcomes(number, message)))
            n, words, size = self.known[key]
            ctypes.memmove(self.answers, words, size)
            return n
        except BaseException as error:  # it must not pass through C
            self.error = error
            return -1

    def _packed(self, outcomes: list[list[int]]) -> tuple[int, Any, int]:
        """Outcomes as the compiled code reads them: of each, how many pairs, and the pairs."""
        flat = [word for one in outcomes for word in (len(one) // 2, *one)]
        if len(flat) > ROOM:
            raise MemoryError
        return len(outcomes), (ctypes.c_uint32 * max(len(flat), 1))(*flat), 4 * len(flat)

    def _outcomes(self, number: int, message: int) -> Iterator[list[int]]:
        """Of each way an instance can go: the cells named, each with its word afterwards."""
        instance, state = self.instances[number], self._state()
        received = None if instance.receives is None else self.words.value(message, self.arena)
        arguments, world = instance.bound(received), self.world
        with world:
            world.load(state)
            for _ in world.scripted(instance, arguments, lambda: world.load(state)):
                after = self._words(world.snapshot())
                yield self._changes(number, after)

    def _changes(self, number: int, after: list[int]) -> list[int]:
        """The cells named, each with its word; `AssertionError` where another one has changed."""
        named = self.cells[number]
        changed = [cell for cell, word in enumerate(after) if word != self.before[cell]]
        assert set(changed) <= set(named), f"{self.instances[number].action.name} writes {changed}"
        return [word for cell in named for word in (cell, after[cell])]

    def _state(self) -> State:
        own = len(self.model.layout.cells)
        values = [self.words.value(self.before[cell], self.arena) for cell in range(own)]
        bag = self.words.value(self.before[own], self.arena) if has_bag(self.model) else None
        messages = () if bag is None else self.words.messages(bag)
        return State(self.model.layout, tuple(values), messages)

    def _words(self, state: State) -> list[int]:
        words = [self.words.of(value) for value in state.values]
        if has_bag(self.model):
            words.append(self.words.bag(state.messages, keeps=self.model.keeps))
        return words
