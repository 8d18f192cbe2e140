"""The graph of a model's reachable states, found by compiled code where it is small."""

from __future__ import annotations

import sys
import time
import weakref
from collections.abc import Callable, Sequence
from typing import TypeVar

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
MOST_STATES = 1_000_000
"""With more of them there may be too little memory for all words of all states."""


def compiled_graph(model: Model, claims: Sequence[Property] = ()) -> CompiledGraph | None:
    """The graph of a model, where compiled code can find it and it is small.

    It can be asked quickly where these claims are true. Raises `Differs`: see `believed`.
    """
    options = ExplorationOptions(
        deadlock=False, max_states=MOST_STATES, progress=False, everywhere=tuple(claims)
    )
    try:
        search = CompiledSearch(program_of(unasked(model), options, mixed=False), options)
    except NotCompiled:
        return None
    try:
        search.explore()
        begun = time.perf_counter()
        compare(search.loaded, begun - search.started, begun)
        graph = CompiledGraph(model, search.loaded)
        weakref.finalize(graph, search.loaded.close)
        return graph
    except BaseException as error:
        search.loaded.close()
        if isinstance(error, Stop | TooNarrow):
            return None
        raise


def believed(ask: Callable[[], T | None]) -> T | None:
    """What is found with compiled code; None, which is told, where Python says something else."""
    try:
        return ask()
    except (Differs, NoSuchStep) as error:
        print(f"the compiled code is not believed: {error}", file=sys.stderr)
        return None
