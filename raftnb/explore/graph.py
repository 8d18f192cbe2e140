"""The graph of a model's reachable states, as arrays of numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.limits import in_time
from raftnb.data.progress import progress_bar
from raftnb.data.trace import State, Step, Trace
from raftnb.explore.bindings import Binding, truth
from raftnb.explore.breadth_first import BreadthFirst
from raftnb.explore.expander import Expander
from raftnb.explore.given import the_model
from raftnb.explore.permuted import some_rows, try_claims
from raftnb.explore.possible import Prospect, prospect
from raftnb.explore.result import ExplorationOptions, nothing_found
from raftnb.explore.tables import kernels
from raftnb.explore.tables.backward import Backward
from raftnb.explore.tables.hashing import fingerprint
from raftnb.explore.tables.layout import NO_PARENT, Successors, Which
from raftnb.explore.tables.threads import Threads
from raftnb.language.spec import Model
from raftnb.language.world import World

STOPPED = ("max_states", "max_seconds", "interrupted")  # what a graph may end by
STEP_BYTES = 24  # of memory for each step while the graph is put together


class Graph:
    """The reachable states of a model within its constraints, and every step out of them.

    States are numbered from 0 in the order in which they are met, breadth first; the first
    `initial` ones are the initial states. Step e leads from state `sources[e]` to state
    `targets[e]`, and `labels[e]` says what happens there (see `step`); steps that change nothing
    are among them, and steps come in the order of their sources. The target is -1 where a step
    leads out of the graph: to a state outside the constraints, or to one that was not met.
    `bound` is what stopped the exploration before all states were met (None: nothing did).
    """

    def __init__(self, engine: BreadthFirst, bound: str | None) -> None:
        self._engine, self.bound = engine, bound
        self.model, self.distinct = engine.model, engine.store.distinct
        self.progress = engine.options.progress
        self._memo = engine.memo

    def __len__(self) -> int:
        """The number of states."""
        return self.distinct

    @property
    def complete(self) -> bool:
        """Whether all states within the constraints are there, whatever stopped the exploration."""
        return self.bound is None or (self._engine.begun and self.cuts == 0)

    def go_on(self) -> None:
        """Raise `KeyboardInterrupt` if the exploration ended by one: who stops it wants an end."""
        if self.bound is not None and self.bound.startswith("interrupted"):
            raise KeyboardInterrupt

    @cached_property
    def initial(self) -> int:
        """How many initial states there are."""
        return int((self._engine.store.parents[: self.distinct] == NO_PARENT).sum())

    @cached_property
    def parents(self) -> Any:
        """For each state, the one from which it was first met (itself if it is initial)."""
        parents = self._engine.store.parents[: self.distinct].astype(np.int64)
        return np.where(parents == NO_PARENT, np.arange(self.distinct), parents)

    @cached_property
    def _edges(self) -> tuple[Any, Any, Any]:
        sources, targets, labels = Edges(self._engine).find()
        if np.any(sources[1:] < sources[:-1]):
            order = np.argsort(sources, kind="stable")
            sources, targets, labels = sources[order], targets[order], labels[order]
        return sources, targets, labels

    @property
    def sources(self) -> Any:
        """The state that each step starts from (int32)."""
        return self._edges[0]

    @property
    def targets(self) -> Any:
        """The state that each step leads to, or -1 (int32)."""
        return self._edges[1]

    @property
    def labels(self) -> Any:
        """The label of each step (int32): see `step`."""
        return self._edges[2]

    @cached_property
    def cuts(self) -> int:
        """How many steps lead out of the graph."""
        return int((self.targets < 0).sum())

    def step(self, label: int) -> Step:
        """The step that a label stands for: process, action, arguments and choices."""
        return self._memo.step(label)

    def step_along(self, edge: int) -> Step:
        """The step that leads along an edge."""
        return self.step(int(self.labels[edge]))

    @cached_property
    def steps(self) -> list[Step]:
        """The step of every label."""
        return [self.step(label) for label in range(len(self._memo.effects.labels))]

    def state(self, number: int) -> State:
        """A state."""
        if not 0 <= number < self.distinct:
            raise UsageError(
                f"state {number}", allowed=f"0 to {self.distinct - 1}", cure="use one of these"
            )
        return self._memo.interner.decode(self._engine.store.rows[number].tolist())

    def number(self, state: State) -> int:
        """The number of a state; -1 if it is not reachable."""
        row = np.array([self._memo.encode(state)], dtype=np.uint32)
        hashes = np.array([fingerprint(row[0])], dtype=np.uint64)
        return int(self._engine.store.numbers(row, hashes, 1)[0])

    def trace(self, number: int) -> Trace:
        """A shortest trace to a state."""
        return self._engine.replay.to(number)

    def evaluate(self, function: Callable[[World], Any]) -> tuple[Any, list[Any]]:
        """A function of the state on all the states: the number of its value in each, the values.

        The function gets a world in each state, as properties have it running; it runs only once
        for each combination of what it reads.
        """
        slot = self._memo.function(function)
        return self._leaves(slot), list(self._memo.slots.all[slot].values)

    def _leaves(self, slot: int) -> Any:
        """The number of a function's value in each state."""
        numbers = np.empty(self.distinct, dtype=np.int64)
        rows, at, scratch = self._engine.store.rows, 0, self._engine.expander.scratches[0]
        with progress_bar("states", self.progress, self.distinct) as bar:
            while True:
                at = kernels.evaluate(self._memo.tables(), rows, slot, numbers, at, scratch)
                bar.update(at - bar.n)
                if at == self.distinct:
                    break
                for ahead in range(at, min(at + 16, self.distinct)):
                    self._memo.leaf(slot, rows[ahead].tolist())
        return numbers

    def holds(self, claim: Any) -> Any:
        """In which states a property holds (an array of bool)."""
        return self._leaves(self._memo.claim(claim)).astype(bool)

    def where(self, claim: Any, binding: Binding) -> Any:
        """In which states a claim is true, its parameters bound (an array of bool)."""
        slot = self._memo.claim(claim, truth(self.model, claim, binding))
        for row in some_rows(self._engine.store) if self._memo.trials.swaps else ():
            try_claims(self._memo, [slot], row)
        return self._leaves(slot).astype(bool)

    @cached_property
    def _backward(self) -> Backward:
        return Backward(self.distinct, self.sources, self.targets)

    def prospect(self, claim: Any, binding: Binding) -> Prospect:
        """From which of the states one with a claim, its parameters bound, can be reached.

        Raises `MemoryError` if the steps do not fit into the memory that may be used.
        """
        if self._engine.generated * STEP_BYTES > self._engine.options.memory:
            raise MemoryError
        return prospect(self, self.where(claim, binding), self._backward.reach)


