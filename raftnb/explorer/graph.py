"""The part of a state graph that a page carries with it, so that nobody has to compute there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from raftnb.data.ctrl_c import Stopped
from raftnb.data.errors import UsageError
from raftnb.data.progress import progress_bar
from raftnb.data.trace import State, Step, Trace
from raftnb.explorer.beside import Beside
from raftnb.explorer.protocol import as_json
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
    lookout: Lookout, beside: Beside, trace: Trace | None, max_states: int, stopped: Stopped
) -> dict[str, Any]:
    """The states around a trace, or around the initial ones, and the steps out of `max_states`.

    When it is `stopped`, the steps out of those that were met until then.

    All states of the trace are among them, and those on the ways to the nodes of a diagram. Where
    steps lead on, the states after them are there too, without the steps out of those; `complete`
    says whether there are none of that kind.
    Raises `UsageError` for a trace that the model does not have.
    """
    number, tables = Numbered(), Tables()
    for state in trace.states if trace is not None else ():
        number(state)
    for way in beside.ways(lookout.model):
        for state in way.states:
            number(state)
    on_trace = len(number.states)
    for state in lookout.model.initial_states:
        number(state)
    left, complete = max(max_states, on_trace), True
    ways: list[tuple[Way, ...]] = []
    with progress_bar("states") as bar:
        for at, state in enumerate(number.states):  # it grows: breadth first
            sight = lookout.glance(state)
            left = 0 if stopped() else left
            if at < on_trace or (sight.within and left > 0):
                sight, left = lookout.closer(sight), left - 1
            complete = complete and (sight.ways is not None or not sight.within)
            ways += [sight.ways or ()] if at < on_trace else []
            tables.add(as_json(sight, number, beside))
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


def packed_trace(trace: Trace, beside: Beside, lookout: Lookout | None = None) -> dict[str, Any]:
    """A trace and nothing else: in each of its states, the steps that it takes from there.

    What is claimed of its states and steps is told where a lookout is given. Raises `UsageError`
    for a trace that the lookout's model does not have.
    """
    number, tables = Numbered(), Tables()
    path = [number(state) for state in trace.states]
    sights = [lookout.look(s) if lookout else Sight(s, s.messages) for s in number.states]
    if lookout is None:
        taken = [
            Way(step, after, _place(step, before))
            for before, (step, after) in zip(trace.states, trace, strict=False)
        ]
    else:
        chosen = choices_of(trace, lambda state: sights[number(state)].ways or ())
        taken = [(sights[at].ways or ())[n] for at, n in zip(path, chosen, strict=False)]
    ways: dict[int, list[Way]] = {}
    choices = []
    for at, way in zip(path, taken, strict=False):
        out = ways.setdefault(at, [])
        choices.append(out.index(way) if way in out else len(out))
        out += [] if way in out else [way]
    for at, sight in enumerate(sights):
        known = tuple(ways[at]) if at in ways else None
        tables.add(as_json(replace(sight, ways=known), number, beside))
    start = {"state": path[0], "choices": choices}
    return tables.as_json() | {"initial": [path[0]], "complete": False, "start": start}


def _place(step: Step, state: State) -> int:
    flying: Iterable[Any] = [message for message, _ in state.messages]
    values = [value for _, value in step.arguments]
    return next((n for n, message in enumerate(flying) if message in values), -1)


__all__ = ["Numbered", "choices_of", "packed_graph", "packed_trace"]
