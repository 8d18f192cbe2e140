"""The graph of the states that compiled code has met: it is there before numba is."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import Any

import numpy as np

from raftnb.data.trace import State, Step, Trace
from raftnb.explore.bindings import Binding, truth
from raftnb.explore.compiled.agreement import Differs
from raftnb.explore.compiled.interpreted import cells_asked
from raftnb.explore.compiled.program import Loaded
from raftnb.explore.possible import Prospect, prospect
from raftnb.explore.retraced import taken, through
from raftnb.explore.spans import numbers_in
from raftnb.language import source
from raftnb.language.claims import Property
from raftnb.language.network import in_flight
from raftnb.language.spec import Model
from raftnb.language.world import World

CHUNK = 20_000
"""The steps of so many states are asked for at once: in between, Ctrl-C is heard."""
TRIED = 16
"""In so many states where a claim is true, at most, and where it is not, Python is asked, too."""

MOST_COMBINED = 1 << 62
"""Numbers of combinations are smaller."""
FEW_VALUES = 1 << 16
"""Values that are so near each other need not be sorted to be numbered."""


class CompiledGraph:
    """What is asked of a `Graph`. The label of a step is the number of its instance.

    The steps out of state i are those from `starts[i]` to before `starts[i + 1]`. The program stays
    loaded for as long as the graph is used.
    """

    def __init__(
        self, model: Model, loaded: Loaded, *, bound: str | None = None, begun: bool = True
    ) -> None:
        """All that a search found; raises `Differs` where the program fails now.

        `bound` is what stopped it, if anything did, and `begun` whether it met all initial states.
        """
        self.model, self._loaded, self.bound, self._begun = model, loaded, bound, begun
        self.initial = loaded.library.begun_with()
        self.steps = [Step(i.process.name, i.action.name) for i in loaded.written.instances]
        self.starts = np.zeros(len(self) + 1, np.int64)
        self.targets, self.labels = self._edges()
        self.cuts = int((self.targets < 0).sum())

    def _edges(self) -> tuple[Any, Any]:
        """Where each step leads (-1: to what has no number), and its label."""
        begin, room = 0, int(self._loaded.result.generated)
        targets, labels = (np.empty(room, np.int32) for _ in range(2))
        while begin < len(self):
            end = min(begin + CHUNK, len(self))
            arrays = map(_pointer, (self.starts, targets, labels))
            with self._loaded.calling():
                n = self._loaded.library.edges(begin, end, *arrays, ctypes.c_size_t(room))
            if n < 0:
                raise Differs("the compiled code fails in a state that it went through")
            if n <= room:
                begin = end
            else:  # the search did not go so far
                room = 2 * n
                for array in (targets, labels):
                    array.resize(room, refcheck=False)
        return targets[: self.starts[-1]], labels[: self.starts[-1]]

    def __len__(self) -> int:
        """The number of states."""
        return int(self._loaded.result.states)

    @cached_property
    def sources(self) -> Any:
        """Where each step begins."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))

    @property
    def complete(self) -> bool:
        """Whether all states within the constraints are there, whatever stopped the search."""
        return self.bound is None or (self._begun and self.cuts == 0)

    def go_on(self) -> None:
        """Nothing stopped it."""

    def state(self, number: int) -> State:
        """A state."""
        return self._loaded.numbered(int(number))

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

        def asked(numbers: Iterable[int]) -> list[bool]:
            with world:
                return [is_true_in(number) for number in numbers]

        found = self._where_in_c(claim, binding)
        if found is None:
            return self._where_in_python(claim, asked)
        tried = [number for there in (True, False) for number in some(found == there)]
        if asked(tried) != found[tried].tolist():
            raise Differs(f"`{claim.__name__}` is true in other states in Python")
        return found

    def _where_in_c(self, claim: Any, binding: Binding) -> Any:
        """The same, or None where the program cannot say it of all states."""
        written, known = self._loaded.written, {**self.model.constants, **binding}
        if claim not in written.everywhere:
            return None
        given = [self._loaded.words.of(known[name]) for name in self.model.parameters(claim)]
        found = np.empty(len(self), dtype=bool)
        number, row = written.everywhere.index(claim), (ctypes.c_uint32 * (len(given) + 1))(*given)
        return found if self._loaded.library.where(number, row, _pointer(found)) else None

    def _where_in_python(self, claim: Any, asked: Callable[[list[int]], list[bool]]) -> Any:
        """The same, asked once for each combination of values in the cells that it names."""
        cells = self._named(claim)
        columns = np.empty((len(cells), len(self)), np.uint32)
        given = (ctypes.c_int * len(cells))(*cells)
        self._loaded.library.some_cells_of_all(given, len(cells), _pointer(columns))
        _, first, like = np.unique(combined(columns), return_index=True, return_inverse=True)
        return np.array(asked(first.tolist()), dtype=bool)[like]

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


def _pointer(array: Any) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def some(mask: Any) -> list[int]:
    """The numbers of some places where a mask is true, all over it."""
    (places,) = mask.nonzero()
    return places[:: -(-len(places) // TRIED) or 1].tolist()  # type: ignore[no-any-return]


def combined(columns: Any) -> Any:
    """A number for each combination of values that stands in columns side by side."""
    found, many = np.zeros(columns.shape[1], np.int64), 1
    for column in columns:
        values, n = numbered(column)
        if many * n >= MOST_COMBINED:
            found, many = numbered(found)
        found, many = found * n + values, many * n
    return found


def numbered(column: Any) -> tuple[Any, int]:
    """Numbers for the values in a column, and how many there may be."""
    if not len(column):
        return column, 1
    least, most = int(column.min()), int(column.max())
    if most - least < FEW_VALUES:
        return column - least, most - least + 1
    values, numbers = np.unique(column, return_inverse=True)
    return numbers, len(values)
