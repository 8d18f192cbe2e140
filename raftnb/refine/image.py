"""The states of a graph as another model sees them, and that model's steps between those views."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from raftnb.explore.plain_graph import PlainGraph
from raftnb.explore.result import ExplorationOptions
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.refine.mapped import Glimpse, View, checked, guarded, impure, kept, position

if TYPE_CHECKING:  # it takes time to import, which few states do not need
    from raftnb.explore.breadth_first import BreadthFirst
    from raftnb.explore.graph import Graph

ASKED_AGAIN_MOST = 300  # states whose view is asked for a second time


def image(graph: Graph | PlainGraph, model: Model, view: View) -> tuple[Any, Graph | PlainGraph]:
    """For each state of a graph the number of its view, and the graph of the views.

    `view` maps a state to a state of `model`. The graph of the views has all the steps of `model`
    between them, and those that lead elsewhere; constraints of `model` are left out of account.
    Raises `SpecError` if the view of a state is not the same when it is asked for again.
    """
    seen = checked(view, graph.model, model)
    of: Any
    views: Graph | PlainGraph
    if isinstance(graph, PlainGraph):
        of, views = _plain(graph, model, seen)
    else:
        of, views = _by_memo(graph, model, seen, view)
    for number in range(0, len(graph), 1 + len(graph) // ASKED_AGAIN_MOST):
        again = {seen(graph.state(number)) for _ in range(2)}  # whoever counts by two is found out
        if again != {views.state(int(of[number]))}:
            raise impure(view)
    return of, views


def _plain(graph: PlainGraph, model: Model, seen: View) -> tuple[Any, PlainGraph]:
    found = [seen(graph.state(number)) for number in range(len(graph))]
    views = PlainGraph(model, list(dict.fromkeys(found)))
    return np.array([views.number(one) for one in found], dtype=np.int64), views


def _by_memo(graph: Graph, model: Model, seen: View, view: View) -> tuple[Any, Graph]:
    from raftnb.explore.breadth_first import BreadthFirst
    from raftnb.explore.graph import Graph
    from raftnb.explore.memo.tracer import NotDetermined

    options = ExplorationOptions(deadlock=False, threads=1)
    engine = BreadthFirst(model, options, claims=False, bounded=False)
    bags = graph.model.layout.has_messages or model.layout.has_messages
    try:
        rows = (_rows_one_by_one if bags else _rows_by_parts)(graph, engine, seen)
    except NotDetermined:
        raise impure(view) from None
    of, first = _numbered(rows)
    engine.add_states(rows[first])
    return of, Graph(engine, bound=None)


def _rows_by_parts(graph: Graph, engine: BreadthFirst, view: View) -> Any:
    """The rows of the views, a component at a time, each run only for what it reads."""
    interner, layout = engine.memo.interner, graph.model.layout
    rows, model = np.zeros((len(graph), interner.width), dtype=np.uint32), engine.model
    where = position if graph.model.history else kept

    def part_of(cells: tuple[int, ...]) -> Callable[[World], tuple[Any, ...]]:
        def part(world: World) -> tuple[Any, ...]:
            seen = view(Glimpse(layout, world.read, where))
            read = seen.cell if isinstance(seen, Glimpse) else seen.values.__getitem__
            return guarded(lambda: tuple(model.admitted(cell, read(cell)) for cell in cells))

        return part

    for component, cells in enumerate(interner.components):
        numbers, values = graph.evaluate(part_of(cells))
        known = np.array([interner.component_id(component, v) for v in values], dtype=np.uint32)
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
