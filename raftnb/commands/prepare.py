"""`prepare`: compile what is compiled once after an installation, so that no check waits for it."""

from __future__ import annotations

import argparse
import time
from typing import Any

from raftnb.data.caches import user_caches
from raftnb.explore import check
from raftnb.explore.bindings import bindings
from raftnb.explore.result import ExplorationOptions
from raftnb.language.spec import Model
from raftnb.specs import SPECS


def add_parser(subparsers: Any) -> None:
    """Add `prepare` to the command line."""
    parser = subparsers.add_parser(
        "prepare",
        description="Compile what the first check, walk or notebook after an installation would "
        "wait for. What is compiled is kept; without this, it is compiled when it is first needed.",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Compile each part, and say how long it took."""
    parts = (
        ("the search in C", search_in_c),
        ("the memo's loops", memo),
        ("the memo's loops with symmetry", memo_with_symmetry),
        ("graphs of states", graphs),
    )
    for number, (name, prepare) in enumerate(parts, 1):
        started, title = time.perf_counter(), f"{number} of {len(parts)}: {name}"
        told = prepare(title)
        print(f"{title}: {told or f'{time.perf_counter() - started:.1f} seconds'}", flush=True)
    return 0


def search_in_c(_: str) -> str:
    """What all programs in C share; why it cannot be had or kept, if it cannot."""
    from raftnb.explore.compiled import NotCompiled, compiled_search
    from raftnb.explore.small import is_prepared
    from raftnb.liveness.searches import searches

    try:
        compiled_search(SPECS["sequential-store"](), ExplorationOptions(progress=False)).run()
        searches()
    except NotCompiled as reason:
        return str(reason)
    if not is_prepared():
        return f"not kept: {user_caches()} cannot be written, or others can write there, too"
    return ""


def memo(title: str) -> None:
    """What numba compiles for the memo, by running all of it once."""
    from raftnb.explore.tables.compiling import compiling_shown

    with compiling_shown(True, title):
        check(model(), engine="memo", progress=False)


def memo_with_symmetry(title: str) -> None:
    """The same for symmetric models, which `mutants` and half of the notebooks explore."""
    from raftnb.explore.tables.compiling import compiling_shown

    with compiling_shown(True, title):
        check(model(), engine="memo", symmetry=True, progress=False)


def graphs(title: str) -> None:
    """The same for walks, graphs and what stays possible."""
    from raftnb.explore import random_walks, reachable
    from raftnb.explore.tables.compiling import compiling_shown

    with compiling_shown(True, title):
        random_walks(model(), walks=10, depth=10, progress=False)
        graph = reachable(model(), progress=False)
        claim = graph.model.spec.sometimes[0]
        graph.prospect(claim, bindings(graph.model, [claim])[0])


def model() -> Model:
    """A small model that needs all of it."""
    return SPECS["raft-tla"](servers=2, max_messages=2)
