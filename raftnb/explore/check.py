"""Exhaustive exploration: which engine answers."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.trace import State
from raftnb.explore.given import begun
from raftnb.explore.possible import with_possible
from raftnb.explore.reference import Reference
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.language.spec import Model


@told_plainly
def check(
    model: Model,
    *,
    start: State | None = None,
    deadlock: bool = True,
    max_states: int | None = None,
    max_depth: int | None = None,
    max_memory: int | None = None,
    symmetry: bool = False,
    engine: str = "fast",
    threads: int | None = None,
    progress: bool = True,
) -> Exploration:
    """Explore a model exhaustively, and check what is claimed of its states and steps.

    It stops at the first violation, with the shortest trace to it, or at a bound (`max_states`,
    `max_depth`, `max_memory` in bytes, Ctrl-C), with the verdict *unknown*. With `start`, say
    `trace.last`, it begins in that state, and what it finds is true of what comes after it (for
    several states, give `model.starting_at(...)`). With `symmetry`,
    states that differ by a permutation of the spec's symmetric domains count once. `engine` is
    "fast", or "reference": the plain Python that it is compared with, used too where numba is not
    installed (it pays no heed to `max_memory` and `threads`).
    """
    options = ExplorationOptions(
        deadlock, max_states, max_depth, max_memory, symmetry, threads, progress
    )
    model = begun(model, start)
    if engine not in ("fast", "reference"):
        raise UsageError(f"engine={engine!r}", allowed="fast, reference", cure="use one of these")
    if engine == "fast" and find_spec("numba") is not None:
        return _fast(model, options)
    if symmetry:
        raise UsageError(
            "symmetry with the reference engine",
            allowed="the fast engine, which needs the package numba",
            cure="install numba and leave `engine` out, or leave `symmetry` out",
        )
    slow = Reference(model, options)
    return with_possible(model, slow.run(), slow)


def _fast(model: Model, options: ExplorationOptions) -> Exploration:
    from raftnb.explore.breadth_first import BreadthFirst
    from raftnb.explore.graph import Graph

    if model.spec.possible:  # states are numbered without gaps where there is one thread
        options = replace(options, threads=1)
    engine = BreadthFirst(model, options)
    found = engine.run()
    return with_possible(model, found, Graph(engine, found.bound))
