"""The states of one model as another one sees them, and the other's steps between those views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from raftnb.data.errors import RaftnbError, UsageError
from raftnb.data.trace import Layout, State, value_of
from raftnb.explore.breadth_first import BreadthFirst
from raftnb.explore.graph import Graph
from raftnb.explore.result import ExplorationOptions
from raftnb.language.source import spec_error
from raftnb.language.spec import Model
from raftnb.language.world import World

View = Callable[[State], State]


class Glimpse(State):
    """A state of which only those variables are read that somebody asks for."""

    __slots__ = ("_cell",)

    def __init__(self, layout: Layout, cell: Callable[[int], Any]) -> None:
        self.layout, self._cell = layout, cell

    @property
    def values(self) -> tuple[Any, ...]:  # type: ignore[override]
        """All the values."""
        return tuple(map(self._cell, range(len(self.layout.cells))))

    @property
    def messages(self) -> tuple[Any, ...]:  # type: ignore[override]
        """None: models with a bag of messages are not seen in glimpses."""
        return ()

    def __hash__(self) -> int:
        return hash((self.values, self.messages))

    def __getitem__(self, key: tuple[Any, str]) -> Any:
        owner, variable = key
        return self._cell(self.layout.index[str(owner), variable])

    def cell(self, number: int) -> Any:
        """One value, by the position of its cell."""
        return self._cell(number)

    def seen_as(self, layout: Layout, given: Mapping[tuple[str, str], Any]) -> State:
        """As `State.seen_as`; what is copied is not read before somebody asks for it."""
        self.check_given(layout, given)
        keys, mine = list(layout.index), self.layout.index

        def cell(number: int) -> Any:
            key = keys[number]
            return value_of(given[key]) if key in given else self._cell(mine[key])

        return Glimpse(layout, cell)


def image(graph: Graph, model: Model, view: View) -> tuple[Any, Graph]:
    """For each state of a graph the number of its view, and the graph of the views.

    `view` maps a state to a state of `model`. The graph of the views has all the steps of `model`
    between them, and those that lead elsewhere; constraints of `model` are left out of account.
    """
    free = model.spec.variant(model.spec.name, constraints=(), distinct_messages=None, copies=None)
    known = {name: v for name, v in model.constants.items() if name in free.all_constants}
    engine = BreadthFirst(
        free(history=model.history, **known), ExplorationOptions(deadlock=False, threads=1), False
    )
    bags = graph.model.layout.has_messages or model.layout.has_messages
    rows = (_rows_one_by_one if bags else _rows_by_parts)(graph, engine, checked(view, model))
    of, first = _numbered(rows)
    engine.add_states(rows[first])
    return of, Graph(engine, bound=None)


def checked(view: View, model: Model) -> View:
    """The same mapping; what it raises, or gives of another kind, becomes an error that helps."""

    def seen(state: State) -> State:
        try:
            found = view(state)
        except RaftnbError:
            raise
        except Exception as error:
            raise spec_error(error, "the refinement mapping") from error
        if not isinstance(found, State) or found.layout != model.layout:
            kind = "State" if isinstance(found, State) else type(found).__name__
            raise UsageError(
                f"a mapping that gives {kind} of other variables",
                allowed=f"a State of `{model.spec.name}`",
                cure="build it with `state.seen_as(abstract.layout, {...})`",
            )
        return found

    return seen


def _rows_by_parts(graph: Graph, engine: BreadthFirst, view: View) -> Any:
    """The rows of the views, a component at a time, each run only for what it reads."""
    ids = engine.memo.interner
    layout = graph.model.layout
    rows = np.zeros((len(graph), ids.width), dtype=np.uint32)

    def part_of(cells: tuple[int, ...]) -> Callable[[World], tuple[Any, ...]]:
        def part(world: World) -> tuple[Any, ...]:
            seen = view(Glimpse(layout, world.read))
            read = seen.cell if isinstance(seen, Glimpse) else seen.values.__getitem__
            return tuple(map(read, cells))

        return part

    for component, cells in enumerate(ids.components):
        numbers, values = graph.evaluate(part_of(cells))
        known = np.array([ids.component_id(component, v) for v in values], dtype=np.uint32)
        rows[:, component] = known[numbers]
    return rows


def _rows_one_by_one(graph: Graph, engine: BreadthFirst, view: View) -> Any:
    rows = np.zeros((len(graph), engine.memo.interner.width), dtype=np.uint32)
    for number in range(len(graph)):
        rows[number] = engine.memo.encode(view(graph.state(number)))
    return rows


def _numbered(rows: Any) -> tuple[Any, Any]:
    """For each row the number of its value, in the order in which they are met, and where."""
    code = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        values, numbers = np.unique(column, return_inverse=True)
        if int(code.max(initial=0) + 1) * len(values) >= 1 << 62:
            code = np.unique(code, return_inverse=True)[1]
        code = code * len(values) + numbers
    _, first, of = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[of], first[order]
