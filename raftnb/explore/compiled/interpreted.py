"""What cannot be said in C: run in Python, and kept by the cells that its text names."""

from __future__ import annotations

import ast
import ctypes
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, NamedTuple

from raftnb.data.trace import State
from raftnb.explore.compiled.tables import has_bag
from raftnb.explore.compiled.words import Words
from raftnb.language import source
from raftnb.language.claims import Property, as_function
from raftnb.language.instances import ActionInstance
from raftnb.language.spec import Model
from raftnb.language.world import World

Cells = ctypes.POINTER(ctypes.c_uint32)
Interpreter = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_uint32)
Judge = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, Cells, Cells)
ROOM = 1 << 16
"""Words for what one instance does in one state (`answers` in instances.c)."""
MOST_KNOWN = 1 << 18
"""Answers that are kept, at most: a hundred megabytes or so."""
UNNAMED = {"getattr", "vars"}
"""What reads variables that the text does not name."""


class Judged(NamedTuple):
    """A claim that is asked in Python, and why; whether it is about a step."""

    claim: Property
    is_step: bool
    reason: str


def named_cells(model: Model, instance: ActionInstance) -> tuple[int, ...]:
    """The cells whose variables an action, or what it calls, names: all that it reads or writes.

    Messages in flight and queues are among them wherever there is a network.
    """
    found = cells_asked(model, instance.action.function)
    if type(instance.process).cycle is None:
        return found
    labels = (i for i, cell in enumerate(model.layout.cells) if cell.variable == "pc")
    return tuple(sorted({*found, *labels}))


def cells_asked(model: Model, claim: Property, *, network: bool = True) -> tuple[int, ...]:
    """The same of a claim; unless it looks at the `network`, without that."""
    function, own = as_function(claim), len(model.variables)
    namespace, all_cells = model.spec.namespace, len(model.layout.cells) + has_bag(model)
    names = source.attributes(function, namespace)
    called = {name for f in source.reached(function, namespace) for name in f.__code__.co_names}
    cells = enumerate(model.layout.cells[:own])
    found = (i for i, cell in cells if cell.variable in names or called & UNNAMED)
    return (*found, *(range(own, all_cells) if network else ()))


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
    """Answers the compiled code, which fails where something goes wrong."""

    def __init__(
        self,
        model: Model,
        instances: dict[int, ActionInstance],
        judged: Sequence[Judged],
        words: Words,
        library: Any,
    ) -> None:
        self.model, self.instances, self.judged, self.words = model, instances, judged, words
        self.world, self.next = World(model), World(model)
        self.world.next = self.next
        self.cells = {n: named_cells(model, one) for n, one in instances.items()}
        self.asked = [cells_asked(model, one.claim) for one in judged]
        self.known: dict[Any, tuple[int, Any, int]] = {}
        self.true: dict[Any, bool] = {}
        for name in ("before_of", "arena_of", "answers_of"):
            getattr(library, name).restype = Cells
        self.before, self.arena = library.before_of(), library.arena_of()
        self.answers = library.answers_of()
        self.callbacks = Interpreter(self._answer), Judge(self._judge)
        library.interpret_with(*self.callbacks)

    def _answer(self, number: int, message: int) -> int:
        """One more than the outcomes, which are then in `answers`; 0 where something is wrong.

        An exception that is raised behind the last line here is lost, and then C reads a 0.
        """
        try:
            before = self.before
            key = (number, message, *[before[cell] for cell in self.cells[number]])
            if key not in self.known:
                if len(self.known) >= MOST_KNOWN:
                    self.known.clear()
                self.known[key] = self._packed(self._outcomes(number, message))
            n, words, size = self.known[key]
            ctypes.memmove(self.answers, words, size)
            return n + 1
        except BaseException:  # it must not pass through C; plain Python will raise it again
            return 0

    def _judge(self, number: int, now: Any, then: Any) -> int:
        """2 if a claim is true of a state, or of the step to another one, 1 if not; 0 as above."""
        try:
            cells, is_step = self.asked[number], self.judged[number].is_step
            key = (number, *[row[cell] for row in (now, then)[: 1 + is_step] for cell in cells])
            if key not in self.true:
                if len(self.true) >= MOST_KNOWN:
                    self.true.clear()
                self.true[key] = self._is_true(number, now, then)
            return self.true[key] + 1
        except BaseException:  # it must not pass through C; plain Python will raise it again
            return 0

    def _is_true(self, number: int, now: Any, then: Any) -> bool:
        claim, is_step, _ = self.judged[number]
        self.world.load(self._state(now))
        if is_step:
            self.next.load(self._state(then))
        return self.world.failure(claim) is None

    def _packed(self, outcomes: list[list[int]]) -> tuple[int, Any, int]:
        """Outcomes as the compiled code reads them: of each, how many pairs, and the pairs."""
        flat = [word for one in outcomes for word in (len(one) // 2, *one)]
        if len(flat) > ROOM:
            raise MemoryError
        return len(outcomes), (ctypes.c_uint32 * max(len(flat), 1))(*flat), 4 * len(flat)

    def _outcomes(self, number: int, message: int) -> list[list[int]]:
        """Of each way an instance can go: the cells named, each with its word afterwards."""
        instance, state = self.instances[number], self._state(self.before)
        received = None if instance.receives is None else self.words.value(message, self.arena)
        arguments, world = instance.bound(received), self.world
        with world:
            world.load(state)
            ways = world.scripted(instance, arguments, lambda: world.load(state))
            return [self._changes(number, self._words(world.snapshot())) for _ in ways]

    def _changes(self, number: int, after: list[int]) -> list[int]:
        """The cells named, each with its word; `AssertionError` where another one has changed."""
        named = self.cells[number]
        changed = [cell for cell, word in enumerate(after) if word != self.before[cell]]
        assert set(changed) <= set(named), f"{self.instances[number].action.name} writes {changed}"
        return [word for cell in named for word in (cell, after[cell])]

    def _state(self, row: Any) -> State:
        own = len(self.model.layout.cells)
        values = [self.words.value(row[cell], self.arena) for cell in range(own)]
        bag = self.words.value(row[own], self.arena) if has_bag(self.model) else None
        messages = () if bag is None else self.words.messages(bag)
        return State(self.model.layout, tuple(values), messages)

    def _words(self, state: State) -> list[int]:
        words = [self.words.of(value) for value in state.values]
        if has_bag(self.model):
            words.append(self.words.bag(state.messages, keeps=self.model.keeps))
        return words
