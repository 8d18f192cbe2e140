"""`prepare`: compile what is compiled once after an installation, so that no check waits for it."""

from __future__ import annotations

import argparse
import time
from typing import Any

from raftnb.explore import check
from raftnb.explore.bindings import bindings
from raftnb.explore.result import ExplorationOptions
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
    for name, prepare in (("the search in C", search_in_c), ("the loops of numba", loops)):
        started = time.perf_counter()
        told = prepare()
        print(f"{name}: {told or f'{time.perf_counter() - started:.1f} seconds'}", flush=True)
    return 0


def search_in_c() -> str:
    """What all programs in C share; why it cannot be had, if it cannot."""
    from raftnb.explore.compiled import NotCompiled, compiled_search

    try:
        compiled_search(SPECS["sequential-store"](), ExplorationOptions(progress=False)).run()
    except NotCompiled as reason:
        return str(reason)
    return ""


def loops() -> str:
    """What numba compiles for the memo and for walks, by running all of it once."""
    from raftnb.explore import random_walks, reachable

    model = SPECS["raft-tla"](servers=2, max_messages=2)
    for symmetry in (False, True):
        check(model, engine="memo", symmetry=symmetry)
    random_walks(model, walks=10, depth=10)
    graph = reachable(model)
    claim = model.spec.sometimes[0]
    graph.prospect(claim, bindings(model, [claim])[0])
    return ""
