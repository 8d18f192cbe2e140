"""The states of one model as another one sees them, and the other's steps between those views."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, TypeVar, cast

import numpy as np

from raftnb.data.errors import RaftnbError, SpecError, UsageError
from raftnb.data.trace import Layout, State, value_of
from raftnb.data.verdict import counted
from raftnb.explore.breadth_first import BreadthFirst
from raftnb.explore.graph import Graph
from raftnb.explore.memo.tracer import NotDetermined
from raftnb.explore.result import ExplorationOptions
from raftnb.language import source
from raftnb.language.source import spec_error
from raftnb.language.spec import Model
from raftnb.language.world import World

ASKED_AGAIN_MOST = 300  # states whose view is asked for a second time
T = TypeVar("T")
View = Callable[[State], State]


class Watched(State):
    """A state of which no history variable is read that the model leaves out.

    It would for ever be what it was initially: a mapping that reads it would see nothing happen.
    """

    __slots__ = ()

    def __getitem__(self, key: tuple[Any, str]) -> Any:
        return self.values[kept(self.layout, key)]


def position(layout: Layout, key: tuple[Any, str]) -> int:
    """The position of a variable, by its owner and name."""
    owner, variable = key
    return layout.index[str(owner), variable]


def kept(layout: Layout, key: tuple[Any, str]) -> int:
    """As `position`, where history variables are left out; raises `UsageError` for one of them."""
    number = position(layout, key)
    if (cell := layout.cells[number]).history:
        raise UsageError(
            f"the history variable `{cell}`, which the model leaves out, in a mapping",
            allowed="other variables, or a model that keeps its history variables",
            cure="make the model with `history=True` (on the command line, `--history`)",
        )
    return number


class Glimpse(State):
    """A state of which only those variables are read that somebody asks for.

    `where` gives the position of a variable by its owner and name.
    """

    __slots__ = ("_cell", "_where")

    def __init__(
        self,
        layout: Layout,
        cell: Callable[[int], Any],
        where: Callable[[Layout, tuple[Any, str]], int] | None = None,
    ) -> None:
        self.layout, self._cell, self._where = layout, cell, where or position

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
        return self._cell(self._where(self.layout, key))

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
    Raises `SpecError` if the view of a state is not the same when it is asked for again.
    """
    options = ExplorationOptions(deadlock=False, threads=1)
    engine = BreadthFirst(model, options, claims=False, bounded=False)
    bags = graph.model.layout.has_messages or model.layout.has_messages
    seen = checked(view, graph.model, model)
    try:
        rows = (_rows_one_by_one if bags else _rows_by_parts)(graph, engine, seen)
    except NotDetermined:
        raise impure(view) from None
    of, first = _numbered(rows)
    engine.add_states(rows[first])
    views = Graph(engine, bound=None)
    for number in range(0, len(graph), 1 + len(graph) // ASKED_AGAIN_MOST):
        if seen(graph.state(number)) != views.state(int(of[number])):
            raise impure(view)
    return of, views


def impure(view: View) -> SpecError:
    """The error for a mapping that gave two different states for one, with what it may rest on."""
    function: Any = view if isinstance(view, FunctionType) else getattr(view, "__func__", view)
    name = getattr(function, "__name__", type(view).__name__)
    outside = changeable(function) if isinstance(function, FunctionType) else ["its own attributes"]
    named = f": it looks at {', '.join(outside)}" if outside else ""
    return SpecError(
        f"`{name}`, a mapping that gives two different states for one state",
        place=source.place(function) if isinstance(function, FunctionType) else "",
        allowed="a mapping of the state alone, and of what never changes",
        cure=f"leave out chance, time and what it remembers{named}; what the mapping needs of the "
        "past is a history variable of the specification",
    )


def changeable(function: FunctionType) -> list[str]:
    """What a function looks at that may be another thing the next time."""
    variables = inspect.getclosurevars(function)
    named = {**variables.globals, **variables.nonlocals}
    kinds = (list, dict, set, Iterator, ModuleType)
    found = [f"`{name}` ({type(v).__name__})" for name, v in named.items() if isinstance(v, kinds)]
    given = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    found += [f"a default that changes ({type(v).__name__})" for v in given if isinstance(v, kinds)]
    return found


def checked(view: View, concrete: Model, model: Model) -> View:
    """The same mapping; what it raises, or gives of another kind, becomes an error that helps.

    Processes that stand in a state are read in that state while it is mapped.
    """
    world = World(concrete)

    def seen(state: State) -> State:
        if isinstance(state, Glimpse):  # in the world that looks
            return _of_its_layout(_guarded(lambda: view(state)), model)
        world.load(state)
        if not concrete.history:
            state = Watched(state.layout, state.values, state.messages)
        with world:
            found = _of_its_layout(_guarded(lambda: view(state)), model)
        admitted = tuple(model.admitted(cell, value) for cell, value in enumerate(found.values))
        return State(model.layout, admitted, found.messages)

    return seen


def _guarded(function: Callable[[], T]) -> T:
    try:
        return function()
    except RaftnbError:
        raise
    except Exception as error:
        raised = spec_error(error, "the refinement mapping")
        raised.allowed = "a mapping that is defined on every state"
        raised.cure = "guard the expression with `if`; the state is what the mapping is given"
        raise raised from error


def _of_its_layout(found: Any, model: Model) -> State:
    """What a mapping gave, if it is a state of the model."""
    right = isinstance(found, State) and found.layout == model.layout
    if right and not isinstance(found, Glimpse) and len(found.values) != len(found.layout.cells):
        kind, right = f"a State with {counted(len(found.values), 'value')}", False
    elif not right:
        kind = "State" if isinstance(found, State) else type(found).__name__
        kind = f"{kind} of other variables"
    if right and found.messages and not model.layout.has_messages:
        kind, right = "a State with messages", False
    if not right:
        values = counted(len(model.layout.cells), "value")
        raise UsageError(
            f"a mapping that gives {kind}",
            allowed=f"a State of `{model.spec.name}`, with {values}",
            cure="build it with `state.seen_as(abstract.layout, {...})`",
        )
    return cast(State, found)


def _rows_by_parts(graph: Graph, engine: BreadthFirst, view: View) -> Any:
    """The rows of the views, a component at a time, each run only for what it reads."""
    interner, layout = engine.memo.interner, graph.model.layout
    rows, model = np.zeros((len(graph), interner.width), dtype=np.uint32), engine.model
    where = position if graph.model.history else kept

    def part_of(cells: tuple[int, ...]) -> Callable[[World], tuple[Any, ...]]:
        def part(world: World) -> tuple[Any, ...]:
            seen = view(Glimpse(layout, world.read, where))
            read = seen.cell if isinstance(seen, Glimpse) else seen.values.__getitem__
            return _guarded(lambda: tuple(model.admitted(cell, read(cell)) for cell in cells))

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
