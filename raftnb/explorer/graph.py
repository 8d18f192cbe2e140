"""The part of a state graph that a page carries with it, so that nobody has to compute there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.progress import progress_bar
from raftnb.data.trace import State, Trace
from raftnb.explorer.protocol import View, as_json
from raftnb.explorer.sight import Lookout, Sight, Way
from raftnb.explorer.tables import Tables


class Numbered:
    """Numbers for states, in the order in which they are met."""

    def __init__(self) -> None:
        self.states: list[State] = []
        self._number: dict[State, int] = {}

    def __call__(self, state: State) -> int:
        """The number of a state; a new one if it was not met before."""
        found = self._number.setdefault(state, len(self.states))
        if found == len(self.states):
            self.states.append(state)
        return found


def packed_graph(
    lookout: Lookout, view: View | None, trace: Trace | None, max_states: int
) -> dict[str, Any]:
    """The states around a trace, or around the initial ones, and the steps out of `max_states`.

    All states of the trace are among them. Where steps lead on, the states after them are there
    too, without the steps out of those; `complete` says whether there are none of that kind.
    Raises `UsageError` for a trace that the model does not have.
    """
    number, tables = Numbered(), Tables()
    for state in trace.states if trace is not None else ():
        number(state)
    on_trace = len(number.states)
    for state in lookout.model.initial_states:
        number(state)
    left, complete = max(max_states, on_trace), True
    ways: list[tuple[Way, ...]] = []
    with progress_bar("states") as bar:
        for at, state in enumerate(number.states):  # it grows: breadth first
            sight = lookout.glance(state)
            if at < on_trace or (sight.within and left > 0):
                sight, left = lookout.look(state), left - 1
            complete = complete and (sight.ways is not None or not sight.within)
            ways += [sight.ways or ()] if at < on_trace else []
            tables.add(as_json(sight, number, view))
            bar.update()
    initial = [number(state) for state in lookout.model.initial_states]
    start = None
    if trace is not None:
        choices = choices_of(trace, lambda state: ways[number(state)])
        start = {"state": number(trace.states[0]), "choices": choices}
    return tables.as_json() | {"initial": initial, "complete": complete, "start": start}


def choices_of(trace: Trace, ways_of: Callable[[State], Sequence[Way]]) -> list[int]:
    """Which of the ways out of each of its states a trace takes.

    Raises `UsageError` for a trace that the model does not have.
    """
    choices = []
    for state, step, after in zip(trace.states, trace.steps, trace.states[1:], strict=False):
        ways = ways_of(state)
        taken = [n for n, way in enumerate(ways) if way.after == after]
        named = [n for n in taken if ways[n].step == step]
        if not taken:
            raise UsageError(
                f"the step {step} of a trace",
                allowed="a trace of this model",
                cure="give the model that the trace was found in, with the same constants",
            )
        choices.append((named or taken)[0])
    return choices


def packed_trace(trace: Trace, view: View | None) -> dict[str, Any]:
    """A trace and nothing else: in each of its states, the steps that it takes from there."""
    number, tables = Numbered(), Tables()
    path = [number(state) for state in trace.states]
    ways: dict[int, list[Way]] = {}
    choices = []
    for at, step, after in zip(path, trace.steps, trace.states[1:], strict=False):
        out = ways.setdefault(at, [])
        way = Way(step, after, _place(step, number.states[at]), ())
        choices.append(out.index(way) if way in out else len(out))
        out += [] if way in out else [way]
    for at, state in enumerate(number.states):
        known = tuple(ways[at]) if at in ways else None
        tables.add(as_json(Sight(state, state.messages, ways=known), number, view))
    start = {"state": path[0], "choices": choices}
    return tables.as_json() | {"initial": [path[0]], "complete": False, "start": start}


def _place(step: Any, state: State) -> int:
    flying: Iterable[Any] = [message for message, _ in state.messages]
    values = [value for _, value in step.arguments]
    return next((n for n, message in enumerate(flying) if message in values), -1)


__all__ = ["Numbered", "choices_of", "packed_graph", "packed_trace"]
