"""The graph of a model's reachable states, found by compiled code."""

from __future__ import annotations

import sys
import time
import weakref
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from raftnb.data.verdict import Verdict, counted
from raftnb.explore.chosen import unasked
from raftnb.explore.compiled.agreement import Differs, compare
from raftnb.explore.compiled.graph import CompiledGraph
from raftnb.explore.compiled.search import CompiledSearch, TooNarrow, program_of
from raftnb.explore.compiled.words import NotCompiled
from raftnb.explore.result import ExplorationOptions, Stop
from raftnb.explore.retraced import NoSuchStep
from raftnb.language.claims import Property
from raftnb.language.spec import Model

T = TypeVar("T")
MOST_NUMBERS = 1 << 31
"""There are fewer steps than that, and states of two copies of a graph."""


class Room(NamedTuple):
    """The bytes that are needed for each state and each step of a graph."""

    state: int = 0
    step: int = 0


NONE = Room()


def compiled_graph(
    model: Model,
    claims: Sequence[Property] = (),
    *,
    max_states: int | None = None,
    room: Room = NONE,
) -> CompiledGraph | None:
    """The graph of a model, or of `max_states` states, where compiled code can find it.

    It can be asked quickly where these claims are true. Raises `Differs` (see `believed`), and
    `Stop` where there is too little memory for it, and for what else there is to have `room`.
    """
    options = ExplorationOptions(deadlock=False, max_states=max_states, everywhere=tuple(claims))
    for wide in (False, True):
        try:
            written = program_of(unasked(model), options, mixed=False, wide=wide)
            return _found(model, CompiledSearch(written, options), room)
        except NotCompiled:
            return None
        except TooNarrow:
            continue
    raise Differs("a value for which no row has room")


def _found(model: Model, search: CompiledSearch, room: Room) -> CompiledGraph:
    try:
        bound = _explored(search)
        begun = time.perf_counter()
        compare(search.loaded, begun - search.started, begun)
        _refuse_more(search, room)
        graph = CompiledGraph(model, search.loaded, bound=bound, begun=search.begun)
        weakref.finalize(graph, search.loaded.close)
        return graph
    except BaseException:
        search.loaded.close()
        raise


def _explored(search: CompiledSearch) -> str | None:
    """The bound that was met before the last state, if any, of those that a graph may have."""
    try:
        search.explore()
    except Stop as stop:
        if search.loaded.result.states != search.options.max_states:
            raise
        return str(stop.found["bound"])
    return None


def _refuse_more(search: CompiledSearch, room: Room) -> None:
    """Raise `Stop` where there are more states and steps than there is memory for."""
    found, memory = search.loaded.result, search.options.memory
    states, steps = int(found.states), int(found.generated)
    needed = states * (8 + room.state) + steps * (8 + room.step)
    if needed > memory or max(2 * states, steps) >= MOST_NUMBERS:
        many = f"{counted(states, 'state')} with all steps"
        told = f"max_memory {memory:,} bytes: {many} take {needed:,}"
        raise Stop(Verdict.UNKNOWN, bound=told)


def believed(ask: Callable[[], T | None]) -> T | None:
    """What is found with compiled code; None, which is told, where Python says something else."""
    try:
        return ask()
    except (Differs, NoSuchStep) as error:
        print(f"the compiled code is not believed: {error}", file=sys.stderr)
        return None
