"""The graph of a model's reachable states, found by compiled code where it is small."""

from __future__ import annotations

import sys
import time
import weakref

from raftnb.explore.chosen import unasked
from raftnb.explore.compiled.agreement import Differs, compare
from raftnb.explore.compiled.graph import CompiledGraph
from raftnb.explore.compiled.search import CompiledSearch, TooNarrow, program_of
from raftnb.explore.compiled.words import NotCompiled
from raftnb.explore.result import ExplorationOptions, Stop
from raftnb.language.spec import Model

MOST_STATES = 1_000_000
"""With more of them there may be too little memory for all words of all states."""


def compiled_graph(model: Model) -> CompiledGraph | None:
    """The graph of a model, where compiled code can find it and it is small."""
    options = ExplorationOptions(deadlock=False, max_states=MOST_STATES, progress=False)
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
        if isinstance(error, Differs):
            print(f"the compiled code is not believed: {error}", file=sys.stderr)
        if isinstance(error, Stop | TooNarrow | Differs):
            return None
        raise
