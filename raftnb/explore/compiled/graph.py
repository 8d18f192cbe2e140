"""The graph of a model's reachable states, found by compiled code: it is there before numba is."""

from __future__ import annotations

import ctypes
import itertools
import operator
import sys
import time
import weakref
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from raftnb.data.trace import State, Step
from raftnb.explore.bindings import Binding, truth
from raftnb.explore.chosen import unasked
from raftnb.explore.compiled.agreement import MOST_SUCCESSORS, Differs, compare
from raftnb.explore.compiled.program import NO_PARENT
from raftnb.explore.compiled.search import CompiledSearch, TooNarrow, program_of
from raftnb.explore.compiled.words import NotCompiled
from raftnb.explore.result import ExplorationOptions, Stop
from raftnb.explore.retraced import taken
from raftnb.language import source
from raftnb.language.network import in_flight
from raftnb.language.spec import Model
from raftnb.language.world import World

MOST_STATES = 1_000_000
"""With more of them there may be too little memory for all words of all states."""
AT_ONCE = 1 << 18
"""So many steps are asked for at once."""


def compiled_graph(model: Model) -> CompiledGraph | None:
    """The graph of a model, where compiled code can find it and it is small."""
    options = ExplorationOptions(deadlock=False, max_states=MOST_STATES, progress=False)
    try:
        search = CompiledSearch(program_of(unasked(model), options, mixed=False), options)
    except NotCompiled:
        return None
    try:
        search.explore()
        return CompiledGraph(model, search)
    except BaseException as error:
        search.loaded.close()
        if isinstance(error, Differs):
            print(f"the compiled code is not believed: {error}", file=sys.stderr)
        if isinstance(error, Stop | TooNarrow | Differs):
            return None
        raise


class CompiledGraph:
    """What liveness asks of a `Graph`. The label of a step is the number of its instance."""

    bound: str | None = None
    complete = True

    def __init__(self, model: Model, search: CompiledSearch) -> None:
        """All that the search found; raises `Differs` where plain Python finds something else."""
        self.model, self._loaded = model, search.loaded
        found, begun = self._loaded.result, time.perf_counter()
        compare(self._loaded, begun - search.started, begun)
        weakref.finalize(self, self._loaded.close)
        n, library = found.states, self._loaded.library
        parents = map(library.parent_of, range(n))
        self.initial = sum(1 for _ in itertools.takewhile(NO_PARENT.__eq__, parents))
        self.rows = np.empty((n, self._loaded.cells), np.uint32)
        library.cells_of_all(ctypes.c_void_p(self.rows.ctypes.data))
        self.steps = [Step(i.process.name, i.action.name) for i in self._loaded.written.instances]
        edges = np.concatenate([np.empty((0, 3), np.int32), *self._edges()])
        self.sources, self.targets, self.labels = np.ascontiguousarray(edges.T)
        self.cuts = int((self.targets < 0).sum())

    def _edges(self) -> Iterator[Any]:
        """The source, target (-1 if it has no number) and label of each step, many at a time."""
        found, state = np.empty((AT_ONCE, 3), np.uint32), ctypes.c_uint32(0)
        words, room = ctypes.c_void_p(found.ctypes.data), ctypes.c_size_t(AT_ONCE)
        while state.value < len(self):
            n = self._loaded.library.edges(
                ctypes.byref(state), words, room, ctypes.c_size_t(MOST_SUCCESSORS)
            )
            if n < 0:
                raise Differs("the compiled code fails in a state that it went through")
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

        It is asked in plain Python, once for each combination of values in the cells it names.
        """
        is_true, world = truth(self.model, claim, binding), World(self.model)
        _, first, like = np.unique(
            self.rows[:, self._named(claim)], axis=0, return_index=True, return_inverse=True
        )
        said = []
        with world:
            for number in first.tolist():
                world.load(self.state(number))
                said.append(is_true(world))
        return np.array(said, dtype=bool)[like.reshape(-1)]

    def _named(self, claim: Any) -> list[int]:
        """The cells that a claim, or what it calls, names; all of the network if it looks there."""
        namespace, own = self.model.spec.namespace, len(self.model.variables)
        texts = source.reached(claim, namespace)
        names = source.attributes(claim, namespace)
        cells = self.model.layout.cells[:own]
        found = [i for i, cell in enumerate(cells) if cell.variable in names]
        looks = any(in_flight in source.callees(text).values() for text in texts)
        return [*found, *(range(own, self._loaded.cells) if looks else ())]