class Edges:
    """Finds the steps out of states that are all known."""

    def __init__(self, engine: BreadthFirst) -> None:
        self.store, self.progress = engine.store, engine.options.progress
        self.found: list[Any] = []
        self.expander = Expander(engine.memo, engine.store, Threads(1), Which.EVERYTHING)

    def find(self) -> tuple[Any, Any, Any]:
        """The sources, targets (-1 if they are not known) and labels of all the steps (int32)."""
        at, stop = 0, self.store.distinct
        with progress_bar("states", self.progress, stop) as bar:
            while at < stop:
                at = self.expander.expand([(at, stop)], self._flush)[0]
                bar.update(at - bar.n)
        columns = zip(*self.found, strict=True) if self.found else [[np.zeros(0, np.int32)]] * 3
        sources, targets, labels = map(np.concatenate, columns)
        return sources, targets, labels

    def _flush(self, outs: list[Successors]) -> None:
        out = outs[0]
        n = int(out.counts[0])
        numbers = self.store.numbers(out.rows[0], out.hashes[0], n)
        columns = (out.parents[0][:n], numbers, out.labels[0][:n])
        self.found.append(tuple(column.astype(np.int32) for column in columns))


@told_plainly
def reachable(
    model: Model,
    *,
    max_states: int | None = None,
    max_seconds: float | None = None,
    progress: bool = True,
) -> Graph:
    """The graph of the reachable states; properties are not checked (see `check` for that).

    Steps are found when `sources`, `targets` or `labels` is first asked for. Ctrl-C, or the end of
    `max_seconds`, gives the part that was reached, which is not `complete`.
    """
    options = ExplorationOptions(False, max_states=max_states, threads=1, progress=progress)
    engine = BreadthFirst(the_model(model), options, claims=False)
    result = in_time(max_seconds, engine.run, nothing_found)
    bound = None if result.complete else str(result.bound)
    if bound is not None and not bound.startswith(STOPPED):
        raise UsageError(
            f"a graph that was cut off: {bound}",
            allowed="a graph that fits into memory",
            cure="use smaller constants, or `max_states`",
        )
    return Graph(engine, bound)
