"""States, steps and traces: pure data, independent of how they were found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import Any, NamedTuple

from raftnb.data.errors import UsageError
from raftnb.data.values import Map, Message, order, show, to_json
from raftnb.data.verdict import counted


class Cell(NamedTuple):
    """One variable of the state: whose it is, its name, and whether it is a history variable."""

    owner: str
    variable: str
    history: bool = False

    def __str__(self) -> str:
        return f"{self.owner}.{self.variable}"


@dataclass(frozen=True)
class Layout:
    """The variables of a model's states, in order; shared by all of them."""

    cells: tuple[Cell, ...]
    has_messages: bool = False

    @cached_property
    def index(self) -> dict[tuple[str, str], int]:
        """From (owner, variable) to the position in `State.values`."""
        return {(cell.owner, cell.variable): i for i, cell in enumerate(self.cells)}

    def position(self, key: tuple[Any, str]) -> int:
        """The position of an owner's variable; `UsageError` where there is none of the name."""
        owner, variable = key
        found = self.index.get((str(owner), variable))
        if found is None:
            raise UsageError(
                f"the variable {owner}.{variable}",
                allowed=", ".join(map(str, self.cells)),
                cure="use one of these",
            )
        return found

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """The owners (processes and classes of shared variables), in order."""
        return tuple(dict.fromkeys(cell.owner for cell in self.cells))


class Change(NamedTuple):
    """One variable that differs between two states."""

    owner: str
    variable: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.owner}.{self.variable}{difference(self.before, self.after)}"


def difference(before: Any, after: Any, text: Callable[[Any], str] = show) -> str:
    """What changed, in short: `: old -> new`, `: + appended`, `: - taken`, or `[key]: ..., ...`."""
    if isinstance(before, Map) and isinstance(after, Map) and before.keys() == after.keys():
        keys = sorted((k for k in before if before[k] != after[k]), key=order)
        return ", ".join(f"[{text(k)}]{difference(before[k], after[k], text)}" for k in keys)
    if isinstance(before, tuple) and isinstance(after, tuple) and before != after:
        if after[: len(before)] == before:
            return ": + " + ", ".join(map(text, after[len(before) :]))
        if before[len(before) - len(after) :] == after:
            return ": - " + ", ".join(map(text, before[: len(before) - len(after)]))
    return f": {text(before)} -> {text(after)}"


def value_of(given: Any) -> Any:
    """A value that is given as it is, or as a function to be called for it."""
    return given() if isinstance(given, FunctionType) else given


class State:
    """One state: a value for every cell of the layout, and the bag of messages in flight.

    `values` is parallel to `layout.cells`; `messages` is a tuple of (message, count), sorted.
    Two states are equal when their values and messages are. `state["s1", "log"]` reads a variable.
    """

    __slots__ = ("layout", "values", "messages", "_hash")

    def __init__(
        self,
        layout: Layout,
        values: tuple[Any, ...],
        messages: tuple[tuple[Message, int], ...] = (),
    ) -> None:
        if len(values) != len(layout.cells):
            raise UsageError(
                f"a state of {counted(len(values), 'value')}",
                allowed=f"{len(layout.cells)}: {', '.join(map(str, layout.cells))}",
                cure="give each variable one value",
            )
        self.layout, self.values, self.messages = layout, values, messages
        self._hash = hash((values, messages))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, State)
            and self.values == other.values
            and self.messages == other.messages
            and (self.layout is other.layout or self.layout == other.layout)
        )

    def __hash__(self) -> int:
        return self._hash

    def __getitem__(self, key: tuple[Any, str]) -> Any:
        return self.values[self.layout.position(key)]

    def of(self, owner: Any) -> dict[str, Any]:
        """The variables of one owner, by name."""
        index = self.layout.index
        return {v: self.values[i] for (o, v), i in index.items() if o == str(owner)}

    def changes(self, after: State) -> list[Change]:
        """What differs between this state and a later one; messages appear as their counts."""
        if after.layout != self.layout:
            raise UsageError(
                "the changes between states of different variables",
                allowed="states of one model",
                cure="see one as the other: `state.seen_as(model.layout, {...})`",
            )
        rows = zip(self.layout.cells, self.values, after.values, strict=True)
        found = [Change(c.owner, c.variable, a, b) for c, a, b in rows if a != b]
        mine, theirs = dict(self.messages), dict(after.messages)
        for m in sorted({**mine, **theirs}, key=order):
            if mine.get(m, 0) != theirs.get(m, 0):
                found.append(Change("in flight", show(m), mine.get(m, 0), theirs.get(m, 0)))
        return found

    def seen_as(self, layout: Layout, given: Mapping[tuple[str, str], Any]) -> State:
        """The state of another specification: the variables that are `given`, by owner and name.

        Those that are not given are copied from the variables of the same owner and name here. A
        value that is a function is called when it is needed, which makes large checks faster.
        Messages are left out where the other specification has none.
        Raises `UsageError` for one that is neither given nor here, or unknown there.
        """
        self.check_given(layout, given)
        mine, theirs = self.layout.index, layout.index
        values = (
            value_of(given[key]) if key in given else self.values[mine[key]] for key in theirs
        )
        return State(layout, tuple(values), self.messages if layout.has_messages else ())

    def check_given(self, layout: Layout, given: Mapping[tuple[str, str], Any]) -> None:
        """Raise `UsageError` if a view lacks a variable of the other layout or has one more."""
        mine, theirs = self.layout.index, layout.index
        lost = [key for key in theirs if key not in given and key not in mine]
        more = sorted(given.keys() - theirs.keys())
        if lost or more:
            told = [f"without {'.'.join(lost[0])}"] if lost else []
            told += [f"with {'.'.join(more[0])}"] if more else []
            raise UsageError(
                f"a view of a state {', and '.join(told)}",
                allowed=", ".join(map(str, layout.cells)),
                cure="give every variable that the other specification has, and no other",
            )

    def as_json(self) -> dict[str, Any]:
        """The state as plain JSON data: owner -> variable -> value, and any `messages`."""
        data: dict[str, Any] = {owner: {} for owner in self.layout.owners}
        for cell, value in zip(self.layout.cells, self.values, strict=True):
            data[cell.owner][cell.variable] = to_json(value)
        if self.layout.has_messages:
            data["messages"] = [{"message": to_json(m), "count": n} for m, n in self.messages]
        return data

    def __repr__(self) -> str:
        lines = []
        for owner in self.layout.owners:
            inner = ", ".join(f"{k}={show(v)}" for k, v in self.of(owner).items())
            lines.append(f"{owner}: {inner}")
        lines += [f"in flight: {m!r}" + (f" x{n}" if n > 1 else "") for m, n in self.messages]
        return "\n".join(lines)


