"""What the front end is told, as plain JSON: a model once, and then states (docs/explorer.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields
from typing import Any

from raftnb.data.markup import plain
from raftnb.data.trace import Layout, State, Step
from raftnb.data.values import Message, show, to_json
from raftnb.draw.listing import source_of
from raftnb.draw.text import brief
from raftnb.explorer.beside import Beside
from raftnb.explorer.sight import Lookout, Sight, Way
from raftnb.language.processes import Action
from raftnb.language.spec import Model

Number = Callable[[State], int]


def about_trace(layout: Layout, title: str, hidden: Collection[str], history: bool) -> Any:
    """What can be said of the states of a trace whose model is not known."""
    cells = [
        [plain(c.owner), plain(c.variable), c.variable not in hidden and (history or not c.history)]
        for c in layout.cells
    ]
    return {
        "name": plain(title),
        "constants": "",
        "network": layout.has_messages,
        "cells": cells,
        "processes": [],
        "claims": [],
        "actions": {},
        "sources": [],
        "along": False,
        "deadlocks": False,
    }


def about_model(lookout: Lookout, title: str, hidden: Collection[str], history: bool) -> Any:
    """What can be said of a model: its variables, processes, claims, and its actions' texts."""
    model = lookout.model
    kinds = dict.fromkeys(lookout.invariants, "always") | dict.fromkeys(lookout.awaited, "find")
    kinds |= dict.fromkeys(lookout.about_steps, "step")
    told = about_trace(model.layout, title, hidden, history and model.history)
    queues = set(model.channels.values())
    for number, cell in enumerate(told["cells"]):
        cell[2] = cell[2] and number not in queues
    told["cells"] += [["watched", plain(name), True, True] for name in lookout.watch]
    constants = ", ".join(f"{name}={show(value)}" for name, value in model.constants.items())
    return told | {
        "deadlocks": True,
        "constants": plain(constants),
        "processes": [plain(name) for cls in model.processes for name in model.names[cls.root]],
        "claims": [
            [c.__name__, kinds[c], plain(" ".join((c.__doc__ or "").split()))]
            for c in lookout.claims
        ],
        **_texts(model),
    }


def _texts(model: Model) -> dict[str, Any]:
    """The text of each action once, and for each process which is its."""
    sources: dict[tuple[str, str], int] = {}
    actions: dict[str, dict[str, int]] = {}
    for cls in model.processes:
        of_class = {
            name: sources.setdefault(_text(action), len(sources))
            for name, action in cls.actions.items()
        }
        actions |= {plain(name): of_class for name in model.names[cls.root]}
    return {"actions": actions, "sources": [list(source) for source in sources]}


def _text(action: Action) -> tuple[str, str]:
    return plain(action.function.__qualname__), plain(source_of(action))


def as_json(sight: Sight, number: Number, beside: Beside) -> dict[str, Any]:
    """A state as the front end is told of it; `number` gives the numbers of states."""
    state = sight.state
    ways = sight.ways
    values = [[plain(brief(value)), to_json(value)] for value in state.values]
    return {
        "values": values + [[plain(brief(value)), None] for value in sight.watched],
        "messages": [_message(message, count) for message, count in sight.messages],
        "truth": [None if why is None else plain(why) for why in sight.truth],
        "ways": None if ways is None else [_way(state, way, number, beside) for way in ways],
        "refused": [list(map(plain, row)) for row in sight.refused],
        "within": sight.within,
        "stuck": sight.stuck,
        **beside.of_state(state),
    }


def _message(message: Message, count: int) -> list[Any]:
    ends = [plain(str(message.source)), plain(str(message.dest))]
    return [_short(message), count, *ends, to_json(message)]


def _short(message: Message) -> str:
    """A message without its two ends, which are told beside it."""
    names = [f.name for f in fields(message) if f.name not in ("source", "dest")]
    inner = ", ".join(f"{name}={brief(getattr(message, name))}" for name in names)
    return plain(f"{type(message).__name__}({inner})")


def _way(state: State, way: Way, number: Number, beside: Beside) -> list[Any]:
    step = way.step
    told = [plain(step.process), step.action, _label(step), plain(str(step)), step.as_json()]
    beyond = beside.of_step(state, step, way.after)
    note = [list(way.broken), int(not way.within), *beyond, list(way.lines)]
    return [*told, way.message, number(way.after), note]


def _label(step: Step) -> str:
    """A step on a button: what is chosen, without the message that stands beside it."""
    values = [v for _, v in step.arguments if not isinstance(v, Message)]
    return plain(f"{step.action}({', '.join(map(brief, (*values, *step.choices)))})")


__all__ = ["Number", "about_model", "about_trace", "as_json"]
