"""The graph of a model's reachable states, found by compiled code: it is there before numba is."""

from __future__ import annotations

import ctypes
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

MOST_STATES = 100_000
"""With more of them the memo's graph is as soon there, though numba has to be imported for it."""


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
        rows = [bytes(self._loaded.row_of(number)) for number in range(found.states)]
        parents = map(self._loaded.library.parent_of, range(found.states))
        self.initial = sum(parent == NO_PARENT for parent in parents)
        self.rows = np.frombuffer(b"".join(rows), np.uint32).reshape(-1, self._loaded.cells)
        self.steps = [Step(i.process.name, i.action.name) for i in self._loaded.written.instances]
        steps = list(self._each({row: number for number, row in enumerate(rows)}))
        self.sources, self.targets, self.labels = np.array(steps, np.int32).reshape(-1, 3).T
        self.cuts = int((self.targets < 0).sum())

    def _each(self, numbers: dict[bytes, int]) -> Iterator[tuple[int, int, int]]:
        """The source, target (-1 if it has no number) and label of each step."""
        width = self._loaded.cells + 1
        found = (ctypes.c_uint32 * (width * MOST_SUCCESSORS))()
        words = memoryview(found).cast("B").cast("I")
        for state in range(len(numbers)):
            n = self._loaded.library.successors(state, found, MOST_SUCCESSORS)
            if not 0 <= n < MOST_SUCCESSORS:
                raise Differs("the compiled code fails in a state that it went through")
            for at in range(0, n * width, width):
                row = words[at + 1 : at + width].tobytes()
                yield state, numbers.get(row, -1), words[at]

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
