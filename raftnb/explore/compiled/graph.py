"""The graph of the states that compiled code has met: it is there before numba is."""

from __future__ import annotations

import ctypes
import itertools
import operator
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any

import numpy as np

from raftnb.data.trace import State, Step, Trace
from raftnb.explore.bindings import Binding, truth
from raftnb.explore.compiled.agreement import Differs
from raftnb.explore.compiled.interpreted import cells_asked
from raftnb.explore.compiled.program import NO_PARENT, Loaded
from raftnb.explore.possible import Prospect, prospect
from raftnb.explore.retraced import taken, through
from raftnb.explore.spans import numbers_in
from raftnb.language import source
from raftnb.language.claims import Property
from raftnb.language.network import in_flight
from raftnb.language.spec import Model
from raftnb.language.world import World

AT_ONCE = 1 << 18
"""So many steps are asked for at once, or as many as a state has."""
TRIED = 100
"""In so many states, at most, plain Python is asked what the program says of a claim."""


class CompiledGraph:
    """What is asked of a `Graph`. The label of a step is the number of its instance.

    The program stays loaded for as long as the graph is used.
    """

    bound: str | None = None
    complete = True

    def __init__(self, model: Model, loaded: Loaded) -> None:
        """All that a search found; raises `Differs` where the program fails now."""
        self.model, self._loaded = model, loaded
        n, library = loaded.result.states, loaded.library
        parents = map(library.parent_of, range(n))
        self.initial = sum(1 for _ in itertools.takewhile(NO_PARENT.__eq__, parents))
        self.rows = np.empty((n, loaded.cells), np.uint32)
        library.cells_of_all(ctypes.c_void_p(self.rows.ctypes.data))
        self.steps = [Step(i.process.name, i.action.name) for i in loaded.written.instances]
        edges = np.concatenate([np.empty((0, 3), np.int32), *self._edges()])
        self.sources, self.targets, self.labels = np.ascontiguousarray(edges.T)
        self.cuts = int((self.targets < 0).sum())

    def _edges(self) -> Iterator[Any]:
        """The source, target (-1 if it has no number) and label of each step, many at a time."""
        found, state = np.empty((AT_ONCE, 3), np.uint32), ctypes.c_uint32(0)
        while state.value < len(self):
            words, room = ctypes.c_void_p(found.ctypes.data), ctypes.c_size_t(len(found))
            with self._loaded.calling():
                n = self._loaded.library.edges(ctypes.byref(state), words, room)
            if n < 0:
                raise Differs("the compiled code fails in a state that it went through")
            if n > len(found):
                found = np.empty((n, 3), np.uint32)
            else:
                yield found[:n].astype(np.int32)

    def __len__(self) -> int:
        """The number of states."""
        return len(self.rows)

    def go_on(self) -> None:
        """Nothing stopped it."""

    def state(self, number: int) -> State:
        """A state."""
        return self._loaded.state(self.rows[number].tolist())

    def step_along(self, edge: int) -> Step:
        """The step that leads along an edge, taken again in plain Python."""
        known, after = self.steps[self.labels[edge]], self.state(self.targets[edge])
        before = self.state(self.sources[edge])
        return taken(self.model, before, partial(operator.eq, after), as_in=known)[0]

    def where(self, claim: Any, binding: Binding) -> Any:
        """In which states a claim is true, its parameters bound (an array of bool).

        Raises `Differs` where plain Python says something else than the program.
        """
        is_true, world = truth(self.model, claim, binding), World(self.model)

        def is_true_in(number: int) -> bool:
            world.load(self.state(number))
            return is_true(world)

        def asked(numbers: list[int]) -> list[bool]:
            with world:
                return [is_true_in(number) for number in numbers]

        if claim in self._loaded.written.possible:
            found = np.empty(len(self), dtype=bool)
            into = ctypes.c_void_p(found.ctypes.data)
            if self._loaded.library.where(self._loaded.written.possible.index(claim), into):
                some = list(range(0, len(self), -(-len(self) // TRIED)))
                if asked(some) != found[some].tolist():
                    raise Differs(f"`{claim.__name__}` is true in other states in Python")
                return found
        return self._where_in_python(claim, asked)

    def _where_in_python(self, claim: Any, asked: Callable[[list[int]], list[bool]]) -> Any:
        """The same, asked once for each combination of values in the cells that it names."""
        _, first, like = np.unique(
            self.rows[:, self._named(claim)], axis=0, return_index=True, return_inverse=True
        )
        return np.array(asked(first.tolist()), dtype=bool)[like.reshape(-1)]

    def prospect(self, claim: Property, binding: Binding) -> Prospect:
        """From which of the states one with a claim, its parameters bound, can be reached."""
        return prospect(self, self.where(claim, binding), self._reaching)

    def trace(self, number: int) -> Trace:
        """A shortest trace to a state."""
        return through(self.model, [self.state(n) for n in self._loaded.path(number)])

    def _reaching(self, goal: Any) -> Any:
        """The states from which one of the goal can be reached, those of the goal among them."""
        starts, into = self._backward
        reached, new, place = goal.copy(), np.flatnonzero(goal), np.empty(len(goal), np.int64)
        while len(new):
            found = into[numbers_in(starts[new], starts[new + 1] - starts[new])]
            found = found[~reached[found]]
            reached[found] = True
            each = np.arange(len(found))
            place[found] = each  # of those that are there several times, the last one
            new = found[place[found] == each]
        return reached

    @cached_property
    def _backward(self) -> tuple[Any, Any]:
        """For each state, where those from which a step leads to it begin; all of these."""
        inside = self.targets >= 0
        order = np.argsort(self.targets[inside], kind="stable")
        counts = np.bincount(self.targets[inside], minlength=len(self))
        return np.concatenate(([0], np.cumsum(counts))), self.sources[inside][order]

    def _named(self, claim: Any) -> tuple[int, ...]:
        """The cells that a claim, or what it calls, names; all of the network if it looks there."""
        texts = source.reached(claim, self.model.spec.namespace)
        looks = any(in_flight in source.callees(text).values() for text in texts)
        return cells_asked(self.model, claim, network=looks)
