"""What is shown of states beside their variables: pictures, another view of them, histories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.events import Event, Invocation, text
from raftnb.data.histories import History
from raftnb.data.markup import plain
from raftnb.data.trace import Layout, State, Step, Trace
from raftnb.draw.text import brief
from raftnb.explorer.diagram import StateDiagram, as_elements
from raftnb.language.spec import Model
from raftnb.language.world import World

View = Callable[[State], list[dict[str, Any]] | None]
"""A function from a state to the parts of a picture, which docs/explorer.md describes."""
Clients = Callable[[Trace], History]
"""A function from a trace to what clients called and heard in it."""


@dataclass(frozen=True)
class Seen:
    """How the states of a model are seen as those of another one, say in a refinement.

    `mapping` is a function from states to states of `model`; a step may be up to `at_once` steps
    there, one after the other.
    """

    model: Model
    mapping: Callable[[State], State]
    at_once: int = 1


class Beside:
    """Tells of states and steps what a reader wants to see beside them.

    `model` is that of the states, where it is known. `view` gives the parts of a picture, `seen_as`
    another view of the state, `clients` the history of those who use the system, `diagram` the
    state diagram in which the state stands.
    """

    def __init__(
        self,
        model: Model | None = None,
        view: View | None = None,
        seen_as: Seen | None = None,
        clients: Clients | None = None,
        diagram: StateDiagram | None = None,
    ) -> None:
        self.view, self.clients, self.diagram = view, clients, diagram
        self.above = None if seen_as is None else Above(seen_as, model)

    def about(self, hidden: Collection[str]) -> dict[str, Any]:
        """What can be said once: the other model and its variables, the diagram."""
        diagram = self.diagram
        drawn = diagram and {
            "elements": as_elements(diagram),
            "values": [plain(brief(value)) for value in diagram.values],
            "alt": plain(diagram.alt),
        }
        return {"above": self.above and self.above.about(hidden), "diagram": drawn}

    def ways(self, model: Model) -> tuple[Trace, ...]:
        """Traces of the model to a state of each node of the diagram.

        Raises `UsageError` for a diagram of a model with other variables.
        """
        if self.diagram is None:
            return ()
        if self.diagram.model.layout.cells != model.layout.cells:
            raise UsageError(
                "a diagram of a model with other variables",
                place="show",
                allowed="a diagram of the model that is shown",
                cure="draw it with the same constants",
            )
        same = self.diagram.model.constants == model.constants
        return self.diagram.ways if same and self.diagram.model.spec is model.spec else ()

    def of_state(self, state: State) -> dict[str, Any]:
        """What is told of a state."""
        above = self.above and [plain(brief(v)) for v in self.above.view(state).values]
        return {
            "scene": self.view(state) if self.view is not None else None,
            "above": above,
            "standing": self.diagram and self.diagram.standing(state),
        }

    def of_step(self, before: State, step: Step, after: State) -> tuple[Any, list[Any]]:
        """The steps of the other model that a step is (False: none fits), and its events."""
        above = None if self.above is None else self.above.steps(before, after)
        if self.clients is None:
            return above, []
        events = self.clients(Trace((before, after), (step,))).events
        return above, list(map(_event, events))


class Above:
    """The states of a model as another one sees them, and its steps between those."""

    def __init__(self, seen: Seen, below: Model | None) -> None:
        self.seen, self.world = seen, World(seen.model)
        self._below = None if below is None else World(below)
        self._views: dict[State, State] = {}
        self.layout: Layout = seen.model.layout
        self._found: dict[tuple[State, State], Any] = {}
        self._next: dict[State, list[tuple[Step, State]]] = {}

    def about(self, hidden: Collection[str]) -> dict[str, Any]:
        """The model's name and its variables, as those of the model below are told."""
        cells = [
            [plain(c.owner), plain(c.variable), not c.history and c.variable not in hidden]
            for c in self.layout.cells
        ]
        return {"name": plain(self.seen.model.spec.name), "cells": cells}

    def view(self, state: State) -> State:
        """A state as it is seen; the mapping may look at the world below, where one is known."""
        if state not in self._views:
            with nullcontext() if self._below is None else self._below:
                if self._below is not None:
                    self._below.load(state)
                self._views[state] = self.seen.mapping(state)
        return self._views[state]

    def steps(self, before: State, after: State) -> list[str] | bool:
        """The steps that lead from the one to the other as they are seen; False if none do."""
        ends = self.view(before), self.view(after)
        if ends not in self._found:
            self._found[ends] = self._between(*ends)
        found: list[str] | bool = self._found[ends]
        return found

    def _between(self, start: State, end: State) -> list[str] | bool:
        by: dict[State, list[str]] = {start: []}
        border = [start]
        for _ in range(self.seen.at_once):
            if end in by:
                break
            further = []
            for state in border:
                for step, after in self._successors(state):
                    if after not in by:
                        by[after] = [*by[state], plain(str(step))]
                        further.append(after)
            border = further
        return by.get(end, False)

    def _successors(self, state: State) -> Iterable[tuple[Step, State]]:
        if state not in self._next:
            self._next[state] = list(self.world.successors(state))
        return self._next[state]


def _event(event: Event) -> list[Any]:
    """Who, whether it is a call (else an answer), and what is said."""
    if not isinstance(event, Invocation):
        words = "" if event.result is None else text(event.result)
        return [plain(text(event.process)), 0, plain(words)]
    inner = ", ".join(map(text, (*event.arguments,)))
    target = "" if event.object is None else f"{text(event.object)}."
    return [plain(text(event.process)), 1, plain(f"{target}{event.name}({inner})")]


__all__ = ["Beside", "Clients", "Seen", "View"]
