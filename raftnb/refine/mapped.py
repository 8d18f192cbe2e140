"""The states of one model as another one sees them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, TypeVar, cast

from raftnb.data.errors import RaftnbError, SpecError, UsageError
from raftnb.data.trace import Layout, State, value_of
from raftnb.data.verdict import counted
from raftnb.language import source
from raftnb.language.source import spec_error
from raftnb.language.spec import Model
from raftnb.language.world import World

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
            return _of_its_layout(guarded(lambda: view(state)), model)
        world.load(state)
        if not concrete.history:
            state = Watched(state.layout, state.values, state.messages)
        with world:
            found = _of_its_layout(guarded(lambda: view(state)), model)
        admitted = tuple(model.admitted(cell, value) for cell, value in enumerate(found.values))
        return State(model.layout, admitted, found.messages)

    return seen


def guarded(function: Callable[[], T]) -> T:
    """What a function of a mapping gives; what it raises becomes an error that helps."""
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