@dataclass(frozen=True, repr=False)
class Step:
    """One atomic step: which process took which action, with what arguments and choices."""

    process: str
    action: str
    arguments: tuple[tuple[str, Any], ...] = ()
    choices: tuple[Any, ...] = ()

    def __str__(self) -> str:
        """The step as the line of Python that replays it in a cell."""
        inner = [show(value) for _, value in self.arguments]
        inner += [f"choose={show(self.choices)}"] if self.choices else []
        return f"{self.process}.{self.action}({', '.join(inner)})"

    __repr__ = __str__

    def as_json(self) -> dict[str, Any]:
        """The step as plain JSON data."""
        arguments = {name: to_json(value) for name, value in self.arguments}
        choices = [to_json(c) for c in self.choices]
        return {
            "process": self.process,
            "action": self.action,
            "arguments": arguments,
            "choices": choices,
        }


@dataclass(frozen=True)
class Trace:
    """A behavior: `states[0]`, then `steps[i]` leads from `states[i]` to `states[i + 1]`.

    With `loop`, the last state equals `states[loop]` and the behavior goes round for ever.
    """

    states: tuple[State, ...]
    steps: tuple[Step, ...]
    loop: int | None = None

    def __len__(self) -> int:
        """The number of steps."""
        return len(self.steps)

    def __iter__(self) -> Iterator[tuple[Step, State]]:
        """Each step with the state after it."""
        return iter(zip(self.steps, self.states[1:], strict=True))

    @property
    def last(self) -> State:
        """The state in which the trace ends."""
        return self.states[-1]

    def as_python(self) -> str:
        """The trace as lines of Python that replay it in a cell (see `World.names`)."""
        return "\n".join(str(step) for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The trace as plain JSON data."""
        data: dict[str, Any] = {
            "steps": [step.as_json() for step in self.steps],
            "states": [state.as_json() for state in self.states],
        }
        return data | ({"loop": self.loop} if self.loop is not None else {})

    def to_json(self) -> str:
        """The trace as JSON text."""
        return json.dumps(self.as_json(), indent=1)

    def __str__(self) -> str:
        lines = ["1. initial state", *(f"     {row}" for row in repr(self.states[0]).split("\n"))]
        for number, (before, step, after) in enumerate(
            zip(self.states, self.steps, self.states[1:], strict=False), start=2
        ):
            lines.append(f"{number}. {step}")
            lines += [f"     {change}" for change in before.changes(after)]
        if self.loop is not None:
            lines.append(f"back to state {self.loop + 1}, for ever")
        return "\n".join(lines)

    __repr__ = __str__


@dataclass(frozen=True)
class StateGraph:
    """The reachable states of a model, and every step between them.

    `states[i]` is a state; an edge (i, step, j) leads from `states[i]` to `states[j]`; the first
    `initial` states are the initial ones. `complete` is false where a bound cut the graph off.
    """

    states: tuple[State, ...]
    edges: tuple[tuple[int, Step, int], ...]
    initial: int = 1
    complete: bool = True

    def projected(self, look: Callable[[State], Any]) -> StateGraph:
        """The graph in which states that look the same are one, and so are the same steps there."""
        looks = [look(state) for state in self.states]
        first = {one: i for i, one in reversed(list(enumerate(looks)))}
        number = {one: n for n, one in enumerate(sorted(first, key=first.__getitem__))}
        states = tuple(self.states[first[one]] for one in number)
        moves = {
            (number[looks[i]], step.process, step.action, number[looks[j]]): step
            for i, step, j in reversed(self.edges)
        }
        edges = sorted((i, j, str(step), step) for (i, _, _, j), step in moves.items())
        initial = len({looks[i] for i in range(self.initial)})
        return StateGraph(states, tuple((i, s, j) for i, j, _, s in edges), initial, self.complete)


__all__ = ["Cell", "Change", "Layout", "State", "StateGraph", "Step", "Trace"]
